"""A stale job becomes a Change: what exactly moved it away from the take it has, out of what the lock remembers.

The same comparison, `causes`, holds one plan's request against another plan's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pipeline.catalog import Model
from pipeline.plan.plan import Plan
from pipeline.plan.sources import FILE, sources_of
from pipeline.plan.variants import Variant
from pipeline.plan.words import Words, word_diff
from pipeline.wire import FileRef, FrameRef, as_digested

CauseKind = Literal["text", "parameter", "file", "upstream", "unknown"]
_ROLES = "references"  # what a shot's own references are for: no news beside those that came or went
_UNITS = {"duration": " s"}


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that moved a request."""

    kind: CauseKind
    name: str  # as the author knows it: style.palette, variable weather, duration, a file, a shot
    words: str  # what is the matter with it: "5 s to 6 s", "is new"; "" where it only says something else now

    def __str__(self) -> str:
        return f"{self.name} {self.words}".rstrip()


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for before."""

    request: Mapping[str, Any]  # as digested
    marks: Mapping[str, str] | None  # of what it was made from, by name; None: nobody knows
    continues: str = ""  # id of the shot that it continued from, as it is called now; "" for none or unknown


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between a request and the one that the take in use answers."""

    wanted: str  # digest of the request as it is
    before: str  # digest of the one that was wanted when the take was chosen
    causes: tuple[Cause, ...]  # never empty
    prompt: tuple[Words, ...]  # the prompt before and after; empty where it is the same
    usd_before: Decimal | None  # US dollars that the take in use cost; None: nobody knows
    usd: Decimal | None  # that the new one costs; None: unpriced


def changes(plan: Plan, digests: Iterable[str] | None = None) -> Mapping[str, Change]:
    """By digest, what moved each of these jobs, or each job that is stale."""
    wanted = [digest for digest in (plan.jobs if digests is None else digests) if plan.state(digest)[0] == "stale"]
    names = frozenset(plan.owners[digest][1] for digest in wanted)
    variants = {variant.name: variant for variant in plan.variants.called(names)} if names else {}
    found: dict[str, Change] = {}
    for digest in wanted:
        index, name = plan.owners[digest]
        if change := _change(plan, variants[name], index, digest):
            found[digest] = change
    return found


def reason(change: Change) -> str:
    """Why a job is stale, one sentence."""
    return f"changed: {'; '.join(map(str, change.causes))}"


def by_cause(found: Mapping[str, Change]) -> Mapping[tuple[Cause, ...], tuple[str, ...]]:
    """Digests of what was moved by the same causes."""
    groups: dict[tuple[Cause, ...], list[str]] = defaultdict(list)
    for digest, change in found.items():
        groups[change.causes].append(digest)
    return {causes: tuple(digests) for causes, digests in groups.items()}


def _change(plan: Plan, variant: Variant, index: int, digest: str) -> Change | None:
    use = plan.older_use(variant.name, index, digest)
    if use is None:
        return None
    # What was wanted when the take was chosen; a kept take or another wording answers a request of its own.
    before = next((one for one in (use.wanted, use.digest) if plan.lock.request(plan.origin, one)), "")
    paid = plan.lock.take(plan.origin, use.digest, use.number)
    price = plan.jobs[digest].price
    usd_before, usd = paid.price_usd if paid else None, price.usd if price else None
    old = plan.lock.request(plan.origin, before) if before else None
    if old is None:
        unknown = Cause("unknown", "what changed", "is not known: the lock lacks the request of its take")
        return Change(digest, use.wanted, (unknown,), (), usd_before, usd)
    moved, prompt = causes(plan, variant, index, Asked(old, plan.lock.sources(plan.origin, before)))
    return Change(digest, use.wanted, moved, prompt, usd_before, usd)


def asked(plan: Plan, variant: Variant, index: int) -> Asked:
    """What the entry at the index asks for in the variant, to be held against what another plan asks for."""
    link = plan.board.entries[index].continue_from
    request = as_digested(plan.request(variant, index))
    return Asked(request, sources_of(plan, variant, index), link.shot if link else "")


def causes(plan: Plan, variant: Variant, index: int, before: Asked) -> tuple[tuple[Cause, ...], tuple[Words, ...]]:
    """What moved the request of the entry at the index from the one before, and its prompt before and after.

    The causes are never empty; the prompt is where it is the same.
    """
    comparison = _Comparison(plan, variant, index, before)
    return comparison.causes(), comparison.prompt


class _Comparison:
    """A request as it is, held against the one before."""

    def __init__(self, plan: Plan, variant: Variant, index: int, before: Asked) -> None:
        self.plan, self.variant, self.index = plan, variant, index
        self.request = plan.request(variant, index)
        self.old, self.new = before.request, as_digested(self.request)
        self.before: Mapping[str, Any] = before.request.get("inputs", {})
        self.after: Mapping[str, Any] = self.new["inputs"]
        self.marks_before, self.continued = before.marks, before.continues
        self.marks = sources_of(plan, variant, index) if before.marks is not None else {}
        self.prompt = self._prompt()

    def causes(self) -> tuple[Cause, ...]:
        media = [*self._files(), *self._upstream()]
        asked = [*self._model(), *self._parameters(), *media]
        found = [*asked, *self._texts(media, alone=not asked)]
        return tuple(dict.fromkeys(found)) or (Cause("unknown", "what changed", "is not known"),)

    def _prompt(self) -> tuple[Words, ...]:
        word = self._model_of(self.request.model).dialect.get("prompt", "prompt")
        old, new = str(self.before.get(word, "")), str(self.after.get(word, ""))
        return word_diff(old, new) if old != new else ()

    def _model(self) -> Iterator[Cause]:
        if self.old.get("model") != self.new["model"]:
            yield Cause("parameter", "model", f"{self.old.get('model')} to {self.new['model']}")

    def _parameters(self) -> Iterator[Cause]:
        """What is neither text nor media; of another model only what both have."""
        other = self.old.get("model") != self.new["model"]
        prompt = self._model_of(self.request.model).dialect.get("prompt", "prompt")
        for name in dict.fromkeys((*self.after, *self.before)):
            old, new = self.before.get(name), self.after.get(name)
            plain = not any(isinstance(value, list | dict) for value in (old, new))
            if name != prompt and old != new and plain and not (other and None in (old, new)):
                unit = _UNITS.get(name, "")
                yield Cause("parameter", name, f"{_said(old, unit)} to {_said(new, unit)}")

    def _files(self) -> Iterator[Cause]:
        """References by their paths, where the lock remembers them, else by how many came and went."""
        old, new = _hashes(self.before), _hashes(self.after)
        if old == new:
            return
        paths = {ref.sha256: ref.path for ref in self.request.media if isinstance(ref, FileRef)}
        if self.marks_before is None:
            fresh = [paths[sha256] for sha256 in new if sha256 not in old]
            yield from (Cause("file", path, "is new or has other bytes") for path in fresh)
            if not fresh:
                gone = len(set(old) - set(new))
                yield Cause("file", "references", f"{gone} fewer" if gone else "in another order")
            return
        before = {name: mark for name, mark in self.marks_before.items() if _is_sent(name, mark, old)}
        after = {name: mark for name, mark in self.marks.items() if _is_sent(name, mark, new)}
        compared = list(_compared(before, after))
        words = {"changed": "has other bytes", "new": "is new", "gone": "is not sent any more"}
        yield from (Cause("file", name.removeprefix(FILE), words[what]) for name, what in compared)
        if not compared:
            yield Cause("file", "references", "in another order")

    def _upstream(self) -> Iterator[Cause]:
        link = self.plan.board.entries[self.index].continue_from
        old, new = _frame(self.before), next((ref for ref in self.request.media if isinstance(ref, FrameRef)), None)
        if link is None or new is None:
            if old:
                yield Cause("upstream", "continue_from", "is gone")
        elif old is None:
            yield Cause("upstream", link.shot, "is now what it continues from")
        elif self.continued not in ("", link.shot):
            yield Cause("upstream", "continue_from", f"{self.continued} to {link.shot}")
        elif old.get("digest") != new.digest:
            yield Cause("upstream", f"{link.shot}, which it continues from,", "gets another take")
        elif old.get("take") != new.take:
            yield Cause("upstream", link.shot, f"uses take {new.take} now, take {old.get('take')} before")
        elif old.get("frame") != new.frame:
            yield Cause("upstream", link.shot, f"ends at frame {new.frame} now, {old.get('frame')} before")

    def _texts(self, media: list[Cause], *, alone: bool) -> Iterator[Cause]:
        """What moved the prompt, by the names of its ingredients."""
        if not self.prompt:
            return
        if self.marks_before is None:
            yield Cause("text", "prompt", "")
            return
        before, after = (
            {name: mark for name, mark in marks.items() if not _is_sent(name, mark, sent)}
            for marks, sent in ((self.marks_before, _hashes(self.before)), (self.marks, _hashes(self.after)))
        )
        if media:
            before.pop(_ROLES, None)
            after.pop(_ROLES, None)
        words = {"changed": "", "new": "is new", "gone": "is gone"}
        compared = [Cause("text", name, words[what]) for name, what in _compared(before, after)]
        yield from compared
        if alone and not compared:  # else it only follows: a prompt says which picture is what
            yield Cause("text", "prompt", "")

    def _model_of(self, name: str) -> Model:
        return self.plan.compositions.models[name]


def _is_sent(name: str, mark: str, sent: Iterable[str]) -> bool:
    """Whether the mark of a file is that of one of the references `sent`, and not of a text that a prompt includes."""
    return name.startswith(FILE) and any(sha256.startswith(mark) for sha256 in sent)


def _compared(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, Literal["changed", "new", "gone"]]]:
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield name, "gone"
        elif name not in before:
            yield name, "new"
        elif before[name] != after[name]:
            yield name, "changed"


def _media(inputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for _, value in sorted(inputs.items()):
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def _hashes(inputs: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(str(one["sha256"]) for one in _media(inputs) if "sha256" in one))


def _frame(inputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((one for one in _media(inputs) if "digest" in one), None)


def _said(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "nothing" if value is None else f"{value}{unit}"
