"""Words and the size of a film come in; they go out set in type, as a plate.

Lengths are shares of the film's shorter side, so that a vertical film has the same letters as a wide one. All letters
stand within the title-safe nine tenths of the picture.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.letters.bidi import base_level
from pipeline.render.lettering.blocks import PAPER, SAFE, Block, Frame, blank, fitted, mask_of, on
from pipeline.render.lettering.credits import credits_plate
from pipeline.render.lettering.plate import Layer, Mask, Plate, ink
from pipeline.words import Words

_WHITE, _BLACK = ink("#ffffff"), ink("#000000")


def plate_of(words: Words, frame: Frame, background: str = "") -> Plate:
    """The words set in type; those on a ground of their own have its `background`, #rrggbb."""
    if words.kind == "credits":
        return credits_plate(words, frame, background)
    if words.kind == "card":
        return _card(words, frame, background)
    return {"title": _title, "lower_third": _lower_third}.get(words.kind, _caption)(words, frame)


def _title(words: Words, frame: Frame) -> Plate:
    block = fitted(_rows(words), 0.1, "Bold", frame, 3, 0.84)
    height = {"center": 0.5, "top": SAFE + 0.02, "bottom": 0.68 if frame.tall else 0.78}[words.position] * frame.height
    top = height if words.position == "top" else height - block.height / (2 if words.position == "center" else 1)
    letters = _centred(frame, block, top)
    far = _blurred(_centred(frame, block, top, stroke=_px(block, 0.08)), block.size_px * 0.22)
    near = _blurred(_shifted(letters, _px(block, 0.02)), block.size_px * 0.045)
    return Plate([Layer(far, _BLACK, 0.5), Layer(near, _BLACK, 0.55), Layer(letters, PAPER)])


def _caption(words: Words, frame: Frame) -> Plate:
    block = fitted(_rows(words), 0.058 if frame.tall else 0.054, "Medium", frame, len(words.rows), 0.9, breaks=False)
    bottom = frame.height * (0.8 if frame.tall else 0.935)
    top = bottom - block.height - block.size_px * 0.1
    letters = _centred(frame, block, top)
    if frame.captions.style == "box":
        return Plate([Layer(_boxes(frame, block, top), _BLACK, 0.72), Layer(letters, _WHITE)])
    edge = _centred(frame, block, top, stroke=_px(block, 0.055))
    halo = _blurred(_centred(frame, block, top, stroke=_px(block, 0.1)), block.size_px * 0.13)
    return Plate([Layer(halo, _BLACK, 0.6), Layer(edge, _BLACK, 0.92), Layer(letters, _WHITE)])


def _lower_third(words: Words, frame: Frame) -> Plate:
    rows = _rows(words)
    name = fitted(rows[:1], 0.058, "Bold", frame, 2, 0.7)
    role = fitted(rows[1:], 0.04, "Medium", frame, 2, 0.7) if rows[1:] else None
    unit = float(name.size_px)
    height = name.height + (role.height + unit * 0.42 if role else 0)
    bottom = frame.height * (0.68 if frame.tall else 0.79)
    pad, bar, margin = unit * 0.5, max(2, round(unit * 0.11)), frame.width * SAFE
    width = max(name.width, role.width if role else 0)
    leftward = base_level(rows[0]) == 1
    left = frame.width - margin - bar - pad - width if leftward else margin + bar + pad
    top = bottom - height - pad
    letters, dim = blank(frame.size), blank(frame.size)
    _write(letters, name, left, top, "right" if leftward else "left", width)
    if role:
        _write(dim, role, left, top + name.height + unit * 0.42, "right" if leftward else "left", width)
    edge = frame.width - margin - bar if leftward else margin
    box = (min(edge, left - pad), top - pad * 0.9, max(edge + bar, left + width + pad), bottom)
    stripe = (edge, box[1], edge + bar, box[3])
    return Plate([
        Layer(_box(frame, box, 0), _BLACK, 0.68),
        Layer(_box(frame, stripe, 0), PAPER),
        Layer(mask_of(dim), PAPER, 0.82),
        Layer(mask_of(letters), PAPER),
    ])  # fmt: skip


def _card(words: Words, frame: Frame, background: str) -> Plate:
    block = fitted(_rows(words), 0.075, "Medium", frame, 6, 0.8)
    top = (frame.height - block.height) / 2
    return Plate([Layer(_centred(frame, block, top), on(background))])


def _rows(words: Words) -> list[str]:
    return [" ".join(filter(None, row)) for row in words.rows]


def _px(block: Block, share: float) -> int:
    return max(1, round(block.size_px * share))


def _centred(frame: Frame, block: Block, top: float, stroke: int = 0) -> Mask:
    """The lines in the middle, the capitals of the first at `top`."""
    image = blank(frame.size)
    _write(image, block, 0, top, "center", frame.width, stroke)
    return mask_of(image)


def _write(image: Image.Image, block: Block, left: float, top: float, side: str, room: float, stroke: int = 0) -> None:
    draw = ImageDraw.Draw(image)
    for number, each in enumerate(block.lines):
        spare = room - each.width
        x = left + {"left": 0, "center": spare / 2, "right": spare}[side]
        each.draw(draw, round(x), round(top + block.size_px * 0.86 + number * block.leading), stroke)


def _blurred(mask: Mask, radius: float) -> Mask:
    return mask_of(Image.fromarray(mask).filter(ImageFilter.GaussianBlur(radius)))


def _shifted(mask: Mask, down: int) -> Mask:
    return np.pad(mask, ((down, 0), (0, 0)))[: mask.shape[0]]


def _boxes(frame: Frame, block: Block, top: float) -> Mask:
    """A box behind each line, joined where they touch."""
    image = blank(frame.size)
    draw = ImageDraw.Draw(image)
    pad, high = block.size_px * 0.34, block.size_px * 0.16
    for number, each in enumerate(block.lines):
        x, y = (frame.width - each.width) / 2, top + number * block.leading
        box = (round(x - pad), round(y - high), round(x + each.width + pad), round(y + block.leading - high * 0.1))
        draw.rounded_rectangle(box, block.size_px * 0.16, fill=255)
    return mask_of(image)


def _box(frame: Frame, box: tuple[float, float, float, float], radius: float) -> Mask:
    image = blank(frame.size)
    ImageDraw.Draw(image).rounded_rectangle(tuple(map(round, box)), radius, fill=255)
    return mask_of(image)
