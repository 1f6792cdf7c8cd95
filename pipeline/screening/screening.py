"""Takes enter as they land; what the checks say of each stands beside its clip. Nobody waits for it but who asks."""

from __future__ import annotations

import importlib
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline import halting
from pipeline.catalog import Model
from pipeline.errors import StoreError
from pipeline.screening import built_in, exchange
from pipeline.screening.asked import Sizes, asked, prompt_of
from pipeline.screening.programs import Failed, Program, Stopped, ask
from pipeline.store import Intent, Look, Looks, Store
from pipeline.take import BUILT_IN, Flag, Take

FAILED = "check-failed"  # the code of a check that came to nothing
_AGAIN = "failed"  # its version: the next run asks it again
_MOST_FAILED = 3  # times that a program fails before it is asked no more in this run
_HANDS = 2  # takes that are looked at, at a time: libav works beside Python, own checks beside us
Key = tuple[str, int]


class Screening:
    """Looks at takes behind whatever else is done. A context: at its end nothing of it runs any more."""

    def __init__(
        self,
        store: Store,
        outputs: Path,
        models: Mapping[str, Model],
        sizes: Sizes,
        programs: Iterable[Program],
        quiet_s: float = 0.0,
    ) -> None:
        """`outputs` is the folder that takes are relative to; `sizes` are those of the pictures that a board names.

        Nothing is looked at before `quiet_s` seconds have passed in which nothing was handed in: where takes land one
        upon the other the processor has better things to do.
        """
        self._store, self._outputs, self._models, self._sizes = store, outputs, models, sizes
        self._programs = tuple(programs)
        self._names = frozenset({BUILT_IN, *(program.name for program in self._programs)})
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="screening")
        self._seen: dict[Key, tuple[Flag, ...]] = {}
        self._looking: dict[Key, Future[tuple[Flag, ...]]] = {}
        self._stop = threading.Event()
        self._over = threading.Event()
        self._quiet_s, self._last_s = quiet_s, time.monotonic()
        self._failed: Counter[str] = Counter()
        self._versions: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._stop.set()
        self._over.set()
        # What has not begun is looked at by who next cuts the take.
        self._hands.shutdown(wait=True, cancel_futures=True)

    def see(self, take: Take) -> None:
        """Looks at a paid take whose clip is here, soon; once a run. What was looked at before is only read."""
        self._last_s = time.monotonic()
        key = take.digest, take.number
        if key in self._seen or key in self._looking:
            return
        before = self._store.looks(take)
        fresh = {name: look for name, look in before.items() if look.version == self._version(name)}
        if len(fresh) == len(self._names):
            self._seen[key] = _flags_of(fresh)
        else:
            load()
            self._looking[key] = self._hands.submit(self._look, take, before, fresh)

    def flags(self) -> Mapping[Key, tuple[Flag, ...]]:
        """Those of every take that was to be seen and has some, once all were looked at."""
        while wait(self._looking.values(), halting.LOOK_S).not_done:
            halting.look()
        found = {**self._seen, **{key: looking.result() for key, looking in self._looking.items()}}
        return {key: flags for key, flags in found.items() if flags}

    def _look(self, take: Take, before: Looks, fresh: Looks) -> tuple[Flag, ...]:
        while (left_s := self._last_s + self._quiet_s - time.monotonic()) > 0:
            if self._over.wait(left_s):
                return ()
        looks = self._complete(fresh, self._outputs / take.home / "clip.mp4", take, self._intent_of(take))
        # What the checks of another board said of the same take stays as it is.
        foreign = {name: look for name, look in before.items() if name not in self._names}
        if foreign | looks != before:
            self._store.looked(take, foreign | looks)
        return _flags_of(looks)

    def _intent_of(self, take: Take) -> Intent | None:
        try:
            return self._store.intent_of(take.home)
        except StoreError:
            return None  # told of where it matters: a clip can be looked at without it

    def _complete(self, looks: Looks, clip: Path, take: Take, intent: Intent | None) -> dict[str, Look]:
        found = dict(looks)
        if BUILT_IN not in found:
            noticed = built_in.flags(clip, take.clip, asked(intent, self._models, self._sizes))
            if noticed is None:
                return found
            found[BUILT_IN] = Look(built_in.VERSION, noticed)
        question = exchange.question(clip, take, intent, prompt_of(intent, self._models))
        for program in self._programs:
            if program.name not in found and (look := self._asked(program, question)):
                found[program.name] = look
        return found

    def _asked(self, program: Program, question: bytes) -> Look | None:
        """What a program says; None where it is not asked any more."""
        if self._stop.is_set() or self._failed[program.name] >= _MOST_FAILED:
            return None
        try:
            said = exchange.answer(ask(program, question, self._stop), program.name)
        except Stopped:
            return None
        except (Failed, ValueError) as error:
            self._failed[program.name] += 1
            return Look(_AGAIN, (Flag(FAILED, f"{FAILED}: {program.name}: {error}"[:400], program.name),))
        return Look(self._version(program.name), said)

    def _version(self, name: str) -> str:
        """Of a check as it is now; "" of one that does not belong to this run."""
        if name not in self._versions:
            own = next((program for program in self._programs if program.name == name), None)
            self._versions[name] = built_in.VERSION if name == BUILT_IN else own.version() if own else ""
        return self._versions[name]


def load() -> None:
    """Loads libav. Where two threads import it at the same moment it comes out half, and neither can go on."""
    importlib.import_module("pipeline.media.seeing")


def _flags_of(looks: Looks) -> tuple[Flag, ...]:
    return tuple(flag for look in looks.values() for flag in look.flags)
