"""A shot enters, decided and not yet drawn; any of its frames leaves, each drawn alone when it is asked for."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from pipeline.media.canvas import upright_rgb
from pipeline.previs.ground import lay
from pipeline.previs.move import View, views
from pipeline.previs.order import PrevisOrder
from pipeline.previs.planes import Planes, Sheet, cut, settled
from pipeline.previs.shots import Shot, shots_of
from pipeline.previs.slate import Slate
from pipeline.previs.weather import falling

_BT709, _LIMITED_RANGE = 1, 1  # ITU-T H.273 code points
# A still has only so much to show: the camera goes less far over it than over a backdrop, which is drawn to measure.
_REACH_ON_STILL = 0.65


class Pictures:
    """The frames of one shot. The order in which they are asked for makes no difference to them."""

    def __init__(self, shot: Shot) -> None:
        """Raises MediaError for a reference picture that can't be read."""
        order, direction, still = shot.order, shot.direction, shot.still
        reach = _REACH_ON_STILL if still else 1.0
        self.path = views(direction.camera, order.frames, order.frame_rate, order.seed_number, reach)
        self._size = (order.width, order.height)
        self._ground = lay(order, direction, shot.setting, still, self.path)
        self._near = settled(self._ground.near, self.path, self._size)
        self._slate = Slate(order, direction, shot.spoken, shot.first)
        rate = float(order.frame_rate)
        self._drops = None if still else falling(shot.setting, self._size, rate, order.seed_number)
        self._seen: tuple[View, Planes] | None = None  # what is under the weather and the slate, where nothing moves

    def __getitem__(self, frame: int) -> Planes:
        """The frame of that number, counted from the start of the shot."""
        clean = self._clean(self.path[frame])
        planes = (clean[0].copy(), clean[1].copy(), clean[2].copy())
        if self._ground.people:
            self._ground.people.lay(planes)
        if self._drops:
            self._drops.paint(planes[0], frame)
        self._slate.paint(planes, frame)
        return planes

    def _clean(self, view: View) -> Planes:
        if self._seen is None or self._seen[0] != view:
            self._seen = view, _seen(self._near, self._ground.far, view, self._size)
        return self._seen[1]


def _seen(sharp: Sheet, far_sheet: Sheet | None, view: View, size: tuple[int, int]) -> Planes:
    near = cut(sharp, view, size)
    if far_sheet is None or view.focus == 0:
        return near
    far = cut(far_sheet, view, size)
    return (
        Image.blend(near[0], far[0], view.focus),
        Image.blend(near[1], far[1], view.focus),
        Image.blend(near[2], far[2], view.focus),
    )


def draw_frame(order: PrevisOrder, frame: int) -> Image.Image:
    """One frame of the order's clip, RGB, without the others and without a file; the last one for any that is later.

    Raises OrderError where the order has more parts than frames, MediaError for a reference picture that can't be read.
    """
    frame = min(frame, order.frames - 1)
    shot = next(shot for shot in reversed(shots_of(order)) if shot.first <= frame)
    drawn = as_frame(Pictures(shot)[frame - shot.first], order.width, order.height)
    drawn.colorspace, drawn.color_range = _BT709, _LIMITED_RANGE
    return Image.fromarray(upright_rgb(drawn, None))


def as_frame(planes: Planes, width: int, height: int) -> VideoFrame:
    """A drawn frame as libav takes it."""
    frame = VideoFrame(width, height, "yuv420p")
    for own, plane in zip(frame.planes, planes, strict=True):
        # Rows of a video frame may be longer than the picture.
        rows = np.frombuffer(own, np.uint8).reshape(-1, own.line_size)  # type: ignore[call-overload]
        rows[: plane.height, : plane.width] = np.asarray(plane)
    return frame
