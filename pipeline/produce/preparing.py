"""Takes enter as they land; the joints between those that are there are drawn, so that no cut waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

from pipeline.edit import Cut
from pipeline.errors import GenerationError, StoryreelError
from pipeline.plan import Plan, Variant, divided
from pipeline.produce.reading import Film, planned
from pipeline.produce.rendering import assembled
from pipeline.render import kept
from pipeline.take import Take

QUIET_S = 1.0  # without a take that lands, before anything is drawn: until then there is other work
_MOST_CUTS = 24  # variants whose joints are drawn beforehand


class Preparing:
    """Draws behind whatever else is done. A context: at its end nothing of it runs any more.

    What goes wrong in here is told by the cut, which comes upon it again.
    """

    def __init__(self, film: Film, origin: str, variants: Iterable[Variant], quiet_s: float = QUIET_S) -> None:
        self._film, self._origin, self._variants = film, origin, tuple(variants)[:_MOST_CUTS]
        self._quiet_s = quiet_s
        self._last_s = time.monotonic()  # when there was news
        self._news, self._over, self._halted = threading.Event(), threading.Event(), False
        self._hand = threading.Thread(target=self._run, name="preparing", daemon=True)

    def __enter__(self) -> Self:
        self._news.set()  # takes of earlier runs have joints, too
        self._hand.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._halted = error is not None  # else what is being drawn is finished: the cut needs it next
        self._over.set()
        self._news.set()
        self._hand.join()

    def landed(self, _: Take) -> None:
        """There is one more take."""
        self._last_s = time.monotonic()
        self._news.set()

    def _run(self) -> None:
        while self._news.wait() and not self._over.is_set():
            left_s = self._last_s + self._quiet_s - time.monotonic()
            if left_s > 0:
                self._over.wait(left_s)
                continue
            self._news.clear()
            self._draw()

    def _draw(self) -> None:
        try:
            plan = planned(self._film, self._origin)
        except StoryreelError:
            return
        for variant in self._variants:
            with suppress(StoryreelError, OSError):
                cut = _cut(plan, variant)
                kept.prepare(cut, self._film.board.name, self._film.project.outputs, self._over.is_set, self._look)
            if self._over.is_set():
                return

    def _look(self, _: int) -> None:
        if self._halted:
            raise GenerationError("the run was stopped")


def _cut(plan: Plan, variant: Variant) -> Cut:
    """The cut of a variant as it is so far; a card where there is no take yet."""
    takes = {index: plan.footage(variant.name, index, digest) for index, digest in plan.digests(variant).items()}
    placed = divided(plan, variant, {index: (take.digest, take.number) for index, take in takes.items() if take})
    found = {shot.id: takes[shot.entry] or GenerationError("not here yet") for shot in placed.variant.shots}
    return assembled(plan.compositions, placed.variant, found, plan.chosen, plan.facts)
