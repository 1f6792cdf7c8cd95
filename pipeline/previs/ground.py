"""An order and its views enter; the picture that the camera looks at leaves: a still, or a painted backdrop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pipeline.previs.backdrop import paint, paint_people_alone
from pipeline.previs.canvas import Frame
from pipeline.previs.choice import Still
from pipeline.previs.move import DUTCH_ROLL, View
from pipeline.previs.order import Direction, PrevisOrder
from pipeline.previs.overlay import Overlay, over
from pipeline.previs.planes import Extent, Sheet, extent, split
from pipeline.previs.setting import Setting
from pipeline.previs.stage import Scene
from pipeline.previs.stills import cover, open_still
from pipeline.previs.unslate import unslated

# A picture a little finer than the frame: cut at full size to a fraction of a pixel, it would pulse as it moves.
_DENSITY, _MOST_DENSITY = 1.12, 1.5
# Moves that keep pace with the people, so that the world slides past behind them.
_FOLLOWING = ("tracking", "orbit_left", "orbit_right")
_RACK_BLUR = 0.014  # of a still's out-of-focus part, in frame heights

_Painter = Callable[[Frame, str], Image.Image]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the camera looks at."""

    near: Sheet  # in focus on what is near; the only sheet unless focus is pulled
    far: Sheet | None = None  # the same in focus on what is far
    people: Overlay | None = None  # those that the camera keeps in one place of the frame


def lay(
    order: PrevisOrder, direction: Direction, setting: Setting, still: Still | None, views: tuple[View, ...]
) -> Ground:
    """Draw the ground as far as the views reach. Raises MediaError for a still that can't be read."""
    plot, camera = _plot(order, direction, views), direction.camera
    if still:
        picture = unslated(open_still(still.path, plot.size))
        tighten, aside = still.tighten, still.aside
        return _ground(
            lambda frame, focus: _focused(cover(picture, frame.size, tighten, aside), focus, frame.scale), plot
        )
    scene = Scene(direction, setting, order.width / order.height, order.seed_number)
    people = None
    # In a turned frame they stay in the picture, which turns as a whole.
    if camera.movement in _FOLLOWING and not plot.roll:
        whole = Frame(-scene.aspect / 2, 0.0, scene.aspect / 2, 1.0, order.height)
        people = paint_people_alone(scene, whole)
    world = _ground(lambda frame, focus: paint(scene, frame, focus, peopled=people is None), plot)
    return replace(world, people=over(people) if people else None)


@dataclass(frozen=True, slots=True)
class _Plot:
    """How much is to be painted, and how finely."""

    seen: Extent
    height_px: int  # of a frame
    density: float  # pixels of the picture a pixel of the frame
    roll: float  # clockwise, radians
    racked: bool  # whether two pictures are needed, focused near and far

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        seen = self.seen
        return round((seen.right - seen.left) * self.density), round((seen.bottom - seen.top) * self.density)


def _plot(order: PrevisOrder, direction: Direction, views: tuple[View, ...]) -> _Plot:
    closest = max(view.zoom for view in views)
    density = 1.0 if len(set(views)) == 1 else min(_MOST_DENSITY, max(_DENSITY, closest))
    roll = DUTCH_ROLL if direction.camera.angle == "dutch" else 0.0
    racked = direction.camera.movement == "rack_focus"
    return _Plot(extent(views, (order.width, order.height)), order.height, density, roll, racked)


def _ground(painter: _Painter, plot: _Plot) -> Ground:
    if plot.racked:
        return Ground(_sheet(painter, "near", plot), _sheet(painter, "far", plot))
    return Ground(_sheet(painter, "", plot))


def _sheet(painter: _Painter, focus: str, plot: _Plot) -> Sheet:
    seen, height_px = plot.seen, plot.height_px
    scale = height_px * plot.density
    across, down = (seen.right - seen.left) / height_px, (seen.bottom - seen.top) / height_px
    # A level frame inside a turned picture needs a larger picture.
    sine, cosine = abs(math.sin(plot.roll)), math.cos(plot.roll)
    spare_x, spare_y = (across * cosine + down * sine - across) / 2, (across * sine + down * cosine - down) / 2
    left, top = seen.left / height_px - spare_x, 0.5 + seen.top / height_px - spare_y
    frame = Frame(left, top, left + across + 2 * spare_x, top + down + 2 * spare_y, scale)
    picture, middle = painter(frame, focus), (-left * scale, (0.5 - top) * scale)
    if plot.roll:
        picture = picture.rotate(-math.degrees(plot.roll), Image.Resampling.BICUBIC, center=middle)
    return Sheet(split(picture), middle, (plot.density, plot.density))


def _focused(picture: Image.Image, focus: str, scale: float) -> Image.Image:
    """A still with its middle or its surroundings out of focus; as it is for any other `focus`."""
    if not focus:
        return picture
    width, height = picture.size
    middle = Image.new("L", (width // 8, height // 8))
    ImageDraw.Draw(middle).ellipse((width // 32, height // 40, width * 3 // 32, height * 4 // 40), fill=255)
    mask = middle.filter(ImageFilter.GaussianBlur(width / 90)).resize(picture.size, Image.Resampling.BICUBIC)
    blurred = picture.filter(ImageFilter.GaussianBlur(_RACK_BLUR * scale))
    return Image.composite(picture, blurred, mask if focus == "near" else ImageChops.invert(mask))
