"""Takes are looked at, and what was noticed becomes rows: which shot, which take, what. Nothing is decided by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import settings
from pipeline.errors import MediaError
from pipeline.plan import Plan, Variant, split_flags
from pipeline.produce.reading import Film
from pipeline.screening import Program, Screening
from pipeline.take import BUILT_IN, Flag


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag of a take that is used."""

    shot: str  # id of its entry
    variant: str  # the first that uses the take; "" where every variant that shows the entry uses one
    digest: str  # of the take's request
    take: int  # what people call it: its number among all takes of the shot
    flag: Flag


def screening_of(film: Film, quiet_s: float = 0.0) -> Screening:
    """What looks at the takes of a film, in moments when none has landed for so many seconds."""
    sizes = {facts.sha256: (facts.width, facts.height) for facts in film.facts.values() if facts.kind == "image"}
    return Screening(film.store, film.project.outputs, film.project.models, sizes, _programs(film), quiet_s)


def flagged(film: Film, plan: Plan, variants: Iterable[Variant] = ()) -> tuple[Flagged, ...]:
    """Every flag of the takes that these variants use, or all, each take once, in the order of the shots."""
    if not plan.view.flags and not plan.view.cuts:
        return ()
    names = frozenset({BUILT_IN, *(name for name, _, _ in _named(film))})
    found: dict[tuple[int, str, int], list[Flagged]] = {}
    alone = plan.alone()
    for variant in tuple(variants) or plan.variants:
        for index, digest in plan.digests(variant).items():
            take = plan.footage(variant.name, index, digest)
            if take is None or (index, take.digest, take.number) in found:
                continue
            key = take.digest, take.number
            flags = (*plan.view.flags.get(key, ()), *split_flags(plan, index, key, plan.view.cuts.get(key)))
            entry, whose = plan.board.entries[index].id, "" if index in alone else variant.name
            name = plan.name_of(take.digest, take.number)
            rows = [Flagged(entry, whose, take.digest, name, one) for one in flags if one.check in names]
            found[index, take.digest, take.number] = rows
    return tuple(row for _, rows in sorted(found.items(), key=lambda item: item[0][0]) for row in rows)


def with_flags(plan: Plan, flags: Mapping[tuple[str, int], tuple[Flag, ...]], seen: Iterable[tuple[str, int]]) -> Plan:
    """The plan with what was noticed just now of the takes in `seen`, whether or not it could be written down."""
    told = frozenset(seen)
    before = {key: value for key, value in plan.view.flags.items() if key not in told}
    return replace(plan, view=replace(plan.view, flags=before | dict(flags)))


def _programs(film: Film) -> Iterator[Program]:
    for name, file, timeout_s in _named(film):
        yield Program(name, file, film.project.root, timeout_s)


def _named(film: Film) -> Iterator[tuple[str, Path, int]]:
    """The own checks of a film, each once: those of its project, then those of its board."""
    root, told = film.project.root, set[Path]()
    folders = ((root, film.project.checks), (film.file.parent, film.board.checks))
    for folder, checks in folders:
        for check in checks:
            try:
                file = settings.program(root, folder, check.run)
            except MediaError:
                continue  # it went away since the film was checked
            if file not in told:
                told.add(file)
                yield f"./{file.relative_to(root).as_posix()}", file, check.timeout_s
