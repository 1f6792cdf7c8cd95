"""What templates have: every kind of node on the list, each as far as it is offered. All else gets a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import nodes

from pipeline.templates.failure import TemplateError, one_of
from pipeline.templates.filters import FILTERS, TESTS

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.FloorDiv, nodes.Mod, nodes.Concat, nodes.Getattr, nodes.Getitem, nodes.Filter,
    nodes.Test, nodes.For, nodes.Assign, nodes.Macro, nodes.Call, nodes.Keyword, nodes.Include,
)  # fmt: skip
_REFUSED: Mapping[type[nodes.Node], tuple[str, str, str]] = {  # what people call it, the word to point at, the way out
    nodes.Import: ("import", "import", '{% include "file.txt" %} brings its macros'),
    nodes.FromImport: ("import", "import", '{% include "file.txt" %} brings its macros'),
    nodes.Extends: ("extends", "extends", 'use {% include "file.txt" %}'),
    nodes.Block: ("blocks", "block", "use a macro"),
    nodes.CallBlock: ("call blocks", "call", "hand the text to the macro: {{ name(text) }}"),
    nodes.FilterBlock: ("filter blocks", "filter", "write {{ text | upper }}"),
    nodes.AssignBlock: ("set blocks", "set", "write {% set name = text %}, or a macro"),
    nodes.With: ("with", "with", "write {% set name = value %}"),
    nodes.NSRef: ("namespaces", "set", "write {% set name = value %}"),
    nodes.Slice: ("slices", "", "use a loop with an if"),
    nodes.Dict: ("mappings of their own", "", "write it under vars"),
    nodes.Div: ("fractions", "/", "divide whole numbers with //"),
    nodes.Pow: ("powers", "**", "write n * n"),
}
_RESERVED = ("loop", "range")  # names that templates bring with them


def refuse(node: nodes.Node) -> None:
    """Raises TemplateError for a node that templates don't have, or not in this form."""
    if not isinstance(node, _ALLOWED):
        usual = (type(node).__name__.lower(), "", "use {{ name }}, {% if %}, {% for %}")
        called, word, hint = next((said for kind, said in _REFUSED.items() if isinstance(node, kind)), usual)
        raise TemplateError(f"templates here have no {called}", hint, word)
    if check := _FORMS.get(type(node)):
        check(node)


def _name(node: Any) -> None:
    _refuse_hidden(node.name)
    if node.ctx != "load" and node.name in _RESERVED:
        raise TemplateError(f'nothing else can be called "{node.name}"', "choose another name", node.name)


def _refuse_hidden(name: str) -> None:
    if name.startswith("_"):
        raise TemplateError(f'"{name}" can\'t be looked up', "names that begin with _ are out of reach", name)


def _const(node: Any) -> None:
    if node.value is None:
        raise TemplateError("templates here have no none", 'write "", or ask: {% if name is defined %}', "none")
    if isinstance(node.value, float):
        raise TemplateError("numbers in templates are whole", "put it in quotes", f"{node.value:g}")


def _filter(node: Any) -> None:
    if node.name not in FILTERS:
        raise TemplateError(f'there is no filter "{node.name}"', one_of(node.name, FILTERS, "filters"), node.name)
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise TemplateError(f'"{node.name}" takes values without names', "write the values alone", node.name)
    least, most = FILTERS[node.name].least, FILTERS[node.name].most
    if not least <= len(node.args) <= most:
        much = f"{least}" if least == most else f"{least} to {most}"
        message, hint = f'"{node.name}" takes {much} values in brackets', f"here it has {len(node.args)}"
        if not most:
            message, hint = f'"{node.name}" takes nothing in brackets', "delete them"
        raise TemplateError(message, hint, node.name)


def _test(node: Any) -> None:
    if node.name not in TESTS:
        raise TemplateError(f'there is no test "{node.name}"', one_of(node.name, TESTS, "tests"), node.name)
    if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise TemplateError(f'"{node.name}" takes nothing in brackets', "delete them", node.name)


def _for(node: Any) -> None:
    if node.recursive:
        raise TemplateError("templates here have no recursive loops", "write loops inside each other", "recursive")
    named = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
    if not all(isinstance(name, nodes.Name) for name in named):
        raise TemplateError("a loop gives its items plain names", "write {% for name, words in ... %}", "for")


def _assign(node: Any) -> None:
    if not isinstance(node.target, nodes.Name | nodes.NSRef):
        raise TemplateError("set gives one value one name", "write one {% set %} for each", "set")


def _macro(node: Any) -> None:
    _refuse_hidden(node.name)
    if node.name in _RESERVED:
        raise TemplateError(f'a macro can\'t be called "{node.name}"', "choose another name", node.name)


def _call(node: Any) -> None:
    if not isinstance(node.node, nodes.Name):
        word = node.node.attr if isinstance(node.node, nodes.Getattr) else ""
        raise TemplateError("only macros can be called", "filters stand behind a bar: {{ text | upper }}", word)
    if node.dyn_args or node.dyn_kwargs:
        raise TemplateError("a macro takes its values one by one", "delete the *", node.node.name)


def _include(node: Any) -> None:
    if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
        raise TemplateError("include takes one name in quotes", 'write {% include "file.txt" %}', "include")
    if node.ignore_missing or not node.with_context:
        message = "include takes a name and nothing else"
        raise TemplateError(message, 'write {% include "file.txt" %}', node.template.value)


_FORMS: Mapping[type[nodes.Node], Callable[[Any], None]] = {
    nodes.Name: _name,
    nodes.Const: _const,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.For: _for,
    nodes.Assign: _assign,
    nodes.Macro: _macro,
    nodes.Call: _call,
    nodes.Include: _include,
    nodes.Getattr: lambda node: _refuse_hidden(node.attr),
    nodes.Keyword: lambda node: _refuse_hidden(node.key),
}
