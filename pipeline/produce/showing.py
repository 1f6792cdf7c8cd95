"""A film that was rendered becomes its shots as a page shows them: each with its takes, prompts, prices and flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline import wire
from pipeline.edit import Segment
from pipeline.frames import timecode
from pipeline.plan import MAIN, Plan, TakeRow, Words, divided, points, word_diff
from pipeline.produce.choosing import takes_in
from pipeline.produce.reading import Film
from pipeline.produce.rendering import Laid
from pipeline.produce.script import Script
from pipeline.report import PREVIS, ShownShot, ShownTake
from pipeline.storyboard import Shot
from pipeline.take import Take

_MARK = 12  # characters of a digest that name it, as `take` shows them


@dataclass(slots=True)
class Showing:
    """The shots of one variant, one after another; `clips` gathers the films that they name, by their keys."""

    film: Film
    plan: Plan
    laid: Laid
    clips: dict[str, Path] = field(default_factory=dict)
    _script: Script = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._script = Script(self.plan, self.laid.variant)

    def shots(self) -> Iterator[ShownShot]:
        """All of them, in the order of the cut."""
        segments = {segment.shot: segment for segment in self.laid.cut.segments}
        for shot in self.laid.variant.shots:
            yield self._shot(shot, segments[shot.id])

    def key(self, path: Path) -> str:
        """A name for a film, which says nothing of where it comes from."""
        known = {file: key for key, file in self.clips.items()}
        key = known.get(path) or f"film{len(self.clips) + 1}"
        self.clips[key] = path
        return key

    def _shot(self, shot: Shot, segment: Segment) -> ShownShot:
        plan, variant, rate = self.plan, self.laid.variant, self.laid.cut.frame_rate
        entry, digest = plan.board.entries[shot.entry], plan.digests(variant)[shot.entry]
        rows = takes_in(self.film, plan, shot.id if shot.id in self._ids(shot) else entry.id).rows
        takes = tuple(self._takes(shot, rows))
        prompt, (state, reason) = self._prompt_now(shot), plan.state_in(variant.name, shot.entry, digest)
        price = plan.jobs[digest].price if state in ("generate", "stale") else None
        last = next((take.prompt for take in reversed(takes) if take.prompt), "")
        return ShownShot(
            id=shot.id,
            begin_s=segment.start / rate,
            end_s=segment.end / rate,
            timecode=timecode(segment.start, rate),
            state=state,
            reason=reason,
            camera=self._script.camera(shot),
            dialogue=self._script.dialogue(shot),
            notes=self._script.notes(shot),
            continues=entry.continue_from.shot if entry.continue_from else "",
            shares=tuple(one.id for one in variant.shots if one.entry == shot.entry and one.id != shot.id),
            takes=takes,
            prompt=prompt,
            words=_differing(last, prompt),
            spent_usd=sum((row.price_usd for row in rows if row.price_usd), Decimal("0.00")),
            price_usd=price.usd if price else None,
            action=self._script.action(shot),
        )

    def _ids(self, shot: Shot) -> frozenset[str]:
        entry = self.plan.board.entries[shot.entry]
        return frozenset({entry.id, *(part.id for part in entry.parts)})

    def _takes(self, shot: Shot, rows: tuple[TakeRow, ...]) -> Iterator[ShownTake]:
        """Its takes in order of their names; a previs where the cut has none of them."""
        before = ""
        for row in rows:
            prompt = self._prompt_of(row, shot)
            yield self._take(shot, row, prompt, _differing(before, prompt))
            before = prompt or before
        if not any(self.laid.variant.name in row.used and row.here for row in rows):
            yield self._previs(shot)

    def _take(self, shot: Shot, row: TakeRow, prompt: str, words: tuple[Words, ...]) -> ShownTake:
        name = self.laid.variant.name
        in_s, out_s = self._points(shot, row)
        return ShownTake(
            name=row.name,
            clip=self.key(self._path(row.here)) if row.here else "",
            picture=None,
            why="" if row.here else "its clip is not here: `storyreel sync` may fetch it",
            duration_s=row.here.clip.duration_s if row.here else Fraction(0),
            in_s=in_s,
            out_s=out_s,
            used=name in row.used and row.here is not None,
            how=", ".join(sorted(row.how)) if name in row.used else "",
            older=name not in row.answers,
            price_usd=row.price_usd,
            prompt=prompt,
            words=words,
            flags=row.flags,
            request=f"{row.digest[:_MARK]}/{row.number}",
        )

    def _previs(self, shot: Shot) -> ShownTake:
        found = self.laid.found[shot.id]
        clip = found.clip if isinstance(found, Take) else None
        in_s, out_s = self._span(shot, clip.duration_s if clip else None)
        return ShownTake(
            name=PREVIS,
            clip=self.key(self._path(found)) if isinstance(found, Take) else "",
            picture=None,
            why="" if isinstance(found, Take) else found.message,
            duration_s=clip.duration_s if clip else Fraction(0),
            in_s=in_s,
            out_s=out_s,
            used=True,
            how="",
            older=False,
            price_usd=None,
            prompt="",
            words=(),
            flags=(),
            request="",
        )

    def _path(self, take: Take) -> Path:
        return self.film.project.outputs / take.home / "clip.mp4"

    def _points(self, shot: Shot, row: TakeRow) -> tuple[Fraction, Fraction]:
        """Where the shot begins and ends in just this take."""
        if shot.entry in self.laid.variant.entries and self.plan.board.entries[shot.entry].finds_cuts:
            whole = next(self.plan.variants.called(frozenset({self.laid.variant.name})))
            placed = divided(self.plan, whole, {shot.entry: (row.digest, row.number)}).variant.shots
            shot = next((one for one in placed if one.id == shot.id), shot)
        chosen = self.plan.chosen.points(row.digest, row.number, shot.id)
        shot = replace(
            shot,
            in_s=shot.in_s if chosen.in_s is None else chosen.in_s,
            out_s=shot.out_s if chosen.out_s is None else chosen.out_s,
        )
        return self._span(shot, row.here.clip.duration_s if row.here else None)

    def _span(self, shot: Shot, length_s: Fraction | None) -> tuple[Fraction, Fraction]:
        asked = self.plan.compositions.asked(self.laid.variant, self.plan.board.entries[shot.entry])
        in_s, out_s = points(shot, asked.duration_s)
        return (in_s, out_s) if length_s is None else (min(in_s, length_s), min(out_s, length_s))

    def _prompt_now(self, shot: Shot) -> str:
        return self._words_of(wire.as_digested(self.plan.request(self.laid.variant, shot.entry)))

    def _prompt_of(self, row: TakeRow, shot: Shot) -> str:
        request = self.plan.lock.request(self.plan.origin, row.digest)
        if request is None and self.laid.variant.name in row.answers:
            return self._prompt_now(shot)
        return self._words_of(request) if request else ""

    def _words_of(self, request: Mapping[str, Any]) -> str:
        model = self.plan.compositions.models.get(str(request.get("model")))
        word = model.dialect.get("prompt", "prompt") if model else "prompt"
        return str(request.get("inputs", {}).get(word, ""))


def _differing(before: str, after: str) -> tuple[Words, ...]:
    return word_diff(before, after) if before and after and before != after else ()


def shown_variant(name: str) -> str:
    """The name of a variant; "" for the only one."""
    return "" if name == MAIN else name
