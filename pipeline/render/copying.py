"""A cut and its clips come in; a film goes out whose untouched frames are the very packets of the clips.

What has to be drawn, and the sound, are files of their own first, kept by what they are made from: the next cut that
has the same joint, or the same sound, copies them too.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path

from pipeline.edit import Cut
from pipeline.errors import MediaError
from pipeline.media.coded import Coded, coded
from pipeline.media.splice import Strip, splice
from pipeline.plain import digest_of
from pipeline.render.captions import soft_track
from pipeline.render.mix import Locate
from pipeline.render.naming import naming
from pipeline.render.parts import Drawn, Part, described, parts, shown
from pipeline.render.sounding import ENCODING, sounding, used

_HANDS = 3  # parts that are drawn at once: each takes some 120 MB at 720p


def copy(
    cut: Cut, outputs: Path, target: Path, kept: Path, locate: Locate, progress: Callable[[int], None]
) -> tuple[str, ...]:
    """Make `cut` into `target`; `kept` is the folder of what is drawn. Notes and errors as for `render`."""
    stopped = threading.Event()
    told = _Told(progress, stopped)
    # libav works beside Python: the sound is encoded while pictures are drawn, and so is one part beside the next.
    with (
        ThreadPoolExecutor(min(os.cpu_count() or 1, _HANDS)) as hands,
        sounding(cut, locate, kept, stopped) as sound,
    ):
        drawn = list[Future[Strip]]()
        try:
            clips = _clips(cut, outputs)
            planned = parts(cut, clips)
            if any(isinstance(part, Drawn) for part in planned):
                sound.go_on()
            for part in planned:
                draw = partial(_strip, cut, outputs, kept, part, clips, told.part())
                # In the context of this thread: who asks the run to end reaches it too.
                drawn.append(hands.submit(copy_context().run, draw))
            strips = [each.result() for each in drawn]
            splice(strips, sound.track(), target, cut.frame_rate, soft_track(cut))
        except BaseException:
            stopped.set()  # else whoever stops the run waits for all that is drawn, and the whole sound
            for each in drawn:
                each.cancel()
            raise
    return sound.notes()


class _Told:
    """Frames that are done, counted over all parts."""

    def __init__(self, progress: Callable[[int], None], stopped: threading.Event) -> None:
        self._progress, self._stopped = progress, stopped
        self._done, self._lock = 0, threading.Lock()

    def part(self) -> Callable[[int], None]:
        """What is told how many frames of one part there are; CancelledError where they are not wanted any more."""
        counted = 0

        def tell(frames: int) -> None:
            nonlocal counted
            if self._stopped.is_set():
                raise CancelledError
            with self._lock:
                self._done, counted = self._done + frames - counted, frames
                self._progress(self._done)

        return tell


def draw_joints(cut: Cut, outputs: Path, kept: Path, over: Callable[[], bool], look: Callable[[int], None]) -> None:
    """Draw what `copy` would have to draw of the shots that have clips; where it is `over`, no further."""
    clips = _clips(cut, outputs)
    for part in parts(cut, clips):
        there = isinstance(part, Drawn) and all(segment.source for segment in shown(cut, part))
        if there and not over():
            _strip(cut, outputs, kept, part, clips, look)


def _clips(cut: Cut, outputs: Path) -> dict[str, Coded | str]:
    """How each clip of the cut is coded, by its source. Raises MediaError with the shot of one that can't be read."""
    clips: dict[str, Coded | str] = {}
    for segment in cut.segments:
        if segment.source and segment.source not in clips:
            path = outputs / segment.source
            if not path.exists():
                raise MediaError(str(path), f"is missing (shot {segment.shot})")
            with naming(segment.shot):
                clips[segment.source] = coded(path)
    return clips


def _strip(
    cut: Cut,
    outputs: Path,
    kept: Path,
    part: Part,
    clips: dict[str, Coded | str],
    progress: Callable[[int], None],
) -> Strip:
    """The packets of a part; those of a drawn one are drawn where nobody has before.

    `progress` is told how many frames of it there are so far, in the end all.
    """
    if not isinstance(part, Drawn):
        clip = clips[part.source]
        assert isinstance(clip, Coded)
        progress(part.length)
        return Strip(outputs / part.source, clip, part.packet, part.length)
    file = kept / f"{digest_of({'encoding': ENCODING, **described(cut, part)})}.mp4"
    found = _drawn(file, part.length)
    if found is None:
        # It loads moviepy, which a film that is only copied never needs.
        from pipeline.render.drawing import draw_part

        draw_part(cut, outputs, part, file, progress)
        found = _drawn(file, part.length)
        assert found is not None, f"{file}: what was just encoded can't be copied"
    progress(part.length)
    return Strip(file, found, 0, part.length)


def _drawn(file: Path, frames: int) -> Coded | None:
    """How a kept part is coded; None where there is none, or where it is not what it was."""
    try:
        found = coded(file) if file.exists() else None
    except MediaError:
        return None
    if not isinstance(found, Coded) or len(found.shown) != frames:
        return None
    used(file)
    return found
