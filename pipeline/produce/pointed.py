"""References of which only a pointer of git LFS is here: known by their digest, their facts not, nor some prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from pipeline import history, media
from pipeline.history import Repository
from pipeline.plan import Plan
from pipeline.produce.reading import Film
from pipeline.take import Kind, MediaFacts

_FORMATS: Mapping[str, str] = {"jpg": "jpeg", "tif": "tiff", "m4v": "mp4"}  # by the endings that are not their name
_USUAL: Mapping[Kind, str] = {"image": "png", "video": "mp4", "audio": "wav"}
_SIDE_PX, _LENGTH_S = 1000, Fraction(2)  # which no model refuses


class Sight:
    """Looks at references, and remembers those that could not be looked at."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.unknown: dict[str, Kind] = {}  # sha256 -> what the file is named as

    def inspect(self, path: Path, kind: Kind) -> MediaFacts:
        """What a reference is; where git LFS keeps it elsewhere, as much as its pointer says. Raises MediaError."""
        pointer = history.pointer_at(path)
        if pointer is None:
            return media.inspect(path)
        if whole := self.repository.object_of(pointer):
            return media.inspect(whole)
        self.unknown[pointer.sha256] = kind
        ending = path.suffix.lower().removeprefix(".")
        form = _FORMATS.get(ending, ending) or _USUAL[kind]
        side_px, length_s = 0 if kind == "audio" else _SIDE_PX, Fraction(0) if kind == "image" else _LENGTH_S
        return MediaFacts(pointer.sha256, pointer.size_bytes, kind, form, side_px, side_px, duration_s=length_s)

    def honest(self, film: Film, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
        """The plan without prices that hang on what is unknown, and what is to be said of that."""
        names = [name for name, fact in film.facts.items() if fact.sha256 in self.unknown]
        if not names:
            return plan, ()
        videos = frozenset(name for name in names if self.unknown[film.facts[name].sha256] == "video")
        unchecked = f"{', '.join(names)}: git LFS has only a pointer here (git lfs fetch), so it is not checked"
        prices = ", and what is shot with a video of unknown length has no price" if videos else ""
        return _unpriced(plan, videos), (unchecked + prices,)


def _unpriced(plan: Plan, videos: frozenset[str]) -> Plan:
    """The plan in which what goes with one of these videos has no price."""
    if not videos:
        return plan
    variants = {
        variant.name: variant for variant in plan.variants.called(frozenset(v for _, v in plan.owners.values()))
    }
    jobs = dict(plan.jobs)
    for digest, (index, name) in plan.owners.items():
        cited = plan.composition(variants[name], index).composed.cited
        if any(item.reference and item.reference.file in videos for item in cited):
            jobs[digest] = replace(jobs[digest], price=None)
    return replace(plan, jobs=jobs)
