"""Films and the room there is for them enter; small copies that fit into it leave, with what had to be lowered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import media
from pipeline.errors import MediaError
from pipeline.plain import digest_of, plain
from pipeline.report import Clip
from pipeline.store.files import overwrite

if TYPE_CHECKING:
    from pipeline.media.proxies import Measure, Veil

# Shorter side in pixels, bits a second of the picture at most, and of the sound. At 360 lines x264 takes 150 to 600
# kbit/s for what it is asked here; the caps are for grain, rain and hand-held cameras.
_LADDER = (
    (360, 900_000, 64_000),
    (360, 450_000, 64_000),
    (288, 260_000, 48_000),
    (240, 160_000, 48_000),
    (180, 90_000, 32_000),
)
_LIKELY = 3  # of the worst case a usual film takes a third


@dataclass(frozen=True, slots=True)
class Wanted:
    """A film that is to be copied."""

    key: str
    path: Path
    name: str  # what people call it
    seconds: Fraction
    veils: tuple[Veil, ...] = ()  # what is not to be seen of it


@dataclass(frozen=True, slots=True)
class Proxies:
    """The copies."""

    clips: Mapping[str, Clip]  # by key; what is left out is not in it
    notes: tuple[str, ...]
    failed: Mapping[str, str]  # by key, why a film can't be read


def proxies(wanted: Sequence[Wanted], room_bytes: int, kept: Path, look: Callable[[int], object]) -> Proxies:
    """Copies of the films, the weightiest first, of at most so many bytes together. `kept` is the folder they stay in.

    `look` is told how many are there, as they come.

    Raises StoreError where that can't be written.
    """
    from pipeline.media.proxies import Measure  # here: it loads libav

    failed: dict[str, str] = {}
    made: dict[str, Clip] = {}
    measure = Measure(*_LADDER[-1])
    for step in _steps(sum((one.seconds for one in wanted), Fraction(0)), room_bytes):
        measure = Measure(*step)
        made = {}
        for key, clip in _copied(wanted, measure, failed, room_bytes, kept, last=step == _LADDER[-1]):
            made[key] = clip
            look(len(made))
        if sum(len(clip.mp4) for clip in made.values()) <= room_bytes and len(made) + len(failed) == len(wanted):
            break
    left_out = [one.name for one in wanted if one.key not in made and one.key not in failed]
    return Proxies(made, tuple(_notes(measure, left_out, bool(made))), failed)


def _steps(seconds: Fraction, room_bytes: int) -> Iterator[tuple[int, int, int]]:
    """Those of the ladder that may fit, and the last one whatever comes."""
    for step in _LADDER:
        worst = seconds * (step[1] + step[2]) / 8
        if worst <= room_bytes * _LIKELY or step == _LADDER[-1]:
            yield step


def _copied(
    wanted: Sequence[Wanted], measure: Measure, failed: dict[str, str], room_bytes: int, kept: Path, *, last: bool
) -> Iterator[tuple[str, Clip]]:
    """Copies until the room is full; at the last step what does not fit is passed over, for something shorter.

    They are made beside each other: libav and x264 hold no lock of Python's, and each of them runs on one thread.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="copying") as hands:
        try:
            copies = [
                (one.key, hands.submit(copy_context().run, _copy, one, measure, kept))
                for one in wanted
                if one.key not in failed
            ]
            for key, copy in copies:
                try:
                    mp4 = copy.result()
                except MediaError as error:
                    failed[key] = error.reason
                    continue
                if len(mp4) <= room_bytes:
                    room_bytes -= len(mp4)
                    yield key, Clip(mp4)
                elif not last:
                    return
        finally:
            hands.shutdown(cancel_futures=True)


def _copy(one: Wanted, measure: Measure, kept: Path) -> bytes:
    """A copy that is kept, or a new one. Whoever reports twice in a day waits once."""
    from pipeline.media.proxies import COPYING, proxy  # here: it loads libav

    made_from = [COPYING, media.inspect(one.path).sha256, plain(measure), plain(one.veils)]
    file = kept / f"small-{digest_of({'copy': made_from})[:32]}.mp4"
    try:
        content = file.read_bytes()
        os.utime(file)  # `render` clears what nobody has used for weeks
    except OSError:
        content = proxy(one.path, measure, one.veils)
        overwrite(file, content, durable=False)
    return content


def _notes(measure: Measure, left_out: Sequence[str], some: bool) -> Iterator[str]:
    short_px, bits, _ = _LADDER[0]
    if some and (measure.short_px, measure.bits) != (short_px, bits):
        size = f"{measure.short_px} lines at most" if measure.short_px < short_px else f"{short_px} lines"
        yield f"films are of {size} and {measure.bits // 1000} kbit/s, so that the page keeps to its size"
    if left_out:
        shown, more = left_out[:6], len(left_out) - 6
        names = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
        yield f"without their films, for want of room: {names}; a larger --max-mb takes them in"
