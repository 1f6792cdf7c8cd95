"""A shot enters, decided and not yet drawn; any of its frames leaves, each drawn alone when it is asked for."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from pipeline.previs.ground import Ground, lay
from pipeline.previs.move import View, views
from pipeline.previs.order import PrevisOrder
from pipeline.previs.planes import Plane, Planes, blank, views_of
from pipeline.previs.setting import weather_said
from pipeline.previs.shots import Shot, shots_of
from pipeline.previs.slate import Slate
from pipeline.previs.weather import falling

_BT709, _LIMITED_RANGE = 1, 1  # ITU-T H.273 code points
# A still has only so much to show: the camera goes less far over it than over a backdrop, which is drawn to measure.
_REACH_ON_STILL = 0.75
# How far below the middle faces are, and what a picture of something shows, in frame heights.
_FACES, _UPPER = -0.24, -0.2


class Pictures:
    """The frames of one shot. The order in which they are asked for makes no difference to them."""

    def __init__(self, shot: Shot) -> None:
        """Raises MediaError for a reference picture that can't be read."""
        order, direction, still = shot.order, shot.direction, shot.still
        painted, begun = still is None or still.empty, still is not None and still.goes_on
        reach = _REACH_ON_STILL if still else 1.0
        aim = 0.0 if begun else _FACES if direction.figures and painted else _UPPER if still else 0.0
        self.path = views(direction.camera, order.frames, order.frame_rate, order.seed_number, reach, aim, begun)
        self._size = (order.width, order.height)
        self._ground = lay(order, direction, shot.setting, still, self.path)
        self._slate = Slate(order, direction, shot.spoken, shot.first)
        rate = float(order.frame_rate)
        drops = still is None or (weather_said(direction) and not still.goes_on)
        self._drops = falling(shot.setting, self._size, rate, order.seed_number) if drops else None
        self._seen: tuple[View, Planes] | None = None  # what is under the weather and the slate, where nothing moves

    def __getitem__(self, frame: int) -> VideoFrame:
        """The frame of that number, counted from the start of the shot, as libav takes it."""
        drawn = VideoFrame(*self._size, "yuv420p")
        luma, blue, red = views_of(drawn)
        self._draw((luma, blue, red), frame)
        return drawn

    def _draw(self, planes: Planes, frame: int) -> None:
        self._draw_clean(planes, frame)
        if self._drops:
            self._drops.paint(planes[0], frame)
        self._slate.paint(planes, frame)

    def _draw_clean(self, planes: Planes, frame: int) -> None:
        view = self.path[frame]
        if self.path[max(0, frame - 1) : frame + 2].count(view) == 1:
            _see(self._ground, view, frame, planes)
            return
        if self._seen is None or self._seen[0] != view:
            self._seen = view, blank(self._size)
            _see(self._ground, view, frame, self._seen[1])
        for plane, seen in zip(planes, self._seen[1], strict=True):
            plane[:] = seen


def _see(ground: Ground, view: View, frame: int, planes: Planes) -> None:
    """Draw what a view sees of the ground on the planes."""
    if ground.far is None or view.focus == 0:
        ground.near.draw(frame, planes)
    elif view.focus == 1:
        ground.far.draw(frame, planes)
    else:
        for plane, near, far in zip(planes, ground.near[frame], ground.far[frame], strict=True):
            plane[:] = _mixed(near, far, view.focus)


def _mixed(one: Plane, other: Plane, share: float) -> Plane:
    part = round(256 * share)
    mixed = np.multiply(one, 256 - part, dtype=np.uint16) + np.multiply(other, part, dtype=np.uint16)
    return (mixed >> 8).astype(np.uint8)


def draw_frame(order: PrevisOrder, frame: int) -> Image.Image:
    """One frame of the order's clip, RGB, without the others and without a file; the last one for any that is later.

    Raises OrderError where the order has more parts than frames, MediaError for a reference picture that can't be read.
    """
    from pipeline.media.canvas import upright_rgb  # here: workers never need it, and it takes them a third of a second

    frame = min(frame, order.frames - 1)
    shot = next(shot for shot in reversed(shots_of(order)) if shot.first <= frame)
    drawn = Pictures(shot)[frame - shot.first]
    drawn.colorspace, drawn.color_range = _BT709, _LIMITED_RANGE
    return Image.fromarray(upright_rgb(drawn, None))
