"""The models as data: each `schemas/models/<model id>.json` becomes one Model with its limits, words and prices."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, Literal

from pipeline import schema

Kind = Literal["image", "video", "audio"]  # of a media file

# What a storyboard calls the references of each kind, and the dialect key that says which parameter takes them.
MEDIA_WORDS: Mapping[Kind, str] = {"image": "images", "video": "videos", "audio": "audios"}


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a model takes as a reference of one kind; None or 0 where it sets no limit."""

    formats: tuple[str, ...]
    max_count: int  # files
    max_bytes: int
    min_side_px: int = 0
    max_side_px: int = 0
    min_ratio: float = 0  # width / height
    max_ratio: float = 0
    min_s: int = 0
    max_s: int = 0
    max_total_s: int = 0  # seconds of all of them together
    warn_above: int = 0  # files; the page allows more than the model is known to take
    never_alone: bool = False  # it needs another kind of reference beside it


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One line of a price list."""

    resolution: str  # "" for any
    usd_per_s: Decimal  # dollars for each second generated
    with_videos: bool  # holds where reference videos go with the request
    usd_per_input_s: Decimal  # dollars for each second of the reference videos
    estimate: bool  # not published; inferred


@dataclass(frozen=True, slots=True)
class Price:
    """What one job costs."""

    usd: Decimal
    estimate: bool  # True where only a live quote would be exact


@dataclass(frozen=True, slots=True)
class Model:
    """One generation model."""

    id: str
    title: str
    maker: str
    request: Mapping[str, Any]  # JSON schema of the request's inputs, as the API's catalogue has it
    dialect: Mapping[str, str]  # our word -> the request's parameter
    tokens: Mapping[Kind, str]  # how a prompt names reference n of a kind, e.g. "@Image{n}"
    media: Mapping[Kind, MediaLimits]
    prompt_words: int  # recommended at most; 0 for no limit
    frame_rate: Fraction  # frames a second of what it makes
    sizes: Mapping[str, Mapping[str, tuple[int, int]]]  # resolution -> ratio -> width, height in pixels
    usual_s: int  # seconds a generation usually takes
    longest_s: int  # seconds after which it is called open, not waited for
    prices: tuple[PriceRow, ...]  # empty: unpriced
    price_source: str
    price_date: str  # ISO-8601

    def rule(self, word: str) -> Mapping[str, Any]:
        """JSON schema of the parameter that our word feeds; empty where the model has no such parameter."""
        rule: Mapping[str, Any] = self.request["properties"].get(self.dialect.get(word, ""), {})
        return rule

    def default(self, word: str) -> Any:
        """The value that the API's page gives for a parameter that is not sent."""
        return self.rule(word).get("default")


@cache
def models() -> Mapping[str, Model]:
    """Every model that travels with the package, by id, in order of id."""
    found = (parse(json.loads(file.read_text(encoding="utf-8"))) for file in _files(schema.folder() / "models"))
    return {model.id: model for model in sorted(found, key=lambda model: model.id)}


def parse(data: Mapping[str, Any]) -> Model:
    """The model in a parsed model file, which `model.schema.json` has found to be one."""
    prices, output = data.get("prices", {}), data["output"]
    return Model(
        id=data["id"],
        title=data["title"],
        maker=data["maker"],
        request=data["request"],
        dialect={word: parameter for word, parameter in data["dialect"].items() if word != "tokens"},
        tokens=data["dialect"]["tokens"],
        media={kind: _limits(data, word) for kind, word in MEDIA_WORDS.items() if word in data["dialect"]},
        prompt_words=data["limits"].get("prompt", {}).get("max_words", 0),
        frame_rate=Fraction(output["frame_rate"]),
        sizes={name: {ratio: (w, h) for ratio, (w, h) in row.items()} for name, row in output["sizes"].items()},
        usual_s=data["timing"]["usual_s"],
        longest_s=data["timing"]["longest_s"],
        prices=tuple(map(_row, prices.get("rows", ()))),
        price_source=prices.get("source", ""),
        price_date=prices.get("date", ""),
    )


def price(model: Model, resolution: str, duration_s: int, video_s: Fraction) -> Price | None:
    """Dollars for one job of `duration_s` seconds with `video_s` seconds of reference videos; None when unpriced."""
    for row in model.prices:
        if row.resolution in ("", resolution) and row.with_videos == (video_s > 0):
            usd = row.usd_per_s * duration_s + row.usd_per_input_s * _decimal(video_s)
            return Price(usd.quantize(Decimal("0.0001")).normalize() + Decimal("0.00"), row.estimate)
    return None


def size(model: Model, resolution: str, ratio: str) -> tuple[int, int]:
    """Width and height, in pixels, that the model makes. Raises KeyError for a shape it does not make."""
    return model.sizes[resolution][ratio]


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(".json"):
            yield entry


def _limits(data: Mapping[str, Any], word: str) -> MediaLimits:
    limits = dict(data["limits"].get(word, {}))
    count = data["request"]["properties"][data["dialect"][word]].get("maxItems", 0)
    return MediaLimits(tuple(limits.pop("formats", ())), count, limits.pop("max_bytes", 0), **limits)


def _row(row: Mapping[str, Any]) -> PriceRow:
    return PriceRow(
        resolution=row.get("resolution", ""),
        usd_per_s=Decimal(row["usd_per_s"]),
        with_videos=row.get("with_videos", False),
        usd_per_input_s=Decimal(row.get("usd_per_input_s", "0")),
        estimate=row.get("estimate", False),
    )


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
