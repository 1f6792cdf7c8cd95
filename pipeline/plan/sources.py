"""A job becomes the marks of what it is made from, by name: what the lock keeps, to say later what moved it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from pipeline.plan.plan import Plan
from pipeline.plan.variants import Variant
from pipeline.prompts import ingredients
from pipeline.wire import FileRef

_MARK = 8  # hex digits: a mark is held against that of the same name alone
FILE = "file "  # begins the name of a reference


def sources(plan: Plan, digests: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """By digest the marks of what each job, or the other wording of one, is made from; unknown digests left out."""
    reworded = {job.digest: wanted for wanted, job in plan.fallbacks.items()}
    known = {digest: plan.owners.get(reworded.get(digest, digest)) for digest in digests}
    names = frozenset(owner[1] for owner in known.values() if owner)
    variants = {variant.name: variant for variant in plan.variants.called(names)} if names else {}
    return {
        digest: sources_of(plan, variants[owner[1]], owner[0], reworded=digest in reworded)
        for digest, owner in known.items()
        if owner
    }


def sources_of(plan: Plan, variant: Variant, index: int, *, reworded: bool = False) -> Mapping[str, str]:
    """The marks of what the entry at the index is made from in the variant."""
    entry = plan.board.entries[index]
    names = {name for looked in plan.compositions.looked[index] for name in looked.names}
    if reworded and entry.fallback:
        entry = entry.fallback
    known = plan.compositions
    texts = ingredients(plan.board, entry, known.values(variant), sorted(names), known.texts(entry))
    files = (ref for ref in plan.request(variant, index).media if isinstance(ref, FileRef))
    return {name: _mark(text) for name, text in texts.items()} | {FILE + ref.path: ref.sha256[:_MARK] for ref in files}


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
