"""What the model files promise: they are what their schema says, they agree with themselves, and prices are exact."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
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
def test_a_model_file_agrees_with_itself(model: Model) -> None:
    """Each word names a parameter, each shape that can be asked for has a size, each price is of something made."""
    Draft202012Validator.check_schema(model.request)
    assert list(catalog.disagreements(data(model))) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_shape_has_the_size_that_its_name_says(model: Model) -> None:
    for resolution in model.resolutions:
        for ratio in model.ratios(resolution):
            width, height = catalog.size(model, resolution, ratio)
            # 480p comes in multiples of 16 pixels, which leaves up to 2 % of play
            assert abs(width / height / _ratio(ratio) - 1) < 0.021, (resolution, ratio)
            assert catalog.shape_like(model, resolution, 10 * width, 10 * height) == ratio


def _ratio(text: str) -> float:
    width, height = map(int, text.split(":"))
    return width / height


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_what_asks_for_a_shape_is_a_request_and_comes_to_its_size(model: Model) -> None:
    for resolution in model.resolutions:
        for ratio in model.ratios(resolution):
            asked = catalog.shape_parameters(model, resolution, ratio)
            given = {model.dialect["prompt"]: "x"} | dict.fromkeys(model.request["required"], "x") | asked
            Draft202012Validator(model.request).validate(given)
            frame = catalog.size(model, resolution, ratio) if model.takes("first_frame") else None
            assert catalog.size_asked(model, asked, frame) == catalog.size(model, resolution, ratio)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_a_model_says_what_holds_where_nothing_is_said(model: Model) -> None:
    assert model.default("resolution") in model.resolutions
    assert model.default("aspect_ratio") in model.ratios(model.default("resolution"))
    assert model.default("duration") in model.durations
    assert model.default("generate_audio") in (True, False)
    width, height = catalog.size(model, model.default("resolution"), model.default("aspect_ratio"))
    assert catalog.size_asked(model, {}, None) == (width, height)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_a_shot_with_a_given_first_frame_has_a_model_of_the_same_kind(model: Model) -> None:
    if not model.first_frame_model:
        return
    sibling = catalog.models()[model.first_frame_model]
    assert sibling.takes("first_frame")
    assert sibling.needs("first_frame")
    assert sibling.frames
    assert (sibling.maker, sibling.frame_rate, sibling.durations) == (model.maker, model.frame_rate, model.durations)
    assert sibling.sizes == model.sizes


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_price_is_of_money_with_a_source_and_a_day(model: Model) -> None:
    assert bool(model.prices) == bool(model.price_source) == bool(model.price_date)
    for row in model.prices:
        assert row.usd_per_s > 0
        resolution = row.resolution or model.resolutions[0]
        found = catalog.price(model, resolution, 5, Fraction(row.with_videos), row.with_audio is not False)
        assert found
        assert found.usd == (5 * row.usd_per_s + row.with_videos * row.usd_per_input_s).quantize(Decimal("0.0001"))
        assert found.estimate == row.estimate


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
        ({"ignores": ["everything"]}, "$.ignores"),
        ({"shots": {"max": 3}}, "$.shots"),
        ({"first_frame_model": 3}, "$.first_frame_model"),
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


def changed(seedance: Model, *path: str, to: Any) -> dict[str, Any]:
    """The model's file with another value at `path`; None takes the key out."""
    whole: dict[str, Any] = json.loads(json.dumps(data(seedance)))
    below = whole
    for key in path[:-1]:
        below = below[key]
    if to is None:
        del below[path[-1]]
    else:
        below[path[-1]] = to
    return whole


@pytest.mark.parametrize(
    ("path", "to", "where", "says"),
    [
        ("dialect.images", "reference_image", "dialect.images", "no parameter"),
        ("dialect.first_frame", "reference_images", "request.properties.reference_images.type", "of type string"),
        ("dialect.size", "resolution", "dialect.size", "aspect_ratio and resolution, too"),
        ("dialect.resolution", None, "output.sizes", "can't say which"),
        ("dialect.tokens.image", None, "dialect.tokens", "how a prompt names images"),
        ("dialect.videos", None, "limits.videos", "takes no videos"),
        ("request.required", ["prompt", "seed"], "request.required.1", 'no parameter "seed"'),
        ("request.required", ["prompt", "image"], "request.required.1", 'no parameter "image"'),
        ("request.x-order-properties", ["prompt"], "request.x-order-properties", "does not name"),
        ("request.properties.duration.default", 3, "request.properties.duration.default", "its own default"),
        ("request.properties.duration.maximum", None, "request.properties.duration", "which lengths"),
        ("request.properties.duration.enum", [], "request.properties.duration", "which lengths"),
        ("request.properties.duration.maximum", 10**9, "request.properties.duration", "which lengths"),
        ("request.properties.resolution.enum", ["720p"], "output.sizes", "not the resolutions"),
        ("request.properties.resolution.enum", None, "request.properties.resolution", "what it takes"),
        ("request.properties.aspect_ratio.enum", ["16:9"], "output.sizes.720p", "not the ratios"),
        ("request.properties.prompt.pattern", "(a+)+$", "request.properties.prompt.pattern", "`pattern` is not read"),
        ("request.properties.prompt.$ref", "#/x", "request.properties.prompt.$ref", "`$ref` is not read"),
        ("request.properties.prompt.not", {"$dynamicRef": "http://x"}, "request.properties.prompt.not.$dynamicRef", ""),
        ("output.sizes.720p.16:9", [4096, 4096], "output.sizes.720p.16:9", "more than a rehearsal"),
        ("output.audio", True, "output.audio", "asked for with"),
        ("prices.rows", [{"resolution": "4k", "usd_per_s": "1"}], "prices.rows.0.resolution", "does not make"),
        ("shots", {"max": 3, "min_s": 6, "max_s": 4}, "shots.min_s", "longer than"),
    ],
)
def test_what_does_not_fit_in_a_model_file_is_told(seedance: Model, path: str, to: Any, where: str, says: str) -> None:
    wrong = list(catalog.disagreements(changed(seedance, *path.split("."), to=to)))
    assert (where, True) in [(".".join(map(str, item.path)), says in item.message) for item in wrong]
    assert all(item.hint for item in wrong)


def test_a_name_below_properties_is_no_keyword(seedance: Model) -> None:
    named = {"type": "object", "properties": {"pattern": {"type": "string"}}, "default": {"pattern": "("}}
    wrong = changed(seedance, "request", "properties", "prompt", "items", to=named)
    assert list(catalog.disagreements(wrong)) == []


def test_a_price_can_hang_on_sound() -> None:
    kling = catalog.models()["kwaivgi/kling-v3.0-std/text-to-video"]
    assert catalog.price(kling, "720p", 5, Fraction(0), audio=False) == catalog.Price(Decimal("0.42"), estimate=False)
    assert catalog.price(kling, "720p", 5, Fraction(0), audio=True) == catalog.Price(Decimal("0.63"), estimate=True)
    assert kling.default("generate_audio") is False


def test_a_model_of_sizes_takes_what_the_author_says_as_one_word() -> None:
    wan = catalog.models()["alibaba/wan-2.6/text-to-video"]
    assert catalog.shape_parameters(wan, "1080p", "9:16") == {"size": "1080*1920"}
    assert (wan.takes("aspect_ratio"), wan.takes("resolution"), wan.rule("resolution")) == (True, True, {})
    with pytest.raises(KeyError):
        catalog.shape_parameters(wan, "720p", "1:1")


def test_lengths_are_said_as_people_say_them(seedance: Model) -> None:
    def said(**rule: Any) -> str:
        return catalog.parse(changed(seedance, "request", "properties", "duration", to=rule)).lengths

    assert seedance.lengths == "4 to 15 s"
    assert catalog.models()["alibaba/wan-2.6/text-to-video"].lengths == "5, 10 or 15 s"
    assert (said(enum=[5]), said(enum=[10, 5]), said(minimum=8, maximum=9)) == ("5 s", "5 or 10 s", "8 or 9 s")


def test_a_picture_has_the_shape_that_is_nearest_by_proportion(seedance: Model) -> None:
    pictures = {(1920, 1080): "16:9", (1, 2): "9:16", (1000, 1000): "1:1", (4000, 1000): "21:9", (1300, 1000): "4:3"}
    assert {size: catalog.shape_like(seedance, "720p", *size) for size in pictures} == pictures


def test_a_request_for_a_model_that_follows_its_first_frame_comes_to_the_shape_of_that() -> None:
    model = catalog.models()["bytedance/seedance-2.5/image-to-video"]
    assert model.follows_first_frame
    assert catalog.size_asked(model, {"resolution": "1080p"}, (500, 900)) == (1080, 1920)
    older = catalog.models()["bytedance/seedance-2.0/image-to-video"]
    assert catalog.size_asked(older, {"aspect_ratio": "1:1"}, (500, 900)) == (960, 960)
