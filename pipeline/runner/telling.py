"""What becomes of an order is told as steps: each once, and of a rehearsal only what is news."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import Held, StoryreelError
from pipeline.plan import Order
from pipeline.runner.steps import Accepted, Failed, Fetching, HeldBack, Kept, Making, Sending, Step, Waiting
from pipeline.take import Take


class Teller:
    """Tells of one order."""

    def __init__(self, order: Order, tell: Callable[[Step], object], *, rehearsal: bool) -> None:
        self._order, self._tell, self._rehearsal = order, tell, rehearsal
        self._of = order.key, "" if order.shared else order.variant, order.shot
        self._last: Step | None = None

    def waiting(self, reason: str = "") -> None:
        """It waits."""
        self._say(Waiting(*self._of, reason))

    def sending(self) -> None:
        """It is being submitted."""
        if not self._rehearsal:
            self._say(Sending(*self._of, self._order.price))

    def accepted(self, prediction: str) -> None:
        """The API took it."""
        if not self._rehearsal:
            self._say(Accepted(*self._of, prediction))

    def making(self, prediction: str, status: str = "") -> None:
        """It is not ready yet."""
        self._say(Making(*self._of, "" if self._rehearsal else prediction, "" if self._rehearsal else status))

    def fetching(self, prediction: str) -> None:
        """Its clip is being downloaded."""
        if not self._rehearsal:
            self._say(Fetching(*self._of, prediction))

    def kept(self, take: Take) -> None:
        """Its clip is here."""
        self._say(Kept(*self._of, take))

    def failed(self, error: StoryreelError) -> None:
        """It came to none."""
        self._say(HeldBack(*self._of, error) if isinstance(error, Held) else Failed(*self._of, error))

    def _say(self, step: Step) -> None:
        # That it is being made is worth telling each time that the API was asked; the rest is told once.
        if step != self._last or (isinstance(step, Making) and step.status):
            self._last = step
            self._tell(step)
