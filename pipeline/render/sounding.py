"""The sound of a cut comes in; a file that holds it goes out, kept by what it is made from, and its packets at once.

A film that is only copied needs no more than these packets: they go into it while the rest of them is being encoded.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import halting
from pipeline.edit import Cut
from pipeline.media.aac import Packets
from pipeline.plain import digest_of, plain
from pipeline.render.encoding import encoded, under_way
from pipeline.render.mix import Locate

ENCODING = 2  # of parts and sounds; raised whenever the same would be encoded differently


class Sounding:
    """The sound of a cut, from its beginning on."""

    def __init__(self, file: Path, coming: Packets | None, hand: ThreadPoolExecutor) -> None:
        self.file = file
        self._coming, self._hand = coming, hand
        self._whole: Future[object] | None = None

    def write(self, encode: Callable[[], object]) -> None:
        """Have the file written beside what else is done."""
        self._whole = self._hand.submit(copy_context().run, encode)

    def go_on(self) -> None:
        """Have it written now: nobody takes the packets for a while."""
        if self._coming and not self._whole:
            self.write(partial(deque[object], self._coming, 0))

    def track(self) -> Path | Packets:
        """The file, as soon as it is whole; or the packets on their way into it."""
        if self._coming and not self._whole:
            return self._coming
        if self._whole:
            self._whole.result()
        return self.file

    def notes(self) -> tuple[str, ...]:
        """What was noted when it was encoded."""
        try:
            return tuple(map(str, json.loads(_notes_of(self.file).read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            return ()


@contextmanager
def sounding(cut: Cut, locate: Locate, kept: Path, stopped: threading.Event) -> Iterator[Sounding]:
    """The cut's sound, encoded as one stream from now on; CancelledError where that is not wanted any more."""

    def look() -> None:
        halting.look()
        if stopped.is_set():
            raise CancelledError

    file = kept / f"{digest_of({'encoding': ENCODING, **_heard(cut)})}.m4a"
    with ExitStack() as open_:
        there, levelled = file.exists(), cut.loudness_lufs is not None
        coming = None if there or levelled else open_.enter_context(under_way(cut, locate, file, look))
        sound = Sounding(file, coming, open_.enter_context(ThreadPoolExecutor(1)))
        if there:
            used(file)
            used(_notes_of(file))
        elif levelled:
            sound.write(partial(_encode, cut, locate, file, look))
        yield sound


def _encode(cut: Cut, locate: Locate, file: Path, look: Callable[[], object]) -> None:
    if notes := encoded(cut, locate, file, look).notes:
        _notes_of(file).write_text(json.dumps(notes), encoding="utf-8")


def _notes_of(track: Path) -> Path:
    return track.with_suffix(".json")


def _heard(cut: Cut) -> dict[str, Any]:
    """Everything that the sound hangs on, as plain JSON: not what sources are called, nor which shot brings them."""
    sounds = [plain(replace(sound, role="take", shot="", source="")) for sound in cut.sounds]
    levels = plain((cut.loudness_lufs, cut.true_peak_dbtp))
    return {"rate": str(cut.frame_rate), "frames": cut.frame_count, "sounds": sounds, "levels": levels}


def used(file: Path) -> None:
    """Notes that a kept file is in use."""
    with suppress(OSError):
        os.utime(file)  # what nobody has used for long is cleared away
