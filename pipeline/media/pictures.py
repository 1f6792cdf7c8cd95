"""The path of a film comes in; exactly the frames that are asked for go out, by number."""

from __future__ import annotations

import bisect
import io
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from av.video.frame import VideoFrame
from PIL import Image

from pipeline.errors import MediaError
from pipeline.media.canvas import upright_rgb
from pipeline.media.opening import blaming, opened, picture_stream
from pipeline.media.timing import timing_of

_WORTH_A_SEARCH = 8  # frames: skipping fewer is cheaper by decoding them


class FrameReader:
    """Frames of one film by number: forward costs one decoding each, backward a search for the key frame before."""

    def __init__(self, path: Path) -> None:
        """Raises MediaError where `path` is no film that can be read."""
        self.path = path
        with ExitStack() as stack:
            self._container = stack.enter_context(opened(path))
            stream = picture_stream(self._container)
            timing = timing_of(self._container.demux(stream), stream) if stream else None
            if stream is None or timing is None:
                raise MediaError(str(path), "holds no picture that can be decoded")
            stream.thread_type = "AUTO"  # libav's default decodes by slices, which few clips have
            self._stream, self.timing = stream, timing
            self.pixel_aspect: Fraction | None = stream.sample_aspect_ratio
            self._stack = stack.pop_all()
        self._number = {tick: number for number, tick in enumerate(timing.shown)}
        self._coming: Iterator[VideoFrame] = iter(())
        self._at = timing.count  # of the frame that came last; a request for an earlier one searches
        self._frame: VideoFrame | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._frame, self._coming = None, iter(())
        self._stack.close()

    def frame(self, number: int) -> VideoFrame:
        """Frame `number`, from 0, in the order they are shown.

        Raises MediaError where the film has no such frame, or it can't be decoded.
        """
        if not 0 <= number < self.timing.count:
            raise MediaError(str(self.path), f"has {self.timing.count} frames, and frame {number} is asked for")
        if self._frame is None or number != self._at:
            self._frame = None
            with blaming(self.path):
                self._frame = self._found(number)
        return self._frame

    def _found(self, number: int) -> VideoFrame:
        key = self._key_before(number)
        near = self._at < number <= self._at + _WORTH_A_SEARCH
        if not near and not self._frame_of(key) <= self._at < number:
            self._restart(key)
        # An index is by decoding time: between keys that lie close together the search may end at the later one.
        frame = self._forward(number) or self._from_start(number)
        if frame is None or frame.is_corrupt:
            raise MediaError(str(self.path), f"is damaged: frame {number} of {self.timing.count} can't be decoded")
        return frame

    def _key_before(self, number: int) -> int:
        """The tick of the last frame at or before `number` at which decoding may begin."""
        keys = self.timing.keys
        return keys[max(0, bisect.bisect_right(keys, self.timing.shown[number]) - 1)]

    def _frame_of(self, tick: int) -> int:
        return bisect.bisect_left(self.timing.shown, tick)

    def _from_start(self, number: int) -> VideoFrame | None:
        self._restart(self.timing.keys[0])
        return self._forward(number)

    def _restart(self, tick: int) -> None:
        self._container.seek(tick, stream=self._stream)
        self._coming, self._at = self._container.decode(self._stream), -1

    def _forward(self, number: int) -> VideoFrame | None:
        for frame in self._coming:
            if frame.pts is not None:
                self._at = self._number.get(frame.pts, self._at)
            if self._at >= number:
                return frame if self._at == number else None
        return None


def frame_png(path: Path, frame: int, frame_rate: Fraction) -> bytes:
    """The frame on screen `frame / frame_rate` seconds into the film at `path`, upright, as a PNG in RGB.

    After the end of the film it is its last frame. Raises MediaError where there is none.
    """
    png = io.BytesIO()
    frame_picture(path, frame, frame_rate).save(png, "PNG")
    return png.getvalue()


def frame_picture(path: Path, frame: int, frame_rate: Fraction) -> Image.Image:
    """The same frame, RGB. Raises MediaError likewise."""
    with FrameReader(path) as reader:
        found = reader.frame(reader.timing.index_at(frame, frame_rate))
        return Image.fromarray(upright_rgb(found, reader.pixel_aspect))
