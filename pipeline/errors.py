"""What can go wrong, as values and as one small exception tree.

    StoryreelError            the user can mend it: message, hint, exit code; never shown as a traceback
    |-- BadInput              one or more problems in a file the user wrote          exit 2
    |-- SetupError            a file, key or setting that is missing or unusable     exit 2
    |-- MediaError            a media file that is not what it claims (ValueError)   exit 2
    |-- OverBudget            the plan costs more than the budget allows             exit 3
    |-- ApprovalNeeded        nobody has said that this may be paid                  exit 5
    |-- StoreError            the store can't be read or written                     exit 1
    `-- GenerationError       one shot got no clip; the others carry on              exit 1
        |-- RefusedByApi      the API answered and said no
        |   |-- KeyRefused        no such key, or it may not do this                 exit 2
        |   |-- RateLimited       too much at once; later the same may be taken
        |   `-- OutOfCredit       the account has no money left                      exit 3
        |-- UnreachableApi    no answer, or one that made no sense
        |   |-- Expired           the address of a clip is no longer good
        |   `-- ChargeUncertain   a submission that may be charged all the same      exit 4
        |-- StillOpen         submitted, and not finished in the time we wait
        |-- Held              not bought, because another job of its shot was refused
        `-- Absent            paid for, and its clip is neither here nor at the API
Anything else that escapes is a bug (exit 70, with its traceback).
"""

from __future__ import annotations

import heapq
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Charged = Literal["no", "yes", "unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands."""

    file: str  # as the user named it
    line: int  # 1-based; 0: the file as a whole
    column: int  # 1-based, in characters
    length: int  # characters to underline, at least 1
    text: str  # the source line, without its newline; "" where there is none


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file the user wrote."""

    code: str  # stable kebab-case name of the rule, e.g. "unknown-key"
    path: str  # where in the structure, e.g. "shots[2].duration"; "" for the whole file
    message: str  # what is wrong, one sentence without the place
    hint: str  # how to mend it; "" where the message says it all
    place: Place
    severity: str = "error"  # "error" or "warning"


MOST = 100  # problems that one rule tells of one file: nobody reads more, and each is sought for in the source
_EXCERPT = 120  # characters of a source line that are shown at most
_SENTENCE = 400  # characters of a message or a hint, likewise
_COMPARED = 100  # names among which the nearest is sought


class StoryreelError(Exception):
    """Something the user can mend."""

    exit_code = 1
    word = "error"  # what machines know it by; each kind has its own

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint  # the next step
        self.shot = ""  # id of the shot that it is about; "" where it is about no single one

    @property
    def charged(self) -> Charged:
        """Whether it has cost money."""
        return "no"


class BadInput(StoryreelError):
    """A file the user wrote has problems; all of them are here."""

    exit_code = 2
    word = "bad-input"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(describe(problem) for problem in self.problems))


class SetupError(StoryreelError):
    """A file, key or setting that is missing or unusable."""

    exit_code = 2
    word = "set-up"


class MediaError(StoryreelError, ValueError):
    """A media file that is not what it claims to be."""

    exit_code = 2
    word = "media"

    def __init__(self, file: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{file}: {message}", hint=hint)
        self.file = file
        self.reason = message


class OverBudget(StoryreelError):
    """The plan costs more than the budget allows."""

    exit_code = 3
    word = "over-budget"


class ApprovalNeeded(StoryreelError):
    """Nobody who may has said that this is to be paid."""

    exit_code = 5
    word = "approval-needed"


class StoreError(StoryreelError):
    """The store of takes can't be read or written."""

    word = "store"


class GenerationError(StoryreelError):
    """One shot got no clip."""

    word = "generation"

    def __init__(
        self, message: str, *, hint: str = "", code: int = 0, http_status: int = 0, prediction: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code  # the API's business code, e.g. 1200; 0 where it gave none
        self.http_status = http_status  # 0 where there was no answer
        self.prediction = prediction  # the API's id; "" where none was given

    @property
    def charged(self) -> Charged:
        """Whether it has cost money: what has an id was accepted, and is paid unless it failed there."""
        return "yes" if self.prediction else "no"


class RefusedByApi(GenerationError):
    """The API answered, and said no."""

    word = "refused"

    @property
    def charged(self) -> Charged:
        """A task that failed is charged until the API gives it back, which it mostly does."""
        return "unknown" if self.prediction else "no"


class KeyRefused(RefusedByApi):
    """The API does not take the key, or the account behind it may not do this."""

    exit_code = 2
    word = "key-refused"


class RateLimited(RefusedByApi):
    """Too much at once for the account's tier; nothing was accepted, and the same request may well be taken later."""

    word = "rate-limited"

    def __init__(self, message: str, *, asked_s: float | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.asked_s = asked_s  # seconds that the API wants us to wait; None where it does not say


class OutOfCredit(RefusedByApi):
    """The account has no money left; whatever else is submitted is refused too."""

    exit_code = 3
    word = "out-of-credit"


class UnreachableApi(GenerationError):
    """No answer came, or one that made no sense."""

    word = "unreachable"

    def __init__(self, message: str, *, uncertain: bool = False, **details: Any) -> None:
        super().__init__(message, **details)
        self.uncertain = uncertain  # a submission may have arrived: it may be charged, and must not be sent again


class Expired(UnreachableApi):
    """The address of a clip is no longer good; its prediction, asked again, tells a fresh one."""

    word = "expired"


class ChargeUncertain(UnreachableApi):
    """A submission without a usable answer: it may have been accepted and charged, and must not be sent again."""

    exit_code = 4
    word = "charge-uncertain"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message, uncertain=True, **details)

    @property
    def charged(self) -> Charged:
        """Nobody knows."""
        return "unknown"


class Held(GenerationError):
    """Not bought: another job of the same shot was refused by moderation."""

    word = "held"


class Absent(GenerationError):
    """A take that was paid for: its clip is not here, and the API does not give it."""

    word = "absent"


class StillOpen(GenerationError):
    """The generation goes on at the API under its id; it is asked for again later and never submitted again."""

    word = "still-open"


def printable(text: str) -> str:
    """`text` safe for a terminal: control, bidirectional and other invisible characters are shown escaped."""
    return "".join(char if is_harmless(char) else char.encode("unicode_escape").decode("ascii") for char in text)


def is_harmless(char: str) -> bool:
    """Whether a character only shows; a newline does."""
    return char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def describe(problem: Problem) -> str:
    """Where, what and how to mend it, with the source line and a caret under it."""
    place = problem.place
    where = f"{place.file}:{place.line}:{place.column}" if place.line else place.file
    warning = "warning: " if problem.severity == "warning" else ""
    subject = f"{problem.path}: " if problem.path else ""
    head = one_line(f"{where}  {warning}{subject}{problem.message}")
    hint = one_line(problem.hint)
    if not place.text:
        return head + (f"\n    {hint}" if hint else "")
    before, marked, after = excerpt(place)
    caret = " " * _columns(before) + "^" * max(1, _columns(marked))
    lines = f"{head}\n{place.line:>5} | {before}{marked}{after}".rstrip() + f"\n{'':>5} | {caret}"
    return lines + (f" {hint}" if hint else "")


def one_line(text: str) -> str:
    """A sentence that may quote the user: no line of its own can begin inside it, and it does not fill the screen."""
    short = text if len(text) <= _SENTENCE else text[: _SENTENCE - 1] + "…"
    return printable(short).replace("\n", "\\n")


def excerpt(place: Place) -> tuple[str, str, str]:
    """The source line before, at and after the mark; of a long line the part around the mark."""
    begin = place.column - 1
    start = max(0, begin - _EXCERPT // 3) if len(place.text) > _EXCERPT else 0
    end = start + _EXCERPT
    middle = min(begin + place.length, end)
    pieces = place.text[start:begin], place.text[begin:middle], place.text[middle:end]
    # A tab or an escaped character before the mark would shift the caret: all pieces go through one escaping.
    before, marked, after = (printable(piece.replace("\t", " ")) for piece in pieces)
    return ("…" if start else "") + before, marked, after + ("…" if end < len(place.text) else "")


def _columns(text: str) -> int:
    """Columns of a terminal that the text takes: letters of East Asia take two, combining marks none."""
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    return len(text) + wide - sum(1 for char in text if unicodedata.combining(char))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that `word` was probably meant to be, or ""."""
    # Where the lengths are further apart than this, no match can reach the cutoff.
    names = [name for name in known if 3 * max(len(name), len(word)) <= 7 * min(len(name), len(word))]
    if same := next((name for name in names if name.casefold() == word.casefold()), ""):
        return same
    if len(names) > _COMPARED:  # difflib takes a second for 20,000 names
        alike = {name: sum(map(str.__eq__, name, word)) - abs(len(name) - len(word)) for name in names}
        names = heapq.nlargest(_COMPARED, alike, key=alike.__getitem__)
    if not names:
        return ""
    import difflib  # here: only mistakes need it

    return next(iter(difflib.get_close_matches(word, names, n=1, cutoff=0.6)), "")
