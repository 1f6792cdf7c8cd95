"""People enter; they are painted into a canvas, each in the colour of its own, lit from one side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from pipeline.previs.canvas import Canvas, Floats, Frame, Point, Tone, ellipse, limb, mix, smooth, times
from pipeline.previs.light import Light
from pipeline.previs.people import HEADS, Person

_SKIN: Tone = (248, 212, 180)
_INK: Tone = (36, 30, 36)
_NIGHT: Tone = (18, 20, 34)
_BLACK: Tone = (0.0, 0.0, 0.0)
_LARGE_HEAD_PX = 80
_SHOULDER_BLUR = 0.012  # of someone close to the lens, in frame heights

# Outlines in heads from the middle of the crown. A half outline is drawn on the right and mirrored to the left.
_COAT = ((0.22, 1.18), (0.62, 1.42), (0.90, 1.66), (0.86, 2.3), (0.68, 3.2), (0.78, 4.1), (0.84, 4.75), (0.0, 4.85))
_LAPEL = ((0.20, 1.17), (0.44, 1.31), (0.36, 1.66), (0.03, 1.98), (0.02, 1.60))
_NECK = ((0.17, 0.75), (0.18, 1.15), (0.27, 1.34), (0.0, 1.52))
_SKULL = ((0.0, 0.04), (0.27, 0.12), (0.37, 0.36), (0.36, 0.62), (0.27, 0.85), (0.10, 0.99))
_BEARD = ((0.0, 0.705), (0.14, 0.725), (0.30, 0.70), (0.37, 0.56), (0.34, 0.86), (0.18, 1.10), (0.0, 1.16))
_NAPE = ((0.0, 0.0), (0.36, 0.16), (0.42, 0.5), (0.32, 0.86), (0.2, 1.3))
_CROWN_OF_CAP = ((0.0, -0.10), (0.36, -0.02), (0.45, 0.17), (0.40, 0.30), (0.0, 0.265))
_PEAK_OF_CAP = ((0.0, 0.215), (0.385, 0.255), (0.42, 0.335), (0.0, 0.325))
_LONG_HAIR = ((0.0, -0.06), (0.36, 0.04), (0.48, 0.42), (0.50, 1.0), (0.46, 1.55), (0.20, 1.66))


def paint_people(canvas: Canvas, people: Sequence[Person], light: Light, sun_x: float, blur: float = 0.0) -> None:
    """Paint them in order, the nearest last; `blur` frame heights out of focus."""
    for person in people:
        if canvas.frame.bottom > person.top + HEADS * person.head:
            _contact_shadow(canvas, person)
        cutout = _Cutout(canvas, person, blur)
        _legs(cutout, person)
        _coat(cutout, person)
        _arms(cutout, person)
        _head(cutout, person)
        cutout.lay(canvas, light, 1.0 if sun_x > person.x else -1.0, blur)


def paint_shoulder(canvas: Canvas, person: Person, light: Light, sun_x: float) -> None:
    """Paint someone's back, close to the lens, dark and out of focus."""
    cutout = _Cutout(canvas, person, _SHOULDER_BLUR)
    _coat(cutout, person)
    cutout.part([_mirrored(person, _NAPE)], mix(person.colour, _BLACK, 0.62))
    if person.style == "long":
        cutout.part([_mirrored(person, _LONG_HAIR)], mix(person.colour, _BLACK, 0.62))
    if person.style == "cap":
        cutout.part([_mirrored(person, _CROWN_OF_CAP)], mix(person.colour, _BLACK, 0.35))
    cutout.tile.pixels *= 0.42
    cutout.lay(canvas, light, 1.0 if sun_x > person.x else -1.0, _SHOULDER_BLUR)


class _Cutout:
    """One figure on a transparent tile, part over part, until it is lit and laid into the picture."""

    def __init__(self, canvas: Canvas, person: Person, blur: float) -> None:
        head, margin = person.head, 3 * blur + 0.02
        self.rows, self.columns = canvas.window(
            person.x - 1.9 * head - margin, person.top - 0.5 * head - margin,
            person.x + 1.9 * head + margin, person.top + (HEADS + 0.3) * head + margin,
        )  # fmt: skip
        frame, scale = canvas.frame, canvas.scale
        self.tile = Canvas(
            Frame(
                frame.left + self.columns.start / scale, frame.top + self.rows.start / scale,
                frame.left + self.columns.stop / scale, frame.top + self.rows.stop / scale, scale,
            )
        )  # fmt: skip
        height, width = self.tile.alpha.shape
        # Edges mix with what the tile holds: the figure's own colour there keeps a dark seam from showing.
        self.tile.pixels[:] = np.asarray(person.colour, np.float32)[:, None, None]
        self.alpha: Floats = np.zeros((height, width), np.float32)
        self.head = head

    def part(self, shapes: Sequence[Sequence[Point]], colour: Tone) -> None:
        """Add shapes of one colour to the figure."""
        rows, columns, mask = self.tile.mask(shapes)
        self.tile.tint(rows, columns, mask, colour)
        self.alpha[rows, columns] = np.maximum(self.alpha[rows, columns], mask)

    def detail(self, shapes: Sequence[Sequence[Point]], colour: Tone, alpha: float = 1.0, blur: float = 0.0) -> None:
        """Paint on the figure without growing it."""
        rows, columns, mask = self.tile.mask(shapes, blur)
        self.tile.tint(rows, columns, mask * self.alpha[rows, columns] * np.float32(alpha), colour)

    def lay(self, canvas: Canvas, light: Light, lit_side: float, blur: float) -> None:
        """Light the figure from one side and lay it into the picture."""
        height, width = self.rows.stop - self.rows.start, self.columns.stop - self.columns.start
        if not height or not width:
            return
        alpha, pixels = self.alpha[:height, :width], self.tile.pixels[:, :height, :width]
        shade, rim = self._shaded(alpha, light, lit_side)
        ambient = mix(light.ambient, (1.0, 1.0, 1.0), 0.34)
        for channel in range(3):
            plane = pixels[channel]
            plane *= shade * np.float32(ambient[channel])
            plane += rim * np.float32(light.lamp[channel])
        if blur:
            alpha = self._soft(alpha, blur, self.tile.scale)
            pixels = np.stack([self._soft(plane, blur, self.tile.scale) for plane in pixels])
        canvas.shade(self.rows, self.columns, alpha, pixels)

    def _shaded(self, alpha: Floats, light: Light, lit_side: float) -> tuple[Floats, Floats]:
        """How dark the far side is, and how much of the light the near edge catches."""
        # Both have no edges but the figure's own: where it is large, half as fine is as good.
        half = 2 if self.head * self.tile.scale > _LARGE_HEAD_PX else 1
        coarse = np.asarray(Image.fromarray(alpha).reduce(half), np.float32)
        scale = self.tile.scale / half
        core = np.clip(coarse - self._soft(self._moved(coarse, lit_side * 0.16, scale), self.head * 0.10, scale), 0, 1)
        rim = np.clip(coarse - self._soft(self._moved(coarse, -lit_side * 0.045, scale), self.head * 0.02, scale), 0, 1)
        rim *= np.float32(0.30 + 0.25 * light.glow)
        shade = (1 - np.float32(0.42) * core) * (1 - rim)
        if half == 1:
            return shade, rim
        size = alpha.shape[1], alpha.shape[0]
        shade, rim = (
            np.asarray(Image.fromarray(each).resize(size, Image.Resampling.BILINEAR), np.float32)
            for each in (shade, rim)
        )
        return shade, rim

    def _moved(self, plane: Floats, heads: float, scale: float) -> Floats:
        pixels = heads * self.head * scale
        return np.roll(plane, round(pixels) or (1 if pixels > 0 else -1), axis=1)

    def _soft(self, plane: Floats, radius: float, scale: float) -> Floats:
        pixels = radius * scale
        if pixels < 0.3:
            return plane
        # Pillow blurs 8 bits only: a mask of 0 to 1 is stretched to them, a channel of 0 to 255 is not.
        stretch = np.float32(255.0 if plane.max() <= 1.0 else 1.0)
        grey = Image.fromarray(np.clip(plane * stretch, 0, 255).astype(np.uint8))
        # A wide blur is the same of a smaller picture.
        share = max(1, min(8, int(pixels / 2)))
        small = grey.reduce(share).filter(ImageFilter.GaussianBlur(pixels / share))
        return np.asarray(small.resize(grey.size, Image.Resampling.BILINEAR), np.float32) / stretch


def _legs(cutout: _Cutout, person: Person) -> None:
    trousers = mix(person.colour, _NIGHT, 0.58)
    stride = 0.55 if person.walking else 0.0
    for side in (-1.0, 1.0):
        knee = (side * (0.36 + 0.45 * stride) + person.facing * side * stride * 0.2, 5.6)
        foot = (side * (0.34 + 0.75 * stride), 7.2 - 0.1 * stride)
        leg = [_limb(person, (side * 0.30, 4.0), knee, 0.34, 0.25), _limb(person, knee, foot, 0.25, 0.16)]
        cutout.part(leg, trousers if side == person.facing else mix(trousers, _BLACK, 0.18))
        cutout.part([_oval(person, foot[0] + person.facing * 0.12, 7.27, 0.30, 0.12)], mix(trousers, _BLACK, 0.45))


def _coat(cutout: _Cutout, person: Person) -> None:
    coat = person.colour
    fold, bright = mix(coat, _NIGHT, 0.30), mix(coat, (255, 255, 255), 0.26)
    cutout.part([_mirrored(person, _COAT)], coat)
    cutout.detail([_limb(person, (0.0, 1.5), (0.01, 4.8), 0.016, 0.02)], fold, 0.55)
    for side in (-1.0, 1.0):
        lapel = [_at(person, (side * x, y)) for x, y in _LAPEL]
        cutout.detail([lapel], bright if side == person.facing else mix(bright, coat, 0.5), 0.85)
    cutout.detail([_oval(person, 0.13, 2.45 + 0.55 * button, 0.045, 0.045) for button in range(3)], fold, 0.9)


def _arms(cutout: _Cutout, person: Person) -> None:
    stride = 0.55 if person.walking else 0.0
    for side in (-1.0, 1.0):
        swing = side * person.facing * stride * 0.55
        elbow = (side * 1.03 - swing * 0.3, 3.0)
        wrist = (side * 0.99 + swing * 0.6 + person.facing * 0.05, 4.05 - abs(swing) * 0.35)
        cutout.part([_oval(person, wrist[0], wrist[1] + 0.17, 0.155, 0.21)], _skin(person))
        sleeve = [_limb(person, (side * 0.80, 1.80), elbow, 0.235, 0.185), _limb(person, elbow, wrist, 0.185, 0.15)]
        cutout.part(sleeve, mix(person.colour, _NIGHT, 0.10 if side == -person.facing else 0.20))


def _head(cutout: _Cutout, person: Person) -> None:
    skin, hair, turn = _skin(person), _hair(person), person.facing * 0.09
    if person.style == "long":
        cutout.part([_mirrored(person, _LONG_HAIR)], mix(hair, _BLACK, 0.22))
    if person.style == "bun":
        cutout.part([_oval(person, -person.facing * 0.10, -0.12, 0.19, 0.17)], mix(hair, _BLACK, 0.15))
    cutout.part([_mirrored(person, _NECK)], mix(skin, (120, 60, 50), 0.20))
    cutout.part(
        [_oval(person, side * 0.365 - 0.3 * turn, 0.54, 0.055, 0.10) for side in (-1.0, 1.0)],
        mix(skin, (120, 60, 50), 0.12),
    )
    cutout.part([_mirrored(person, _SKULL, turn)], skin)
    # A nose beyond the cheek tells, as small as it is, where somebody looks.
    nose = ((0.22, 0.44), (0.40, 0.50), (0.455, 0.645), (0.40, 0.70), (0.24, 0.70))
    cutout.part(
        [_curve(person, [(person.facing * x + 0.5 * turn, y) for x, y in nose])], mix(skin, (150, 70, 56), 0.12)
    )
    # Below a twentieth of the frame a face is a few pixels: features would only be dirt on it.
    if person.head > 0.05:
        _face(cutout, person, turn * 1.7)
    if person.beard:
        cutout.part([_mirrored(person, _BEARD, turn)], mix(hair, (235, 235, 240), 0.62))
        cutout.detail(
            [_curve(person, ((turn - 0.09, 0.79), (turn + 0.09, 0.79), (turn, 0.815)))], mix(skin, (110, 40, 40), 0.6)
        )
    _front_hair(cutout, person, hair)


def _face(cutout: _Cutout, person: Person, middle: float) -> None:
    skin, hair = _skin(person), _hair(person)
    shade = mix(skin, (150, 70, 56), 0.38)
    for side in (-1.0, 1.0):
        x = middle + side * 0.155
        if person.head > 0.24:
            _eye(cutout, person, x)
        else:
            cutout.detail([_oval(person, x, 0.51, 0.030, 0.040)], _INK, 0.9)
        brow = ((x - 0.095, 0.418), (x + side * 0.01, 0.388), (x + 0.095, 0.416), (x + side * 0.01, 0.410))
        cutout.detail([_curve(person, brow)], hair, 0.85)
        cutout.detail(
            [_oval(person, middle + side * 0.225, 0.66, 0.075, 0.055)], (226, 112, 96), 0.22, 0.02 * person.head
        )
    nose = ((0.012, 0.50), (0.062, 0.665), (0.0, 0.695), (-0.02, 0.675))
    cutout.detail([_curve(person, [(middle + person.facing * x, y) for x, y in nose])], shade, 0.55)
    mouth = ((-0.10, 0.784), (0.0, 0.790), (0.10, 0.782), (0.0, 0.826))
    cutout.detail([_curve(person, [(middle + x, y) for x, y in mouth])], mix(shade, (130, 40, 44), 0.4), 0.9)


def _eye(cutout: _Cutout, person: Person, x: float) -> None:
    pupil = x + person.facing * 0.034
    cutout.detail([_curve(person, ((x - 0.080, 0.515), (x, 0.474), (x + 0.080, 0.515), (x, 0.548)))], (250, 246, 240))
    cutout.detail([_oval(person, pupil, 0.511, 0.036, 0.037)], mix(person.colour, (40, 40, 50), 0.55))
    cutout.detail([_oval(person, pupil, 0.511, 0.018, 0.019)], _INK)
    cutout.detail([_oval(person, pupil + 0.011, 0.500, 0.007, 0.007)], (255, 255, 255))
    cutout.detail([_curve(person, ((x - 0.092, 0.512), (x, 0.458), (x + 0.092, 0.512), (x, 0.482)))], _INK, 0.9)


def _front_hair(cutout: _Cutout, person: Person, hair: Tone) -> None:
    if person.style == "cap":
        crown = mix(person.colour, (16, 20, 34), 0.55)
        cutout.part([_mirrored(person, _CROWN_OF_CAP)], crown)
        cutout.part([_mirrored(person, _PEAK_OF_CAP)], mix(crown, _BLACK, 0.42))
        return
    if person.style == "curly":
        turns = np.linspace(-0.25, np.pi + 0.25, 9)
        curls = [
            _oval(person, 0.40 * float(np.cos(turn)), 0.27 - 0.29 * float(np.sin(turn)), 0.145, 0.145) for turn in turns
        ]
        cutout.part([*curls, _oval(person, 0.0, 0.09, 0.33, 0.14)], hair)
        return
    side, parting = (0.50 if person.style == "short" else 0.62), person.facing * 0.10
    fringe = ((0.325, 0.32), (0.12 + parting, 0.225), (parting - 0.10, 0.235), (-0.325, 0.32))
    right = ((0.0, -0.065), (0.28, -0.01), (0.415, 0.20), (0.405, side), (0.355, side - 0.04))
    left = [(-x, y) for x, y in reversed(right[1:])]
    cutout.part([_curve(person, (*right, *fringe, *left))], hair)


def _contact_shadow(canvas: Canvas, person: Person) -> None:
    canvas.polygon(_oval(person, 0.0, 7.3, 1.15, 0.14), _BLACK, 0.38, 0.06 * person.head)


def _skin(person: Person) -> Tone:
    return mix(person.colour, _SKIN, 0.76)


def _hair(person: Person) -> Tone:
    return mix(times(person.colour, (0.42, 0.36, 0.36)), (38, 28, 30), 0.45)


def _at(person: Person, point: Point) -> Point:
    """A point given in heads from the crown, in frame heights."""
    return person.x + point[0] * person.head, person.top + point[1] * person.head


def _curve(person: Person, points: Sequence[Point]) -> list[Point]:
    return smooth([_at(person, point) for point in points], 6)


def _mirrored(person: Person, half: Sequence[Point], lean: float = 0.0) -> list[Point]:
    """The curve through a half outline and its mirror image; `lean` heads pulls its lower end to the side."""
    lowest = max(y for _, y in half)
    right = [(x + lean * max(0.0, y) / lowest, y) for x, y in half]
    left = [(-x + lean * max(0.0, y) / lowest, y) for x, y in reversed(half) if x]
    return _curve(person, [*right, *left])


def _oval(person: Person, x: float, y: float, half_width: float, half_height: float) -> list[Point]:
    return ellipse(*_at(person, (x, y)), half_width * person.head, half_height * person.head)


def _limb(person: Person, start: Point, end: Point, start_width: float, end_width: float) -> list[Point]:
    return limb(_at(person, start), _at(person, end), start_width * person.head, end_width * person.head)
