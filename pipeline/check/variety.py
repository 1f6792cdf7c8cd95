"""Whether what a board says of its variants can be: values given once, names that are known, tables apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from pipeline.check.finding import error
from pipeline.errors import Problem, nearest
from pipeline.plan import key_of
from pipeline.storyboard import Path, Storyboard, Variants


def problems(board: Storyboard) -> Iterator[Problem]:
    """What is wrong with matrix, table, exclude, include and change."""
    if board.variants is None:
        return
    yield from _values(board, board.variants)
    yield from _columns(board, board.variants)
    known = _known(board.variants)
    for index, excluded in enumerate(board.variants.exclude):
        yield from _choices(board, known, ("variants", "exclude", index), excluded)
    added = {name: set(keys) for name, keys in known.items()}
    for included in board.variants.include:
        for name, value in included.items():
            added.setdefault(name, set()).add(key_of(value))
    ids = {shot.id for shot in board.shots} | {entry.id for entry in board.entries}
    ids |= {card.id for card in board.cards}
    for change in board.variants.changes:
        yield from _choices(board, added, (*change.path, "when"), change.when)
        yield from _shots(board, ids, (*change.path, "shots"), change.shots or ())
        yield from _shots(board, ids, (*change.path, "without"), change.without)


def _values(board: Storyboard, wanted: Variants) -> Iterator[Problem]:
    for name in wanted.matrix:
        path = ("variants", "matrix", name)
        values = board.source.node(path).value
        seen: set[str] = set()
        for index, value in enumerate(values if isinstance(values, list) else ()):
            if value.raw in seen:
                yield error(board, "duplicate-value", (*path, index), f'"{value.raw}" stands here twice', "keep one")
            seen.add(value.raw)


def _columns(board: Storyboard, wanted: Variants) -> Iterator[Problem]:
    """The table and the matrix can't both say what a variable is."""
    columns = wanted.rows[0].values if wanted.rows else {}
    for name in wanted.matrix:
        if name in columns:
            message = f'"{name}" is a column of the table, too'
            yield error(board, "duplicate-name", ("variants", "matrix", name), message, "keep one of them", key=True)


def _known(wanted: Variants) -> dict[str, set[str]]:
    """The variables of the table and the matrix, each with the keys of its values."""
    found = {name: set(values) for name, values in wanted.matrix.items()}
    for row in wanted.rows:
        for name, value in row.values.items():
            found.setdefault(name, set()).add(key_of(value))
    return found


def _choices(
    board: Storyboard, known: Mapping[str, set[str]], path: Path, choice: Mapping[str, str]
) -> Iterator[Problem]:
    for name, key in choice.items():
        if name not in known:
            meant = nearest(name, known)
            hint = f'did you mean "{meant}"?' if meant else f"variables here: {', '.join(list(known)[:12])}"
            message = f'"{name}" is no variable of the variants'
            yield error(board, "unknown-variable", (*path, name), message, hint, key=True)
        elif key not in known[name]:
            keys = sorted(known[name])
            meant = nearest(key, keys)
            hint = f'did you mean "{meant}"?' if meant else f"it has {', '.join(keys[:12])}"
            named = board.variants.matrix.get(name, {}) if board.variants else {}
            if own := next((own for own, value in named.items() if value == key), ""):
                hint = f'a value is named by its key, "{own}"'
            yield error(board, "unknown-value", (*path, name), f'"{name}" never has the key "{key}"', hint)


def _shots(board: Storyboard, ids: AbstractSet[str], path: Path, named: Iterable[str]) -> Iterator[Problem]:
    for index, name in enumerate(named):
        if name not in ids:
            known = sorted(ids)
            inner = next((entry for entry in board.entries if name in {part.id for part in entry.parts}), None)
            meant = nearest(name, known)
            hint = f'did you mean "{meant}"?' if meant else f"shots here: {', '.join(known[:12])}"
            if inner:
                hint = f"{inner.id} is kept whole: write {inner.id}, or give it a `split`"
            yield error(board, "unknown-shot", (*path, index), f'there is no shot "{name}"', hint)
