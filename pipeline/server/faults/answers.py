"""A fault that struck a request becomes the reply that stands in for the answer."""

from __future__ import annotations

from starlette.responses import Response

from pipeline.server.faults.connection import Reset
from pipeline.server.faults.fate import Fate


async def instead(fate: Fate) -> Response:  # noqa: ARG001
    """The reply to a request that nothing is done for."""
    return Reset()


async def spoilt(fate: Fate, answer: Response) -> Response:  # noqa: ARG001
    """What is left of the answer to a submission that was accepted."""
    return Reset()
