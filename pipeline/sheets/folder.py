"""Pairs become files in a folder: a picture of each, a sheet of all, and a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from pipeline.errors import SetupError
from pipeline.sheets.drawing import GROUND, LARGE, box_of, drawn
from pipeline.sheets.page import page
from pipeline.sheets.pair import Pair
from pipeline.sheets.sheet import sheet

SHEET, PAGE = "sheet.jpg", "index.html"
_QUALITY = 88
_MARGIN = 20  # pixels


@dataclass(frozen=True, slots=True)
class Saved:
    """The files of some pairs."""

    folder: Path
    pairs: tuple[tuple[Pair, str], ...]  # each with the name of its picture in the folder


def save(title: str, about: str, pairs: Sequence[Pair], folder: Path) -> Saved | None:
    """Write them in the place of what an earlier call wrote there; None for no pairs. Raises SetupError."""
    try:
        _clear(folder)
        if not pairs:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        named = tuple(zip(pairs, _names(pairs), strict=True))
        for pair, name in named:
            _write(_bordered(drawn(pair, LARGE, box_of([pair], LARGE))), folder / name)
        _write(sheet(title, about, pairs), folder / SHEET)
        (folder / PAGE).write_text(page(title, about, named), encoding="utf-8")
    except OSError as error:
        hint = "name a folder that can be written in"
        raise SetupError(f"{error.filename or folder}: can't be written: {error.strerror}", hint=hint) from error
    return Saved(folder, named)


def _clear(folder: Path) -> None:
    """A shot that differs no longer must not stay."""
    if (folder / PAGE).exists():  # else the pictures in it are none of ours
        for file in (*folder.glob("*.jpg"), folder / PAGE):
            file.unlink()


def _names(pairs: Sequence[Pair]) -> Iterator[str]:
    """A file for each; where capitals make no difference there are none of the same name either."""
    taken = {SHEET}
    for pair in pairs:
        stem = f"{pair.shot}-{pair.variant}" if pair.variant else pair.shot
        numbers = (stem, *(f"{stem}~{number}" for number in range(2, len(pairs) + 2)))
        name = next(f"{one}.jpg" for one in numbers if f"{one}.jpg".casefold() not in taken)
        taken.add(name.casefold())
        yield name


def _bordered(picture: Image.Image) -> Image.Image:
    framed = Image.new("RGB", (picture.width + 2 * _MARGIN, picture.height + 2 * _MARGIN), GROUND)
    framed.paste(picture, (_MARGIN, _MARGIN))
    return framed


def _write(picture: Image.Image, file: Path) -> None:
    picture.save(file, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
