"""Templates of a storyboard: text with {{ names }} and values in, text out, nothing else reachable from inside.

Jinja2 parses; what it parsed is checked against a list, worked out here node by node, and never compiled: its sandbox
bounds neither time nor memory. docs/templates.md is the language, docs/decisions/0005-templates-with-a-budget.md says
why it is bounded so.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.templates.budget import MAX_TEXT, Budget, Meter
from pipeline.templates.failure import TemplateError
from pipeline.templates.library import NOTHING, Library, link, resolve
from pipeline.templates.parsing import includes, parse, tokens
from pipeline.templates.rendering import rendered
from pipeline.templates.values import Data, Scalar

__all__ = [
    "MAX_TEXT", "NOTHING", "Budget", "Data", "Library", "Scalar", "TemplateError", "includes", "names", "render",
    "resolve", "tokens",
]  # fmt: skip


def names(text: str, library: Library = NOTHING) -> frozenset[str]:
    """The variables from outside that can change what the text becomes, those of its included files among them.

    Never too few, now and then one too many: a name that only one branch of an `if` sets, or an included file, counts.
    Raises TemplateError where `render` would whatever the values are.
    """
    parsed = parse(text)
    return frozenset(link(parsed, library).names) if parsed.sight.included else parsed.sight.names


def render(text: str, values: Mapping[str, Data], library: Library = NOTHING, budget: Budget | None = None) -> str:
    """The text with its templates filled in, once: a value that looks like a template stays as it is.

    Raises TemplateError for a syntax error, a construct that is not offered, an undefined name, a file that is not in
    the library, and for more steps or text than one render may take, or than is left of the budget.
    """
    parsed = parse(text)
    if parsed.tree is None:
        return text
    if parsed.sight.included or parsed.sight.called or not parsed.sight.needs <= values.keys():
        link(parsed, library).complain(values)
    meter = Meter(Budget() if budget is None else budget)
    try:
        return rendered(parsed, values, library, meter)
    finally:
        meter.settle()
