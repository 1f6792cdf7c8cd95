"""A direction and a frame size enter; everything that is written over the shot leaves, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.frames import timecode
from pipeline.previs import signs
from pipeline.previs.layout import (
    ACCENT,
    MARK,
    Rows,
    Type,
    fit_rows,
    mark_box,
    mark_space,
    name_px,
    padding,
    take_px,
    type_for,
)
from pipeline.previs.lettering import balanced, leftward, plain, shorten
from pipeline.previs.order import Direction, Figure, PrevisOrder
from pipeline.previs.overlay import Clock, Overlay, Panel
from pipeline.previs.people import COLOURS
from pipeline.previs.planes import Planes
from pipeline.previs.setting import Colour
from pipeline.previs.speech import Spoken

_PAPER: Colour = (244, 242, 236)
_DIM: Colour = (178, 182, 188)
_BAND: Colour = (12, 14, 18)
_SHADE: Colour = (8, 9, 12)
_ACCENT_YUV = (186, 68, 169)  # ACCENT in limited-range BT.709
_CLOCK_LUMA = 232
_TIMECODE_SIGNS, _TIMECODE_COLONS = 11, 3
_ACTION_SAFE, _TITLE_SAFE = 0.93, 0.90  # parts of width and height
_SILENT = -1  # key of the overlay without a subtitle


class Slate:
    """Everything written over one shot of a clip."""

    def __init__(self, order: PrevisOrder, direction: Direction, spoken: Sequence[Spoken], first: int = 0) -> None:
        """`order` is of this shot alone, which starts on frame `first` of its clip."""
        self._type = type_for(order.width, order.height)
        self._rate, self._frames, self._spoken = order.frame_rate, order.frames, tuple(spoken)
        self._first = first
        self._figures = direction.figures
        self._clock = Clock(self._type.tiny, _CLOCK_LUMA)
        self._panel, full = Panel((order.width, order.height)), direction.slate == "full"
        self._bare = direction.slate == "none" and not direction.safe_areas
        self._clock_at: tuple[int, int] | None = None
        self._band_top = order.height
        if full:
            _shade(self._panel)
        if full and direction.camera.shot_size == "insert":
            _brackets(self._panel, self._type)
        if direction.safe_areas:
            _safe_areas(self._panel)
        if direction.slate != "none":
            self._clock_at = _corners(self._panel, self._type, direction, self._clock)
        if full:
            self._band_top = _band(self._panel, self._type, fit_rows(self._type, direction), direction)
        else:
            self._spoken = ()
        self._overlays: dict[int, Overlay] = {}

    def paint(self, planes: Planes, frame: int) -> None:
        """Write what belongs on the frame, counted from the start of the shot, over its planes, in place."""
        if self._bare:
            return
        said = next((index for index, line in enumerate(self._spoken) if line.start <= frame < line.stop), _SILENT)
        self._overlay(said).lay(planes)
        self._progress(planes, frame)
        if self._clock_at:
            self._clock.paint(planes[0], self._clock_at, timecode(self._first + frame, self._rate)[-_TIMECODE_SIGNS:])

    def _overlay(self, said: int) -> Overlay:
        if said not in self._overlays:
            panel = self._panel
            if said != _SILENT:
                panel = panel.copy()
                _subtitle(panel, self._type, self._spoken[said], self._figures, self._band_top)
            self._overlays[said] = panel.overlay()
        return self._overlays[said]

    def _progress(self, planes: Planes, frame: int) -> None:
        """A thin line on the band's upper edge that grows with the shot."""
        if self._band_top >= self._type.height:
            return
        thick = max(2, self._type.line // 16 * 2)
        done = max(2, round(self._type.width * (frame + 1) / self._frames / 2) * 2)
        top = self._band_top // 2 * 2
        for index, plane in enumerate(planes):
            share = 1 if index == 0 else 2
            plane[top // share : (top + thick) // share, : done // share] = _ACCENT_YUV[index]


def _shade(panel: Panel) -> None:
    """The picture darkens towards its upper edge, so that what is written there is read."""
    width, height = panel.picture.size
    down = np.linspace(1, 0, max(2, round(0.14 * height)), dtype=np.float32)[:, None]
    panel.veil(np.repeat(0.36 * down, width, axis=1), (0, 0, 0))


def _safe_areas(panel: Panel) -> None:
    """Lines within which action and titles are safe, with ticks at their middles, as SMPTE ST 2046-1 has them."""
    width, height = panel.picture.size
    for share, alpha in ((_ACTION_SAFE, 0.5), (_TITLE_SAFE, 0.35)):
        left, top = round(width * (1 - share) / 2), round(height * (1 - share) / 2)
        thick = max(1, round(min(width, height) / 480))
        right, bottom = width - left, height - top
        for box in (
            (left, top, right, top + thick), (left, bottom - thick, right, bottom),
            (left, top + thick, left + thick, bottom - thick), (right - thick, top + thick, right, bottom - thick),
        ):  # fmt: skip
            panel.box(box, _PAPER, alpha)
    arm, thick = round(min(width, height) * 0.02), max(1, round(min(width, height) / 480))
    for across, down in ((arm, thick), (thick, arm)):
        panel.box((width // 2 - across, height // 2 - down, width // 2 + across, height // 2 + down), _PAPER, 0.5)


def _brackets(panel: Panel, type_: Type) -> None:
    """Corners around the middle: an insert is of a thing that nobody has drawn."""
    side = round(min(type_.width, type_.height) * 0.56) // 2 * 2
    left, top = (type_.width - side) // 2, round(type_.height * 0.43) - side // 2
    arm, ends = 0.14, ((0.03, 1), (0.97, -1))
    corners = [((x, y + arm * dy), (x, y), (x + arm * dx, y)) for x, dx in ends for y, dy in ends]
    panel.shape((left, top, left + side, top + side), corners, 0.008, _PAPER)


def _corners(panel: Panel, type_: Type, direction: Direction, clock: Clock) -> tuple[int, int] | None:
    """Draw the upper corners; returns where the timecode's baseline starts, None where it has no room."""
    margin, pad, face = type_.margin, padding(type_), type_.tiny
    _, top, right, bottom = mark_box(type_)
    base = (top + bottom + clock.ascent) // 2
    if right + margin <= type_.width:
        _mark(panel, type_, base)
    time_px = clock.width(_TIMECODE_SIGNS, _TIMECODE_COLONS)
    lens = signs.lens(direction.camera)
    lens_px = round(face.getlength(lens)) + 2 * pad if lens else 0
    if right + time_px + lens_px + 2 * pad + 2 * margin > type_.width:
        lens, lens_px = "", 0
    clock_px = time_px + lens_px + 2 * pad
    # In a narrow frame the timecode goes under the mark.
    lower = bottom - top + pad if right + clock_px + 2 * margin > type_.width else 0
    if clock_px + 2 * margin > type_.width or type_.height < 6 * type_.line:
        return None
    left = type_.width - margin - clock_px
    panel.box((left, top + lower, type_.width - margin, bottom + lower), _BAND, 0.58, (bottom - top) * 0.26)
    panel.text((left + pad, base + lower), lens, face, ACCENT)
    title_px = left - right - 3 * pad
    if not lower and title_px > 8 * face.size:
        heading = signs.heading(direction) if direction.slate == "full" else direction.shot
        title = shorten(plain(heading), type_.small, title_px)
        if title and direction.slate == "corner":  # where nothing darkens the picture behind it
            wide = round(type_.small.getlength(title)) + 2 * pad
            panel.box((right + pad // 2, top, right + pad // 2 + wide, bottom), _BAND, 0.58, (bottom - top) * 0.26)
        panel.text((right + pad, base), title, type_.small, _PAPER, 0.82)
    return left + lens_px + pad, base + lower


def _mark(panel: Panel, type_: Type, base: int) -> None:
    box = mark_box(type_)
    panel.box(box, ACCENT, 0.94, (box[3] - box[1]) * 0.26)
    x = float(box[0] + padding(type_))
    for letter in MARK:
        panel.text((x, base), letter, type_.tiny, _BAND)
        x += type_.tiny.getlength(letter) + mark_space(type_)


def _band(panel: Panel, type_: Type, rows: Rows, direction: Direction) -> int:
    """Draw the strip at the bottom; returns its upper edge."""
    top = type_.height - rows.height(type_)
    panel.box((0, top, type_.width, type_.height), _BAND, 0.74)
    margin, line = type_.margin, type_.line
    x, y = float(margin), top + line * 1.12
    if rows.shot:
        panel.text((x, y), rows.shot, type_.strong, _PAPER)
        x += type_.strong.getlength(rows.shot)
        panel.text((x + line * 0.4, y), rows.take, type_.small, _DIM)
        x += line * 0.8 + (take_px(type_) if rows.take else 0)
    if rows.camera_below:
        x, y = float(margin), y + line
    if rows.camera:
        _camera(panel, type_, (x, y), rows.camera, direction)
    if rows.cast and not rows.cast_below:
        cast_px = sum(name_px(name, type_) for name, _ in rows.cast)
        _names(panel, type_, (type_.width - margin - cast_px + line * 0.4, y), rows.cast)
    y += line if rows.head else 0
    for words in rows.action:
        left = type_.width - margin - type_.body.getlength(words) if leftward(rows.action[0]) else margin
        panel.text((left, y), words, type_.body, _PAPER)
        y += line
    if rows.cast_below:
        _names(panel, type_, (margin, y - line * 0.03), rows.cast)
        y += line * 0.95
    panel.text((margin, y - line * 0.05), rows.notes, type_.small, _DIM)
    return top


def _camera(panel: Panel, type_: Type, at: tuple[float, float], words: str, direction: Direction) -> None:
    x, y = at
    if strokes := signs.sign(direction.camera):
        side = round(type_.line * 0.66)
        top = round(y - type_.body.size * 0.36 - side / 2)
        panel.shape((round(x), top, round(x) + side, top + side), strokes, 0.13, ACCENT)
        x += type_.line
    panel.text((x, y), words, type_.body, ACCENT)


def _names(panel: Panel, type_: Type, at: tuple[float, float], cast: Sequence[tuple[str, Colour]]) -> None:
    x, y = at
    dot = max(3, round(type_.line * 0.40))
    for name, colour in cast:
        top = round(y - type_.small.size * 0.36 - dot / 2)
        panel.box((round(x), top, round(x) + dot, top + dot), colour, 1.0, dot / 2)
        panel.text((x + dot * 1.5, y), name, type_.small, _PAPER, 0.9)
        x += name_px(name, type_)


def _subtitle(panel: Panel, type_: Type, spoken: Spoken, figures: Sequence[Figure], floor: int) -> None:
    """A spoken line in the middle above the band, the speaker's name over it in his colour."""
    line, face = type_.line, type_.spoken
    step = round(face.size * 1.3)
    room = min(type_.width - 2.6 * type_.margin, face.size * 30)
    said = balanced(spoken.line.line, face, room, 3 if type_.height > type_.width else 2)
    name, aside = _credit(spoken, type_, room)
    tall = step * len(said) + (line if name or aside else 0)
    top = floor - tall - round(line * 0.75)
    # In a very low frame it would cover the mark: the words are in the action or the prompt as well.
    if not said or top < 2 * type_.margin + line * 1.3:
        return
    gap = type_.small.size * 0.4 if name and aside else 0
    name_at = (type_.width - type_.tiny.getlength(name) - gap - type_.small.getlength(aside)) / 2
    left = round(min(name_at, *((type_.width - face.getlength(words)) / 2 for words in said)) - line * 0.55)
    box = (left, top - round(line * 0.28), type_.width - left, floor - round(line * 0.5))
    panel.box(box, _SHADE, 0.56, line * 0.3)
    y = float(top)
    if name or aside:
        y += line * 0.72
        panel.text((name_at, y), name, type_.tiny, _voice(spoken.line.speaker, figures))
        panel.text((name_at + type_.tiny.getlength(name) + gap, y), aside, type_.small, _DIM)
        y += line * 0.16
    for words in said:
        panel.text(((type_.width - face.getlength(words)) / 2, y + step * 0.92), words, face, _PAPER)
        y += step


def _credit(spoken: Spoken, type_: Type, room: float) -> tuple[str, str]:
    """Who speaks, and how, in brackets."""
    line = spoken.line
    details = ", ".join(part for part in (plain(line.delivery), "off screen" if line.off_screen else "") if part)
    name = shorten(plain(line.speaker), type_.tiny, room * 0.6)
    left_px = room - type_.tiny.getlength(name) - type_.small.size * 0.4
    return name, shorten(f"({details})", type_.small, left_px) if details else ""


def _voice(speaker: str, figures: Sequence[Figure]) -> Colour:
    for figure in figures:
        if figure.name == speaker:
            red, green, blue = COLOURS[figure.colour % len(COLOURS)]
            # Lighter than the coat: it is read on a dark ground.
            return (
                round(red + (255 - red) * 0.35),
                round(green + (255 - green) * 0.35),
                round(blue + (255 - blue) * 0.35),
            )
    return ACCENT
