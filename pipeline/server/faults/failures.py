"""The ways in which the API says that a task failed: a code and its words."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline import wire
from pipeline.server.faults.fate import Fate

# The client of the API that runs a failed task again does so by its words; these hold none of those it looks for.
MESSAGES: Mapping[int, str] = {
    wire.MODERATED: "The content was flagged as potentially sensitive. Please change the prompt or the media.",
    wire.UNREACHABLE_MEDIA: "A media URL of the request could not be reached.",
    1403: "The execution failed.",
    wire.FAILED: "The task failed.",
    1406: "The upstream service failed after all retries.",
    wire.NO_CREDIT: "Insufficient credits, please top up.",
    wire.INTERNAL: "Internal error.",
    5003: "The service is temporarily unavailable.",
    wire.TIMED_OUT: "The task took too long.",
}


def failure(fate: Fate) -> tuple[int, str]:
    """The code and the words with which a task fails."""
    code = fate.fault.code or fate.choose.choice(list(MESSAGES))
    return code, MESSAGES.get(code, "The task failed.")
