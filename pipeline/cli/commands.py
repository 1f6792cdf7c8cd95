"""Each command: its words come in, the stages do the work, the result is shown, the exit code goes out."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline import produce, settings
from pipeline.cli import show
from pipeline.cli.models import models
from pipeline.cli.planning import plan, prompt
from pipeline.cli.rendering import render
from pipeline.errors import BadInput, SetupError
from pipeline.produce import Film

FINE, BAD_INPUT = 0, 2


def init(arguments: argparse.Namespace) -> int:
    """Write the starter board."""
    file: Path = arguments.file
    starter = Path(__file__).with_name("starter.yaml").read_bytes()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as target:
            target.write(starter)
    except FileExistsError as error:
        raise SetupError(f"{file} is there already", hint="name another file: storyreel init FILE") from error
    except OSError as error:
        raise SetupError(f"{file} can't be written: {error.strerror}") from error
    show.line(f"wrote {file}")
    show.line(f"next: storyreel render {file}")
    return FINE


def check(arguments: argparse.Namespace) -> int:
    """Say what is wrong with each board."""
    found = [(file, *_checked(file)) for file in arguments.files]
    problems = [problem for _, _, these in found for problem in these]
    broken = any(problem.severity == "error" for problem in problems)
    if arguments.json:
        files = [str(file) for file in arguments.files]
        show.result({"format": 1, "files": files, "problems": [show.problem_fields(problem) for problem in problems]})
        return BAD_INPUT if broken else FINE
    for file, film, _ in found:
        if film and not film.checked.errors:
            show.line(f"{file}: fine: {show.count(len(film.board.shots), 'shot')}{_variants(film)}")
    if problems:
        show.problem_list(problems)
    return BAD_INPUT if broken else FINE


def _checked(file: Path) -> tuple[Film | None, tuple[Any, ...]]:
    try:
        film = produce.check(file)
    except BadInput as bad:
        return None, bad.problems
    return film, film.checked.problems


def _variants(film: Film) -> str:
    compositions = film.checked.compositions
    return f", {show.count(len(compositions.variants), 'variant')}" if compositions and film.board.variants else ""


def serve(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from pipeline.server.serving import serve as listen  # here: it loads Starlette and uvicorn

    def ready(url: str) -> None:
        show.line(f"listening on {url}")
        show.line("draws previs clips for WaveSpeed v3 requests; nothing is charged; Ctrl-C ends it")
        show.line(f"point a client at it: WAVESPEED_BASE_URL={url}")

    known = settings.project_here(Path.cwd()).models
    with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        options = {"port": arguments.port, "ready": ready, "catalogue": known}
        asyncio.run(listen(Path(folder), os.cpu_count() or 1, arguments.key, **options))
    return FINE


RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "init": init,
    "check": check,
    "prompt": prompt,
    "plan": plan,
    "render": render,
    "models": models,
    "serve": serve,
}
