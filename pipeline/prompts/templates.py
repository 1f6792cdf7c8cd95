"""Jinja2 templates of a storyboard: text with {{ names }} in, text out, nothing else reachable from inside.

Expressions and `if` only. What could run away (loops, calls, string arithmetic) is refused by its syntax, because
Jinja2's sandbox does not bound time or memory: `'a' * 10**9` and nested ranges pass it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import nearest
from pipeline.storyboard import Scalar

MAX_OUTPUT = 64 * 1024  # characters

_FILTERS: Mapping[str, Callable[..., object]] = {
    "upper": lambda text: str(text).upper(),
    "lower": lambda text: str(text).lower(),
    "capitalize": lambda text: str(text)[:1].upper() + str(text)[1:],
    "title": lambda text: str(text).title(),
    "trim": lambda text: str(text).strip(),
}
_TESTS = ("defined", "undefined")
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.Test,
)  # fmt: skip


class TemplateError(ValueError):
    """A template that can't be rendered: what is wrong, how to mend it, and the word to point at ("" for all)."""

    def __init__(self, message: str, hint: str = "", word: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.word = word


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    environment.globals.clear()
    environment.filters = dict(_FILTERS)
    environment.tests = {name: environment.tests[name] for name in (*_TESTS, "eq", "ne", "in")}
    return environment


_ENVIRONMENT = _environment()


@dataclass(frozen=True, slots=True)
class _Parsed:
    pieces: tuple[nodes.Expr, ...]  # literal text and plain names, where there is nothing else
    template: Template | None  # the rest: compiled, which takes half a millisecond
    needs: frozenset[str]  # names that must have a value
    names: frozenset[str]  # names it looks at


def names(text: str) -> frozenset[str]:
    """The variables that a template looks at. Raises TemplateError where it is none."""
    return _parse(text).names


def render(text: str, values: Mapping[str, Scalar]) -> str:
    """The text with its templates filled in, once: a value that looks like a template stays as it is.

    Raises TemplateError for a syntax error, a construct that is not offered, an undefined name, too much text.
    """
    parsed = _parse(text)
    if parsed.template is None and not parsed.pieces:
        return text
    for name in sorted(parsed.needs - values.keys()):
        meant = nearest(name, values)
        hint = f'did you mean "{meant}"?' if meant else f"define it: vars: {{{name}: ...}}"
        raise TemplateError(f'"{name}" is not defined', hint, name)
    try:
        result = parsed.template.render(values) if parsed.template else _joined(parsed.pieces, values)
    except UndefinedError as error:
        raise TemplateError(f"{error}") from error
    if len(result) > MAX_OUTPUT:
        raise TemplateError(f"it becomes longer than {MAX_OUTPUT:,} characters", "shorten it")
    return result


@lru_cache(maxsize=20_000)
def _parse(text: str) -> _Parsed:
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return _Parsed((), None, frozenset(), frozenset())
    try:
        tree = _ENVIRONMENT.parse(text)
        _refuse(tree)
        pieces = _pieces(tree)
        template = None if pieces else _ENVIRONMENT.from_string(tree)
    except TemplateSyntaxError as error:
        raise TemplateError(f"not readable as a template: {error.message}", "write {{ name }}") from error
    found = frozenset(meta.find_undeclared_variables(tree))
    return _Parsed(pieces, template, found - _guarded(tree), found)


def _pieces(tree: nodes.Template) -> tuple[nodes.Expr, ...]:
    """What a template is made of, where that is only literal text and plain names; () otherwise."""
    if not all(isinstance(part, nodes.Output) for part in tree.body):
        return ()
    pieces = tuple(piece for part in tree.body if isinstance(part, nodes.Output) for piece in part.nodes)
    return pieces if all(isinstance(piece, (nodes.TemplateData, nodes.Name)) for piece in pieces) else ()


def _joined(pieces: tuple[nodes.Expr, ...], values: Mapping[str, Scalar]) -> str:
    return "".join(
        piece.data if isinstance(piece, nodes.TemplateData) else str(values[piece.name])
        for piece in pieces
        if isinstance(piece, (nodes.TemplateData, nodes.Name))
    )


def _refuse(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise TemplateError(f"templates here have no {_called(node)}", "use {{ name }} and {% if %}")
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            known = ", ".join(_FILTERS)
            raise TemplateError(f'there is no filter "{node.name}"', f"filters: {known}", node.name)
        if isinstance(node, nodes.Test) and node.name not in _TESTS:
            raise TemplateError(f'there is no test "{node.name}"', "tests: defined, undefined", node.name)


def _called(node: nodes.Node) -> str:
    words = {nodes.For: "loops", nodes.Macro: "macros", nodes.Call: "calls", nodes.Include: "include"}
    words |= {nodes.Getattr: "attributes", nodes.Getitem: "items", nodes.Assign: "set"}
    return next((word for kind, word in words.items() if isinstance(node, kind)), type(node).__name__.lower())


def _guarded(tree: nodes.Template) -> frozenset[str]:
    """Names that the template itself asks about with `is defined`, and so may be missing."""
    tests = tree.find_all(nodes.Test)
    return frozenset(t.node.name for t in tests if t.name in _TESTS and isinstance(t.node, nodes.Name))
