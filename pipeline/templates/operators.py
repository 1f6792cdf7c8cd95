"""What stands between values: comparisons and whole-number arithmetic, bounded and paid for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from pipeline.templates.budget import Meter
from pipeline.templates.failure import TemplateError
from pipeline.templates.values import Data, kind, same, shown

LARGEST = 10**15  # of numbers that are computed with, either way from zero
MAX_RANGE = 1_000  # numbers that range() gives at most

_ORDERS: Mapping[str, Callable[..., bool]] = {
    "lt": operator.lt, "lteq": operator.le, "gt": operator.gt, "gteq": operator.ge,
}  # fmt: skip
_SUMS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod,
}  # fmt: skip
_INSTEAD = {"+": "join texts with ~", "*": "repeat text with {% for n in range(3) %}", "%": "join texts with ~"}


def compared(sign: str, left: Data, right: Data, meter: Meter) -> bool:
    """Whether the comparison holds. Raises TemplateError for values that have no order, or hold nothing."""
    if sign in ("eq", "ne"):
        return same(left, right, meter) == (sign == "eq")
    if sign in ("in", "notin"):
        return _holds(right, left, meter) == (sign == "in")
    if isinstance(left, str) and isinstance(right, str):
        meter.read(min(len(left), len(right)))
    elif not (isinstance(left, int) and isinstance(right, int)):
        raise _no_comparison(left, right)
    return _ORDERS[sign](left, right)


def _holds(whole: Data, part: Data, meter: Meter) -> bool:
    if isinstance(whole, tuple):
        return any(same(part, each, meter) for each in whole)
    if isinstance(whole, Mapping):
        return isinstance(part, str) and part in whole
    if isinstance(whole, str) and isinstance(part, str):
        meter.read(len(whole))
        return part in whole
    raise _no_comparison(part, whole)


def _no_comparison(left: Data, right: Data) -> TemplateError:
    message = f"{shown(left)} and {shown(right)} can't be compared like that"
    return TemplateError(message, "compare text with text and numbers with numbers")


def computed(sign: str, left: Data, right: Data) -> int:
    """A sum, difference, product, whole quotient or remainder. Raises TemplateError where it is none, or too large."""
    one, other = bounded(left, sign), bounded(right, sign)
    if not other and sign in ("//", "%"):
        raise TemplateError(f"{sign} by zero", "ask before: {% if n %}", sign)
    return bounded(_SUMS[sign](one, other), sign)


def bounded(number: Data, sign: str) -> int:
    """The number. Raises TemplateError where it is none, or too large to compute with."""
    if not isinstance(number, int) or isinstance(number, bool):
        message = f"{sign} is for numbers, and {shown(number)} is {kind(number)}"
        raise TemplateError(message, _INSTEAD.get(sign, "make it a number: | int"), sign)
    if abs(number) > LARGEST:
        raise TemplateError("a number larger than 10 to the 15th", "compute with smaller numbers", sign)
    return number


def numbers(bounds: list[Data], meter: Meter) -> tuple[int, ...]:
    """What range() gives. Raises TemplateError where that is too much."""
    if not 1 <= len(bounds) <= 3:
        raise TemplateError("range takes one to three numbers", "write range(3), or range(1, 4)", "range")
    whole = [bounded(bound, "range") for bound in bounds]
    if len(whole) == 3 and not whole[2]:
        raise TemplateError("range with a step of 0 has no end", "write range(0, 10, 2)", "range")
    found = range(*whole)
    if len(found) > MAX_RANGE:
        raise TemplateError(f"range gives at most {MAX_RANGE:,} numbers, here {len(found):,}", "ask for fewer", "range")
    meter.step(len(found))
    return tuple(found)
