"""A checked request and the videos it names become what it costs, as `plan` computes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline import catalog, media
from pipeline.catalog import Model
from pipeline.errors import MediaError
from pipeline.server import request
from pipeline.server.shelf import Shelf, Stored

UNLISTED_USD_PER_S = Decimal("0.10")  # of a model whose price is not in its file: at the API each has one
_measured: dict[str, Fraction] = {}  # seconds of each video by the SHA-256 of its bytes


async def list_price(shelf: Shelf, model: Model, inputs: Mapping[str, Any]) -> Decimal:
    """US dollars for checked inputs; a video that is not here counts as none."""
    videos = [address for word, given in request.media_of(model, inputs) if word == "videos" for address in given]
    return _price(model, inputs, await _seconds(filter(None, map(shelf.behind, videos))))


def usual_price(model: Model) -> Decimal:
    """US dollars for a request with nothing but defaults."""
    return _price(model, {}, Fraction(0))


def formula(model: Model) -> str:
    """The price without reference videos as the API's catalogue has it: a JSONata expression over the inputs."""
    sound = model.default("generate_audio")
    rows = [row for row in model.prices if not row.with_videos and row.with_audio in (None, sound)]
    listed = {row.resolution: float(row.usd_per_s) for row in rows} or {"": float(UNLISTED_USD_PER_S)}
    rate = str(listed[""]) if "" in listed else f"$lookup({json.dumps(listed)}, resolution)"
    return f"duration * {rate}"


def _price(model: Model, inputs: Mapping[str, Any], video_s: Fraction) -> Decimal:
    def value(word: str) -> Any:
        return inputs.get(model.dialect.get(word, ""), model.default(word))

    seconds = value("duration") or model.durations[0]
    found = catalog.price(model, _resolution(model, value), seconds, video_s, audio=value("generate_audio"))
    return found.usd if found else UNLISTED_USD_PER_S * seconds


def _resolution(model: Model, value: Any) -> str:
    asked = str(value("size")) if "size" in model.dialect else ""
    sized = (name for name, row in model.sizes.items() for w, h in row.values() if f"{w}*{h}" == asked)
    return next(sized, None) or str(value("resolution"))


async def _seconds(videos: Iterable[Stored]) -> Fraction:
    total = Fraction(0)
    for video in videos:
        if video.sha256 not in _measured:
            _measured[video.sha256] = await asyncio.to_thread(_measure, video)
        total += _measured[video.sha256]
    return total


def _measure(video: Stored) -> Fraction:
    try:
        return media.inspect(video.path, "video").duration_s
    except MediaError:
        return Fraction(0)
