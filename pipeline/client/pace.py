"""Durations in, durations out: how long to wait before asking again. No clock and no chance of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an unfinished prediction is asked for."""

    shortest_s: float
    longest_s: float
    first_s: float = math.inf  # at most, before the first question

    def delays(self, first_s: float, chance: Callable[[], float]) -> Iterator[float]:
        """Seconds to wait before each question: `first_s`, then ever longer; `chance` (0 to 1) spreads the clients."""
        yield min(first_s, self.first_s)
        middle = self.shortest_s
        while True:
            yield min(max(middle * (0.75 + chance() / 2), self.shortest_s), self.longest_s)
            middle = min(middle * 1.3, self.longest_s)


QUICK = Pace(shortest_s=0.05, longest_s=0.2, first_s=0.05)  # our own server: a question costs nothing
CALM = Pace(shortest_s=2.0, longest_s=15.0)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one question may take and how often it is asked again; all in seconds but `tries` and `quota`."""

    connect_s: float = 10.0
    read_s: float = 30.0  # between two pieces of a reply
    submit_s: float = 60.0  # a submission given up too early may be charged all the same
    transfer_s: float = 900.0  # for one file as a whole: a byte a second would never end
    answer_s: float = 180.0  # for one answer as a whole
    tries: int = 6  # of one question
    quota: int = 500  # for the repetitions of all tasks together; see `quota`
    backoff_s: float = 1.0  # at most, after the first try; twice as much after each
    longest_backoff_s: float = 20.0
    longest_asked_s: float = 300.0  # a server's Retry-After counts up to this
    outage_s: float = 180.0  # without any answer before waiting for a prediction is given up

    def backoff(self, tried: int, asked_s: float | None, chance: Callable[[], float]) -> float:
        """Seconds to wait after `tried` tries: what the server asked for, else full jitter.

        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter (2015): the spread that ends soonest.
        """
        if asked_s is not None:
            return min(asked_s, self.longest_asked_s)
        return chance() * min(self.backoff_s * 2.0 ** (tried - 1), self.longest_backoff_s)


def retry_after(headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """Seconds that a reply asks us to wait, in either form of RFC 9110, 10.2.3; None where it asks nothing readable.

    A date is compared with the reply's own clock, where it tells it.
    """
    asked = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", asked):  # no fraction stands in the RFC, but some send one
        return float(asked[:9])
    until = http_date(asked)
    if until is None:
        return None
    return max(0.0, (until - (http_date(headers.get("date", "")) or now())).total_seconds())


def http_date(text: str) -> datetime | None:
    """The moment that a header tells, in UTC where it names no zone; None where it tells none."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a zone of astronomical size
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
