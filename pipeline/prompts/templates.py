"""Jinja2 templates of a storyboard: text with {{ names }} in, text out, nothing else reachable from inside.

Expressions and `if` only. Jinja2 parses; what it parsed is worked out here, node by node, and never compiled: its
sandbox bounds neither time nor memory (nested ranges pass it), and compiling takes half a millisecond a text.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from pipeline.errors import nearest
from pipeline.storyboard import Scalar

MAX_TEXT = 64 * 1024  # characters, of a template and of what it becomes
MAX_DEPTH = 30  # of one expression or `if` inside another

_FILTERS: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "capitalize": lambda text: text[:1].upper() + text[1:],
    "title": str.title,
    "trim": str.strip,
}
_TESTS = ("defined", "undefined")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le, "gt": operator.gt,
    "gteq": operator.ge, "in": lambda part, whole: part in whole, "notin": lambda part, whole: part not in whole,
}  # fmt: skip
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.Test,
)  # fmt: skip
_REFUSED: Mapping[type[nodes.Node], tuple[str, str]] = {  # what people call it, and the word to point at
    nodes.For: ("loops", "for"), nodes.Macro: ("macros", "macro"), nodes.Call: ("calls", ""),
    nodes.Include: ("include", "include"), nodes.Import: ("import", "import"), nodes.Assign: ("set", "set"),
    nodes.Getattr: ("attributes", ""), nodes.Getitem: ("items", ""), nodes.BinExpr: ("arithmetic", ""),
    nodes.UnaryExpr: ("arithmetic", ""), nodes.Concat: ("joining", "~"),
}  # fmt: skip
_TAG = re.compile(r"\{\{[^{}]*\}\}")
_WRITE = "write {{ name }} or {% if name %}...{% endif %}"


class TemplateError(ValueError):
    """A template that can't be rendered: what is wrong, how to mend it, and the word to point at ("" for all)."""

    def __init__(self, message: str, hint: str = "", word: str = "", *, code: str = "template") -> None:
        super().__init__(message)
        self.hint = hint
        self.word = word
        self.code = code  # of the Problem it becomes: "template" or "undefined-name"


_ENVIRONMENT = Environment(autoescape=False, keep_trailing_newline=True)  # parses, and never renders


@dataclass(frozen=True, slots=True)
class _Parsed:
    tree: nodes.Template | None  # None: nothing to fill in
    needs: frozenset[str]  # names that must have a value
    names: frozenset[str]  # names it looks at


_TEXT = _Parsed(None, frozenset(), frozenset())


def names(text: str) -> frozenset[str]:
    """The variables that a template looks at. Raises TemplateError where it is none."""
    return _parse(text).names


def render(text: str, values: Mapping[str, Scalar]) -> str:
    """The text with its templates filled in, once: a value that looks like a template stays as it is.

    Raises TemplateError for a syntax error, a construct that is not offered, an undefined name, too much text.
    """
    parsed = _parse(text)
    if parsed.tree is None:
        return text
    for name in sorted(parsed.needs - values.keys()):
        raise _undefined(name, values)
    result: list[str] = []
    room = MAX_TEXT
    for piece in _pieces(parsed.tree.body, values):
        room -= len(piece)
        if room < 0:
            raise TemplateError(f"it becomes longer than {MAX_TEXT:,} characters", "shorten it")
        result.append(piece)
    return "".join(result)


def _undefined(name: str, values: Mapping[str, Scalar]) -> TemplateError:
    meant = nearest(name, values)
    hint = f'did you mean "{meant}"?' if meant else f"define it: vars: {{{name}: ...}}"
    return TemplateError(f'"{name}" is not defined', hint, name, code="undefined-name")


@lru_cache(maxsize=20_000)
def _parse(text: str) -> _Parsed:
    if len(text) > MAX_TEXT:
        raise TemplateError(f"it is longer than {MAX_TEXT:,} characters", "shorten it")
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return _TEXT
    tree = _tree(text)
    found = list(_walk(tree))
    for node in found:
        _refuse(node)
    looked_at = frozenset(node.name for node in found if isinstance(node, nodes.Name))
    asked = (node.node for node in found if isinstance(node, nodes.Test))
    guarded = frozenset(node.name for node in asked if isinstance(node, nodes.Name))
    return _Parsed(tree, looked_at - guarded, looked_at)


def _tree(text: str) -> nodes.Template:
    try:
        return _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        raise TemplateError(f"not readable as a template: {error.message}", _WRITE, _culprit(text)) from error
    except ValueError as error:  # a number of thousands of digits
        raise TemplateError("not readable as a template: too long a number", _WRITE) from error
    except RecursionError as error:
        raise TemplateError("too much inside each other", "write it more simply") from error


def _culprit(text: str) -> str:
    """The first {{ tag }} that can't be read even when it stands alone; "" where there is none."""
    for tag in _TAG.findall(text):
        try:
            _ENVIRONMENT.parse(tag)
        except TemplateSyntaxError:
            return str(tag)
    return ""


def _walk(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Every node of the tree, found without recursion. Raises TemplateError where it is too deep."""
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise TemplateError("too much inside each other", "write it more simply")
        yield node
        waiting.extend(reversed([(child, depth + 1) for child in node.iter_child_nodes()]))


def _refuse(node: nodes.Node) -> None:
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise TemplateError(f'there is no filter "{node.name}"', f"filters: {', '.join(_FILTERS)}", node.name)
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise TemplateError(f'there is no test "{node.name}"', "tests: defined, undefined", node.name)
    if isinstance(node, (nodes.Filter, nodes.Test)) and (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs):
        raise TemplateError(f'"{node.name}" takes nothing in brackets', "delete them", node.name)
    if not isinstance(node, _ALLOWED):
        usual = (type(node).__name__.lower(), "")
        called, word = next((said for kind, said in _REFUSED.items() if isinstance(node, kind)), usual)
        raise TemplateError(f"templates here have no {called}", "use {{ name }} and {% if %}", word or _word(node))


def _word(node: nodes.Node) -> str:
    if isinstance(node, nodes.Call):
        node = node.node
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.name if isinstance(node, nodes.Name) else ""


def _pieces(body: list[nodes.Node], values: Mapping[str, Scalar]) -> Iterator[str]:
    for node in body:
        if isinstance(node, nodes.Output):
            yield from (_text(_value(piece, values)) for piece in node.nodes)
        elif isinstance(node, nodes.If):
            branches = ((branch.test, branch.body) for branch in (node, *node.elif_))
            yield from _pieces(next((inner for test, inner in branches if _value(test, values)), node.else_), values)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(node: nodes.Node, values: Mapping[str, Scalar]) -> Any:
    match node:
        case nodes.TemplateData():
            return node.data
        case nodes.Const():
            return node.value
        case nodes.Name():
            if node.name not in values:
                raise _undefined(node.name, values)
            return values[node.name]
        case nodes.Filter():
            return _FILTERS[node.name](_text(_value(node.node, values)))  # type: ignore[arg-type]
        case nodes.Test():
            known = not isinstance(node.node, nodes.Name) or node.node.name in values
            return known == (node.name == "defined")
        case nodes.Not():
            return not _value(node.node, values)
        case nodes.And():
            return _value(node.left, values) and _value(node.right, values)
        case nodes.Or():
            return _value(node.left, values) or _value(node.right, values)
        case nodes.CondExpr():
            chosen = node.expr1 if _value(node.test, values) else node.expr2
            return "" if chosen is None else _value(chosen, values)
        case nodes.Compare():
            return _compared(node, values)
    raise TypeError(f"{type(node).__name__} got past the list of what is allowed")


def _compared(node: nodes.Compare, values: Mapping[str, Scalar]) -> bool:
    left = _value(node.expr, values)
    for operand in node.ops:
        right = _value(operand.expr, values)
        try:
            if not _COMPARISONS[operand.op](left, right):
                return False
        except TypeError as error:
            message = f'"{_text(left)}" and "{_text(right)}" can\'t be compared like that'
            raise TemplateError(message, "compare text with text and numbers with numbers") from error
        left = right
    return True
