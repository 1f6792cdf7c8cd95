"""A board's matrix becomes its variants: the films that are made of one board, each with a name and its values."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import BadInput, Problem
from pipeline.prompts import TemplateError, render
from pipeline.storyboard import Scalar, Storyboard

MAIN = "main"  # name of the only variant of a board without any
MAX_SLOTS = 10_000  # shots of all variants together
# Windows takes these for devices whatever their folder or ending, and a board must be usable everywhere.
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
_ILLEGAL = re.compile(r"[^\w.-]+")  # letters of every script are fine in the name of a folder


@dataclass(frozen=True, slots=True)
class Variant:
    """One film of a board."""

    name: str  # legal as the name of a folder
    values: Mapping[str, Scalar]  # every variable a template may use


def variants(board: Storyboard) -> tuple[Variant, ...]:
    """The films of a board, in the order of its matrix; one called `main` where it has none.

    Raises BadInput where there are too many, a name can't be made or two are the same.
    """
    if board.variants is None:
        return (Variant(MAIN, board.vars),)
    matrix = board.variants.matrix
    _refuse_too_many(board, math.prod(map(len, matrix.values())))
    made: dict[str, Variant] = {}
    for keys in itertools.product(*matrix.values()):
        chosen = dict(zip(matrix, keys, strict=True))
        name = _name(board, chosen)
        if name.casefold() in made:
            hint = "name every variable in `name`" if board.variants.name else "give their values keys that differ"
            raise _bad(board, "variant-name", f'two variants are called "{name}"', hint)
        values = {variable: matrix[variable][key] for variable, key in chosen.items()}
        made[name.casefold()] = Variant(name, {**board.vars, **values})
    return tuple(made.values())


def sample(board: Storyboard) -> Variant:
    """A variant with a value for every variable, for a board whose variants can't be named."""
    matrix = board.variants.matrix if board.variants else {}
    return Variant(MAIN, {**board.vars, **{name: next(iter(values.values())) for name, values in matrix.items()}})


def _refuse_too_many(board: Storyboard, count: int) -> None:
    shots = len(board.shots)
    if count * shots > MAX_SLOTS:
        many = f"{count:,}" if count <= 1_000_000 else "more than a million"
        message = f"{many} variants of {shots:,} shots are more than {MAX_SLOTS:,} shots together"
        raise _bad(board, "too-many", message, "take values out of the matrix")


def _name(board: Storyboard, chosen: Mapping[str, str]) -> str:
    template = board.variants.name if board.variants else ""
    try:
        name = render(template, {**board.vars, **chosen}) if template else "_".join(chosen.values())
    except TemplateError as error:
        raise _bad(board, error.code, str(error), error.hint, find=error.word) from error
    # In NFC, and short: a folder's name has at most 255 bytes, and macOS takes both ways to write an accent for one.
    name = _ILLEGAL.sub("-", unicodedata.normalize("NFC", name)).strip("-.")[:60].rstrip("-.") or "variant"
    if name.casefold().split(".")[0] in DEVICES:
        raise _bad(board, "variant-name", f'a variant can\'t be called "{name}"', "Windows has a device of that name")
    return name


def _bad(board: Storyboard, code: str, message: str, hint: str, *, find: str = "") -> BadInput:
    named = board.variants is not None and bool(board.variants.name) and code != "too-many"
    path = ("variants", "name") if named else ("variants", "matrix")
    place = board.source.place(path, key=not named, find=find)
    return BadInput([Problem(code, ".".join(path), message, hint, place)])
