"""RGB pictures become the three planes of video (BT.709, limited range, 4:2:0), and a View cuts a frame out of them."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from pipeline.previs.move import View

Planes = tuple[Image.Image, Image.Image, Image.Image]  # luma; blue and red difference at half the width and height

# ITU-R BT.709-6, 3.2 to 3.4, for 8 bits in limited range.
_R, _G, _B = 0.2126, 0.7152, 0.0722
_LUMA, _CHROMA = 219 / 255, 224 / 255
_BLUE, _RED = _CHROMA / 1.8556, _CHROMA / 1.5748
_MATRIX = (
    _LUMA * _R, _LUMA * _G, _LUMA * _B, 16.0,
    -_BLUE * _R, -_BLUE * _G, _BLUE * (1 - _B), 128.0,
    _RED * (1 - _R), -_RED * _G, -_RED * _B, 128.0,
)  # fmt: skip
_SMEAR_FROM_PX = 2.0  # a shorter blur can't be seen


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a camera looks to each side of the middle of its framing, in pixels of the frame."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture as planes, with the place of the framing in it."""

    planes: Planes
    middle: tuple[float, float]  # of the framing, in luma pixels of the sheet
    density: tuple[float, float]  # luma pixels of the sheet a pixel of the frame, across and down


def split(picture: Image.Image) -> Planes:
    """The planes of an RGB picture of even size."""
    luma, blue, red = picture.convert("RGB", _MATRIX).split()
    return luma, blue.reduce(2), red.reduce(2)


def extent(views: tuple[View, ...], size: tuple[int, int]) -> Extent:
    """Everything that the views of a `size` (width, height in pixels) frame ever see, and a little more."""
    width, height = size
    sides: list[tuple[float, float, float, float]] = []
    for view in set(views):
        across, down = width / view.zoom / 2, height / view.zoom / 2
        sides.append((view.x * width - across, view.y * height - down, view.x * width + across, view.y * height + down))
    left, top, right, bottom = zip(*sides, strict=True)
    # Two pixels more, so that a filter at the edge never runs out of picture.
    return Extent(min(left) - 2, min(top) - 2, max(right) + 2, max(bottom) + 2)


def settled(sheet: Sheet, views: tuple[View, ...], size: tuple[int, int]) -> Sheet:
    """The sheet, already scaled along the axis on which no view moves: half of the work of every frame is done once."""
    first, (width, height) = views[0], size
    if any(view.zoom != first.zoom for view in views):
        return sheet
    (left, top, right, bottom), whole = _box(sheet, first, size), sheet.planes[0].size
    if all(view.y == first.y for view in views):
        planes = _each_scaled(sheet.planes, (whole[0], height), (0.0, top, whole[0], bottom))
        middle = height / 2 - first.y * height * first.zoom
        return Sheet(planes, (sheet.middle[0], middle), (sheet.density[0], first.zoom))
    if all(view.x == first.x for view in views):
        planes = _each_scaled(sheet.planes, (width, whole[1]), (left, 0.0, right, whole[1]))
        middle = width / 2 - first.x * width * first.zoom
        return Sheet(planes, (middle, sheet.middle[1]), (first.zoom, sheet.density[1]))
    return sheet


def _each_scaled(planes: Planes, size: tuple[int, int], box: tuple[float, float, float, float]) -> Planes:
    luma, blue, red = planes
    half = (size[0] // 2, size[1] // 2)
    return _cropped(luma, box, size, 0.0, 1.0), _cropped(blue, box, half, 0.0, 0.5), _cropped(red, box, half, 0.0, 0.5)


def cut(sheet: Sheet, view: View, size: tuple[int, int]) -> Planes:
    """The frame that a view sees of the sheet, to a fraction of a pixel."""
    luma, blue, red = sheet.planes
    half = (size[0] // 2, size[1] // 2)
    box = _box(sheet, view, size)
    return (
        _cropped(luma, box, size, view.smear, 1.0),
        _cropped(blue, box, half, view.smear, 0.5),
        _cropped(red, box, half, view.smear, 0.5),
    )


def _box(sheet: Sheet, view: View, size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size[0] * sheet.density[0], size[1] * sheet.density[1]
    x, y = sheet.middle[0] + view.x * width, sheet.middle[1] + view.y * height
    across, down = width / view.zoom / 2, height / view.zoom / 2
    return x - across, y - down, x + across, y + down


def _cropped(
    plane: Image.Image, box: tuple[float, float, float, float], size: tuple[int, int], smear: float, scale: float
) -> Image.Image:
    # Rounded, because an axis that needs no scaling is skipped only where its bounds are exactly those of the plane.
    left, top, right, bottom = (round(side * scale, 6) for side in box)
    inside = (max(0.0, left), max(0.0, top), min(float(plane.width), right), min(float(plane.height), bottom))
    blur_px = smear * size[0]
    if blur_px < _SMEAR_FROM_PX:
        return plane.resize(size, Image.Resampling.BILINEAR, box=inside)
    # Shrinking sideways by the length of the smear and stretching back blurs along that line only, at hardly any cost.
    squeezed = plane.resize((max(4, round(size[0] / blur_px * 1.6)), size[1]), Image.Resampling.BOX, box=inside)
    return squeezed.resize(size, Image.Resampling.BILINEAR)
