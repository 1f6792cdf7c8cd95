"""Text comes in; lines of at most so many columns go out, broken where its script is broken.

After the Unicode line breaking algorithm (UAX #14): between words, and after hyphens and dashes; in Chinese and
Japanese between characters, but for those that may not begin a line or end one. Where there is no such place (a long
word, or scripts that want a dictionary, such as Thai) a line ends between two letters, never between a letter and its
marks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate

NARROW, WIDE = 8, 21  # parts of a column and a half: 42 Latin letters are as wide as 16 characters of Chinese
# Classes CL, CP, EX, IS, NS and CJ of UAX #14: they stay with what is before them.
_NO_START = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々〻ー’”）〕］｝〉》」』】〗〙〛°′″％｡｣､･ﾞﾟ‼⁇⁈⁉…‥—"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "!?,.:;)]}»›%"
)
_NO_END = frozenset("‘“（〔［｛〈《「『【〖〘〚｢([{«‹$£¥￥＄")  # OP and PR: they stay with what is behind them
_AFTER = frozenset("-‐–—")  # BA and HY: a line may end behind them
_STUCK = frozenset("\u00a0\u202f\u2060\ufeff\u2011")  # GL and WJ: no break on either side
_SENTENCE, _CLAUSE = frozenset(".!?…。！？؟۔।"), frozenset(",;:、，；：،؛–—")
_CLOSING = frozenset("\"'”’»›)]」』）")
# How gladly a text is parted behind a word, as a share of a line's width by which that may be less even.
_AT_SENTENCE, _AT_CLAUSE = 0.5, 0.2


def weight(text: str) -> int:
    """How wide a text is, in the parts that `NARROW` and `WIDE` count."""
    return sum(_width(char) for char in text)


def columns(text: str) -> int:
    """How many letters of Latin it is as wide as; how many of them it takes as long to read as."""
    return -(-weight(text) // NARROW)


def pieces(text: str) -> list[str]:
    """The text cut wherever a line may end; a piece keeps the space behind it."""
    found: list[str] = []
    begin = 0
    for at in range(1, len(text)):
        if _may_end(text, at):
            found.append(text[begin:at])
            begin = at
    return [*found, text[begin:]] if text else []


def broken(text: str, most: int, count: int = 0) -> list[str]:
    """The text in lines of at most `most` columns, as few as can be (or `count`), and as even as they come."""
    parts = [piece for whole in pieces(text) for piece in _short(whole, most * NARROW)]
    widths = [weight(part.rstrip()) for part in parts]
    needed = len(_filled(parts, most * NARROW))
    wanted = max(needed, min(count, len(parts)))
    low, high = max(widths, default=0), most * NARROW
    while low < high:  # the narrowest column in which the text takes no more lines
        middle = (low + high) // 2
        low, high = (low, middle) if len(_filled(parts, middle)) <= wanted else (middle + 1, high)
    return ["".join(line).strip() for line in _filled(parts, high)]


def paged(text: str, most: int, lines: int) -> list[list[str]]:
    """The text in pages of at most so many lines of at most `most` columns, parted rather behind a sentence."""
    pages: list[list[str]] = []
    for paragraph in filter(None, (" ".join(each.split()) for each in text.splitlines())):
        parts = [piece for whole in pieces(paragraph) for piece in _short(whole, most * NARROW)]
        left, at = weight(paragraph), 0
        while at < len(parts):
            near = parts[at : at + most * lines + 1]  # no more than that can fit, however narrow they are
            fits = _fitting(near, most, lines)
            taken = near[: fits if at + fits == len(parts) else _parted(near[:fits], left)]
            pages.append(broken("".join(taken).strip(), most))
            at, left = at + len(taken), left - sum(map(weight, taken))
    return pages


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return WIDE if unicodedata.east_asian_width(char) in "WF" else NARROW


def _may_end(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in ("Mn", "Mc", "Me", "Cf") or {before, after} & _STUCK or after.isspace():
        return False
    if before.isspace() or before == "\u200b":
        return True
    if after in _NO_START or before in _NO_END:
        return False
    if before in _AFTER:
        return at > 1 and text[at - 2].isalpha() and after.isalpha()
    return _breaks(before) or _breaks(after)


def _breaks(char: str) -> bool:
    """Whether a line may end before and behind a character: class ID. Korean is written with spaces."""
    wide = unicodedata.east_asian_width(char) in "WF"
    return wide and not unicodedata.name(char, "").startswith("HANGUL")


def _short(piece: str, room: int) -> Iterator[str]:
    """A piece that is wider than a line by itself is cut between letters."""
    begin = width = 0
    for at, char in enumerate(piece):
        own = 0 if char.isspace() else _width(char)
        if own and width + own > room and at > begin:
            yield piece[begin:at]
            begin, width = at, 0
        width += own
    yield piece[begin:]


def _filled(parts: Sequence[str], room: int) -> list[list[str]]:
    lines: list[list[str]] = []
    width = 0
    for part in parts:
        own = weight(part)
        if lines and width + weight(part.rstrip()) <= room:
            lines[-1].append(part)
            width += own
        else:
            lines.append([part])
            width = own
    return lines


def _fitting(parts: Sequence[str], most: int, lines: int) -> int:
    """How many of the parts fit on one page."""
    return sum(len(line) for line in _filled(parts, most * NARROW)[:lines])


def _parted(parts: Sequence[str], left: int) -> int:
    """How many of the parts to take, which fit on a page, so that the pages for all that is `left` are about even, and
    end with a sentence or a clause where that is near."""
    ends = [*accumulate(map(weight, parts))]
    even = max(1.0, left / -(-left // max(1, ends[-1])))
    costs = [abs(end - even) / even - _gladly(part) for end, part in zip(ends, parts, strict=True)]
    return min(range(len(parts)), key=costs.__getitem__) + 1


def _gladly(part: str) -> float:
    end = part.rstrip()
    while end and end[-1] in _CLOSING:
        end = end[:-1]
    last = end[-1:] or " "
    return _AT_SENTENCE if last in _SENTENCE else _AT_CLAUSE if last in _CLAUSE else 0.0
