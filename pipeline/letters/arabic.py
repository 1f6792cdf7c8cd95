"""Arabic letters come in; those that are joined as they stand beside each other go out, for fonts that are not shaped.

Unicode keeps a character for each form of each letter (Arabic Presentation Forms A and B), and says which letter and
form it is: alone, at the end, at the beginning or in the middle of what is joined.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

_FORMS = {"<isolated>": 0, "<final>": 1, "<initial>": 2, "<medial>": 3}
_BLOCKS = (range(0xFB50, 0xFC00), range(0xFE70, 0xFF00))
_STRETCH, _JOINER = "\u0640", "\u200d"  # both join on either side, and have one form
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


def joined(text: str) -> str:
    """The text with each Arabic letter in the form that its neighbours give it, still in the order of reading."""
    letters = list(_with_ligatures(text))
    found = []
    for at, letter in enumerate(letters):
        own = forms().get(letter)
        before, after = _beside(letters, at, -1), _beside(letters, at, 1)
        form = 1 * (_joins_on(before) and _joins_back(letter)) + 2 * (_joins_on(letter) and _joins_back(after))
        found.append(own.get(form, letter) if own else letter)
    return "".join(found)


def reversed_(text: str) -> str:
    """The text as it stands from left to right where it is read from right to left; marks stay behind their letters."""
    clusters: list[str] = []
    for char in text.translate(_MIRRORED):
        if clusters and unicodedata.category(char) in ("Mn", "Me"):
            clusters[-1] += char
        else:
            clusters.append(char)
    return "".join(reversed(clusters))


@cache
def forms() -> Mapping[str, Mapping[int, str]]:
    """Of each letter, or pair of letters that are written as one, its characters by form."""
    found: dict[str, dict[int, str]] = {}
    for block in _BLOCKS:
        for number in block:
            kind, *codes = unicodedata.decomposition(chr(number)).split() or [""]
            letters = "".join(chr(int(code, 16)) for code in codes)
            if kind in _FORMS and " " not in letters:
                found.setdefault(letters, {}).setdefault(_FORMS[kind], chr(number))
    return found


def _with_ligatures(text: str) -> Iterator[str]:
    """The characters of the text, lam and the alef behind it as one."""
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        length = 2 if pair[:1] == "\u0644" and pair in forms() else 1
        yield text[at : at + length]
        at += length


def _beside(letters: list[str], at: int, step: int) -> str:
    """The next letter on one side, past marks; "" where there is none."""
    at += step
    while 0 <= at < len(letters) and unicodedata.category(letters[at][0]) in ("Mn", "Me"):
        at += step
    return letters[at] if 0 <= at < len(letters) else ""


def _joins_on(letter: str) -> bool:
    """Whether it is joined with the letter behind it."""
    return letter in (_STRETCH, _JOINER) or 2 in forms().get(letter, {})


def _joins_back(letter: str) -> bool:
    """Whether it is joined with the letter before it."""
    return letter in (_STRETCH, _JOINER) or 1 in forms().get(letter, {})
