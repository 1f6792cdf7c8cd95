"""A parsed model file becomes a Model; those that travel with the package are read once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from pipeline import schema
from pipeline.catalog.model import FRAME_WORDS, MEDIA_WORDS, MediaLimits, Model, PriceRow


@cache
def models() -> Mapping[str, Model]:
    """Every model that travels with the package, by id, in order of id."""
    found = (parse(json.loads(file.read_text(encoding="utf-8"))) for file in _files(schema.folder() / "models"))
    return {model.id: model for model in sorted(found, key=lambda model: model.id)}


def parse(data: Mapping[str, Any]) -> Model:
    """The model in a parsed model file, which `model.schema.json` has found to be one and that agrees with itself."""
    prices, output, shots = data.get("prices", {}), data["output"], data.get("shots", {})
    dialect = {word: parameter for word, parameter in data["dialect"].items() if word != "tokens"}
    return Model(
        id=data["id"],
        title=data["title"],
        maker=data["maker"],
        request=data["request"],
        dialect=dialect,
        tokens=data["dialect"]["tokens"],
        media={kind: _limits(data, word, _most(data, word)) for kind, word in MEDIA_WORDS.items() if word in dialect},
        frames=_limits(data, "frames", 1) if any(word in dialect for word in FRAME_WORDS) else None,
        prompt_words=data["limits"].get("prompt", {}).get("max_words", 0),
        frame_rate=Fraction(output["frame_rate"]),
        sizes={name: {ratio: (w, h) for ratio, (w, h) in row.items()} for name, row in output["sizes"].items()},
        audio=output.get("audio", False),
        first_frame_model=data["id"] if "first_frame" in dialect else data.get("first_frame_model", ""),
        ignores=frozenset(data.get("ignores", ())),
        max_shots=shots.get("max", 1),
        shot_s=(shots.get("min_s", 0), shots.get("max_s", 0)),
        usual_s=data["timing"]["usual_s"],
        longest_s=data["timing"]["longest_s"],
        prices=tuple(map(_row, prices.get("rows", ()))),
        price_source=prices.get("source", ""),
        price_date=prices.get("date", ""),
        source=data["source"]["url"],
        notes=data["source"].get("notes", ""),
    )


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(".json"):
            yield entry


def _most(data: Mapping[str, Any], word: str) -> int:
    most: int = data["request"]["properties"][data["dialect"][word]].get("maxItems", 0)
    return most


def _limits(data: Mapping[str, Any], word: str, count: int) -> MediaLimits:
    limits = dict(data["limits"].get(word, {}))
    return MediaLimits(tuple(limits.pop("formats", ())), count, limits.pop("max_bytes", 0), **limits)


def _row(row: Mapping[str, Any]) -> PriceRow:
    return PriceRow(
        resolution=row.get("resolution", ""),
        usd_per_s=Decimal(row["usd_per_s"]),
        with_videos=row.get("with_videos", False),
        usd_per_input_s=Decimal(row.get("usd_per_input_s", "0")),
        estimate=row.get("estimate", False),
        with_audio=row.get("with_audio"),
    )
