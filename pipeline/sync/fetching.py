"""A take that a lock names comes from the remote: held against the lock's hash, examined, and kept by the store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pipeline import media
from pipeline.errors import MediaError, StoreError
from pipeline.store import Attempt, Home
from pipeline.store.files import explained
from pipeline.sync.crowd import Crowd
from pipeline.sync.layout import LARGEST_RECORD, Shared, Spot, shared_of
from pipeline.sync.remotes import RemoteError
from pipeline.sync.team import Moved, Moving, Team
from pipeline.take import Paid

_BY_HAND = "nothing was kept; have it pushed anew by who bought it, after the object was moved away by hand"


def fetch_one(team: Team, spot: Spot, paid: Paid, sizes: Mapping[str, int], crowd: Crowd) -> Moved | None:
    """Brings a take home; None where it is here already. `sizes` are those of its objects, which the remote has.

    Raises RemoteError where it is not what the lock names, Busy where somebody else is at work on its request.
    """
    with team.store.open(spot.home) as home:
        if home.take:
            return None
        _refuse_other(home, spot, paid)
        shared = _shared(team, spot, paid)
        if sizes[spot.clip] != shared.size_bytes:
            fault = (
                f"{spot.clip}: it holds {sizes[spot.clip]:,} bytes at the remote, and its take {shared.size_bytes:,}"
            )
            raise RemoteError(fault, hint=_BY_HAND)
        team.tell(Moving("fetch", spot, "begun", shared.size_bytes, shot=shared.intent.shot))
        clip = home.temporary()
        try:
            _download(team, spot, shared, clip, crowd)
            _keep(home, spot, shared, clip)
        finally:
            clip.unlink(missing_ok=True)
    team.tell(Moving("fetch", spot, "done", shared.size_bytes, shot=shared.intent.shot))
    return Moved(spot, shared.size_bytes, shared.intent.shot)


def _refuse_other(home: Home, spot: Spot, paid: Paid) -> None:
    """Raises StoreError where the store is about to have, or had, something else under this name."""
    gone, last = home.absent, home.last
    if gone and gone.clip.sha256 != spot.sha256:
        raise StoreError(
            f"{spot.short}: this store had another clip as that take", hint="`storyreel shoot` fetches that"
        )
    if not gone and last.standing in ("uncertain", "submitted") and last.prediction != paid.prediction:
        raise StoreError(
            f"{spot.short}: a take of it is under way here", hint="`storyreel status` says how to settle it"
        )


def _shared(team: Team, spot: Spot, paid: Paid) -> Shared:
    content = team.remote.read(spot.record, LARGEST_RECORD)
    if content is None:
        raise RemoteError(f"{spot.record}: it is not there any more", hint="somebody deleted it")
    found = shared_of(content, spot)
    if isinstance(found, str):
        raise RemoteError(f"{spot.record}: {found}", hint=_BY_HAND)
    if found.prediction != paid.prediction:
        raise RemoteError(f"{spot.record}: it is of another generation than the lock names", hint=_BY_HAND)
    return found


def _download(team: Team, spot: Spot, shared: Shared, clip: Path, crowd: Crowd) -> None:
    digest, size = hashlib.sha256(), 0
    with explained(clip, "can't be written"), clip.open("xb") as file:
        for piece in crowd.watched(team.remote.pieces(spot.clip, shared.size_bytes)):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    if size != shared.size_bytes or digest.hexdigest() != spot.sha256:
        raise RemoteError(f"{spot.clip}: its bytes are not those that the lock names", hint=_BY_HAND)


def _keep(home: Home, spot: Spot, shared: Shared, clip: Path) -> None:
    if home.absent:
        home.restore(clip)
        return
    try:
        facts = media.inspect(clip, "video")
    except MediaError as error:
        raise RemoteError(f"{spot.clip}: it is no clip: {error.reason}", hint=_BY_HAND) from error
    _attempt(home, shared).keep(clip, facts)


def _attempt(home: Home, shared: Shared) -> Attempt:
    """One that a process which was killed left behind, else a new one."""
    if home.last.standing == "submitted":
        return home.resume()
    return home.adopt(shared.intent, shared.prediction)
