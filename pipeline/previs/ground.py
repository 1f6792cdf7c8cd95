"""An order and its views enter; what the camera looks at leaves: a still, or a painted scene of several distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from pipeline.previs.backdrop import nearest, paint_sky_of, paint_surroundings, paint_those_in_it
from pipeline.previs.canvas import Floats, Frame, Layer
from pipeline.previs.choice import Still
from pipeline.previs.move import DUTCH_ROLL, View, looked
from pipeline.previs.order import Direction, PrevisOrder
from pipeline.previs.planes import (
    SPARE_PX,
    Extent,
    Plane,
    Planes,
    Sheet,
    bounds,
    extent,
    greyed,
    sheet,
    softened,
    split,
)
from pipeline.previs.setting import Setting
from pipeline.previs.stack import Stack, flattened, moves_apart, step_of
from pipeline.previs.stage import Scene
from pipeline.previs.stills import cover, open_still, surrounded
from pipeline.previs.tint import tinted
from pipeline.previs.unslate import clear_of_slate, unslated

# A picture a little finer than the frame: cut at full size to a fraction of a pixel, it would pulse as it moves. None
# of these is near a ratio of small numbers: `warp` has more places to choose from.
_DENSITY, _MOST_DENSITY = 1.118, 1.618
# Nothing in a sky has a hard edge but its sun.
_SKY_DENSITY = 0.553
# How far out of focus the surroundings fall as people fill the frame, in frame heights.
_DEFOCUS = {"MS": 0.004, "MCU": 0.008, "CU": 0.013, "ECU": 0.020, "OTS": 0.007, "insert": 0.010}
_RACK_DEFOCUS, _RACK_PEOPLE_DEFOCUS = 0.022, 0.016
_COARSE = (0.764, 0.553, 0.433, 0.356, 0.302, 0.2625)  # pixels a pixel of the frame, for what is out of focus
# A blurred picture needs no more pixels than so many to the width of its blur, and is blurred by its fewness already.
_PIXELS_A_BLUR = 1.3
_AROUND = 0.8  # how near the surroundings are that are to be sharp
_BEHIND = 0.55  # how near a picture of a place is behind those who are painted before it
_GRAIN = 1.1  # standard deviation in 8-bit levels: enough to hide the steps of a sky, too little to be seen
_GRAIN_TILE = 128  # pixels


@dataclass(frozen=True, slots=True)
class Ground:
    """What the camera looks at."""

    near: Stack  # in focus on what is near; the only one unless focus is pulled
    far: Stack | None = None  # the same in focus on what is far


@dataclass(frozen=True, slots=True)
class _Plot:
    """How much is to be painted, and how finely."""

    views: tuple[View, ...]
    size: tuple[int, int]  # of a frame in pixels
    seen: Extent
    density: float  # pixels of the picture a pixel of the frame
    density_around: float  # the same of the surroundings, of which little is as near as the subject
    roll: float  # clockwise, radians
    racked: bool  # whether it is seen focused near and far
    grain: NDArray[np.float32]  # 8-bit levels, a tile

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        seen = self.seen
        return round((seen.right - seen.left) * self.density), round((seen.bottom - seen.top) * self.density)


def lay(
    order: PrevisOrder, direction: Direction, setting: Setting, still: Still | None, views: tuple[View, ...]
) -> Ground:
    """Draw the ground as far as the views reach. Raises MediaError for a still that can't be read."""
    plot = _plot(order, direction, views, nearest(direction.camera.shot_size) if still is None or still.empty else 1.0)
    step = step_of(views, plot.size, _blur_px(direction, plot))
    scene = Scene(direction, setting, order.width / order.height, order.seed_number, step)
    return _on_still(still, scene, plot) if still else _painted(scene, plot)


def _plot(order: PrevisOrder, direction: Direction, views: tuple[View, ...], nearest: float) -> _Plot:
    still = len(set(views)) == 1
    density, around = (
        1.0 if still else min(_MOST_DENSITY, _DENSITY * max(looked(view, near)[2] for view in views))
        for near in (1.0, _AROUND)
    )
    roll = DUTCH_ROLL if direction.camera.angle == "dutch" else 0.0
    size = order.width, order.height
    grain = np.random.default_rng([order.seed_number, 3]).standard_normal((_GRAIN_TILE, _GRAIN_TILE), np.float32)
    seen = extent(views, size, nearest)
    return _Plot(views, size, seen, density, around, roll, direction.camera.movement == "rack_focus", _GRAIN * grain)


def _on_still(still: Still, scene: Scene, plot: _Plot) -> Ground:
    picture = open_still(still.path, plot.pixels)
    frame = _frame(plot, plot.density)
    if still.goes_on:
        covered = _gone_on_from(picture, frame, plot)
    else:
        covered = cover(unslated(picture), frame.size, still.tighten, still.aside, still.loosen)
        covered = tinted(covered, scene.direction, scene.setting.place == "room")
    middle = _middle(frame)
    if plot.roll:
        covered = covered.rotate(-math.degrees(plot.roll), Image.Resampling.BICUBIC, center=middle)
    people = _people(scene, plot, ground=False) if still.empty else []
    whole = Sheet(split(np.asarray(covered)), None, middle, plot.density, _BEHIND if people else 1.0)
    if people and plot.racked:
        return _racked([whole], people, plot)
    if not plot.racked:
        return Ground(Stack(_one_if_alike([whole, *people], plot), plot.views, plot.size))
    # Its middle or its surroundings are out of focus.
    soft, round_it = softened(whole, _RACK_DEFOCUS * plot.size[1]), _middle_of(whole.size)
    both = (_mixed(soft, whole, round_it), _mixed(whole, soft, round_it))
    near, far = (Stack([each], plot.views, plot.size) for each in both)
    return Ground(near, far)


def _gone_on_from(picture: Image.Image, frame: Frame, plot: _Plot) -> Image.Image:
    """A frame of other footage, as large as it was there, and room around it for the camera to move on."""
    width, height = (side * plot.density for side in plot.size)
    scale = max(width / picture.width, height / picture.height)
    box, middle = clear_of_slate(picture), _middle(frame)
    size = max(2, round((box[2] - box[0]) * scale)), max(2, round((box[3] - box[1]) * scale))
    sharp = picture.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)
    left = middle[0] + (box[0] - picture.width / 2) * scale
    top = middle[1] + (box[1] - picture.height / 2) * scale
    return surrounded(sharp, (round(left), round(top)), frame.size)


def _middle_of(size: tuple[int, int]) -> Image.Image:
    """A mask of the middle of a picture, with a soft edge."""
    width, height = size
    middle = Image.new("L", (width // 8, height // 8))
    ImageDraw.Draw(middle).ellipse((width // 32, height // 40, width * 3 // 32, height * 4 // 40), fill=255)
    return middle.filter(ImageFilter.GaussianBlur(width / 90)).resize(size, Image.Resampling.BICUBIC)


def _mixed(ground: Sheet, over: Sheet, mask: Image.Image) -> Sheet:
    pictures = zip(ground.planes, over.planes, strict=True)
    luma, blue, red = (
        np.asarray(Image.composite(Image.fromarray(b), Image.fromarray(a), mask.resize((a.shape[1], a.shape[0]))))
        for a, b in pictures
    )
    return replace(ground, planes=(luma, blue, red))


def _painted(scene: Scene, plot: _Plot) -> Ground:
    around, people = _surroundings(scene, plot), _people(scene, plot)
    if scene.setting.grey:
        around, people = ([_grey(each) for each in sheets] for sheets in (around, people))
    if plot.racked:
        return _racked(around, people, plot)
    return Ground(Stack(_one_if_alike([*around, *people], plot), plot.views, plot.size))


def _one_if_alike(sheets: list[Sheet], plot: _Plot) -> list[Sheet]:
    """The sheets as one where no view tells their distances apart."""
    if moves_apart(sheets, plot.views, plot.size):
        return sheets
    return [flattened(sheets, plot.seen, plot.density)]


def _racked(around: Sequence[Sheet], people: Sequence[Sheet], plot: _Plot) -> Ground:
    """The people in focus before what is behind them out of it, and the other way round."""
    height = plot.size[1]
    behind = flattened(around, plot.seen, plot.density)
    near = flattened([softened(behind, _RACK_DEFOCUS * height), *people], plot.seen, plot.density)
    blurred = [_blurred(each, _RACK_PEOPLE_DEFOCUS * height) for each in people]
    far = flattened([behind, *blurred], plot.seen, plot.density)
    return Ground(Stack([near], plot.views, plot.size), Stack([far], plot.views, plot.size))


def _surroundings(scene: Scene, plot: _Plot) -> list[Sheet]:
    """The sky and what is under it, in as many pixels as their sharpness needs."""
    blur_px = _blur_px(scene.direction, plot)
    enough = [own for own in _COARSE if own * blur_px >= _PIXELS_A_BLUR]
    density = enough[-1] if enough and blur_px > 1 else plot.density_around
    sheets = []
    for paint, own in ((paint_sky_of, min(_SKY_DENSITY, density)), (paint_surroundings, density)):
        frame = _frame(plot, own)
        sheets += [_sheet(layer, frame, plot, own, blurred=own < 1 and blur_px > 0) for layer in paint(scene, frame)]
    sheets[0] = replace(sheets[0], through=None)
    if scene.setting.place != "room" and len(sheets) > 1 and sheets[1].nearness < scene.step:
        sheets[:2] = [flattened(sheets[:2], plot.seen, density)]
    return sheets


def _blur_px(direction: Direction, plot: _Plot) -> float:
    """How far out of focus the surroundings are, in pixels of the frame."""
    return 0.0 if plot.racked else _DEFOCUS.get(direction.camera.shot_size, 0.0) * plot.size[1]


def _people(scene: Scene, plot: _Plot, ground: bool = True) -> list[Sheet]:
    frame = _frame(plot, plot.density)
    layers = paint_those_in_it(scene, frame, ground)
    sheets = [_sheet(layer, frame, plot, plot.density, blurred=False) for layer in layers]
    carried = scene.direction.camera.movement == "tracking"
    return [replace(each, carried=carried) for each in sheets]


def _sheet(layer: Layer, frame: Frame, plot: _Plot, density: float, blurred: bool) -> Sheet:
    alpha = (layer.alpha * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    full, middle, pixels = bool(alpha.min() == 255), _middle(frame), layer.pixels
    if not (full or plot.roll):
        # Most of a canvas is empty: the rest is all that is looked at.
        rows, columns = bounds(alpha, round(SPARE_PX * density))
        alpha, pixels = alpha[rows, columns], pixels[:, rows, columns]
        middle = middle[0] - columns.start, middle[1] - rows.start
    picture = _rounded(pixels, plot.grain if full else None)
    if blurred:
        picture, alpha = _smoothed(picture), alpha if full else _smoothed(alpha)
    if plot.roll:
        picture, alpha = _turned(picture, plot.roll, middle), _turned(alpha, plot.roll, middle)
    return sheet(picture, None if full else alpha, middle, density, layer.nearness)


def _rounded(pixels: Floats, grain: NDArray[np.float32] | None) -> Plane:
    """Painted pixels in 8 bits, height x width x 3; what fills the frame is so smooth that it needs grain."""
    _, height, width = pixels.shape
    picture = np.empty((height, width, 3), np.uint8)
    more: NDArray[np.float32] | np.float32 = np.float32(0.5)
    if grain is not None:
        tiles = np.tile(grain, (height // _GRAIN_TILE + 1, width // _GRAIN_TILE + 1))
        more = tiles[:height, :width] + more
    for channel in range(3):
        plane = pixels[channel] + more
        picture[:, :, channel] = np.clip(plane, 0, 255, out=plane)
    return picture


def _soft(picture: Plane, radius_px: float) -> Plane:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius_px)))


def _smoothed(picture: Plane) -> Plane:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.BoxBlur(1)))


def _turned(picture: Plane, roll: float, middle: tuple[float, float]) -> Plane:
    turned = Image.fromarray(picture).rotate(-math.degrees(roll), Image.Resampling.BICUBIC, center=middle)
    return np.asarray(turned)


def _blurred(each: Sheet, radius_px: float) -> Sheet:
    """A sheet of people out of focus."""
    luma, blue, red = each.planes
    assert each.through is not None
    radius = radius_px * each.density
    soft = _soft(luma, radius), _soft(blue, radius / 2), _soft(red, radius / 2)
    return replace(each, planes=soft, through=_soft(each.through, radius))


def _grey(each: Sheet) -> Sheet:
    planes: Planes = greyed(each.planes)
    return replace(each, planes=planes)


def _frame(plot: _Plot, density: float) -> Frame:
    """The part of the world that is painted: what is seen, and more of it where the frame is turned in it."""
    seen, height_px = plot.seen, plot.size[1]
    across, down = (seen.right - seen.left) / height_px, (seen.bottom - seen.top) / height_px
    sine, cosine = abs(math.sin(plot.roll)), math.cos(plot.roll)
    spare_x, spare_y = (across * cosine + down * sine - across) / 2, (across * sine + down * cosine - down) / 2
    left, top = seen.left / height_px - spare_x, 0.5 + seen.top / height_px - spare_y
    return Frame(left, top, left + across + 2 * spare_x, top + down + 2 * spare_y, height_px * density)


def _middle(frame: Frame) -> tuple[float, float]:
    return -frame.left * frame.scale, (0.5 - frame.top) * frame.scale
