"""The words of a cut and one of its frames come in; the picture of that frame with them on it goes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.edit import Cut, Segment
from pipeline.letters.faces import Weight, script, shapes
from pipeline.letters.runs import COMPLEX, faces_in, lacking
from pipeline.plain import plain
from pipeline.render.captions import over, seen
from pipeline.render.lettering.blocks import Frame
from pipeline.render.lettering.plate import Plate, ground
from pipeline.render.lettering.setting import plate_of
from pipeline.words import Words

LETTERING = 1  # raised whenever the same words would be drawn differently
Planes = NDArray[np.uint8]
_WEIGHTS: dict[str, tuple[Weight, ...]] = {"title": ("Bold",), "lower_third": ("Bold", "Medium")}
_RIGHT_TO_LEFT = frozenset(("ARABIC", "HEBREW", "SYRIAC", "THAANA", "NKO"))


class Lettering:
    """The words of one cut, set in type as they come up and forgotten when they are over."""

    def __init__(self, cut: Cut) -> None:
        self._size = cut.width, cut.height
        self._frame = Frame(cut.width, cut.height, cut.captions.language, cut.captions)
        self._over = over(cut)
        self._on = {words.shot: words for words in cut.words if words.alone}
        self._plates: dict[Words, Plate] = {}

    def over(self, planes: Planes, frame: int) -> Planes:
        """The picture of a frame of the cut with what is read over it."""
        for words in self._over:
            if words.start <= frame < words.stop:
                planes = self._plate(words).lay(planes, self._size, _share(words, frame))
        self._forget(frame)
        return planes

    def on_ground(self, segment: Segment, frame: int) -> Planes:
        """The picture of a card, or of the credits, in a frame of the cut."""
        planes = ground(segment.ground, self._size)
        words = self._on.get(segment.shot)
        if words is None:
            return planes
        plate, down = self._plate(words, segment.ground), 0.0
        if words.rolls:  # from below the picture to above it
            gone = (frame - words.start + 0.5) / words.length
            down = self._size[1] - plate.top - gone * (self._size[1] + plate.height)
        return plate.lay(planes, self._size, _share(words, frame), down)

    def _plate(self, words: Words, background: str = "") -> Plate:
        if words not in self._plates:
            self._plates[words] = plate_of(words, self._frame, background)
        return self._plates[words]

    def _forget(self, frame: int) -> None:
        for words in [words for words in self._plates if words.stop <= frame]:
            del self._plates[words]


def described(cut: Cut, words: Words) -> dict[str, Any]:
    """Everything that the picture of some words hangs on, as plain JSON, wherever in the cut they stand."""
    said = {key: value for key, value in plain(words).items() if key not in ("start", "shot", "speaker")}
    captions = {"style": cut.captions.style} if words.kind == "caption" else {}
    text, language = words.text, cut.captions.language
    fonts = sorted({face.name for weight in _weights(words) for face in faces_in(text, weight, language)})
    return {**said, **captions, "language": language, "fonts": fonts, "shaped": shapes(), "lettering": LETTERING}


def missing(cut: Cut) -> tuple[str, ...]:
    """What the fonts of this machine could not write as it is written, and what to install."""
    return tuple(dict.fromkeys(note for words in seen(cut) for note in _missing(words, cut.captions.language)))


def _missing(words: Words, language: str) -> Iterator[str]:
    called = f"{words.shot}: its {words.kind.replace('_', ' ')}"
    for weight in _weights(words)[:1]:
        for kind, letters in lacking(words.text, weight, language).items():
            some = " ".join(letters[:6])
            yield f'{called} has letters that no font here has ({some}), and shows "[…]" instead: {_install(kind)}'
    scripts = {script(char) for char in words.text}
    if not shapes() and scripts & COMPLEX:
        yield f"{called} is in {sorted(scripts & COMPLEX)[0].title()}, whose letters are not joined here: {_fribidi()}"


def _weights(words: Words) -> tuple[Weight, ...]:
    return _WEIGHTS.get(words.kind, ("Medium",))


def _install(kind: str) -> str:
    family = "Noto Sans CJK" if kind == "CJK" else f"Noto Sans {kind.title()}" if kind else "Noto Sans Symbols 2"
    package = "fonts-noto-cjk" if kind == "CJK" else "fonts-noto-core"
    return f"install {family}" + (f" (Debian and Ubuntu: apt install {package})" if sys.platform == "linux" else "")


def _fribidi() -> str:
    return "install FriBiDi" + (" (Debian and Ubuntu: apt install libfribidi0)" if sys.platform == "linux" else "")


def _share(words: Words, frame: int) -> float:
    """How much of the words is there in a frame: all, but for where they come and go."""
    come = (frame - words.start + 1) / (words.fade_in + 1)
    go = (words.stop - frame) / (words.fade_out + 1)
    return max(0.0, min(1.0, come, go))
