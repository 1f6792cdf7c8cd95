"""A board's rows and matrix become its variants: the films of one board, each made when it is asked for."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.errors import BadInput, Problem, nearest
from pipeline.plan import naming
from pipeline.storyboard import (
    CREDITS,
    FRAME_RATE,
    NO_MIX,
    UNSAID,
    CaptionSpec,
    Card,
    Change,
    CutSpec,
    MixSpec,
    Path,
    Settings,
    Shot,
    Storyboard,
    dotted,
)
from pipeline.templates import Data, Scalar, TemplateError

MAIN = "main"  # name of the only variant of a board without any
MAX_VARIANTS = 50_000
MAX_SLOTS = 200_000  # shots of all variants together
MAX_COMPARED = 1_000_000  # variants times what is said of some of them: each is held against each
_Said = TypeVar("_Said", Settings, CaptionSpec)
_Combination = dict[str, tuple[str, Scalar]]  # variable -> key and value


@dataclass(frozen=True, slots=True)
class Variant:
    """One film of a board."""

    name: str  # legal as the name of a folder
    keys: Mapping[str, str]  # what tells it from the others: variable -> key of its value
    values: Mapping[str, Data]  # every variable a template may use
    defaults: Settings
    shots: tuple[Shot, ...]  # those it shows, in the order of the board
    cut: CutSpec  # with everything said
    mix: MixSpec = NO_MIX
    cards: tuple[Card, ...] = ()  # those it shows
    captions: CaptionSpec = UNSAID

    @property
    def sequence(self) -> tuple[Shot | Card, ...]:
        """Everything that it shows, in the order of the cut."""
        among: list[Shot | Card] = [*self.shots, *(card for card in self.cards if card.kind == "card")]
        last = (card for card in self.cards if card.kind == "credits")
        return (*sorted(among, key=lambda shown: int(shown.path[1])), *last)

    @property
    def entries(self) -> tuple[int, ...]:
        """Indices of the entries whose takes it shows, in the order of the board."""
        return tuple(dict.fromkeys(shot.entry for shot in self.shots))


class Variants:
    """Every film of a board, in the order of its rows and its matrix. Holds their names; makes each anew when asked."""

    def __init__(self, board: Storyboard) -> None:
        """Raises BadInput where there are too many, a name can't be made, or two are the same."""
        self.board = board
        self._shots = tuple(board.shots)
        self._names = (MAIN,) if board.variants is None else self._named()

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[Variant]:
        for name, combination in zip(self._names, self._combinations(), strict=True):
            yield self._variant(name, combination)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each, in order."""
        return self._names

    def first(self) -> Variant:
        """The first of them."""
        return next(iter(self))

    def called(self, names: frozenset[str]) -> Iterator[Variant]:
        """Those with one of the names."""
        for name, combination in zip(self._names, self._combinations(), strict=True):
            if name in names:
                yield self._variant(name, combination)

    def _variant(self, name: str, combination: _Combination) -> Variant:
        keys = {variable: key for variable, (key, _) in combination.items()}
        chosen = {variable: value for variable, (_, value) in combination.items()}
        values: dict[str, Data] = {**self.board.vars, **chosen}
        defaults, shots, cards, captions = self.board.defaults, self._shots, self.board.cards, self.board.captions
        cut = CutSpec(self.board.cut.frame_rate or FRAME_RATE, self.board.cut.fit or "contain")
        mix = self.board.mix
        for change in self._changes(keys):
            values.update(change.vars)
            defaults = _over(change.defaults, defaults)
            cut = CutSpec(change.cut.frame_rate or cut.frame_rate, change.cut.fit or cut.fit)
            mix = mix.under(change.mix) if change.mix != NO_MIX else mix
            captions = _over(change.captions, captions)
            if change.shots is not None or change.without:
                shots, cards = self._shown(change, shots), _left(change, cards)
        return Variant(name, keys, values, defaults, shots, cut, mix, cards, captions)

    def _changes(self, keys: Mapping[str, str]) -> Iterator[Change]:
        for change in self.board.variants.changes if self.board.variants else ():
            if all(keys.get(variable) == key for variable, key in change.when.items()):
                yield change

    def _shown(self, change: Change, shots: tuple[Shot, ...]) -> tuple[Shot, ...]:
        """The shots that a change leaves, each called by its own id or by that of its entry."""
        only, without = None if change.shots is None else frozenset(change.shots), frozenset(change.without)
        called = [(shot, {shot.id, self.board.entries[shot.entry].id}) for shot in shots]
        return tuple(shot for shot, ids in called if ids.isdisjoint(without) and (only is None or ids & only))

    def _combinations(self) -> Iterator[_Combination]:
        """What tells the variants apart, excluded ones left out and included ones added."""
        wanted = self.board.variants
        if wanted is None:
            yield {}
            return
        alone = set(range(len(wanted.include)))
        for combination in self._product():
            if any(_agrees(combination, excluded) for excluded in wanted.exclude):
                continue
            own = set(combination)
            for index, added in enumerate(wanted.include):
                if _fits(combination, added, own):
                    alone.discard(index)
                    combination.update(
                        {name: (key_of(value), value) for name, value in added.items() if name not in own}
                    )
            yield combination
        for index in sorted(alone):
            yield {name: self._chosen(name, value) for name, value in wanted.include[index].items()}

    def _chosen(self, name: str, value: Scalar) -> tuple[str, Scalar]:
        """Key and value of an included one: the matrix' own where it names one of its keys."""
        values = self.board.variants.matrix.get(name, {}) if self.board.variants else {}
        return key_of(value), values.get(key_of(value), value)

    def _product(self) -> Iterator[_Combination]:
        wanted = self.board.variants
        if wanted is None or not (wanted.rows or wanted.matrix):
            return
        rows: list[Mapping[str, Scalar]] = [row.values for row in wanted.rows] or [{}]
        axes = [[(name, pair) for pair in values.items()] for name, values in wanted.matrix.items()]
        for row in rows:
            for chosen in itertools.product(*axes):
                yield {**{name: (key_of(value), value) for name, value in row.items()}, **dict(chosen)}

    def _named(self) -> tuple[str, ...]:
        self._refuse_too_many()
        seen: dict[str, None] = {}
        for combination in self._combinations():
            keys = {variable: key for variable, (key, _) in combination.items()}
            try:
                name = naming.written(self.board, keys)
            except TemplateError as error:
                raise self._bad(error.code, str(error), error.hint, find=error.word) from error
            if name in seen:
                named = self.board.variants is not None and self.board.variants.name
                hint = "name every variable in `name`" if named else "give their values keys that differ"
                if self.board.variants and self.board.variants.rows and not named:
                    hint = "delete the line of the table that stands there twice, or give the variants a `name`"
                raise self._bad("variant-name", f'two variants are called "{name}"', hint)
            seen[name] = None
        if not seen:
            raise self._bad("no-variants", "every combination is excluded", "exclude less")
        names = naming.unique(seen)
        self._refuse_unknown_pilot(names)
        return names

    def _refuse_unknown_pilot(self, names: tuple[str, ...]) -> None:
        pilot = self.board.variants.pilot if self.board.variants else ""
        if pilot and pilot not in names:
            path: Path = ("variants", "pilot")
            message = f'there is no variant "{pilot}"'
            problem = Problem(
                "variant-name", dotted(path), message, unknown(names, pilot), self.board.source.place(path)
            )
            raise BadInput([problem])

    def _refuse_too_many(self) -> None:
        wanted = self.board.variants
        if wanted is None:
            return
        rows = max(1, len(wanted.rows))
        count = rows * math.prod(map(len, wanted.matrix.values())) + len(wanted.include)
        shots = len(self._shots)
        if count > MAX_VARIANTS or count * shots > MAX_SLOTS:
            many = f"{count:,}" if count <= 1_000_000 else "more than a million"
            message = f"{many} variants are more than a board can have ({MAX_VARIANTS:,})"
            if count <= MAX_VARIANTS:
                message = f"{many} variants of {shots:,} shots are more than {MAX_SLOTS:,} shots together"
            raise self._bad("too-many", message, "take values out of the matrix or lines out of the table")
        said = len(wanted.exclude) + len(wanted.include) + len(wanted.changes)
        if count * said > MAX_COMPARED:
            message = f"{count:,} variants times {said:,} of exclude, include and change are too many to hold together"
            raise self._bad("too-many", message, "write fewer of them, or a table of what goes together")

    def _bad(self, code: str, message: str, hint: str, *, find: str = "") -> BadInput:
        wanted = self.board.variants
        named = wanted is not None and bool(wanted.name) and code not in ("too-many", "no-variants")
        path: Path = ("variants", "name") if named else ("variants", "matrix" if wanted and wanted.matrix else "from")
        if code == "no-variants":
            path = ("variants", "exclude")
        place = self.board.source.place(path, key=not named, find=find)
        return BadInput([Problem(code, dotted(path), message, hint, place)])


def unknown(known: Mapping[str, str] | tuple[str, ...], name: str) -> str:
    """How to mend a name that is none of the known ones."""
    meant = nearest(name, known)
    return f'did you mean "{meant}"?' if meant else f"variants: {', '.join(list(known)[:12])}"


def sample(board: Storyboard) -> Variants:
    """The variants of a board whose own can't be had: one, with a value for every variable."""
    wanted = board.variants
    if wanted is None:
        return Variants(board)
    values: dict[str, Data] = {**board.vars}
    values |= {name: next(iter(choices.values())) for name, choices in wanted.matrix.items() if choices}
    for row in wanted.rows[:1]:
        values |= row.values
    for added in wanted.include:
        values |= added
    for change in wanted.changes:
        values |= change.vars
    return Variants(replace(board, vars=values, variants=None))


def key_of(value: Scalar) -> str:
    """The key of a value that has no other: the value as it is written."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _agrees(combination: _Combination, keys: Mapping[str, str]) -> bool:
    return all(name in combination and combination[name][0] == key for name, key in keys.items())


def _fits(combination: _Combination, added: Mapping[str, Scalar], own: set[str]) -> bool:
    """Whether the added values contradict none of the combination's own."""
    return all(combination[name][0] == key_of(value) for name, value in added.items() if name in own)


def _over(new: _Said, old: _Said) -> _Said:
    """What is said in `new`, and the rest as it was."""
    said = {name: getattr(new, name) for name in new.__dataclass_fields__ if getattr(new, name) is not None}
    return replace(old, **said)


def _left(change: Change, cards: tuple[Card, ...]) -> tuple[Card, ...]:
    """The cards that a change leaves; the credits stay where it names shots."""
    only = None if change.shots is None else {*change.shots, CREDITS}
    return tuple(card for card in cards if card.id not in change.without and (only is None or card.id in only))
