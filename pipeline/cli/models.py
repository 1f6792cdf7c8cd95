"""The models that can be asked for are listed, or one of them is shown whole."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline import settings
from pipeline.catalog import MEDIA_WORDS, Model, PriceRow
from pipeline.cli import show
from pipeline.errors import SetupError, nearest
from pipeline.settings import Project

FINE = 0
_NO_PRICE = "no known price: a live quote is asked for before anything is bought"


def models(arguments: argparse.Namespace) -> int:
    """List the models of the package and of the project of the working directory, or show one; or refresh them."""
    if arguments.refresh:
        from pipeline.cli.refreshing import refresh  # here: its client is not needed for a list

        return refresh(arguments)
    project = settings.project_here(Path.cwd())
    chosen = _chosen(project, arguments.name)
    if arguments.json:
        show.result(models_fields(project, arguments.name))
        return FINE
    for model in chosen:
        show.line(model.id)
        for text in _whole(model) if arguments.name else _brief(model):
            show.line(f"  {text}")
    return FINE


def models_fields(project: Project, name: str | None) -> Mapping[str, Any]:
    """The models of a project as JSON, or the one of that name."""
    return {"format": 1, "models": [settings.data_of(project.root, model.id) for model in _chosen(project, name)]}


def _chosen(project: Project, name: str | None) -> list[Model]:
    known = project.models
    if name and name not in known:
        meant = nearest(name, known)
        hint = f'did you mean "{meant}"?' if meant else "`storyreel models` lists them"
        raise SetupError(f'there is no model "{name}"', hint=hint)
    return [known[name]] if name else list(known.values())


def _brief(model: Model) -> Iterator[str]:
    yield f"{model.title}, by {model.maker}"
    yield _makes(model)
    yield from _takes(model)
    plainly = [row for row in model.prices if not row.with_videos]
    yield f"{', '.join(map(_price, plainly))} a second ({model.price_date})" if plainly else _NO_PRICE


def _whole(model: Model) -> Iterator[str]:
    yield f"{model.title}, by {model.maker}"
    yield _makes(model)
    yield from _takes(model)
    if model.max_shots > 1:
        least, most = model.shot_s
        yield f"several shots in one generation: up to {model.max_shots}, of {least} to {most} s each"
    if model.ignores:
        yield f"passes over: {', '.join(sorted(model.ignores))}"
    yield f"takes about {model.usual_s} s; still open after {model.longest_s} s"
    for row in model.prices:
        more = f" and {show.money(row.usd_per_input_s)} a second of them" if row.usd_per_input_s else ""
        yield f"{_price(row)} a second{more}"
    yield f"prices of {model.price_date}: {model.price_source}" if model.prices else _NO_PRICE
    yield model.source
    yield from textwrap.wrap(model.notes, 100)


def _makes(model: Model) -> str:
    if not model.takes("generate_audio"):
        sound = "always with sound" if model.audio else "without sound"
    else:
        sound = "with sound" if model.default("generate_audio") else "sound where it is asked for"
    return "; ".join((model.lengths, ", ".join(model.ratios()), ", ".join(model.resolutions), sound))


def _takes(model: Model) -> Iterator[str]:
    counts = [f"{limits.max_count} {MEDIA_WORDS[kind]}" for kind, limits in model.media.items()]
    if counts:
        yield f"references: up to {', '.join(counts)}"
    if model.takes("first_frame"):
        yield "a first frame" + (" and a last one" if model.takes("last_frame") else "")
    elif model.first_frame_model:
        yield f"a first frame: by {model.first_frame_model}"


def _price(row: PriceRow) -> str:
    about = "about " if row.estimate else ""
    sound = {None: "", True: "with sound", False: "without sound"}[row.with_audio]
    case = " ".join(filter(None, (row.resolution, sound, "with reference videos" if row.with_videos else "")))
    return f"{case or 'any'}: {about}{show.money(row.usd_per_s)}"
