"""A reply becomes a prediction, or the error that says what it means for the money."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pipeline import wire
from pipeline.client.pace import retry_after
from pipeline.errors import (
    ChargeUncertain,
    GenerationError,
    KeyRefused,
    OutOfCredit,
    RateLimited,
    RefusedByApi,
    UnreachableApi,
)
from pipeline.wire import Prediction

_LONGEST_MESSAGE = 400  # characters of what the API says
_SHORTEST_SECRET = 12  # characters; a shorter key, as our own server takes any, is part of ordinary words
_QUERY = re.compile(r"(https?://[^\s?#\"']*)[?#][^\s\"']*")
_MOVED = "something redirects to another address, where the key must not go: check WAVESPEED_BASE_URL and the proxy"
_HINTS = {
    307: _MOVED,
    308: _MOVED,
    400: "run `storyreel check`: the request is not what the API takes",
    401: "check WAVESPEED_API_KEY; a key works from the first top-up of its account on",
    402: "top up the account",
    403: "the key's role or account may not do this",
    404: "check the model's id; results are kept for 7 days",
    429: "too much at once for the account's tier; wait a minute, or lower the concurrency",
    wire.MODERATED: "change the prompt or the references; the same request is refused again",
    wire.MISSING: "run `storyreel check`: the request lacks something",
    wire.INVALID: "run `storyreel check`: the request has a value the API does not take",
    wire.UNREACHABLE_MEDIA: "upload the references again",
    wire.NO_CREDIT: "top up the account",
}
_PASSING = (408, 425, 429, 499)
_YOUNG_S, _YOUNG_TRIES = 30.0, 5  # seconds and questions until what isn't found was never there
_ELSEWHERE = (307, 308)  # "ask there instead": nothing was done; the others say that something was, or might have been
_GIVEN_UP = (408, 499)  # said by proxies that were tired of waiting for somebody else, who may have it all the same
UNCERTAIN = "the shot may have been accepted and charged; it is not sent again"


class Unsent(Exception):
    """A request that surely never left: no connection came about."""

    def __init__(self, message: str, *, final: bool = False, hint: str = "") -> None:
        super().__init__(message)
        self.final = final  # it would be the same a little later
        self.hint = hint


class Lost(Exception):
    """A request that may have arrived; its answer did not, or not whole."""


class Again(Exception):
    """A question worth asking once more; `error` is what it comes to where it was the last time."""

    def __init__(
        self, error: GenerationError, asked_s: float | None = None, *, tries: int = 100, free: bool = False
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.asked_s = asked_s  # that the server wants us to wait
        self.tries = tries  # at most, whatever patience there is
        self.free = free  # nothing is wrong with the server: it costs nothing of the quota


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer over HTTP."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    payload: object  # the parsed JSON; None where it is none
    key: str = field(repr=False)  # that the question went out with

    @property
    def effective_status(self) -> int:
        """The HTTP status, or where an envelope under a 200 says otherwise, the one it stands for."""
        if self.status != 200 or not wire.refused(self.payload):
            return self.status
        code, _ = wire.refusal(self.payload)
        if 400 <= code < 600:
            return code
        return 400 if 1000 <= code < 5000 else 500

    @property
    def prediction(self) -> Prediction | None:
        """The prediction it tells of; None where it tells of none."""
        found = wire.parse_prediction(self.payload)
        return replace(found, error=self.public(found.error)) if found else None

    def public(self, text: str) -> str:
        """What others say, at a bearable length, without the key and the queries of addresses."""
        said = text.replace(self.key, "[key]") if len(self.key) >= _SHORTEST_SECRET else text
        return _QUERY.sub(r"\1?...", said)[:_LONGEST_MESSAGE]


def submitted(reply: Reply) -> Prediction:
    """The prediction that a submission brought about. Raises RefusedByApi or ChargeUncertain."""
    prediction = reply.prediction
    if 200 <= reply.status < 300 and prediction:
        return prediction
    if reply.status in _ELSEWHERE or (400 <= reply.effective_status < 500 and reply.status not in _GIVEN_UP):
        raise refusal(reply)
    raise ChargeUncertain(
        f"the API's answer to the submission was no answer ({_said(reply)}); {UNCERTAIN}",
        code=wire.refusal(reply.payload)[0],
        http_status=reply.status,
        prediction=prediction.id if prediction else "",
    )


def unanswered(reply: Reply, prediction: str = "", *, young: bool = False) -> Again | GenerationError:
    """What to raise for a reply to a question that is not what was asked for."""
    return passing(refusal(reply, prediction), reply.effective_status, reply.headers, young=young)


def passing(
    error: GenerationError, status: int, headers: Mapping[str, str], *, young: bool = False
) -> Again | GenerationError:
    """The error itself, or Again where the same question may well be answered a little later."""
    if status == 404 and young:  # what was made a moment ago is not known everywhere at once
        return Again(error, _YOUNG_S / _YOUNG_TRIES, tries=_YOUNG_TRIES + 1, free=True)
    if 300 <= status < 500 and status not in _PASSING:
        return error
    return Again(error, _asked_s(headers))


def refusal(reply: Reply, prediction: str = "") -> GenerationError:
    """The error for a reply that is not what was asked for."""
    code, status = wire.refusal(reply.payload)[0], reply.effective_status
    known: dict[str, Any] = {"code": code, "http_status": reply.status, "prediction": prediction}
    if not (400 <= status < 500 or status in _ELSEWHERE) or (status in _PASSING and status != 429):
        return UnreachableApi(f"the API gave no usable answer ({_said(reply)})", **known)
    known |= {"hint": _HINTS.get(code) or _HINTS.get(status, "")}
    said = f"the API refused: {_said(reply)}"
    if 429 in (status, code):
        return RateLimited(said, asked_s=_asked_s(reply.headers), **known)
    if code == wire.NO_CREDIT or status == 402:
        return OutOfCredit(said, **known)
    return (KeyRefused if status in (401, 403) else RefusedByApi)(said, **known)


def _asked_s(headers: Mapping[str, str]) -> float | None:
    return retry_after(headers, lambda: datetime.now(UTC))


def _said(reply: Reply) -> str:
    code, message = wire.refusal(reply.payload)
    number = f"HTTP {reply.status}" + (f", code {code}" if code not in (0, reply.status) else "")
    words = reply.public(message) or wire.MEANING.get(code, "")
    return f"{number}: {words}" if words else number
