"""The command line: words come in, text or JSON goes out, and a number says how it went. The only printer."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from types import FrameType

from pipeline.cli.arguments import parser
from pipeline.errors import StoryreelError

INTERRUPTED, BUG = 130, 70


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 is fine, 70 a bug, 130 stopped; the rest stand in `arguments`."""
    arguments = parser().parse_args(words)
    # The commands load everything else; `--help` and a mistyped option must answer at once.
    from pipeline.cli import commands, show

    try:
        # The server has signal handlers of its own.
        with nullcontext() if arguments.command == "serve" else _stopped_gently():
            return commands.RUN[arguments.command](arguments)
    except KeyboardInterrupt:
        show.note("stopped; what is finished is kept, and the same command goes on from here")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads our output has enough of it. Python would complain once more while it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except StoryreelError as error:
        show.failure(error, as_json=getattr(arguments, "json", False))
        return error.exit_code
    except Exception:  # noqa: BLE001 - the one catch-all: whatever escapes is a bug, and is shown as one
        show.bug(traceback.format_exc())
        return BUG


@contextmanager
def _stopped_gently() -> Iterator[None]:
    """Whoever asks the process to end, or closes its terminal, stops it as Ctrl-C does: nothing is left uncertain."""
    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    signals = [signal.Signals[name] for name in names if hasattr(signal, name)]
    mine = [one for one in signals if signal.getsignal(one) is signal.SIG_DFL]  # `nohup` ignores them, and means it
    with _interruptible() if mine else nullcontext():
        for one in mine:
            signal.signal(one, _as_interrupt)
        try:
            yield
        finally:
            for one in mine:
                signal.signal(one, signal.SIG_DFL)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        raise KeyboardInterrupt
    interrupt(number, frame)


@contextmanager
def _interruptible() -> Iterator[None]:
    """There is a handler of Ctrl-C, which asyncio needs to stop its tasks, also where Ctrl-C itself is ignored."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # In the background of a shell script: it stays unheard, blocked instead of ignored.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


if __name__ == "__main__":
    sys.exit(main())
