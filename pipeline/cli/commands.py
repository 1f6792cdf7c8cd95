"""Each command: its words come in, the stages do the work, the result is shown, the exit code goes out."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline import settings
from pipeline.cli import show
from pipeline.cli.accounting import status
from pipeline.cli.checking import check
from pipeline.cli.diffing import diff
from pipeline.cli.doctor import doctor
from pipeline.cli.exporting import export
from pipeline.cli.models import models
from pipeline.cli.planning import plan, prompt
from pipeline.cli.previewing import preview
from pipeline.cli.rendering import render
from pipeline.cli.reporting import report
from pipeline.cli.reviewing import comment, review_boards
from pipeline.cli.shooting import shoot
from pipeline.cli.starting import init
from pipeline.cli.syncing import sync
from pipeline.cli.taking import take
from pipeline.cli.tools.serving import mcp

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


RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "init": init,
    "check": check,
    "preview": preview,
    "prompt": prompt,
    "plan": plan,
    "diff": diff,
    "review": review_boards,
    "render": render,
    "shoot": shoot,
    "take": take,
    "report": report,
    "export": export,
    "status": status,
    "sync": sync,
    "models": models,
    "doctor": doctor,
    "serve": serve,
    "comment": comment,
    "mcp": mcp,
}
