"""A storyboard in one state becomes what each of its shots shows: which footage, which span of it, and frames of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pipeline.errors import StoryreelError
from pipeline.frames import plain_seconds
from pipeline.plan import Plan, Variant, divided, points, rehearse
from pipeline.produce.reading import Film
from pipeline.produce.sharing import brought_home
from pipeline.produce.states import State
from pipeline.produce.stills import Stills
from pipeline.settings import RemotePlace
from pipeline.settings.ci import where
from pipeline.sheets import Side
from pipeline.storyboard import Entry, Shot

When = Literal["first", "middle", "last"]
_WHICH: Mapping[When, str] = {"first": ", the first frame", "middle": "", "last": ", the last frame"}
_FORK = "nothing was fetched from the team's store: this is a pull request from a fork"


@dataclass(frozen=True, slots=True)
class Look:
    """What a shot shows in one variant."""

    key: str  # of the footage
    in_s: Fraction  # from the start of the footage
    out_s: Fraction  # likewise
    frame_s: Fraction  # length of one frame

    def at_s(self, when: When) -> Fraction:
        """A moment of it."""
        last_s = max(self.in_s, self.out_s - self.frame_s)
        return {"first": self.in_s, "middle": (self.in_s + self.out_s) / 2, "last": last_s}[when]


@dataclass(slots=True)
class Reel:
    """The shots of one state, looked up as they are asked for."""

    state: State
    differ: frozenset[str]  # ids of the entries that are looked at; takes of others are not fetched
    folder: Path  # for pictures that others are drawn from
    environ: Mapping[str, str]
    remote: RemotePlace | None  # the team's store of now, whichever state it is; None for none
    older: bool  # takes of older requests are shown, as the cut shows them until they are replaced
    notes: list[str] = field(default_factory=list)
    _stills: dict[str, Stills] = field(default_factory=dict, repr=False)  # by variant

    @property
    def names(self) -> tuple[str, ...]:
        """The variants."""
        return self.state.plan.variants.names if self.state.plan else ()

    def entry(self, name: str) -> Entry | None:
        """The entry of that id."""
        entries = self.state.plan.board.entries if self.state.plan else ()
        return next((entry for entry in entries if entry.id == name), None)

    def is_one_job(self, name: str) -> bool:
        """Whether an entry comes to the same take in all variants that show it."""
        plan = self.state.plan
        return plan is not None and any(plan.board.entries[index].id == name for index in plan.alone())

    def look(self, name: str, shot: Shot | None) -> Look | None:
        """What a shot shows in the variant of that name; None where that does not show it."""
        variant = self._variant(name) if shot else None
        own = next((one for one in variant.shots if shot and one.id == shot.id), None) if variant else None
        if variant is None or own is None:
            return None
        stills = self._of(variant)
        asked = stills.plan.compositions.asked(variant, stills.plan.board.entries[own.entry])
        key = stills.rehearsal.footage[name, own.entry]
        take = stills.take(key)
        placed = divided(stills.plan, variant, {own.entry: take} if take else {}).variant.shots
        of_entry = [one for one in placed if one.entry == own.entry]
        own = next((one for one in of_entry if one.id == own.id), of_entry[0])  # the first: its take is kept whole
        in_s, out_s = points(own, asked.duration_s)
        if take:
            chosen = stills.plan.chosen.points(*take, own.id)
            in_s = in_s if chosen.in_s is None else chosen.in_s
            out_s = out_s if chosen.out_s is None else chosen.out_s
        return Look(key, in_s, out_s, 1 / asked.model.frame_rate)

    def side(self, name: str, shot: Shot | None, when: When) -> Side:
        """A frame of it, or why there is none."""
        found = self.look(name, shot)
        if found is None:
            return Side(None, f"not in {self.state.name}")
        stills, at_s = self._stills[name], found.at_s(when)
        take = stills.take(found.key)
        what = f"take {stills.plan.name_of(*take)}" if take else "previs"
        try:
            return Side(stills.picture(found.key, at_s), f"{what} at {plain_seconds(at_s)} s{_WHICH[when]}")
        except StoryreelError as error:
            return Side(None, f"{what} can't be shown: {error.message}")

    def clean(self, name: str, shot: Shot) -> Side:
        """A frame from its middle without the slate that a previs wears, or why there is none."""
        from pipeline.previs.unslate import unslated  # here: it loads NumPy and Pillow

        side, look = self.side(name, shot, "middle"), self.look(name, shot)
        if side.picture is None or look is None or self._stills[name].take(look.key):
            return side
        return replace(side, picture=unslated(side.picture))

    def _variant(self, name: str) -> Variant | None:
        plan = self.state.plan
        return next(plan.variants.called(frozenset({name})), None) if plan else None

    def _of(self, variant: Variant) -> Stills:
        if variant.name not in self._stills:
            film, plan = self.state.film, self.state.plan
            assert film is not None
            assert plan is not None
            plan = self._with_the_teams(film, plan, variant)
            rehearsal = rehearse(plan, [variant], older=self.older)
            self._stills[variant.name] = Stills(film, plan, rehearsal, self.folder)
        return self._stills[variant.name]

    def _with_the_teams(self, film: Film, plan: Plan, variant: Variant) -> Plan:
        """The plan after takes that only the team's store has were fetched, as `render` does."""
        if self.remote is None:
            return plan
        film = replace(film, project=replace(film.project, remote=self.remote))
        if where(self.environ).is_fork:  # whoever wrote its storyreel.yaml names the store
            self.notes.append(_FORK)
            return plan
        entries = {index for index, entry in enumerate(plan.board.entries) if entry.id in self.differ}
        plan, notes = brought_home(film, plan, [variant], lambda _: None, self.environ, entries)
        self.notes += notes
        return plan
