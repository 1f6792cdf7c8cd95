"""Small changes to the files of a storyboard, as a clumsy or a hostile author would make them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import yaml

Files = dict[str, bytes]  # by path from the storyboard's folder

_TOKEN = re.compile(rb"\{[{%]|[%}]\}|[A-Za-z_][\w-]*|\d+(?:\.\d+)?|[^\w\s]|\s+")
_BYTES = [bytes([value]) for value in b"\0\x07\x1b\t\r\n \"'@:#&*!|>%{}[],-?~<=\x7f\x85\xe9\xff"]
_CHARACTERS = [char.encode() for char in ("\u202e", "\ufeff", "\u2028", "é", "e\u0301", "東", "\U0001f3ac", "\x85")]
_PIECES = [
    b"{{ x }}", b"{{ title }}", b"{% for a in range(9) %}{{ a }}{% endfor %}", b"{% if x %}", b"{% endif %}",
    b"{#", b"{{",
    b"{% include 'a.txt' %}", b"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", b"{{ 'a' * 999999 }}",
    b"{{ 9 ** 9 }}",
    b"@keeper", b"@", b"@@", b"&a ", b"*a", b"<<: *a", b"!!python/name:os.system ", b"---\n", b"...\n", b"? ",
    b"~", b"null",
    b".nan", b"1e999", b"0x" + b"f" * 50, b"9" * 50, b"1:30", b"-1", b"0", b"16:9", b"true", b"no",
    b"\"\\ud800\"", b"''", b'""',
    b"[" * 70, b"{a: " * 40, b"[" + b"x, " * 300 + b"]", b"x" * 5000, b"../../etc/passwd", b"/dev/zero",
    b"http://localhost/",
    b"shots", b"split", b"variants", b"matrix", b"include", b"from", b"raw", b"id", b"prompt", b"duration",
    b"when", b"(", b"):",
    b"{raw: a}", b"[1, 2]", b"{a: b}", b"{shot: sh010}", b"continue_from: {shot: sh010}",
    b"location: lamp_room", b"first_frame: a.png",
]  # fmt: skip


def mutated(files: Files, other: Files, chance: random.Random) -> Files:
    """The same files with a few changes; `other` are those of another storyboard, to take pieces from."""
    found = dict(files)
    kinds = _KINDS if chance.random() < 0.4 else (_tree,)
    for _ in range(1 + min(chance.randrange(6), chance.randrange(6))):
        name = chance.choice(list(found)) if chance.random() < 0.3 else next(iter(found))
        donor = chance.choice(list(other.values())) if chance.random() < 0.3 else next(iter(other.values()))
        found[name] = chance.choice(kinds)(found[name], donor, chance)[: 1 << 20]
    if chance.random() < 0.03 and len(found) > 1:
        del found[chance.choice(list(found)[1:])]
    return found


def _bytes(text: bytes, _: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(text) + 1)
    piece = chance.choice(_BYTES + _CHARACTERS) if chance.random() < 0.7 else chance.randbytes(1)
    return text[:at] + piece * chance.choice((1, 1, 1, 2, 80)) + text[at + chance.randrange(2) :]


def _lines(text: bytes, donor: bytes, chance: random.Random) -> bytes:
    lines, others = text.splitlines(keepends=True) or [b""], donor.splitlines(keepends=True) or [b""]
    at = chance.randrange(len(lines))
    match chance.randrange(7):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, chance.choice(others))
        case 2:
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
        case 3:
            lines[at] = b" " * chance.randrange(9) + lines[at].lstrip()
        case 4:
            lines[at:at] = lines[at : at + chance.randrange(1, 8)] * chance.choice((1, 2, 40))
        case 5:
            begin = chance.randrange(len(others))
            lines[at : at + chance.randrange(4)] = others[begin : begin + chance.randrange(1, 9)]
        case _:
            to = chance.randrange(len(lines))
            lines[at], lines[to] = lines[to], lines[at]
    return b"".join(lines)


def _tokens(text: bytes, donor: bytes, chance: random.Random) -> bytes:
    tokens, others = _TOKEN.findall(text) or [b""], _TOKEN.findall(donor) or [b""]
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(tokens))
        match chance.randrange(6):
            case 0:
                tokens[at] = chance.choice(_PIECES)
            case 1:
                tokens.insert(at, chance.choice(_PIECES))
            case 2:
                tokens[at] = chance.choice(others)
            case 3:
                tokens[at] = chance.choice(tokens)
            case 4:
                tokens[at] = tokens[at] * chance.choice((0, 2, 3, 500))
            case _:
                tokens[at] = _misspelt(tokens[at], chance)
    return b"".join(tokens)


def _misspelt(word: bytes, chance: random.Random) -> bytes:
    if len(word) < 2:
        return word + word
    at = chance.randrange(len(word) - 1)
    return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]


def _blocks(text: bytes, donor: bytes, chance: random.Random) -> bytes:
    """A key with everything below it, in the place of another or beside it."""
    ours, theirs = _cut_out(text, chance), _cut_out(donor, chance)
    if ours is None or theirs is None:
        return text
    begin, end, depth = ours
    first, last, their_depth = theirs
    block = b"".join(
        b" " * max(0, depth + len(line) - len(line.lstrip(b" ")) - their_depth) + line.lstrip(b" ")
        for line in donor[first:last].splitlines(keepends=True)
    )
    return text[:begin] + block + text[begin if chance.random() < 0.5 else end :]


def _cut_out(text: bytes, chance: random.Random) -> tuple[int, int, int] | None:
    """Begin, end and indentation of a line and of all deeper ones below it."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return None
    at = chance.randrange(len(lines))
    depth = len(lines[at]) - len(lines[at].lstrip(b" "))
    end = at + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip(b" ")) > depth:
        end += 1
    return sum(map(len, lines[:at])), sum(map(len, lines[:end])), depth


def _tree(text: bytes, donor: bytes, chance: random.Random) -> bytes:
    """Values in the place of others, keys that lie elsewhere: what is still YAML, and no storyboard any more."""
    try:
        ours, theirs = yaml.safe_load(text), yaml.safe_load(donor)
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
    holders, values = list(_holders(ours)), [value for holder in _holders(theirs) for value in _values(holder)]
    if not holders or not values:
        return text
    for _ in range(chance.choice((1, 1, 2, 3))):
        holder = chance.choice(holders)
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            continue
        key, new = (
            chance.choice(keys),
            chance.choice((chance.choice(values), chance.choice(values), chance.choice(_ODD))),
        )
        match chance.randrange(5):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(_words(theirs) or ["id"])] = new
            case 2 if isinstance(holder, dict):
                holder[_misspelt(str(key).encode(), chance).decode(errors="replace")] = holder.pop(key)
            case 3 if isinstance(holder, list):
                holder.insert(key, new)
            case _:
                holder[key] = new
    try:
        return yaml.safe_dump(ours, sort_keys=False, allow_unicode=True, width=1000).encode()
    except (yaml.YAMLError, RecursionError, UnicodeEncodeError):
        return text


def _holders(value: Any) -> Iterator[Any]:
    """Every list and mapping inside, this one among them, as far as a board is deep."""
    waiting = [(value, 0)]
    while waiting:
        inner, depth = waiting.pop()
        if isinstance(inner, dict | list) and depth < 9:
            yield inner
            waiting.extend((each, depth + 1) for each in _values(inner))


def _values(holder: Any) -> list[Any]:
    return list(holder.values() if isinstance(holder, dict) else holder)


def _words(value: Any) -> list[Any]:
    return [key for holder in _holders(value) if isinstance(holder, dict) for key in holder]


_ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**14, "", " ", "@keeper", "{{ title }}", "{{ nope }}",
    "{% include 'prompts/open.txt' %}",
    [], {}, [1], {"a": 1}, [[1]], ["a", "b"], "keep", [4], [4.2, 8.5], {"raw": "a"}, "0s", "1:30", "9" * 30,
    "x" * 300, "é", "\u202e",
)  # fmt: skip
_KINDS = (_bytes, _lines, _tokens, _blocks, _tree, _tree, _tree, _tree, _tree)
