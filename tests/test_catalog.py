"""What the model files promise: they are what their schema says, they agree with themselves, and prices are exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline import catalog, schema
from pipeline.catalog import Model

SEEDANCE = "bytedance/seedance-2.0-mini/text-to-video-turbo"
MODELS = list(catalog.models().values())


def data(model: Model) -> Mapping[str, Any]:
    return schema.load(f"models/{model.id}.json")


@pytest.fixture
def seedance() -> Model:
    return catalog.models()[SEEDANCE]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_a_model_file_is_what_the_schema_says(model: Model) -> None:
    assert list(schema.violations("model.schema.json", data(model))) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_a_model_takes_every_word_of_its_dialect(model: Model) -> None:
    Draft202012Validator.check_schema(model.request)
    assert set(model.dialect.values()) <= set(model.request["properties"])
    assert set(model.request.get("x-order-properties", model.request["properties"])) == set(model.request["properties"])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_shape_that_can_be_asked_for_has_a_size(model: Model) -> None:
    shapes = list(product(model.rule("resolution")["enum"], model.rule("aspect_ratio")["enum"]))
    sizes = [catalog.size(model, resolution, ratio) for resolution, ratio in shapes]
    assert all(
        abs(width / height - _ratio(ratio)) < 0.01 for (width, height), (_, ratio) in zip(sizes, shapes, strict=True)
    )


def _ratio(text: str) -> float:
    width, height = map(int, text.split(":"))
    return width / height


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"output": {"frame_rate": "23.976", "sizes": {"720p": {"16:9": [160, 90]}}}}, "$.output.frame_rate"),
        ({"output": {"frame_rate": "24", "sizes": {"720p": {"16:9": [161, 90]}}}}, "$.output.sizes"),
        (
            {"prices": {"currency": "USD", "source": "x", "date": "2026-11-01", "rows": [{"usd_per_s": 0.08}]}},
            "$.prices",
        ),
        ({"id": "../escape"}, "$.id"),
        ({"colour": "blue"}, "$"),
        ({"request": {"type": "object", "properties": {"prompt": {"type": "text"}}}}, "$.request"),
    ],
)
def test_a_model_file_with_a_mistake_is_found_out(change: dict[str, Any], where: str) -> None:
    wrong = dict(schema.load(f"models/{SEEDANCE}.json")) | change
    problems = [error.json_path for error in schema.violations("model.schema.json", wrong)]
    assert problems
    assert all(problem.startswith(where) for problem in problems)


def test_every_property_of_the_schema_is_explained() -> None:
    unexplained = [name for name, rule in _properties(schema.load("model.schema.json")) if not _explained(rule)]
    assert unexplained == []


def _explained(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("title")) and bool(rule.get("description"))


def _properties(rule: object, name: str = "$") -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(rule, Mapping):
        return
    for key, below in rule.get("properties", {}).items():
        yield f"{name}.{key}", below
    named = {
        **rule.get("properties", {}),
        **rule.get("$defs", {}),
        "*": rule.get("additionalProperties"),
        "[]": rule.get("items"),
    }
    for key, below in named.items():
        yield from _properties(below, f"{name}.{key}")


def test_the_model_is_as_its_page_says(seedance: Model) -> None:
    assert seedance.rule("duration") | {"minimum": 4, "maximum": 15, "default": 5} == seedance.rule("duration")
    assert seedance.rule("aspect_ratio")["enum"] == ["16:9", "9:16", "4:3", "3:4", "1:1", "21:9"]
    assert seedance.rule("resolution")["enum"] == ["720p", "1080p"]
    assert {kind: limits.max_count for kind, limits in seedance.media.items()} == {"image": 9, "video": 9, "audio": 3}
    assert [seedance.default(word) for word in ("aspect_ratio", "resolution", "generate_audio")] == [
        "16:9",
        "720p",
        True,
    ]
    assert seedance.default("enable_web_search") is False
    assert seedance.frame_rate == 24
    assert seedance.request["required"] == ["prompt"]


def test_a_word_that_the_model_does_not_know_has_no_rule(seedance: Model) -> None:
    assert seedance.rule("seed") == {}
    assert seedance.default("seed") is None


@pytest.mark.parametrize(
    ("resolution", "duration_s", "video_s", "usd", "estimate"),
    [
        ("720p", 5, Fraction(0), "0.40", False),
        ("1080p", 5, Fraction(0), "0.45", False),
        ("720p", 15, Fraction(0), "1.20", False),
        # 0.0375 for each second in and out, and 0.02 a second for the upscale
        ("720p", 10, Fraction(10), "0.95", True),
        ("720p", 4, Fraction(10, 3), "0.355", True),
        ("1080p", 4, Fraction(1, 3), "0.2825", True),
    ],
)
def test_a_job_costs_what_the_list_says(
    seedance: Model, resolution: str, duration_s: int, video_s: Fraction, usd: str, estimate: bool
) -> None:
    price = catalog.price(seedance, resolution, duration_s, video_s)
    assert price == catalog.Price(Decimal(usd), estimate)


def test_a_price_is_written_with_its_cents(seedance: Model) -> None:
    price = catalog.price(seedance, "720p", 5, Fraction(0))
    assert price
    assert str(price.usd) == "0.40"


def test_what_is_not_on_the_list_has_no_price(seedance: Model) -> None:
    unpriced = catalog.parse({name: value for name, value in data(seedance).items() if name != "prices"})
    assert catalog.price(seedance, "4k", 5, Fraction(0)) is None
    assert catalog.price(unpriced, "720p", 5, Fraction(0)) is None


def test_a_shape_that_the_model_does_not_make_has_no_size(seedance: Model) -> None:
    with pytest.raises(KeyError):
        catalog.size(seedance, "720p", "2:1")


def test_a_models_file_lies_where_its_id_says() -> None:
    folder = Path(str(schema.folder())) / "models"
    ids = {file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.json")}
    assert ids == set(catalog.models())
