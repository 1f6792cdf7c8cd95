"""What git lists of a commit becomes its files by path, and the bytes of each are asked of one running git."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from pipeline.errors import SetupError
from pipeline.history.git import Git, failure

_LINK = "120000"
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What git keeps at a path."""

    object: str  # id, hex
    link: bool  # a symbolic link, whose bytes are where it leads


@dataclass(frozen=True)
class Tree:
    """The files of one commit."""

    files: Mapping[str, Kept]  # by path from the top, with forward slashes

    @cached_property
    def folders(self) -> frozenset[str]:
        """Paths of all folders."""
        found: set[str] = set()
        for path in self.files:
            while (path := path.rpartition("/")[0]) and path not in found:
                found.add(path)
        return frozenset(found)


class Objects:
    """The bytes that git keeps, by object id."""

    def __init__(self, git: Git) -> None:
        self._process = git.start("cat-file", "--batch")

    def copy(self, object_id: str, target: BinaryIO) -> None:
        """Write the bytes of an object. Raises SetupError where the repository does not have them."""
        ask, answer = self._process.stdin, self._process.stdout
        assert ask is not None
        assert answer is not None
        try:
            ask.write(object_id.encode() + b"\n")
            ask.flush()
        except BrokenPipeError:
            raise self._gone() from None
        words = answer.readline().split()
        if len(words) != 3:
            raise _absent() if words[1:] == [b"missing"] else self._gone()
        left = int(words[2])
        while left:
            chunk = answer.read(min(left, _CHUNK))
            if not chunk:
                raise self._gone()
            target.write(chunk)
            left -= len(chunk)
        answer.read(1)  # the newline behind them

    def close(self) -> None:
        """End the git that was asked."""
        self._process.communicate()

    def _gone(self) -> SetupError:
        said = self._process.communicate()[1]
        return _absent() if b"promisor" in said or b"not allowed" in said else failure(said)


@contextmanager
def objects(git: Git) -> Iterator[Objects]:
    """Objects of the repository, as long as they are asked for."""
    found = Objects(git)
    try:
        yield found
    finally:
        found.close()


def parsed(listed: bytes) -> Tree:
    """The tree that `git ls-tree -r -z` lists."""
    files: dict[str, Kept] = {}
    for line in listed.split(b"\0"):
        words, _, path = line.partition(b"\t")
        mode, kind, object_id = words.decode().split(" ") if path else ("", "", "")
        if kind == "blob":  # a submodule is a commit, of another repository
            files[os.fsdecode(path)] = Kept(object_id, mode == _LINK)
    return Tree(files)


def _absent() -> SetupError:
    hint = "fetch what was left out of this partial clone: git fetch --refetch, or clone it whole"
    return SetupError("the repository lacks the bytes of a file that is asked for", hint=hint)
