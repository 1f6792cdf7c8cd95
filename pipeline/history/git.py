"""A question to git enters, and its answer leaves; only questions that change nothing are asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import SetupError

# A hook runs with these set for the repository that it is a hook of; the one of the storyboard is meant.
_ELSEWHERE = frozenset(
    {
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    }
)  # fmt: skip
# The index is not even refreshed; what a partial clone lacks is not fetched, as a server would have to be asked.
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_OPTIONS = ("-c", "core.fsmonitor=false", "-c", "protocol.allow=never", "--no-pager")
_MOST_SAID = 300  # characters of git's own words


class Git:
    """git, asked from one folder."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        kept = {name: value for name, value in environ.items() if name not in _ELSEWHERE}
        # What is traced goes where complaints go, by which a plain no is told from a failure.
        self._environ = {name: value for name, value in kept.items() if not name.startswith("GIT_TRACE")} | _QUIET

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """git at work, its input and its output open. Raises SetupError where there is none."""
        pipe = subprocess.PIPE
        command = ["git", *_OPTIONS, *words]
        try:
            return subprocess.Popen(command, cwd=self.folder, env=self._environ, stdin=pipe, stdout=pipe, stderr=pipe)
        except FileNotFoundError as error:
            raise SetupError("git is not installed here, or not on the PATH", hint="see https://git-scm.com") from error
        except OSError as error:
            raise SetupError(f"git can't be run: {error.strerror}") from error

    def ask(self, *words: str) -> bytes | None:
        """What it answers; None where it says no and nothing else. Raises SetupError where it complains."""
        with self.start(*words) as process:
            out, err = process.communicate()
        if process.returncode and err.strip():
            raise failure(err)
        return None if process.returncode else out

    def line(self, *words: str) -> str:
        """Its answer of one line; "" for a no."""
        answer = self.ask(*words)
        return os.fsdecode(answer).rstrip("\r\n") if answer else ""


def failure(said: bytes) -> SetupError:
    """What git complained of, as an error."""
    words = " ".join(said.decode("utf-8", "replace").split()).removeprefix("fatal: ")
    return SetupError(f"git says: {words[:_MOST_SAID] or 'nothing, and failed'}")
