"""A board becomes its variants, and what each shot says in each of them: composed once for all that comes out alike."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.errors import BadInput, Problem
from pipeline.prompts import Composed, compose, names_used, problems_of_texts, render
from pipeline.storyboard import DEFAULT_MODEL, Scalar, Shot, Storyboard

MAIN = "main"  # name of the only variant of a board without any
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """One film of a board."""

    name: str  # legal as the name of a folder
    values: Mapping[str, Scalar]  # every variable a template may use


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a shot asks of its model, with the board's and the model's defaults filled in."""

    model: str
    duration_s: Fraction  # seconds; whole, once checked
    aspect_ratio: str
    resolution: str
    generate_audio: bool
    enable_web_search: bool

    @property
    def known_model(self) -> Model:
        """The model; the usual one where the board names one that nobody knows, which `check` reports."""
        return catalog.models().get(self.model) or catalog.models()[DEFAULT_MODEL]


class Compositions:
    """What each shot says in each variant; composed once for each set of values that can change it."""

    def __init__(self, board: Storyboard) -> None:
        """Raises BadInput with every template and mention of the board that can't be resolved."""
        self.board = board
        self.variants = variants(board)
        self._names = {shot.id: sorted(names_used(board, shot)) for shot in board.shots}
        self._composed: dict[tuple[str, tuple[Scalar | None, ...]], Composed] = {}
        problems: list[Problem] = []
        for variant in self.variants:
            problems.extend(problems_of_texts(board, variant.values, catalog.models()[DEFAULT_MODEL]))
        for shot in board.shots:
            for variant in self.variants:
                try:
                    self.of(variant, shot)
                except BadInput as bad:
                    problems.extend(bad.problems)
                    break
        if problems:
            raise BadInput(dict.fromkeys(problems))

    def key(self, variant: Variant, shot: Shot) -> tuple[str, tuple[Scalar | None, ...]]:
        """What the composition depends on: the shot and the values that it looks at."""
        return shot.id, tuple(variant.values.get(name) for name in self._names[shot.id])

    def all_of(self, shot: Shot) -> tuple[Composed, ...]:
        """What the shot says, each version once."""
        keys = dict.fromkeys(self.key(variant, shot) for variant in self.variants)
        return tuple(self._composed[key] for key in keys)

    def of(self, variant: Variant, shot: Shot) -> Composed:
        """The composition of one shot in one variant. Raises BadInput where it has problems."""
        key = self.key(variant, shot)
        if key not in self._composed:
            wanted = parameters(self.board, shot)
            composed = compose(self.board, shot, variant.values, wanted.known_model, audio=wanted.generate_audio)
            self._composed[key] = composed
        return self._composed[key]


def variants(board: Storyboard) -> tuple[Variant, ...]:
    """The films of a board, in the order of its matrix; one called `main` where it has none.

    Raises BadInput where a name can't be made or two are the same.
    """
    if board.variants is None:
        return (Variant(MAIN, board.vars),)
    matrix = board.variants.matrix
    made: dict[str, Variant] = {}
    for keys in itertools.product(*(choices for choices in matrix.values())):
        chosen = dict(zip(matrix, keys, strict=True))
        name = _variant_name(board, chosen)
        if name.casefold() in made:
            message = f'two variants are called "{name}"'
            place = board.source.place(("variants", "name"))
            raise BadInput([Problem("variant-name", "variants", message, "name every variable in `name`", place)])
        values = {variable: matrix[variable][key] for variable, key in chosen.items()}
        made[name.casefold()] = Variant(name, {**board.vars, **values})
    return tuple(made.values())


def _variant_name(board: Storyboard, chosen: Mapping[str, str]) -> str:
    template = board.variants.name if board.variants else ""
    try:
        name = render(template, {**board.vars, **chosen}) if template else "_".join(chosen.values())
    except ValueError as error:
        place = board.source.place(("variants", "name"))
        raise BadInput([Problem("template", "variants.name", str(error), getattr(error, "hint", ""), place)]) from error
    return _ILLEGAL.sub("-", name).strip("-.")[:80] or "variant"


def parameters(board: Storyboard, shot: Shot) -> Parameters:
    """What a shot asks of its model: its own words, else the board's defaults, else the model's."""

    def wanted(word: str, name: str) -> Any:
        own, usual = getattr(shot.settings, name), getattr(board.defaults, name)
        return own if own is not None else usual if usual is not None else _usual(model, word)

    model_id = shot.settings.model or board.defaults.model or DEFAULT_MODEL
    model = catalog.models().get(model_id) or catalog.models()[DEFAULT_MODEL]
    return Parameters(
        model=model_id,
        duration_s=Fraction(wanted("duration", "duration_s")),
        aspect_ratio=wanted("aspect_ratio", "aspect_ratio"),
        resolution=wanted("resolution", "resolution"),
        generate_audio=wanted("generate_audio", "generate_audio"),
        enable_web_search=wanted("enable_web_search", "enable_web_search"),
    )


def _usual(model: Model, word: str) -> Any:
    value = model.default(word)
    return False if value is None else value
