"""A text becomes the syntax tree of its template, when all that is in it is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes

from pipeline.templates.budget import MAX_TEXT
from pipeline.templates.failure import TemplateError
from pipeline.templates.offered import refuse
from pipeline.templates.sight import Sight, items_of, sight

MAX_DEPTH = 30  # of one expression or tag inside another
MAX_INCLUDES = 100  # include tags of one text

_TAG = re.compile(r"\{\{[^{}]*\}\}")
_INCLUDE = re.compile(r"""\{%[-+]?\s*include\s+(?:"([^"\n]*)"|'([^'\n]*)')""")
_FREE = frozenset({"data", "whitespace", "comment"})  # tokens of the lexer that cost nothing to parse
_TAGS_TRIED = 100  # in search of the one that can't be read
_LEFT_OPEN = re.compile(r"Unexpected end of template.* needs to be closed is '(\w+)'")
_WRITE = "write {{ name }} or {% if name %}...{% endif %}"

_ENVIRONMENT = Environment(autoescape=False, keep_trailing_newline=True)  # parses, and never renders


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text that may be rendered."""

    tree: nodes.Template | None  # None: nothing to fill in
    sight: Sight  # the variables and files that it looks at
    pieces: tuple[str | nodes.Name, ...] | None = None  # of a text with nothing but {{ names }}, as nearly all are


_PLAIN = Parsed(None, Sight())


@lru_cache(maxsize=20_000)
def parse(text: str) -> Parsed:
    """The template in a text. Raises TemplateError for a syntax error, or a construct that is not offered."""
    if len(text) > MAX_TEXT:
        raise TemplateError(f"it is longer than {MAX_TEXT:,} characters", "shorten it")
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return _PLAIN
    tree = _tree(text)
    files = 0
    for node in walk(tree):
        refuse(node)
        files += isinstance(node, nodes.Include)
    if files > MAX_INCLUDES:
        raise TemplateError(f"it includes more than {MAX_INCLUDES} times", "include in a loop", "include")
    return Parsed(tree, sight(tree), _pieces(tree))


def tokens(text: str, most: int) -> int:
    """How many tags, names, signs and values its tags have, at most `most`: what it costs to parse it.

    Much cheaper than to parse it, which takes about 25 microseconds for each. Ends where it can't be read on.
    """
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return 0
    found = 0
    try:
        for _, kind, _ in _ENVIRONMENT.lex(text):
            found += kind not in _FREE
            if found >= most:
                break
    except TemplateSyntaxError:
        pass
    return found


def includes(text: str) -> tuple[str, ...]:
    """The names in its include tags, in order. Of a text that is no template, those that can be found."""
    if "{%" not in text:
        return ()
    try:
        found = (node.template for node in walk(_tree(text)) if isinstance(node, nodes.Include))
        return tuple(name.value for name in found if isinstance(name, nodes.Const) and isinstance(name.value, str))
    except TemplateError:
        return tuple(match[1] or match[2] or "" for match in _INCLUDE.finditer(text))


def _tree(text: str) -> nodes.Template:
    try:
        return _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        if left_open := _LEFT_OPEN.search(error.message or ""):
            raise _unclosed(text, left_open[1]) from error
        raise TemplateError(f"not readable as a template: {error.message}", _WRITE, _culprit(text)) from error
    except ValueError as error:  # a number of thousands of digits
        raise TemplateError("not readable as a template: too long a number", _WRITE) from error
    except RecursionError as error:
        raise TemplateError("too much inside each other", "write it more simply") from error


def _unclosed(text: str, tag: str) -> TemplateError:
    """The error for a {% tag %} that has no end."""
    opening = re.search(rf"\{{%[-+]?\s*{tag}\b", text)
    message = f"{{% {tag} %}} is never closed"
    return TemplateError(message, f"write {{% end{tag} %}} where it ends", opening[0] if opening else "")


def _culprit(text: str) -> str:
    """The first {{ tag }} that can't be read even when it stands alone; "" where there is none."""
    for tag in _TAG.findall(text)[:_TAGS_TRIED]:
        try:
            _ENVIRONMENT.parse(tag)
        except TemplateSyntaxError:
            return str(tag)
        except (ValueError, RecursionError):
            continue
    return ""


def _pieces(tree: nodes.Template) -> tuple[str | nodes.Name, ...] | None:
    pieces: list[str | nodes.Name] = []
    for output in tree.body:
        for piece in output.nodes if isinstance(output, nodes.Output) else [output]:
            if not isinstance(piece, nodes.TemplateData | nodes.Name):
                return None
            pieces.append(piece.data if isinstance(piece, nodes.TemplateData) else piece)
    return tuple(pieces)


def walk(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Every node of the tree, found without recursion. Raises TemplateError where it is too deep."""
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise TemplateError("too much inside each other", "write it more simply")
        yield node
        waiting.extend(reversed([(child, depth + 1) for child in _children(node)]))


def _children(node: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes inside, `mapping.items()` of a loop as the mapping: nowhere else can anything of a value be called."""
    for child in node.iter_child_nodes():
        over = items_of(child) if isinstance(node, nodes.For) and child is node.iter else None
        yield over if over is not None else child
