"""Frames of high dynamic range or wide gamut come in; frames of BT.709 go out.

What a phone records as HDR would else be shown as if its numbers were those of plain video: grey and flat. The white of
paper (203 cd/m2, ITU-R BT.2408) becomes white, and what shines brighter does too. To draw that in would make all else
darker by half where a film doesn't say how bright it gets, as most don't.
"""

from __future__ import annotations

from fractions import Fraction

from av.filter import Graph
from av.video.frame import VideoFrame

_BT709, _LIMITED = 1, 1
# ISO/IEC 23091-2. Transfer: 16 is PQ, 18 HLG. Primaries: 9 is BT.2020, 11 and 12 are P3.
_HIGH, _WIDE = (16, 18), (9, 11, 12)
_TO_BT709 = "out_primaries=bt709:out_transfer=bt709:out_color_matrix=bt709:out_range=tv"


def is_beyond(frame: VideoFrame) -> bool:
    """Whether a frame says that it has more brightness or colours than BT.709 can hold."""
    return frame.color_trc in _HIGH or frame.color_primaries in _WIDE


class Gamut:
    """One conversion, repeated: to set it up takes a second or more, a frame little."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._shape: tuple[object, ...] = ()

    def brought_in(self, frame: VideoFrame) -> VideoFrame:
        """The frame in BT.709, limited range, 4:2:0, of the same size; as it is where it already is inside."""
        if not is_beyond(frame):
            return frame
        shape = (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range)
        if self._graph is None or self._shape != shape:
            self._graph, self._shape = _graph(frame), shape
        frame.pts, frame.time_base = None, Fraction(1, 1000)
        self._graph.push(frame)
        mapped = self._graph.pull()
        assert isinstance(mapped, VideoFrame)
        mapped.colorspace, mapped.color_range = _BT709, _LIMITED
        return mapped


def _graph(frame: VideoFrame) -> Graph:
    graph = Graph()
    range_ = "pc" if frame.color_range == 2 else "tv"
    form = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/1000"
    steps = [
        graph.add("buffer", f"{form}:colorspace={frame.colorspace}:range={range_}"),
        graph.add("scale", _TO_BT709),
        graph.add("format", "pix_fmts=yuv420p"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*steps)
    graph.configure()
    return graph
