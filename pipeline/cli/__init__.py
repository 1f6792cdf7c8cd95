"""The command line: words come in, text or JSON goes out, and a number says how it went. The only printer."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from typing import NoReturn

from pipeline.cli.arguments import parser
from pipeline.errors import StoryreelError
from pipeline.leaving import leave

INTERRUPTED, BUG = 130, 70


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 is fine, 70 a bug, 130 stopped; the rest stand in `arguments`."""
    # Nothing here asks for algebra; threads that wait for some would spin on a processor each while NumPy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = parser().parse_args(words)
    # The command loads everything else; `--help` and a mistyped option must answer at once.
    from pipeline.cli import commands, show, stopping

    try:
        # The server has signal handlers of its own.
        with nullcontext() if arguments.command == "serve" else stopping.gently():
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


def run() -> NoReturn:
    """Run the command that the process was started for, and end with its exit code."""
    leave(main())
