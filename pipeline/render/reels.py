"""A frame of the cut comes in; its picture, out of the right frame of the right clip, goes out."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipeline.edit import Cut, Segment
from pipeline.errors import MediaError
from pipeline.frames import frame_at
from pipeline.media.canvas import Canvas
from pipeline.media.pictures import FrameReader
from pipeline.render.card import card
from pipeline.render.lettering import Lettering
from pipeline.render.naming import naming
from pipeline.render.spans import runs


class Reels:
    """The clips of a cut, each open only while it is on screen."""

    def __init__(self, cut: Cut, outputs: Path, canvas: Canvas) -> None:
        """Raises MediaError, before anything is drawn, where a clip is missing."""
        self._cut, self._outputs, self._canvas = cut, outputs, canvas
        self._run_of = {index: run for run in runs(cut.segments) for index in run}
        self._open: dict[range, FrameReader] = {}
        self._cards: dict[int, NDArray[np.uint8]] = {}
        self.lettering = Lettering(cut)
        for segment in cut.segments:
            if segment.source and not (outputs / segment.source).exists():
                raise MediaError(str(outputs / segment.source), f"is missing (shot {segment.shot})")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_before(self._cut.frame_count)

    def picture(self, index: int, frame: int) -> NDArray[np.uint8]:
        """What segment `index` shows in frame `frame` of the cut, as planes of the film's size."""
        segment = self._cut.segments[index]
        if segment.ground:
            return self.lettering.on_ground(segment, frame)
        if not segment.source:
            return self._card(index, segment)
        with naming(segment.shot):
            reader = self._reader(index, segment)
            wanted, rate = segment.first + frame - segment.start, self._cut.frame_rate
            if (last := frame_at(wanted, rate, reader.timing.rate)) >= reader.timing.count:
                reason = f"has {reader.timing.count} frames and the cut needs frame {last}: it is not the clip it was"
                raise MediaError(str(reader.path), reason, hint="plan the cut again")
            found = reader.frame(reader.timing.index_at(wanted, rate))
            return self._canvas.planes(found, reader.pixel_aspect)

    def close_before(self, frame: int) -> None:
        """Let go of every clip that is off screen from frame `frame` of the cut on."""
        segments = self._cut.segments
        for run in [run for run in self._open if segments[run[-1]].start + segments[run[-1]].length <= frame]:
            self._open.pop(run).close()
        for index in [index for index in self._cards if segments[index].start + segments[index].length <= frame]:
            del self._cards[index]

    def _reader(self, index: int, segment: Segment) -> FrameReader:
        run = self._run_of[index]
        if run not in self._open:
            self._open[run] = FrameReader(self._outputs / segment.source)
        return self._open[run]

    def _card(self, index: int, segment: Segment) -> NDArray[np.uint8]:
        if index not in self._cards:
            drawn = card(self._canvas.width, self._canvas.height, segment.shot, segment.card)
            self._cards[index] = self._canvas.planes_of_rgb(drawn)
        return self._cards[index]
