"""A reading and the name of a variant become what a page shows of it, as plain JSON, and the footage behind that."""

from __future__ import annotations

import asyncio
import shlex
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline.errors import StoryreelError
from pipeline.plan import Plan, Rehearsal, rehearse
from pipeline.preview.choosing import key_of
from pipeline.preview.easel import Shown
from pipeline.preview.panels import Seen, money, name_of, panels
from pipeline.preview.reading import Reading
from pipeline.preview.references import Files, pictures
from pipeline.preview.timeline import Timeline, timeline
from pipeline.produce.choosing import Takes
from pipeline.produce.reading import Film
from pipeline.produce.rendering import kept_footage
from pipeline.produce.stills import Stills

_OLDER = 8  # views that pages may still ask for things of


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One variant of a storyboard at one moment."""

    reading: Reading
    variant: str
    state: Mapping[str, Any]  # what the page is told
    shown: Mapping[str, Shown]  # footage by its name in addresses
    files: Files  # pictures of references by their hashes
    plan: Plan
    rehearsal: Rehearsal

    @property
    def film(self) -> Film:
        """The storyboard."""
        assert self.reading.film
        return self.reading.film


def view(reading: Reading, name: str, folder: Path) -> View:
    """What a page shows of the variant of that name, or the first. `folder` is for pictures that others are drawn from.

    Raises StoryreelError where the store can't be read.
    """
    film, plan = reading.film, reading.plan
    assert film
    assert plan
    names = plan.variants.names
    variant = next(plan.variants.called(frozenset({name if name in names else names[0]})))
    rehearsal = rehearse(plan, [variant])
    clips = kept_footage(film, plan, rehearsal)
    edit, files = timeline(plan, variant, rehearsal, clips), pictures(film.facts)
    stills = Stills(film, plan, rehearsal, folder)
    outputs = film.project.outputs
    shown = {
        name_of(key): Shown(key, stills, outputs / clips[key].home / "clip.mp4" if key in clips else None)
        for key in rehearsal.footage.values()
    }
    state = {
        **_board(film, plan),
        "variant": variant.name,
        **_edit(edit),
        "panels": panels(Seen(plan, variant, rehearsal, edit, files)),
    }
    return View(reading, variant.name, state, shown, files, plan, rehearsal)


class Gallery:
    """The views of the newest reading, each made when it is asked for; of older ones what a page may still ask for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reading: Reading | None = None  # the last one that was good
        self.now: dict[str, View] = {}  # by variant
        self._older: deque[View] = deque(maxlen=_OLDER)
        self._making: dict[str, asyncio.Task[View]] = {}
        self._also: dict[str, Shown] = {}

    def hang(self, reading: Reading) -> None:
        """Show this reading from now on."""
        self._older += self.now.values()
        self.reading, self.now, self._making = reading, {}, {}

    def name(self, asked: str) -> str:
        """The variant of that name, or the first; "" where there is no reading."""
        names = self.reading.plan.variants.names if self.reading and self.reading.plan else ("",)
        return asked if asked in names else names[0]

    async def view(self, name: str) -> View | None:
        """The variant of that name, which there is; None where there is no reading. Raises StoryreelError."""
        reading = self.reading
        if reading is None or name in self.now:
            return self.now.get(name)
        if name not in self._making:
            self._making[name] = asyncio.create_task(asyncio.to_thread(view, reading, name, self._folder))
        try:
            found = await asyncio.shield(self._making[name])
        except StoryreelError:
            self._making.pop(name, None)
            raise
        if reading is self.reading:
            self.now[name] = found
        return found

    def shown(self, name: str) -> Shown | None:
        """Footage by its name in addresses; None where no page was told of it, or long ago."""
        return next((one.shown[name] for one in self._all() if name in one.shown), self._also.get(name))

    def show_also(self, found: Takes) -> None:
        """Takes of a shot that may be used instead."""
        stills = next((shown.stills for one in self.now.values() for shown in one.shown.values()), None)
        for row in found.rows:
            if row.here and stills:
                clip = found.film.project.outputs / row.here.home / "clip.mp4"
                self._also[name_of(key_of(row))] = Shown(key_of(row), stills, clip)

    def file(self, sha256: str) -> Path | None:
        """The picture of a reference by its hash; None likewise."""
        return next((one.film.locate(one.files[sha256]) for one in self._all() if sha256 in one.files), None)

    def _all(self) -> Iterator[View]:
        return chain(self.now.values(), reversed(self._older))


def _board(film: Film, plan: Plan) -> Mapping[str, Any]:
    bought = plan.to_buy()
    return {
        "title": film.board.title,
        "file": str(film.file),
        "variants": list(plan.variants.names),
        "price": {
            "usd": money(plan.cost_usd()),
            "about": any(job.price and job.price.estimate for job in bought),
            "takes": len(bought),
            "seconds": sum(job.duration_s for job in bought),
            "unpriced": plan.unpriced(),
            "budget": _limit(plan.max_cost_usd),
            "over": plan.over_budget(),
        },
        "shoot": f"storyreel shoot {shlex.quote(str(film.file))}",
    }


def _limit(usd: Decimal | None) -> str:
    return "" if usd is None else money(usd)


def _edit(edit: Timeline) -> Mapping[str, Any]:
    rate = edit.frame_rate
    return {
        "rate": [rate.numerator, rate.denominator],
        "size": list(edit.size),
        "frames": edit.frames,
    }
