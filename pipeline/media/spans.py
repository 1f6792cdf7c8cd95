"""Samples of one clip come in, in order; the spans of time in which something held go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a clip."""

    from_s: Fraction  # seconds from its start
    to_s: Fraction  # seconds: where the first frame begins that is no longer part of it, or the end of the clip


@dataclass(slots=True)
class Spans:
    """Collects the spans in which frames have something in common."""

    least_s: Fraction  # shorter ones are left out
    found: list[Span] = field(default_factory=list)
    _begun: Fraction | None = None

    def saw(self, at_s: Fraction, *, holds: bool) -> None:
        """The next frame: when it begins, and whether it has it."""
        if holds and self._begun is None:
            self._begun = at_s
        elif not holds:
            self.ended(at_s)

    def ended(self, at_s: Fraction) -> None:
        """What holds until now ends here."""
        if self._begun is not None and at_s - self._begun >= self.least_s:
            self.found.append(Span(self._begun, at_s))
        self._begun = None


def joined(spans: Iterable[Span], gap_s: Fraction) -> Iterator[Span]:
    """The spans, those that are no further apart than `gap_s` seconds as one."""
    held: Span | None = None
    for span in spans:
        if held is not None and span.from_s - held.to_s <= gap_s:
            held = Span(held.from_s, span.to_s)
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held
