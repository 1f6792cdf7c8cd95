"""A rule that warns: its code, and where it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.errors import Problem
from pipeline.plan import Composition, Compositions, Variant
from pipeline.storyboard import Card, Shot, Storyboard

Shown = tuple[Shot | Card, ...]  # of a variant, in the order of its cut


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its warnings have its code, so that they can be switched off."""

    code: str  # kebab-case
    summary: str  # one sentence, for lists and code scanning
    of_board: Callable[[Storyboard], Iterable[Problem]] | None = None  # looks at what the author wrote
    of_entry: Callable[[Storyboard, Composition], Iterable[Problem]] | None = None  # at each composition, once
    of_edit: Callable[[Compositions, Variant], Iterable[Problem]] | None = None  # at each different edit, once
    of_words: Callable[[Compositions, Variant, Shown], Iterable[Problem]] | None = None  # at words that differ, once
    of_film: Callable[[Compositions, Variant], Iterable[Problem]] | None = None  # at each variant
