"""A remote enters; what stands in the way of reading and writing there leaves, for who looks after it."""

from __future__ import annotations

from pipeline.sync.pushing import look_at_mark
from pipeline.sync.remotes import Remote


def tried(remote: Remote) -> None:
    """Reads and writes the mark of a remote. Raises SetupError or StoreError where either can't be done."""
    look_at_mark(remote, write=False)
    remote.try_writing()
