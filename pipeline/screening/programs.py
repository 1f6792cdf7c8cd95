"""A program of the project and what it is told enter; what it says of a take leaves, or why it says nothing.

It runs like a Makefile's line: with the rights of who runs storyreel. So it runs only where takes are made or cut, lies
inside the project, meets no shell, never sees the API's key, and ends: by itself, by its time limit or with the run.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pipeline import settings

MOST_SAID = 1 << 20  # bytes of an answer
_COMPLAINT = 2000  # bytes of what it complains of that are kept, the last ones
_CHUNK = 1 << 16  # bytes
_LOOK_S = 0.02  # seconds between two looks whether it has ended
_TOO_MUCH = f"it says more than {MOST_SAID >> 20} MiB"
_LET_GO_S = 1.0  # seconds in which its pipes close once it has ended


@dataclass(frozen=True, slots=True)
class Program:
    """An own check."""

    name: str  # its path from the root of the project, "./vision_qc.py"
    file: Path  # absolute
    folder: Path  # it runs in: the root of the project
    timeout_s: int  # seconds that it may take for one clip

    def version(self) -> str:
        """Hash of the program, so that a changed one looks again."""
        try:
            with self.file.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return "gone"

    @property
    def command(self) -> tuple[str, ...]:
        """What is run: a Python script that is not executable by the Python that storyreel runs with."""
        script = self.file.suffix == ".py" and (sys.platform == "win32" or not os.access(self.file, os.X_OK))
        return (sys.executable, str(self.file)) if script else (str(self.file),)


class Failed(Exception):
    """A program came to no answer; its text says why."""


class Stopped(Exception):
    """The run is over, and so is the program."""


def ask(program: Program, question: bytes, stop: threading.Event) -> bytes:
    """What the program prints when it is told the question. Raises Failed, and Stopped once `stop` is set."""
    try:
        process = subprocess.Popen(
            program.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=program.folder,
            env=_environ(),
            start_new_session=True,  # Ctrl-C is for us, and whatever it starts ends with it
        )
    except (OSError, ValueError) as error:
        raise Failed(f"can't be run: {getattr(error, 'strerror', None) or error}") from error
    talk = _Talk(process)
    try:
        talk.begin(question)
        _wait(process, talk, program.timeout_s, stop)
        talk.end(_LET_GO_S)
        if talk.too_much:
            raise Failed(_TOO_MUCH)
    finally:
        _kill(process, talk)
    if process.returncode:
        raise Failed(f"{_ending(process.returncode)}{talk.complaint()}")
    return bytes(talk.said)


@dataclass(slots=True)
class _Talk:
    """The three pipes of a program, each served by a thread: whatever it does, nobody waits for it for ever."""

    process: subprocess.Popen[bytes]
    said: bytearray = field(default_factory=bytearray)
    complained: bytearray = field(default_factory=bytearray)
    too_much: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, question: bytes) -> None:
        tasks = ((self._tell, question), (self._listen,), (self._note,))
        for task, *words in tasks:
            thread = threading.Thread(target=task, args=words, daemon=True)
            thread.start()
            self._threads.append(thread)

    def end(self, within_s: float) -> bool:
        """Waits until all was said; whether it was."""
        until = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def complaint(self) -> str:
        text = self.complained.decode("utf-8", "replace").strip()
        return f": {text.splitlines()[-1][:200]}" if text else ""

    def _tell(self, question: bytes) -> None:
        with suppress(OSError), _pipe(self.process.stdin) as pipe:  # it need not listen
            pipe.write(question)

    def _listen(self) -> None:
        with suppress(OSError), _pipe(self.process.stdout) as pipe:
            while not self.too_much and (chunk := os.read(pipe.fileno(), _CHUNK)):
                self.said += chunk
                self.too_much = len(self.said) > MOST_SAID

    def _note(self) -> None:
        with suppress(OSError), _pipe(self.process.stderr) as pipe:
            while chunk := os.read(pipe.fileno(), _CHUNK):
                self.complained = (self.complained + chunk)[-_COMPLAINT:]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _wait(process: subprocess.Popen[bytes], talk: _Talk, timeout_s: int, stop: threading.Event) -> None:
    until = time.monotonic() + timeout_s
    while process.poll() is None:
        if talk.too_much:
            raise Failed(_TOO_MUCH)
        if time.monotonic() > until:
            raise Failed(f"not ready after {timeout_s} s{talk.complaint()}")
        if stop.wait(_LOOK_S):
            raise Stopped


def _kill(process: subprocess.Popen[bytes], talk: _Talk) -> None:
    """Ends the program and all that it has started, and lets go of its pipes."""
    if process.poll() is not None and talk.end(0):
        return
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    talk.end(_LET_GO_S)


def _environ() -> Mapping[str, str]:
    """Ours, without the API's key under whatever name."""
    key = settings.secret()
    return {
        name: value
        for name, value in os.environ.items()
        if name != settings.KEY_VARIABLE and not (key and key in value)
    }


def _ending(code: int) -> str:
    if code > 0:
        return f"exit {code}"
    with suppress(ValueError):
        return f"ended by {signal.Signals(-code).name}"
    return f"ended by signal {-code}"
