"""The words of `serve` come in; a server listens until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from pipeline import settings
from pipeline.cli import show

FINE = 0


def serve(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from pipeline.server.conduct import REHEARSAL, conduct_of  # here: they load Starlette and uvicorn
    from pipeline.server.serving import serve as listen

    conduct = conduct_of(arguments.faults) if arguments.faults else REHEARSAL

    def ready(url: str) -> None:
        show.line(f"listening on {url}")
        does = f"plays the paid API by {arguments.faults}" if arguments.faults else "draws previs clips"
        show.line(f"{does} for WaveSpeed v3 requests; nothing is charged; Ctrl-C ends it")
        show.line(f"point a client at it: WAVESPEED_BASE_URL={url}")

    known = settings.project_here(Path.cwd()).models
    with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        options = {"port": arguments.port, "ready": ready, "catalogue": known, "conduct": conduct}
        asyncio.run(listen(Path(folder), os.cpu_count() or 1, arguments.key, **options))
    return FINE
