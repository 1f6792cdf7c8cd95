"""What is open and when something was sent enter; whether the next submission may go, or how long it waits, leaves.

Pure: the moments come in as seconds since 1970, the state as a value.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

MINUTE_S = 60.0
LOOK_S = 1.0  # between two looks whether a place has become free
FIRST_CLOSED_S, LONGEST_CLOSED_S = 5.0, 65.0  # after "too many requests" without a time; limits count by the minute
LONGEST_ASKED_S = 300.0  # a server's own time counts up to this
WIDEST_GAP_S = 60.0
MOST_REFUSALS = 8  # that are counted
_NO_GAP_S = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """What the account may do at once; 0: no limit."""

    posts_a_minute: int
    open_jobs: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What all processes together have sent and have open."""

    posts: tuple[float, ...] = ()  # when something was sent, within the last minute, ascending
    open: Mapping[str, float] = field(
        default_factory=dict
    )  # job -> when it is no longer counted, whatever became of it
    closed_until: float = 0.0  # the API said "too many requests"
    refusals: int = 0  # of that kind since something was accepted
    gap_s: float = 0.0  # between two submissions while the gate reopens

    def at(self, now: float) -> Rates:
        """As it is at this moment. What lies in the future was written by a clock that was set back since: it counts
        as if it were of now, so that nothing is sent too soon and nobody waits until the clock has caught up."""
        posts = self.posts[bisect_right(self.posts, now - MINUTE_S) :]
        if posts and posts[-1] > now:
            posts = tuple(min(moment, now) for moment in posts)
        ahead = self.closed_until - now > LONGEST_ASKED_S
        return replace(self, posts=posts, closed_until=now + LONGEST_CLOSED_S if ahead else self.closed_until)

    def wait_s(self, now: float, limits: Limits) -> float:
        """Seconds until the next submission may go; 0: now. Asked of what `at` told of the same moment."""
        sent = self.posts
        waits = [self.closed_until - now]
        if sent:
            waits.append(sent[-1] + self.gap_s - now)
        if limits.posts_a_minute and len(sent) >= limits.posts_a_minute:
            waits.append(sent[-limits.posts_a_minute] + MINUTE_S - now)
        if self.full(now, limits):
            waits.append(LOOK_S)
        return max(0.0, *waits)

    def full(self, now: float, limits: Limits) -> bool:
        """Whether as many jobs are open as may be."""
        if not limits.open_jobs or len(self.open) < limits.open_jobs:
            return False
        return sum(1 for until in self.open.values() if until > now) >= limits.open_jobs

    def sending(self, now: float) -> Rates:
        """As it is once something more is sent."""
        return replace(self, posts=(*self.posts, now))

    def begun(self, job: str, until: float) -> Rates:
        """As it is once a job more is open, which is counted until it has ended or that moment has come."""
        return replace(self, open={**self.open, job: until})

    def ended(self, jobs: frozenset[str], now: float) -> Rates:
        """As it is once these jobs are no longer open."""
        left = {job: until for job, until in self.open.items() if job not in jobs and until > now}
        return replace(self, open=left)

    def accepted(self) -> Rates:
        """As it is once the API took a submission: the gate opens further."""
        gap = self.gap_s / 2
        return replace(self, refusals=0, gap_s=gap if gap > _NO_GAP_S else 0.0)

    def refused(self, now: float, asked_s: float | None, limits: Limits) -> Rates:
        """As it is once the API said "too many requests": closed for as long as it asks, else ever longer.

        What is refused while the gate is closed was sent before, so it tells no more than the first refusal did.
        """
        if now < self.closed_until:
            asked = now + min(asked_s or 0.0, LONGEST_ASKED_S)
            return replace(self, closed_until=max(self.closed_until, asked))
        pause = min(FIRST_CLOSED_S * 2**self.refusals, LONGEST_CLOSED_S) if asked_s is None else asked_s
        fair = MINUTE_S / limits.posts_a_minute if limits.posts_a_minute else 1.0
        gap = min(max(2 * self.gap_s, fair), WIDEST_GAP_S)
        until = now + min(pause, LONGEST_ASKED_S)
        return replace(self, closed_until=until, refusals=min(self.refusals + 1, MOST_REFUSALS), gap_s=gap)
