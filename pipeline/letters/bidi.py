"""A line of text comes in as it is read; its characters go out as they stand from left to right, in runs.

The Unicode bidirectional algorithm (UAX #9) without its explicit marks, which no storyboard may hold, and without its
rule for pairs of brackets (N0).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby

_STRONG = ("L", "R", "AL")
_NEUTRAL = ("B", "S", "WS", "ON")
_REMOVED = ("BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
Bounds = tuple[int, int]


def base_level(text: str) -> int:
    """The direction of a paragraph, by its first letter: 0 from left to right, 1 from right to left (P2, P3)."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in _STRONG)
    return int(next(strong, "L") != "L")


def levels(text: str, base: int) -> list[int]:
    """The level of each character: even ones go from left to right, odd ones from right to left."""
    kinds = _weak([unicodedata.bidirectional(char) or "L" for char in text], "R" if base else "L")
    kinds = _neutral(kinds, "R" if base else "L")
    found = [_implicit(kind, base) for kind in kinds]
    for at in range(len(text) - 1, -1, -1):  # spaces at the end stand where the paragraph ends (L1)
        if unicodedata.bidirectional(text[at]) not in ("WS", "S", "B", *_REMOVED):
            break
        found[at] = base
    return found


def visual(found: list[int]) -> list[Bounds]:
    """Runs of one level, as they stand from left to right; each from its first character to the one after its last."""
    runs: list[tuple[Bounds, int]] = []
    at = 0
    for level, members in groupby(found):
        length = len(list(members))
        runs.append(((at, at + length), level))
        at += length
    for level in range(max(found, default=0), 0, -1):  # L2
        runs = list(_turned(runs, level))
    return [bounds for bounds, _ in runs]


def _turned(runs: list[tuple[Bounds, int]], level: int) -> Iterator[tuple[Bounds, int]]:
    for reached, group in groupby(runs, key=lambda run: run[1] >= level):
        members = list(group)
        yield from reversed(members) if reached else members


def _weak(kinds: list[str], edge: str) -> list[str]:
    """W1 to W7: marks, numbers and what stands between them."""
    for rule in (_marks, _arabic_numbers, _separators, _terminators, _latin_numbers):
        kinds = rule(kinds, edge)
    return kinds


def _marks(kinds: list[str], edge: str) -> list[str]:
    found: list[str] = []
    for kind in kinds:
        found.append((found[-1] if found else edge) if kind == "NSM" or kind in _REMOVED else kind)
    return found


def _arabic_numbers(kinds: list[str], edge: str) -> list[str]:
    found, strong = list[str](), edge
    for kind in kinds:
        strong = kind if kind in _STRONG else strong
        found.append("AN" if kind == "EN" and strong == "AL" else kind)
    return ["R" if kind == "AL" else kind for kind in found]


def _separators(kinds: list[str], _: str) -> list[str]:
    found = list(kinds)
    for at in range(1, len(kinds) - 1):
        around = found[at - 1]
        if around == kinds[at + 1] and (
            (kinds[at] in ("ES", "CS") and around == "EN") or (kinds[at] == "CS" and around == "AN")
        ):
            found[at] = around
    return found


def _terminators(kinds: list[str], _: str) -> list[str]:
    found = list(kinds)
    for begin, end in _spans(kinds, lambda kind: kind == "ET"):
        if "EN" in (*kinds[begin - 1 : begin], *kinds[end : end + 1]):
            found[begin:end] = ["EN"] * (end - begin)
    return ["ON" if kind in ("ES", "ET", "CS") else kind for kind in found]


def _latin_numbers(kinds: list[str], edge: str) -> list[str]:
    found, strong = list[str](), edge
    for kind in kinds:
        strong = kind if kind in ("L", "R") else strong
        found.append("L" if kind == "EN" and strong == "L" else kind)
    return found


def _neutral(kinds: list[str], edge: str) -> list[str]:
    """N1 and N2: what stands between two of one direction goes with them, the rest with the paragraph."""
    found = list(kinds)
    for begin, end in _spans(kinds, lambda kind: kind in _NEUTRAL):
        before = _direction(kinds[begin - 1]) if begin else edge
        after = _direction(kinds[end]) if end < len(kinds) else edge
        found[begin:end] = [before if before == after else edge] * (end - begin)
    return found


def _direction(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _implicit(kind: str, base: int) -> int:
    if base:
        return 1 if kind == "R" else 2
    return {"L": 0, "R": 1}.get(kind, 2)


def _spans(kinds: list[str], wanted: Callable[[str], bool]) -> Iterator[Bounds]:
    at = 0
    for reached, group in groupby(kinds, key=wanted):
        length = len(list(group))
        if reached:
            yield at, at + length
        at += length
