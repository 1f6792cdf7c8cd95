"""What the lock says of a shot and a request becomes the take that was chosen for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.lock import Lock, Points, Use


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices that stand in a lock, for one origin."""

    lock: Lock = field(repr=False)
    origin: str
    elsewhere: Mapping[str, Use] = field(repr=False)  # by the digest that is wanted, what some shot uses for it

    @classmethod
    def of(cls, lock: Lock, origin: str) -> Chosen:
        """Everything that the lock says of one origin."""
        return cls(lock, origin, {use.wanted: use for use in reversed(lock.uses(origin))})

    def use(self, entry: str, variant: str, digest: str) -> Use | None:
        """What an entry uses in a variant for the request of that digest: what is held, else what was chosen for it.

        What was chosen for the same request elsewhere is as good: without it another wording that moderation let
        through would be bought once more.
        """
        own, shared = (self.lock.own_use(self.origin, entry, name) for name in (variant, ""))
        held = own or shared
        if held and held.held:
            return held
        others = (own, shared, self.elsewhere.get(digest))
        return next((use for use in others if use and not use.held and use.wanted == digest), None)

    def points(self, digest: str, number: int, shot: str) -> Points:
        """Where a shot begins and ends in a take, where somebody chose it for just this take."""
        return self.lock.points(self.origin, digest, number, shot)
