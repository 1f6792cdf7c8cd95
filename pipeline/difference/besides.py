"""What differs of an entry and generates nothing now: the wording for a refusal, and notes for people."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.difference.naming import within
from pipeline.difference.side import Side
from pipeline.storyboard import Entry


def fallback(before: Side, after: Side, was: int, index: int) -> tuple[str, ...]:
    """What differs of the wording that takes the prompt's place where moderation refuses it."""
    old, new = before.entries[was].fallback_prompt, after.entries[index].fallback_prompt
    if bool(old) != bool(new):
        return ("fallback_prompt is new" if new else "fallback_prompt is gone",)
    if old != new:
        return ("fallback_prompt says something else",)
    # The words are the same; what they are filled with may not be.
    both = [name for name, digest in after.jobs[index].items() if before.jobs[was].get(name) == digest]
    names = [name for name in both if _wording(before, was, name) != _wording(after, index, name)]
    return (f"fallback_prompt comes to something else{within(names, len(both))}",) if names else ()


def notes(old: Entry, new: Entry) -> tuple[str, ...]:
    """What differs of the notes, which no model is sent."""
    return tuple(_notes(old, new))


def _notes(old: Entry, new: Entry) -> Iterator[str]:
    earlier = {part.id: part.notes for part in old.parts}
    by_place = dict(enumerate(old.parts))
    for place, part in enumerate(new.parts):
        before = earlier.get(part.id, by_place[place].notes if place in by_place else "")
        if before != part.notes:
            said = "notes changed" if before and part.notes else "notes are new" if part.notes else "notes are gone"
            yield f"{part.id} {said}" if new.several else said


def _wording(side: Side, index: int, variant: str) -> str:
    """Digest of the request that is made of the entry where moderation refuses the other; "" for none."""
    job = side.plan.fallbacks.get(side.jobs[index][variant]) if side.plan else None
    return job.digest if job else ""
