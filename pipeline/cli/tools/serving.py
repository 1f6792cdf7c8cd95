"""`mcp`: the verbs are served as tools, on stdin and stdout, until the client goes away."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading

from pipeline import screening
from pipeline.cli import show
from pipeline.cli.tools.answers import Answer
from pipeline.cli.tools.bench import Bench
from pipeline.cli.tools.folder import Folder, folder_at
from pipeline.errors import SetupError

FINE = 0
_LIBRARY = frozenset({"mcp", "mcp_types"})


def mcp(arguments: argparse.Namespace) -> int:
    """Serve until the client closes our input."""
    folder = folder_at(arguments.root)
    _refuse_without_library()
    if sys.stdin.isatty():
        show.note("this waits for a client of the Model Context Protocol, which would start it itself; Ctrl-C ends it")
    screening.load()  # libav must be loaded while there is but one thread
    bench: Bench[Answer] = Bench()
    bugs: list[Exception] = []
    # A daemon: it waits for input that may never come, where a signal ends us.
    threading.Thread(target=_speak, args=(folder, bench, bugs), name="protocol", daemon=True).start()
    bench.work_off()
    if bugs:
        raise bugs[0]
    return FINE


def _refuse_without_library() -> None:
    try:
        import pipeline.cli.tools.speaking  # noqa: F401 - an extra, and nothing else needs it
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in _LIBRARY:
            raise
        hint = 'install it: pip install "storyreel[mcp]"'
        raise SetupError("the extra mcp is not installed, or an older release of its library", hint=hint) from missing


def _speak(folder: Folder, bench: Bench[Answer], bugs: list[Exception]) -> None:
    from pipeline.cli.tools.speaking import speak

    try:
        asyncio.run(speak(folder, bench))
    except* (BrokenPipeError, ConnectionError):
        pass  # the client is gone
    except* Exception as error:  # noqa: BLE001 - the main thread raises it
        bugs.append(error)
    finally:
        bench.close()
