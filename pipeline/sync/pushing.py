"""A kept take of the store goes to the remote: its clip, hashed while it is sent, then its take.json."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from pipeline.errors import StoreError, StoryreelError
from pipeline.store.files import explained
from pipeline.sync.crowd import Crowd, Hands
from pipeline.sync.layout import MARK, MARK_CONTENT, Spot, newer, record_of
from pipeline.sync.remotes import PIECE, Remote, RemoteError
from pipeline.sync.team import Moved, Moving, Team
from pipeline.take import Take


def whole(take: Take, sizes: Mapping[str, int]) -> bool:
    """Whether the remote has the take, by the sizes of its objects. Raises RemoteError for a clip of another size."""
    spot = Spot.of(take)
    found = sizes.get(spot.clip)
    if found not in (None, take.clip.size_bytes):
        fault = f"{spot.clip}: it holds {found:,} bytes at the remote, and the take has {take.clip.size_bytes:,}"
        raise RemoteError(fault, hint="nothing there is ever replaced: move it away by hand, then `storyreel sync`")
    return found is not None and spot.record in sizes


def push_one(team: Team, take: Take, sizes: Mapping[str, int], crowd: Crowd) -> Moved | None:
    """Sends a take; None where the remote has it. `sizes` are those of its objects there."""
    if whole(take, sizes):
        return None
    spot, remote, size = Spot.of(take), team.remote, take.clip.size_bytes
    intent = team.store.intent_of(take.home)
    if intent is None:
        raise StoreError(
            f"{take.home}: nothing says what it was made from", hint="`storyreel doctor` looks at the store"
        )
    team.tell(Moving("push", spot, "begun", size, shot=intent.shot))
    if spot.clip not in sizes:
        remote.send(spot.clip, crowd.watched(_checked(team.outputs / take.home / "clip.mp4", take)), size)
        arrived = remote.sizes(spot.folder).get(spot.clip)
        if arrived != size:
            fault = f"{spot.clip}: {arrived or 0:,} bytes of {size:,} arrived at the remote"
            raise RemoteError(fault, hint="without its take.json nobody takes it for a take; move it away by hand")
    remote.create(spot.record, record_of(take, intent))
    team.tell(Moving("push", spot, "done", size, shot=intent.shot))
    return Moved(spot, size, intent.shot)


def _checked(clip: Path, take: Take) -> Iterator[bytes]:
    """The bytes of a clip. The last piece leaves only if all of them are those that were kept."""
    digest, left = hashlib.sha256(), take.clip.size_bytes
    with explained(clip, "can't be read"), clip.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            left -= len(piece)
            if left < 0 or (left == 0 and digest.hexdigest() != take.clip.sha256):
                break
            yield piece
            if left == 0:
                return
    fault = f"{clip}: its bytes are not those that were kept, so it was not pushed"
    raise StoreError(fault, hint="`storyreel render` moves it aside, and the take is then fetched again")


def look_at_mark(remote: Remote, *, write: bool) -> None:
    """Raises StoreError where a newer storyreel made the remote; writes its mark, where it has none."""
    content = remote.read(MARK, 1 << 16)
    if error := newer(content):
        raise error
    if content is None and write:
        remote.create(MARK, MARK_CONTENT)


class Pusher:
    """Sends takes in the background as they land. A context: at its end everything was sent or is in `failed`."""

    def __init__(self, team: Team) -> None:
        self.failed: list[StoryreelError] = []
        self._team, self._crowd = team, Crowd()
        self._hands = Hands()

    def __enter__(self) -> Pusher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                self._hands.finish()
                return
        except BaseException:
            self._leave()
            raise
        self._leave()

    def landed(self, take: Take) -> None:
        """A take is kept in the store."""
        self._hands.give(partial(self._send, take))

    def _leave(self) -> None:
        self._crowd.stop()
        self._hands.leave()

    def _send(self, take: Take) -> None:
        outcome = self._crowd.one(take, self._sent)
        if isinstance(outcome, StoryreelError):
            self.failed.append(outcome)

    def _sent(self, take: Take) -> Moved | None:
        remote = self._team.remote
        look_at_mark(remote, write=True)
        return push_one(self._team, take, remote.sizes(Spot.of(take).folder), self._crowd)
