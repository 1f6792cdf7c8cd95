"""Intents, attempts and takes become JSON files and come back from them, checked against `schemas/store/`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import StoreError
from pipeline.plain import plain
from pipeline.schema import violations
from pipeline.store.files import read, size_of
from pipeline.store.places import Address
from pipeline.store.rates import MOST_REFUSALS, WIDEST_GAP_S, Rates
from pipeline.take import MediaFacts, Take

FORMAT = 1
_MOST_REMEMBERED = 1000
# Records that the schema was held against: a step reads again what the one before it wrote.
_sound: dict[tuple[str, bytes], None] = {}
_spelt = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # json.dumps would make one for each value
Outcome = Literal["turned_away", "failed", "abandoned", "done"]
Standing = Literal["none", "uncertain", "submitted", "ended"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be asked of the API, and for whom."""

    request: Mapping[str, Any]  # plain JSON: format, model and inputs, as digested
    storyboard: str  # its name; information only, as the next two: budgets and reports sum by it
    variant: str
    shot: str
    price_usd: Decimal | None  # US dollars expected; None: unpriced
    direction: Mapping[str, Any] | None = None  # plain JSON; for previs only
    sent_sha256: str = ""  # of the body that is sent, addresses and all, in canonical JSON; "" for previs
    dialogue: bool = False  # somebody is to be heard speaking; information only: checks of the take look for it


@dataclass(frozen=True, slots=True)
class Bill:
    """What the API's bills say of an attempt."""

    charged_usd: Decimal  # US dollars
    refunded_usd: Decimal  # US dollars


@dataclass(frozen=True, slots=True)
class AttemptState:
    """How far the newest attempt at a take has come."""

    number: int = 0  # from 1; 0: there is none
    standing: Standing = "none"  # uncertain: the POST may or may not have arrived; submitted: its id is known
    intent: Intent | None = None  # None: there is no attempt
    begun: datetime | None = None  # UTC, just before the POST; None: there is no attempt
    prediction: str = ""  # the API's id; "" where none is known
    outcome: Outcome | None = None  # None: not ended
    code: int = 0  # the API's business code of a failure; 0 where it gave none
    message: str = ""  # why it ended, in the API's words or ours


def encode(kind: str, at: datetime, **fields: Any) -> bytes:
    """A record as the bytes of its file, with the moment it is written; ValueError for what could not be read back."""
    record = plain({"format": FORMAT, "at": _moment(at), **fields})
    if fault := _fault(kind, record):
        raise ValueError(f"no {kind}: {fault}")
    # A field a line; json would indent at a tenth of its speed.
    lines = [f'  "{name}": {_spelt(value)}' for name, value in record.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    # An API may send half a surrogate pair; written as its escape it comes back as it was.
    content = text.encode("utf-8", "backslashreplace")
    _remember(kind, content)
    return content


def intent_fields(intent: Intent, address: Address, attempt: int) -> dict[str, Any]:
    """The fields of intent.json; the money without an exponent."""
    price = None if intent.price_usd is None else f"{intent.price_usd:f}"
    place = {"digest": address.digest, "take": address.number, "attempt": attempt}
    return {**plain(intent), **place, "price_usd": price}


def read_take(folder: Path, address: Address) -> Take | None:
    """What take.json says, whether or not its clip is beside it; None where nothing was ever kept."""
    path = folder / "take.json"
    record = _read(path, "take")
    if record is None:
        return None
    _agree(path, (record["digest"], record["number"]), (address.digest, address.number))
    rates = {name: Fraction(record["clip"][name]) for name in ("frame_rate", "duration_s")}
    clip = MediaFacts(**{**record["clip"], **rates})
    return Take(address.digest, address.number, address.home, record["prediction"], clip)


def has_clip(folder: Path, take: Take) -> bool:
    """Whether the clip is there, as long as it was when it was kept."""
    return size_of(folder / "clip.mp4") == take.clip.size_bytes


def read_attempt(folder: Path, address: Address, number: int) -> AttemptState | None:
    """How far an attempt has come; None where its folder holds no intent, so that nothing was ever sent."""
    # In the reverse order of writing: a neighbour who writes meanwhile can't show an end without what led to it.
    end = _read(folder / "end.json", "end")
    prediction = _read(folder / "prediction.json", "prediction")
    path = folder / "intent.json"
    record = _read(path, "intent")
    if record is None:
        if end or prediction:
            raise damaged(path, "it is missing, and what came after it is there")
        return None
    place = (record["digest"], record["take"], record["attempt"])
    _agree(path, place, (address.digest, address.number, number))
    return AttemptState(
        number,
        "ended" if end else "submitted" if prediction else "uncertain",
        _intent(record),
        datetime.fromisoformat(record["at"]),
        prediction["prediction"] if prediction else "",
        end["outcome"] if end else None,
        end["code"] if end else 0,
        end["message"] if end else "",
    )


def read_bill(folder: Path) -> Bill | None:
    """What the bills said of an attempt; None where nobody has asked, or they did not say."""
    record = _read(folder / "bill.json", "bill")
    return Bill(Decimal(record["charged_usd"]), Decimal(record["refunded_usd"])) if record else None


def read_upload(path: Path) -> tuple[str, datetime] | None:
    """The address of an upload, and when it was made."""
    record = _read(path, "upload")
    return (record["address"], datetime.fromisoformat(record["at"])) if record else None


def gate_record(at: datetime, rates: Rates, spent: Mapping[str, Decimal]) -> bytes:
    """gate.json, which is written with each submission: a page of numbers, so no schema is held against it."""
    opened = ", ".join([f"{_word(job)}: {_number(until)}" for job, until in rates.open.items()])
    money = ", ".join([f'{_word(board)}: "{usd:f}"' for board, usd in spent.items()])
    return (
        f'{{"format": {FORMAT}, "at": "{_moment(at)}", "posts": [{", ".join(map(_number, rates.posts))}], '
        f'"open": {{{opened}}}, "closed_until": {rates.closed_until!r}, "refusals": {rates.refusals}, '
        f'"gap_s": {rates.gap_s!r}, "spent": {{{money}}}}}'
    ).encode()


# A thousand moments stand in the page, and all but one stood in the one before: to spell them takes longest.
_number = lru_cache(maxsize=1 << 13)(float.__repr__)
_word = lru_cache(maxsize=1 << 11)(json.dumps)


def read_gate(content: bytes | None) -> tuple[Rates, Mapping[str, Decimal]] | None:
    """The rates, and the dollars spent by storyboard; None where they are to be counted: it only repeats attempts."""
    try:
        record = json.loads(content or b"", parse_constant=_refuse)
        closed_until, gap_s = (float(record[name]) for name in ("closed_until", "gap_s"))
        opened = {str(job): float(until) for job, until in record["open"].items()}
        posts = tuple(sorted(map(float, record["posts"])))
        spent = {str(board): Decimal(usd) for board, usd in record["spent"].items()}
        refusals, known = int(record["refusals"]), record["format"] == FORMAT
        numbers = (closed_until, gap_s, *opened.values(), *posts)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return None
    fine = known and all(map(math.isfinite, numbers)) and 0 <= refusals <= MOST_REFUSALS
    if not fine or not 0 <= gap_s <= WIDEST_GAP_S or not all(usd.is_finite() and usd >= 0 for usd in spent.values()):
        return None
    return Rates(tuple(sorted(posts)), opened, closed_until, refusals, gap_s), spent


def damaged(path: Path, fault: str) -> StoreError:
    """The error for a file that is not as the store wrote it. Never taken for "nothing there": that could buy twice."""
    return StoreError(
        f"{path}: {fault}",
        hint="put it back from a backup; moving its folder out of the store means that this take may be paid for again",
    )


def _intent(record: Mapping[str, Any]) -> Intent:
    price = None if record["price_usd"] is None else Decimal(record["price_usd"])
    names = ("request", "storyboard", "variant", "shot", "direction", "sent_sha256")
    heard = record.get("dialogue", False)  # those of old do not say it
    return Intent(**{name: record[name] for name in names}, price_usd=price, dialogue=heard)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(path: Path, kind: str) -> dict[str, Any] | None:
    content = read(path)
    if content is None:
        return None
    try:
        record = json.loads(content.decode("utf-8"), parse_constant=_refuse)
        if isinstance(record, dict) and type(record.get("format")) is int and record["format"] > FORMAT:
            raise StoreError(f"{path}: a newer storyreel wrote it", hint="upgrade storyreel")
        fault = "" if (kind, content) in _sound else _fault(kind, record)
        if not fault:
            datetime.fromisoformat(record["at"])
            _remember(kind, content)
            return dict(record)
    except (ValueError, RecursionError) as error:
        raise damaged(path, "not readable as JSON") from error
    raise damaged(path, f"not as the store writes it: {fault}")


def _remember(kind: str, content: bytes) -> None:
    _sound[kind, content] = None
    if len(_sound) > _MOST_REMEMBERED:
        with suppress(KeyError, RuntimeError, StopIteration):  # another thread did it, or is about to
            del _sound[next(iter(_sound))]


def _fault(kind: str, record: object) -> str:
    fault = next(violations(f"store/{kind}.schema.json", record), None)
    return f"{fault.json_path}: {fault.message[:200]}" if fault else ""


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _agree(path: Path, found: tuple[object, ...], expected: tuple[object, ...]) -> None:
    if found != expected:
        raise damaged(path, f"it belongs elsewhere: it says {found}, its folder says {expected}")
