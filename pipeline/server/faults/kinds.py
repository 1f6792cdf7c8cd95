"""The kinds of faults: at which stage each strikes, and what it does in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# request: stands in for the answer, before anything is done; accepted: spoils the answer to a submission that was
# accepted; task: changes what becomes of it; told: what is told of it; clip: its download; server: holds throughout.
Stage = Literal["request", "accepted", "task", "told", "clip", "server"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    stage: Stage
    does: str  # a sentence for people
    times: int = 0  # how often it usually shows on one prediction; 0: for ever
    seconds: float = 0  # the usual length of its delay or storm
    storm: bool = False  # once it strikes, it strikes every occasion for that long


KINDS: Mapping[str, Kind] = {
    "reset": Kind("request", "The connection is reset before anything is done: nothing was bought."),
    "hang": Kind("request", "Nothing is done, and no answer ever comes."),
    "too_many_requests": Kind(
        "request",
        "HTTP 429 for everybody, for `seconds` from the first strike on, with a Retry-After in seconds, as a date, or "
        "none.",
        seconds=1,
        storm=True,
    ),
    "server_error": Kind("request", "HTTP 500, 502, 503 or 504 (or `code`) before anything is done."),
    "page_200": Kind("request", "HTTP 200 with a web page: something in between answered, and nothing is done."),
    "page_502": Kind("request", "HTTP 502 with a web page, before anything is done."),
    "refused_in_200": Kind("request", "HTTP 200 whose envelope says `code` 400: nothing is done."),
    "redirect": Kind("request", "HTTP 307 to another host, which must not get the key."),
    "accept_then_reset": Kind("accepted", "The submission is accepted, then the connection is reset."),
    "accept_then_hang": Kind("accepted", "The submission is accepted, and no answer ever comes."),
    "accept_then_cut": Kind("accepted", "The submission is accepted, and the answer breaks off in the middle."),
    "accept_without_id": Kind("accepted", "The submission is accepted, and the answer has no id in it."),
    "accept_then_504": Kind(
        "accepted", "The submission is accepted, and after `seconds` a gateway says HTTP 504.", seconds=0.2
    ),
    "accept_then_500": Kind("accepted", "The submission is accepted, and the answer is HTTP 500."),
    "accept_then_page": Kind(
        "accepted", "The submission is accepted, and the answer is a web page, as HTTP 502 (or `code`)."
    ),
    "task_fails": Kind("task", "The prediction ends failed, by a task code drawn from the API's table or by `code`."),
    "stuck": Kind("task", "The prediction never ends."),
    "wrong_length": Kind("task", "The clip is half as long as was asked."),
    "late_404": Kind("told", "The prediction is not found the first times that it is asked for.", 2),
    "flapping": Kind("told", "The status is completed without outputs, then processing, then the truth; and again.", 6),
    "unknown_status": Kind("told", "The status is a word that nobody knows.", 3),
    "empty_outputs": Kind("told", "Completed, but without outputs.", 2),
    "object_outputs": Kind("told", "The outputs are objects with a `url` instead of texts."),
    "nanosecond_times": Kind("told", "Times have nine digits behind the second."),
    "null_fields": Kind("told", "Fields that say nothing yet are null."),
    "expired_address": Kind(
        "clip", "The clip's address answers HTTP 403 or 404 (or `code`); the prediction then tells a fresh one.", 1
    ),
    "truncated_download": Kind("clip", "The clip breaks off in the middle.", 1),
    "endless_download": Kind("clip", "The clip does not end.", 1),
    "slow_download": Kind("clip", "A byte of the clip comes every `seconds`.", 1, 1),
    "not_a_clip": Kind("clip", "The bytes are no MP4.", 1),
    "page_download": Kind("clip", "A web page comes instead of the clip, as HTTP 200.", 1),
    "empty_download": Kind("clip", "No byte comes of the clip, as HTTP 200.", 1),
    "redirect_loop": Kind("clip", "The clip's address redirects to itself.", 1),
    "redirect_private": Kind("clip", "The clip's address redirects into a private network.", 1),
    "clock_off": Kind("server", "The server's clock is an hour off, before or behind."),
}
