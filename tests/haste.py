"""How long one waits where answers come over loopback: short limits, and pauses that are cut short."""

from __future__ import annotations

import asyncio

from pipeline.client import Patience

SHORT = Patience(
    connect_s=2,
    read_s=1,
    submit_s=1,
    transfer_s=5,
    answer_s=3,
    tries=4,
    backoff_s=0.02,
    longest_backoff_s=0.1,
    longest_asked_s=0.3,
    outage_s=3,
)
LONGEST_PAUSE_S = 0.1


async def hurried(seconds: float) -> None:
    """A sleep that is cut short."""
    await asyncio.sleep(min(seconds, LONGEST_PAUSE_S))
