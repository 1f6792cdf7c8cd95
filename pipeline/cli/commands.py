"""Each command: its words come in, the stages do the work, the result is shown, the exit code goes out."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module


def _run(place: str, arguments: argparse.Namespace) -> int:
    # A plan of 10,000 jobs would be looked through a hundred times for cycles that it has not, and so would modules.
    gc.set_threshold(100_000, 50, 50)
    # Only now: what the other commands need would take longer to load than many a command takes.
    name, _, function = place.partition(":")
    module = import_module(name, __package__)
    gc.freeze()  # what is loaded stays
    code: int = getattr(module, function)(arguments)
    return code


RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "init": partial(_run, ".starting:init"),
    "check": partial(_run, ".checking:check"),
    "preview": partial(_run, ".previewing:preview"),
    "prompt": partial(_run, ".planning:prompt"),
    "plan": partial(_run, ".planning:plan"),
    "diff": partial(_run, ".diffing:diff"),
    "review": partial(_run, ".reviewing:review_boards"),
    "render": partial(_run, ".rendering:render"),
    "shoot": partial(_run, ".shooting:shoot"),
    "take": partial(_run, ".taking:take"),
    "report": partial(_run, ".reporting:report"),
    "export": partial(_run, ".exporting:export"),
    "status": partial(_run, ".accounting:status"),
    "sync": partial(_run, ".syncing:sync"),
    "models": partial(_run, ".models:models"),
    "doctor": partial(_run, ".doctor:doctor"),
    "serve": partial(_run, ".serving:serve"),
    "comment": partial(_run, ".reviewing:comment"),
    "mcp": partial(_run, ".tools.serving:mcp"),
}
