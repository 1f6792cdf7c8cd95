"""A storyboard in two states becomes pairs of frames: what each shot that differs looked like, and looks like now."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from pipeline import settings
from pipeline.difference import Edit, matched
from pipeline.produce.comparing import Compared
from pipeline.produce.reels import Reel, When
from pipeline.sheets import Kind, Pair
from pipeline.storyboard import Shot

MOST = 60  # pairs of a board: each of their pictures takes a tenth to half a second to draw
_MOST_OF_A_SHOT = 3  # variants in which a shot is shown
_MOST_LOOKED_AT = 20  # variants in which a difference is looked for that costs nothing


@dataclass(frozen=True, slots=True)
class Posters:
    """The pairs of a board."""

    pairs: tuple[Pair, ...]
    left_out: int  # more of them that there could be
    notes: tuple[str, ...]  # what is to be told of the team's store


def posters(compared: Compared, environ: Mapping[str, str] = os.environ) -> Posters:
    """Frames of the shots that were changed, added, removed or cut otherwise, in the order in which `diff` tells them.

    `compared` has to be one that is still being compared, so that files of a revision can be read. Nothing is paid
    for, and nothing is asked of the paid API.
    """
    found = compared.difference.edits
    differ = frozenset(name for edit in found for name in (edit.shot, edit.was))
    remote = settings.project_of(compared.file).remote
    with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        reel = partial(Reel, differ=differ, folder=Path(folder), environ=environ, remote=remote)
        # Of a shot that is another one now, a take of the older request would only show once more what it was.
        reels = _Reels(reel(compared.before, older=True), reel(compared.after, older=False))
        cuts = _Reels(reels.before, reel(compared.after, older=True))
        wanted = [want for edit in found for want in _wants(edit, reels, cuts)]
        pairs = tuple(want.pair() for want in wanted[:MOST])
        notes = dict.fromkeys((*reels.before.notes, *reels.after.notes, *cuts.after.notes))
    more = sum(max(0, len(edit.jobs) - _MOST_OF_A_SHOT) for edit in found)
    return Posters(pairs, max(0, len(wanted) - MOST) + more, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Reels:
    """Both states."""

    before: Reel
    after: Reel


@dataclass(frozen=True, slots=True)
class _Want:
    """A pair that is to be drawn."""

    reels: _Reels
    kind: Kind
    before: Shot | None
    after: Shot | None
    variant: str  # that both sides are of
    named: bool = False  # the variant has to be told
    when: When = "middle"

    def pair(self) -> Pair:
        shot = self.after or self.before
        assert shot is not None
        before, after = self.reels.before, self.reels.after
        return Pair(
            shot.id,
            self.variant if self.named else "",
            self.kind,
            before.side(self.variant, self.before, self.when),
            after.side(self.variant, self.after, self.when),
        )


def _wants(edit: Edit, reels: _Reels, cuts: _Reels) -> Iterator[_Want]:
    kinds = frozenset(edit.kinds)
    if "removed" in kinds:
        yield from _removed(edit, reels)
    elif kinds & {"changed", "added", "variants"}:
        yield from _made(edit, reels)
    elif "recut" in kinds:
        yield from _recut(edit, cuts)


def _removed(edit: Edit, reels: _Reels) -> Iterator[_Want]:
    entry = reels.before.entry(edit.was)
    for shot in entry.shots if entry else ():
        shown = (name for name in reels.before.names[:_MOST_LOOKED_AT] if reels.before.look(name, shot))
        yield from (_Want(reels, "removed", shot, None, name) for name in islice(shown, 1))


def _made(edit: Edit, reels: _Reels) -> Iterator[_Want]:
    """What another request is made for."""
    old, new = reels.before.entry(edit.was), reels.after.entry(edit.shot)
    assert new is not None
    named = not reels.after.is_one_job(edit.shot)
    for job in edit.jobs[:_MOST_OF_A_SHOT]:
        if job.before and old:
            for one, other in matched(old, new):
                kind: Kind = "changed" if one and other else "added" if other else "removed"
                yield _Want(reels, kind, one, other, job.variants[0], named)
        elif "lost" not in edit.kinds:
            yield from (_Want(reels, "added", None, shot, job.variants[0], named) for shot in new.shots)


def _recut(edit: Edit, cuts: _Reels) -> Iterator[_Want]:
    """What shows otherwise, in the first variant in which it does. A transition is in no single frame."""
    old, new = cuts.before.entry(edit.was), cuts.after.entry(edit.shot)
    assert old is not None
    assert new is not None
    both = [name for name in cuts.after.names if name in frozenset(cuts.before.names)][:_MOST_LOOKED_AT]
    for one, other in matched(old, new):
        looks = ((name, cuts.before.look(name, one), cuts.after.look(name, other)) for name in both)
        for name, was, now in islice((each for each in looks if each[1] != each[2]), 1):
            when: When = "middle"
            if was and now and was.key == now.key:
                when = "first" if was.in_s != now.in_s else "last"
            yield _Want(cuts, "recut", one, other, name, len(both) > 1 and not (was and now), when)
