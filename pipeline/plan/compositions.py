"""A board becomes what each of its shots says in each variant, and what each asks of its model."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.errors import MOST, BadInput, Problem
from pipeline.plan.variants import Variant, sample, variants
from pipeline.prompts import Composed, compose, names_used, problems_of_texts
from pipeline.storyboard import DEFAULT_MODEL, Path, Shot, Storyboard
from pipeline.storyboard.nodes import whole_file

MAX_CHARACTERS = 1 << 24  # of all prompts together; a model reads some thousands of one

Key = tuple[Path, tuple[str, ...]]  # where the shot stands, and the values that it looks at


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
        problems: list[Problem] = []
        try:
            self.variants = variants(board)
        except BadInput as bad:
            problems.extend(bad.problems)
            self.variants = (sample(board),)
        self._names = {shot.path: sorted(names_used(board, shot)) for shot in board.shots}
        self._composed: dict[Key, Composed] = {}
        self._room = MAX_CHARACTERS
        for shot in board.shots:
            if len(problems) < MOST:
                problems.extend(self._compose(shot))
        problems.extend(problems_of_texts(board, self.variants[0].values, catalog.models()[DEFAULT_MODEL]))
        if problems:
            raise BadInput(dict.fromkeys(problems))

    def _compose(self, shot: Shot) -> tuple[Problem, ...]:
        """Compose one shot in every variant; its problems in the first variant that has any."""
        for variant in self.variants:
            try:
                self.of(variant, shot)
            except BadInput as bad:
                return bad.problems
        return ()

    def key(self, variant: Variant, shot: Shot) -> Key:
        """What the composition depends on: the shot and the values that it looks at."""
        # As they are written: to Python 1 and True are the same key, and prompts say "1" and "true".
        return shot.path, tuple(repr(variant.values.get(name)) for name in self._names[shot.path])

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
            self._room -= len(composed.prompt)
            if self._room < 0:
                message = f"the prompts of all shots and variants are longer than {MAX_CHARACTERS:,} characters"
                raise BadInput([Problem("too-many", "", message, "say less", whole_file(self.board.source.file))])
            self._composed[key] = composed
        return self._composed[key]


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
