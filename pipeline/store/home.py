"""One take's folder under lock: an intent, a prediction and a clip enter in that order; a Take leaves, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.store.files import size_of
from pipeline.store.reading import unresolved_sibling
from pipeline.store.records import AttemptState, Intent, Standing, has_clip, intent_fields, read_take
from pipeline.store.room import Room, sha256
from pipeline.take import MediaFacts, Take

_UNRESOLVED: tuple[Standing, ...] = ("uncertain", "submitted")
_MOVED_ON = "the store has moved on: run the command again"


class Home:
    """A take's folder, held by one writer for as long as `Store.open` is open."""

    def __init__(self, room: Room) -> None:
        self._room = room

    @property
    def name(self) -> str:
        """Its path, relative to the outputs folder."""
        return self._room.address.home

    @property
    def take(self) -> Take | None:
        """The take kept here, with its clip."""
        take = read_take(self._room.folder, self._room.address)
        return take if take and has_clip(self._room.folder, take) else None

    @property
    def absent(self) -> Take | None:
        """The take that was kept here and whose clip is gone, or of another size."""
        take = read_take(self._room.folder, self._room.address)
        return take if take and not has_clip(self._room.folder, take) else None

    @property
    def last(self) -> AttemptState:
        """How far the newest attempt has come."""
        return self._room.look()[1]

    def prepare(self) -> None:
        """Makes room for the next attempt, so that `begin`, for which others wait in line, has the less to do."""
        with self._room.at_work():
            take, last = self._room.look()
            if not take and last.standing not in _UNRESOLVED:
                self._room.make_attempt(last.number + 1)

    def begin(self, intent: Intent) -> Attempt:
        """Writes the intent of the next attempt, on the disk before its POST; StoreError where that could buy twice."""
        with self._room.at_work():
            number = self._next(intent)
            folder = self._room.make_attempt(number)
            self._room.write(folder / "intent.json", **intent_fields(intent, self._room.address, number))
            begun = self._room.now()
            self._room.came_to(AttemptState(number, "uncertain", intent, begun))
        return Attempt(self._room, number, "", begun, intent.price_usd)

    def adopt(self, intent: Intent, prediction: str) -> Attempt:
        """An attempt whose generation exists already, made elsewhere or by a process that could not write it down.

        It is there with its id, or not at all: an intent alone would look as if something may have been charged.
        """
        with self._room.at_work():
            number = self._next(intent)
            fields = intent_fields(intent, self._room.address, number)
            self._room.put_attempt(number, {"intent": fields, "prediction": {"prediction": prediction}})
        attempt = Attempt(self._room, number, prediction, self._room.now(), intent.price_usd)
        attempt.fresh = True
        return attempt

    def resume(self) -> Attempt:
        """The attempt that has not ended; it has no prediction where nobody knows whether its POST arrived."""
        with self._room.at_work():
            last = self.last
        if last.standing not in _UNRESOLVED:
            raise StoreError(f"{self._room.folder}: no attempt is open here", hint=_MOVED_ON)
        price = last.intent.price_usd if last.intent else None
        return Attempt(self._room, last.number, last.prediction, last.begun or self._room.now(), price)

    def temporary(self) -> Path:
        """A new name for a download; what a killed process leaves there goes when the home is next opened."""
        return self._room.temporary()

    def restore(self, temporary: Path) -> Take:
        """Gives an absent take its clip back, out of a file from `temporary`; StoreError unless it is the same."""
        with self._room.at_work():
            take = self.absent
            if take is None:
                raise StoreError(f"{self._room.folder}: no take is absent here", hint=_MOVED_ON)
            if sha256(temporary) != take.clip.sha256:
                raise StoreError(f"{temporary}: not the clip that was kept as {take.home}", hint="fetch it again")
            self._room.put_clip(temporary, take.clip.size_bytes)
        return take

    def set_aside(self) -> str:
        """Moves a clip whose bytes are not those of the take aside; its new name, "" where it is the take's after all.

        The take is then absent, and its clip may be fetched again.
        """
        with self._room.at_work():
            take = self.take
            return self._room.clear_clip() if take and sha256(self._room.clip) != take.clip.sha256 else ""

    def _next(self, intent: Intent) -> int:
        """The number of the next attempt, which has room now; StoreError where it could buy twice."""
        folder, address = self._room.folder, self._room.address
        if digest_of(intent.request) != address.digest:
            raise ValueError("the request is not the one that its home is named after")
        take, last = self._room.look()
        if take:
            raise StoreError(
                f"{folder}: take {address.number} of this request is kept already",
                hint="fetch its clip if that is gone; a new generation is another take, with its own number",
            )
        blocking = (address.number, last) if last.standing in _UNRESOLVED else None
        if address.paid:
            blocking = blocking or unresolved_sibling(folder, address)
        if blocking:
            raise StoreError(f"{folder}: {_open_attempt(*blocking)}", hint="`storyreel status` says how to settle it")
        self._room.clear_clip()
        return last.number + 1


class Attempt:
    """One try to get a take, from its intent to its end."""

    def __init__(self, room: Room, number: int, prediction: str, begun: datetime, price_usd: Decimal | None) -> None:
        self.number = number  # from 1
        self.prediction = prediction  # the API's id; "" until it is known
        self.begun = begun  # UTC, just before the POST
        self.price_usd = price_usd  # US dollars expected; None: unpriced
        self.fresh = False  # whether its id came in this moment
        self._room = room
        self._folder = room.attempt(number)

    def submitted(self, prediction: str) -> None:
        """Writes down the API's id, on the disk before the first poll; once only."""
        try:
            with self._room.at_work():
                last = self._expect("uncertain")
                self._room.write(self._folder / "prediction.json", prediction=prediction)
                self._room.came_to(replace(last, standing="submitted", prediction=prediction))
        except StoreError as error:
            # The id is nowhere else at this moment, and without it a paid generation is lost.
            hint = f"{error.hint}; then settle it with --settle {self._room.address.digest} --adopt {prediction}"
            raise StoreError(f"{error.message} (the API's id is {prediction})", hint=hint) from error
        self.prediction = prediction
        self.fresh = True

    def end(self, outcome: Literal["turned_away", "failed", "abandoned"], code: int = 0, message: str = "") -> None:
        """Ends the attempt without a take; only then may the next one begin."""
        if outcome == "turned_away" and self.prediction:
            raise ValueError("the API gave a prediction, so it turned nothing away")
        with self._room.at_work():
            self._expect(*_UNRESOLVED)
            self._end(outcome, code, message)

    def temporary(self) -> Path:
        """A new name for the download, in the folder where `keep` wants it."""
        return self._room.temporary()

    def rescued(self) -> Path | None:
        """The whole clip of this attempt that a process had before it died: inspect and `keep` it, download nothing."""
        return self._room.clip if size_of(self._room.clip) is not None else None

    def keep(self, temporary: Path, facts: MediaFacts) -> Take:
        """Makes a whole clip the take, for good: the clip, then take.json, then the end."""
        address = self._room.address
        if temporary.parent != self._room.folder:
            raise ValueError(f"{temporary} is not in the home {address.home}")
        take = Take(address.digest, address.number, address.home, self.prediction, facts)
        record = {"digest": take.digest, "number": take.number, "prediction": take.prediction, "clip": take.clip}
        with self._room.at_work():
            self._expect("submitted")
            # One waiting for the disk names both files of the folder. Where a power cut leaves take.json alone, its
            # clip is absent, and fetched again.
            self._room.put_clip(temporary, facts.size_bytes, named=False)
            self._room.write(self._room.folder / "take.json", **record)
            self._end("done", 0, "")
        return take

    def _end(self, outcome: str, code: int, message: str) -> None:
        self._room.write(self._folder / "end.json", outcome=outcome, code=code, message=message)

    def _expect(self, *standings: Standing) -> AttemptState:
        last = self._room.look()[1]
        if last.number != self.number or last.standing not in standings:
            raise StoreError(f"{self._folder}: the attempt is {last.standing} already", hint=_MOVED_ON)
        return last


def _open_attempt(take: int, last: AttemptState) -> str:
    fate = f"prediction {last.prediction} is not fetched" if last.prediction else "nobody knows if its POST arrived"
    return f"attempt {last.number} at take {take} has not ended: {fate}"
