"""A board becomes what each of its entries says in each variant, composed once however many variants share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.errors import MOST, BadInput
from pipeline.plan.links import needed, targets, upstream_first
from pipeline.plan.parameters import Parameters, parameters
from pipeline.plan.variants import Variant, Variants
from pipeline.prompts import Ask, Composed, Looked, Texts, compose, given, looked_at, texts_of
from pipeline.storyboard import Entry, Settings, Shot, Storyboard
from pipeline.templates import Budget, Data

KEPT = 20_000  # compositions that are held at once; others are composed again when they are asked for
# What all templates of a board may use up: a second's worth, and more for each shot of each variant.
STEPS, STEPS_EACH = 400_000, 200
MADE, MADE_EACH = 1 << 22, 4_000  # characters
OUTPUT, OUTPUT_EACH = 1 << 22, 20_000  # characters

Key = tuple[object, ...]  # an entry, what it asks for, and the values that it looks at


@dataclass(frozen=True, slots=True)
class Composition:
    """What one entry says and asks for in one variant, and in all that share its key."""

    variant: Variant
    entry: Entry
    asked: Parameters
    composed: Composed


class Compositions:
    """What each entry says in each variant."""

    def __init__(self, board: Storyboard, variants: Variants, models: Mapping[str, Model]) -> None:
        self.board, self.variants, self.models = board, variants, models
        self.looked: tuple[tuple[Looked, ...], ...] = looked_at(board)
        self._names = [sorted(frozenset().union(*(item.names for item in looked))) for looked in self.looked]
        self._given = given(board)
        self._kept: OrderedDict[Key, Composed] = OrderedDict()
        self._asked: dict[tuple[object, ...], Parameters] = {}
        self._defaults: dict[Settings, int] = {}
        self._sorts: dict[str, int] = {}  # by name of a variant
        self._texts: dict[tuple[object, ...], Texts] = {}
        self._slots = len(board.entries) * len(variants)
        self._budget: Budget | None = budget_for(self._slots)

    @property
    def budget(self) -> Budget:
        """What templates may use up. All share one while the board is checked; what passed once may be made again."""
        return self._budget or budget_for(self._slots)

    @cached_property
    def targets(self) -> Mapping[str, Shot]:
        """What can be continued from, by its id."""
        return targets(self.board)

    @cached_property
    def turns(self) -> tuple[int, ...]:
        """Indices of the entries, each after the one it continues from."""
        return upstream_first(self.board)

    def in_turn(self, variant: Variant) -> Iterator[tuple[int, Shot | None]]:
        """The entries that a variant needs, each after the one it continues from, with the shot that this one is."""
        wanted = needed(self.board, self.targets, variant.entries)
        for index in self.turns:
            if index in wanted:
                link = self.board.entries[index].continue_from
                yield index, self.targets[link.shot] if link else None

    def asked(self, variant: Variant, entry: Entry) -> Parameters:
        """What the entry asks for in the variant."""
        key = entry.path, self._sort(variant)
        if key not in self._asked:
            self._asked[key] = parameters(self.models, variant, entry)
        return self._asked[key]

    def size(self, variant: Variant) -> tuple[int, int]:
        """Width and height, in pixels, of a variant's cut: its defaults', as the model of its first shot has them."""
        model = self.asked(variant, self.board.entries[variant.shots[0].entry]).model
        resolution = variant.defaults.resolution or model.default("resolution")
        return catalog.size(model, resolution, variant.defaults.aspect_ratio or model.default("aspect_ratio"))

    def key(self, variant: Variant, index: int) -> Key:
        """What the composition of the entry at the index depends on: the entry, what it asks for, what it looks at."""
        # Values as they are written: to Python 1 and True are the same key, and prompts say "1" and "true".
        values = tuple(_written(variant.values.get(name)) for name in self._names[index])
        return index, self._sort(variant), values

    def _sort(self, variant: Variant) -> int:
        """A number that stands for the variant's defaults, which take long to hash."""
        if variant.name not in self._sorts:
            self._sorts[variant.name] = self._defaults.setdefault(variant.defaults, len(self._defaults))
        return self._sorts[variant.name]

    def of(self, variant: Variant, index: int) -> Composed:
        """What the entry at the index says in the variant. Raises BadInput where it has problems."""
        key = self.key(variant, index)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        entry = self.board.entries[index]
        asked = self.asked(variant, entry)
        ask = Ask(asked.model, asked.generate_audio, asked.duration_s)
        composed = compose(self.board, entry, self.values(variant), ask, self.budget)
        self._kept[key] = composed
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return composed

    def composition(self, variant: Variant, index: int) -> Composition:
        """The same, with what it is of. Raises BadInput likewise."""
        entry = self.board.entries[index]
        return Composition(variant, entry, self.asked(variant, entry), self.of(variant, index))

    def fallback(self, variant: Variant, index: int) -> Composition | None:
        """What the entry says once moderation has refused it; None where it has no other wording. Raises BadInput."""
        entry = self.board.entries[index].fallback
        if entry is None:
            return None
        asked = self.asked(variant, entry)
        ask = Ask(asked.model, asked.generate_audio, asked.duration_s)
        composed = compose(self.board, entry, self.values(variant), ask, self.budget)
        return Composition(variant, entry, asked, composed)

    def texts(self, entry: Entry) -> Texts:
        """What the entry, or its other wording, is made from in whatever variant."""
        key = (entry.path, entry.prompt_key)
        if key not in self._texts:
            self._texts[key] = texts_of(self.board, entry)
        return self._texts[key]

    def values(self, variant: Variant) -> Mapping[str, Data]:
        """Everything that the variant's templates may name."""
        return {**self._given, **variant.values}

    def distinct(self) -> Iterator[Composition | BadInput]:
        """Each composition that differs from the others, in the first variant that has it; of an entry with problems
        only the problems, once."""
        seen: set[Key] = set()
        broken: set[int] = set()
        for variant in self.variants:
            for index in variant.entries:
                if index in broken or (key := self.key(variant, index)) in seen:
                    continue
                seen.add(key)
                try:
                    yield self.composition(variant, index)
                    self.fallback(variant, index)  # its mistakes are told before anything is bought
                except BadInput as bad:
                    broken.add(index)
                    yield bad
            if len(broken) >= MOST:
                break
        self._budget = None


def budget_for(slots: int) -> Budget:
    """What all templates of a board with so many shots of variants may use up."""
    return Budget(STEPS + STEPS_EACH * slots, MADE + MADE_EACH * slots, OUTPUT + OUTPUT_EACH * slots)


def _written(value: Data | None) -> object:
    return value if isinstance(value, str) else (type(value).__name__, repr(value))
