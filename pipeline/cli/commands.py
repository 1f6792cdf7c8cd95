"""Each command: its words come in, the stages do the work, the result is shown, the exit code goes out."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline import catalog, schema
from pipeline.cli import show
from pipeline.cli.checking import check
from pipeline.cli.planning import plan, prompt
from pipeline.cli.rendering import render
from pipeline.cli.starting import init
from pipeline.errors import SetupError, nearest

FINE = 0


def models(arguments: argparse.Namespace) -> int:
    """List the models, or show one."""
    known = catalog.models()
    if arguments.name and arguments.name not in known:
        meant = nearest(arguments.name, known)
        hint = f'did you mean "{meant}"?' if meant else "`storyreel models` lists them"
        raise SetupError(f'there is no model "{arguments.name}"', hint=hint)
    chosen = [known[arguments.name]] if arguments.name else list(known.values())
    if arguments.json:
        show.result({"format": 1, "models": [schema.load(f"models/{model.id}.json") for model in chosen]})
        return FINE
    for model in chosen:
        _show_model(model)
    return FINE


def _show_model(model: catalog.Model) -> None:
    rule = model.rule("duration")
    show.line(model.id)
    show.line(f"  {model.title}, by {model.maker}")
    show.line(f"  {rule['minimum']} to {rule['maximum']} s; {', '.join(model.rule('aspect_ratio')['enum'])}")
    counts = [f"{limits.max_count} {catalog.MEDIA_WORDS[kind]}" for kind, limits in model.media.items()]
    show.line(f"  references: up to {', '.join(counts)}")
    for row in model.prices:
        more = f" and {show.money(row.usd_per_input_s)} a second of reference videos" if row.with_videos else ""
        about = "about " if row.estimate else ""
        show.line(f"  {row.resolution}: {about}{show.money(row.usd_per_s)} a second{more}")
    show.line(f"  prices of {model.price_date} ({model.price_source})")


def serve(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    from pipeline.server.serving import serve as listen  # here: it loads Starlette and uvicorn

    def ready(url: str) -> None:
        show.line(f"listening on {url}")
        show.line("draws previs clips for WaveSpeed v3 requests; nothing is charged; Ctrl-C ends it")
        show.line(f"point a client at it: WAVESPEED_BASE_URL={url}")

    with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        asyncio.run(listen(Path(folder), os.cpu_count() or 1, arguments.key, port=arguments.port, ready=ready))
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
