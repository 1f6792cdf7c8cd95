"""Templates for property tests, as hypothesis writes them: whole ones by grammar, and heaps of tokens.

Their names are few, and set and looked at in every order, so that what is a template's own is often in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from pipeline.templates import Data, Library

VARIABLES = ("a", "b", "c")
FILES = ("one.txt", "in/two.txt", "in/three.txt")  # each may include those before it
Texts = st.SearchStrategy[str]

# Of any kind for templates that fail in every way; texts alone for those that should come out.
_scalars = st.one_of(st.sampled_from(["", "x", "Fog", "17", "{{ a }}"]), st.integers(-3, 40), st.booleans())
_data: st.SearchStrategy[Data] = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.dictionaries(st.sampled_from(["k", "q"]), inner, max_size=2)
    ),
    max_leaves=6,
)
values: st.SearchStrategy[Mapping[str, Data]] = st.dictionaries(st.sampled_from(VARIABLES), _data)
texts: st.SearchStrategy[Mapping[str, Data]] = st.fixed_dictionaries(
    {"c": st.sampled_from(["", "1", "2"])}, optional=dict.fromkeys("ab", st.sampled_from(["", "1", "2"]))
)

_names = st.sampled_from(VARIABLES)


def _made(pattern: str, *parts: Texts) -> Texts:
    """The pattern with each ? in turn replaced by one of its parts."""

    def filled(chosen: tuple[str, ...]) -> str:
        pieces = pattern.split("?")
        return pieces[0] + "".join(map(str.__add__, chosen, pieces[1:]))

    return st.tuples(*parts).map(filled)


_simple = st.one_of(
    _names, _made("? | d('')", _names), _made("(? ~ ?)", _names, _names), _made("(? is defined)", _names),
    _made("(? or ?)", _names, _names), _made("(1 if ? else ?)", _names, _names), _made("f(?)", _names),
    _made("f(a=?)", _names), st.sampled_from(["'x'", "1", "f()"]),
)  # fmt: skip
_FILTERS = ("upper", "length", "first", "last", "sort", "unique", "reverse", "int")
_any = st.one_of(
    _simple, _made("range(?)", _simple), _made("(?).k", _simple),
    *(_made(pattern, _simple, _simple) for pattern in ("(? + ?)", "(? * ?)", "(? in ?)", "(? < ?)", "(?)[?]")),
    *(_made(f"(? | {name})", _simple) for name in _FILTERS), _made("(? | join(?))", _simple, _simple),
    _made("(? | replace(?, ?))", _simple, _simple, _simple),
)  # fmt: skip


def _body(expression: Texts, files: tuple[str, ...], depth: int = 2) -> Texts:
    """Bodies of templates that may include the files."""
    tags = [_made("{{ ? }}", expression), _made("{% set ? = ? %}", _names, expression)]
    if files:
        tags.append(_made('{% include "?" %}', st.sampled_from(files)))
    if depth:
        inner = _body(expression, files, depth - 1)
        lists = st.one_of(_made("[?, 1]", expression), st.just("[]"), expression)
        tags += [
            _made("{% if ? %}?{% endif %}", expression, inner),
            _made("{% if ? %}?{% else %}?{% endif %}", expression, inner, inner),
            _made("{% for ? in ? %}?{% else %}?{% endfor %}", _names, lists, inner, inner),
            _made("{% for ? in [1, 2] if ? %}?{% endfor %}", _names, expression, inner),
            _made("{% macro f(?='') %}?{% endmacro %}", _names, inner),
            _made("{% macro f(a=?, b=?) %}?{% endmacro %}", _names, _names, inner),
        ]
    return st.lists(st.one_of(tags), max_size=4).map("".join)


def _beginning(body: Texts) -> Texts:
    """The body behind a macro f, which any expression may call."""
    return _made("??", st.sampled_from(["{% macro f(a='') %}{{ a }}{% endmacro %}"] * 3 + [""]), body)


def _library(expression: Texts) -> st.SearchStrategy[Library]:
    contents = (_body(expression, (), 1), _body(expression, ("../one.txt",), 1), _body(expression, ("two.txt",), 1))
    return st.tuples(*contents).map(lambda made: Library(dict(zip(FILES, made, strict=True))))


quiet, quiet_libraries = _beginning(_body(_simple, FILES)), _library(_simple)
templates, libraries = _beginning(_body(_any, FILES)), _library(_any)

_TOKENS = (
    "{{ }} {% %} {# #} {%- -%} for in if elif else endif endfor set macro endmacro include is not and or a b c v loop "
    ". .k [ ] ( ) , ~ + - * // % ** = == < | upper replace join default('x') range(9) 1 999999999999999 'a' "
    '"one.txt" _x __class__ true none 1.5 \\ raw endraw recursive block extends import call filter with é ß 🎬'
)
tokens = st.lists(st.sampled_from([*_TOKENS.split(), "\n", "\u202e"]), max_size=40).map(" ".join)
