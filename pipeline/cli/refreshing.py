"""`models --refresh`: what the API's catalogue says becomes model files of the project, or differences to look at."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from pipeline import catalog, schema, settings
from pipeline.cli import show
from pipeline.client import Client, Endpoint
from pipeline.errors import GenerationError, SetupError, nearest
from pipeline.produce.endpoints import paid
from pipeline.settings import Project
from pipeline.settings.models import FOLDER

FINE = 0
State = Literal["written", "same", "differs", "unlisted"]
_MEANING = {
    "new": "what is not known here is never sent, so nothing changes until a newer file names it",
    "gone": "the API may refuse a shot that sets it",
    "limit": "`check` goes by the limits here, the API by its own",
    "default": "requests name every value, so takes stay what they are",
    "price": "plans reckon with the prices here; a live quote is exact",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """What became of one model."""

    model: str
    state: State
    differences: tuple[tuple[str, str], ...] = ()  # a key of _MEANING, and the words
    file: Path | None = None  # that was written


def refresh(arguments: argparse.Namespace) -> int:
    """Hold one model, or every one that the project knows, against the API's catalogue."""
    endpoint = paid(os.environ)
    project = settings.project_here(Path.cwd())
    rows = {str(row.get("model_id")): row for row in asyncio.run(_catalogue(endpoint))}
    if arguments.name and arguments.name not in rows:
        meant = nearest(arguments.name, rows)
        hint = f'did you mean "{meant}"?' if meant else "its catalogue is at https://wavespeed.ai/models"
        raise SetupError(f'the API has no model "{arguments.name}"', hint=hint)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    names = [arguments.name] if arguments.name else list(project.models)
    found = [_one(project, name, rows.get(name), day) for name in names]
    if arguments.json:
        known = settings.project_here(Path.cwd())
        shown = [settings.data_of(known.root, one.model) for one in found if one.model in known.models]
        show.result({"format": 1, "models": shown, "refreshed": [_fields(one) for one in found]})
    else:
        _tell(found)
    return FINE


async def _catalogue(endpoint: Endpoint) -> tuple[Mapping[str, Any], ...]:
    try:
        async with Client(endpoint) as client:
            return await client.models()
    except GenerationError as error:
        raise SetupError(f"the API's catalogue can't be had: {error.message}", hint=error.hint) from error


def _one(project: Project, name: str, row: Mapping[str, Any] | None, day: str) -> _Found:
    if row is None:
        return _Found(name, "unlisted")
    request = catalog.request_of(row)
    if request is None:
        raise SetupError(f"{name}: the API does not say what the model takes", hint="write its file by hand")
    if name not in project.models:
        return _write(project, name, catalog.guessed(name, row, request, day), ())
    known = settings.data_of(project.root, name)
    told = (*catalog.differences(known, request), *_price(project, name, row))
    if name in catalog.models():
        return _Found(name, "differs" if told else "same", told)
    if request == known["request"]:
        return _Found(name, "differs" if told else "same", told)
    return _write(project, name, catalog.renewed(known, request, day), told)


def _price(project: Project, name: str, row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The API's base price, where it is not that of a request with nothing but defaults here."""
    model, base = project.models[name], row.get("base_price")
    resolution, seconds = model.default("resolution"), model.default("duration") or model.durations[0]
    here = catalog.price(model, resolution, seconds, Fraction(0), bool(model.default("generate_audio")))
    if here and isinstance(base, int | float) and abs(float(here.usd) - base) > 0.00005:
        yield "price", f"base price: ${base:g}, here {show.money(here.usd)} for {seconds} s in {resolution}"


def _write(project: Project, name: str, data: dict[str, Any], told: tuple[tuple[str, str], ...]) -> _Found:
    file = project.root / FOLDER / f"{name}.json"
    _refuse(project, name, file, data)
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SetupError(f"{file} can't be written: {error.strerror}") from error
    return _Found(name, "written", told, file)


def _refuse(project: Project, name: str, file: Path, data: Mapping[str, Any]) -> None:
    if not (project.root / settings.PROJECT_FILE).is_file():
        hint = f"make one, which may be empty: touch {show.near(project.root / settings.PROJECT_FILE)}"
        raise SetupError(f"a project's own models lie beside {settings.PROJECT_FILE}, and there is none", hint=hint)
    if not Path(os.path.realpath(file)).is_relative_to(project.root):
        raise SetupError(f"{file}: a link leads out of the project", hint="put the real folder in its place")
    faults = [fault.message for fault in schema.violations("model.schema.json", data)]
    faults = faults or [f"{one.message}: {'.'.join(map(str, one.path))}" for one in catalog.disagreements(data)]
    if faults:
        hint = f"write {FOLDER}/{name}.json by hand, after one of the package"
        raise SetupError(f"{name}: no model file can be made of what the API says: {faults[0][:200]}", hint=hint)


def _tell(found: Iterable[_Found]) -> None:
    meant: dict[str, None] = {}
    words: Mapping[State, Callable[[_Found], str]] = {
        "written": lambda one: f"wrote {show.near(one.file or Path())}",
        "same": lambda one: f"{one.model}: as the API has it",
        "differs": lambda one: f"{one.model}: the API says otherwise; nothing was written",
        "unlisted": lambda one: f"{one.model}: not in the API's catalogue",
    }
    for one in found:
        show.line(words[one.state](one))
        for kind, text in one.differences:
            show.line(f"  {text}")
            meant[kind] = None
    for kind in meant:
        show.note(_MEANING[kind])


def _fields(one: _Found) -> dict[str, Any]:
    told = [{"kind": kind, "text": text, "meaning": _MEANING[kind]} for kind, text in one.differences]
    return {"id": one.model, "state": one.state, "file": str(one.file) if one.file else None, "differences": told}
