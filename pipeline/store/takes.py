"""The store of takes: every step of a generation enters, and is on the disk before the next step is taken.

    takes/<origin>/<request digest>/<take>/attempts/<n>/intent.json       before the POST
                                                        prediction.json   before the first poll
                                                        end.json          turned_away, failed, abandoned or done
                                                        bill.json         what the API's bills said of it
                                           take.json + clip.mp4           kept for good
                                           flags.json, cuts.json          what was seen in it; may be lost
    takes/<origin>/gate.json, uploads/<sha256>.json                       what spares counting and uploading again
    previs/<drawing>/<request digest>-<direction digest>/                 the same inside; free and disposable

At most one attempt at a request is unresolved at a time, and none begins where a take was kept: whatever crashes,
nothing is bought twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import StoreError
from pipeline.store.clearing import clear_previs, note_use
from pipeline.store.cuts import read_cuts, write_cuts
from pipeline.store.files import make_folder, names_in, numbers_in, overwrite
from pipeline.store.home import Home
from pipeline.store.locks import holding
from pipeline.store.looks import Looks, read_looks, write_looks
from pipeline.store.places import Address, shelf, take_home
from pipeline.store.reading import folder_of, kept_take, read_home, read_with_lock
from pipeline.store.records import AttemptState, Bill, Intent, encode, has_clip, read_take
from pipeline.store.room import Room, sha256
from pipeline.store.spending import DIGEST_LENGTH, Spent, attempts_on
from pipeline.store.uploads import Uploads
from pipeline.take import Flag, FoundCut, Paid, StoreView, Take


class Store:
    """The takes below one outputs folder. Reading needs no lock; writing goes through `open`."""

    def __init__(self, outputs: Path, clock: Callable[[], datetime]) -> None:
        # The outputs folder itself may be a link to a larger disk; below it none is followed.
        self._outputs = Path(os.path.realpath(outputs))
        self._clock = clock

    def view(self, origin: str, digests: Iterable[str]) -> StoreView:
        """What there is from one origin for these request digests; StoreError where a file is damaged."""
        takes: dict[str, tuple[Take, ...]] = {}
        absent: dict[str, tuple[Paid, ...]] = {}
        opened: dict[str, str] = {}
        unsettled: dict[str, int] = {}
        failed: dict[str, int] = {}
        uncertain: set[str] = set()
        flags: dict[tuple[str, int], tuple[Flag, ...]] = {}
        requests: dict[str, Mapping[str, Any]] = {}
        cuts: dict[tuple[str, int], tuple[FoundCut, ...]] = {}
        for address in self._present(origin, digests):
            digest = address.digest
            take, here, last, live = self._look(address)
            if take and here:
                takes[digest] = (*takes.get(digest, ()), take)
                if raised := self.flags(take):
                    flags[digest, take.number] = raised
                if (found := read_cuts(self._outputs / take.home, take)) is not None:
                    cuts[digest, take.number] = found
            elif take:
                paid = Paid(digest, take.number, take.prediction, None, take.clip.sha256)
                absent[digest] = (*absent.get(digest, ()), paid)
                if intent := self._intent_if_whole(address.home):
                    requests[digest] = intent.request
            elif last.standing == "submitted" or live:
                opened[digest] = last.prediction
                unsettled[digest] = address.number
            elif last.standing == "uncertain":
                uncertain.add(digest)
                unsettled[digest] = address.number
            elif last.outcome == "failed":
                failed[digest] = last.code
        return StoreView(origin, takes, opened, frozenset(uncertain), absent, unsettled, failed, flags, cuts, requests)

    def kept(self, home: str) -> Take | None:
        """The take in a home; None where its take.json or its clip of the recorded size is not here.

        None is no leave to buy: `Home.begin` refuses where a paid take was ever kept.
        """
        return kept_take(self._outputs, Address.of(home))

    def note_use(self, take: Take) -> None:
        """Remember that a previs is used: it stays for another month."""
        note_use(self._outputs, take.home, self._clock())

    def clear_previs(self) -> None:
        """Remove previs that nobody has used for a month."""
        clear_previs(self._outputs, self._clock())

    def verify(self, take: Take) -> None:
        """Raises StoreError where the clip of a paid take has not the bytes that were kept; they are moved aside."""
        clip = self._outputs / take.home / "clip.mp4"
        if sha256(clip) == take.clip.sha256:
            return
        with self.open(take.home) as home:
            aside = home.set_aside()
        if aside:
            fault = f"{clip}: its bytes are not those that were kept; they are now in {aside}"
            raise StoreError(fault, hint="the clip is paid for: `storyreel shoot` fetches it again, for nothing")

    def flags(self, take: Take) -> tuple[Flag, ...]:
        """Everything that checks have noticed in a take, as it is written down."""
        return tuple(flag for look in self.looks(take).values() for flag in look.flags)

    def looks(self, take: Take) -> Looks:
        """What each check said of a take, by the check's name; nothing of those that have not looked."""
        return read_looks(self._outputs / take.home, take)

    def looked(self, take: Take, looks: Looks) -> None:
        """Writes down what the checks said of a take. Where that fails it is not known the next time."""
        try:
            folder = folder_of(self._outputs, take.home)
        except StoreError:
            return
        if folder:
            write_looks(folder, take, looks, self._clock())

    def found_cuts(self, take: Take, cuts: Sequence[FoundCut]) -> None:
        """Writes down the cuts that were found in a take, if what was looked at are the bytes that were kept."""
        with suppress(StoreError, OSError):
            folder = folder_of(self._outputs, take.home)
            if folder and sha256(folder / "clip.mp4") == take.clip.sha256:
                write_cuts(folder, take, cuts, self._clock())

    @contextmanager
    def open(self, home: str) -> Iterator[Home]:
        """The home, for one writer at a time: Busy at once where somebody has it, or another take of its request."""
        address = Address.of(home)
        lock = self._outputs / address.lock
        # Before anything is created or cleaned: a link on the way could lead out of the store.
        folder_of(self._outputs, home)
        make_folder(lock.parent.parent, durable=address.paid)
        make_folder(lock.parent, durable=False)  # on the disk with the first intent in it
        with holding(lock):
            room = Room(self._outputs, address, self._clock)
            room.enter()
            try:
                yield Home(room)
            finally:
                room.leave()

    def every_kept(self) -> Iterator[Take]:
        """Every paid take whose clip is here, of all origins."""
        for name in sorted(names_in(self._outputs / "takes")):
            above = folder_of(self._outputs, f"takes/{name}")
            if above is None or not above.is_dir():
                continue
            for digest in sorted(digest for digest in names_in(above) if len(digest) == DIGEST_LENGTH):
                homes = (f"takes/{name}/{digest}/{number}" for number in numbers_in(above / digest))
                yield from (take for home in homes if (take := self.kept(home)))

    def attempts(self, origin: str) -> Iterator[Spent]:
        """Every attempt at takes from one origin, with its money."""
        return attempts_on(self._outputs, shelf(origin))

    def intent_of(self, home: str) -> Intent | None:
        """What was asked for in the newest attempt at a take."""
        folder = folder_of(self._outputs, home)
        return read_home(folder, Address.of(home))[1].intent if folder else None

    def _intent_if_whole(self, home: str) -> Intent | None:
        try:
            return self.intent_of(home)
        except StoreError:
            return None  # told where it matters: a take can be fetched without it, as long as the lock has the request

    def predictions(self, origin: str) -> frozenset[str]:
        """Every id of a generation that is written down for one origin."""
        return frozenset(one.state.prediction for one in self.attempts(origin)) - {""}

    def billed(self, spent: Spent, bill: Bill) -> None:
        """Writes down what the bills say of an attempt."""
        file = self._outputs / spent.home / "attempts" / str(spent.state.number) / "bill.json"
        if bill != spent.bill:
            fields = {"charged_usd": f"{bill.charged_usd:f}", "refunded_usd": f"{bill.refunded_usd:f}"}
            overwrite(file, encode("bill", self._clock(), **fields), durable=False)

    def uploads(self, origin: str) -> Uploads:
        """Where files lie that were uploaded to one origin."""
        return Uploads(self._outputs / shelf(origin) / "uploads", self._clock)

    def _present(self, origin: str, digests: Iterable[str]) -> Iterator[Address]:
        # One listing of the shelf: asking for each of 10,000 digests in turn would take a network disk minutes.
        above = folder_of(self._outputs, shelf(origin))
        for digest in sorted(names_in(above) & frozenset(digests)) if above else ():
            folder = folder_of(self._outputs, f"{shelf(origin)}/{digest}")
            for number in numbers_in(folder) if folder else ():
                yield Address.of(take_home(origin, digest, number))

    def _look(self, address: Address) -> tuple[Take | None, bool, AttemptState, bool]:
        folder = folder_of(self._outputs, address.home)
        if folder is None:
            return None, False, AttemptState(), False
        take = read_take(folder, address)
        if take:
            return take, has_clip(folder, take), AttemptState(), False
        take, last, live = read_with_lock(folder, address, self._outputs / address.lock)
        return take, take is not None and has_clip(folder, take), last, live
