"""What a row of the API's catalogue becomes: a model file that is one, and honest about what is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pipeline import catalog, schema
from pipeline.server.books import _listed

DAY = "2026-11-03"
MODELS = catalog.models()
SEEDANCE = "bytedance/seedance-2.0-mini/text-to-video-turbo"
KLING = "kwaivgi/kling-v3.0-std/text-to-video"


def row(properties: Any, **request: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": ["prompt"]} | request
    return {"model_id": "acme/dream/text-to-video", "base_price": 0.4, "api_schema": {"api_schemas": [
        {"type": "note"}, {"type": "model_run", "request_schema": schema}
    ]}}  # fmt: skip


BARE = {
    "prompt": {"type": "string"},
    "duration": {"type": "integer", "minimum": 4, "maximum": 8, "default": 4},
}


def fits(data: Mapping[str, Any]) -> None:
    assert [fault.message for fault in schema.violations("model.schema.json", data)] == []
    assert list(catalog.disagreements(data)) == []


def made(properties: Any, **request: Any) -> dict[str, Any]:
    given = row(properties, **request)
    found = catalog.request_of(given)
    assert found is not None
    data = catalog.guessed("acme/dream/text-to-video", given, found, DAY)
    fits(data)
    return data


@pytest.mark.parametrize("model", MODELS)
def test_a_model_we_know_and_the_api_shows_alike_does_not_differ(model: str) -> None:
    listed = _listed(MODELS[model], "http://here")
    known = schema.load(f"models/{model}.json")
    request = catalog.request_of(listed)
    assert request is not None
    assert list(catalog.differences(known, request)) == []
    renewed = catalog.renewed(known, request, DAY)
    fits(renewed)
    assert renewed["output"] == known["output"]
    assert renewed["dialect"] == known["dialect"]


@pytest.mark.parametrize("model", MODELS)
def test_of_a_model_that_nobody_knows_a_file_is_made_all_the_same(model: str) -> None:
    listed = _listed(MODELS[model], "http://here")
    request = catalog.request_of(listed)
    assert request is not None
    data = catalog.guessed(f"x/{model}", listed, request, DAY)
    fits(data)
    assert data["dialect"].items() >= {(w, n) for w, n in MODELS[model].dialect.items() if w != "audios"}


def test_what_is_guessed_says_so() -> None:
    data = made(BARE)
    assert "the rest is guessed" in data["source"]["notes"]
    assert "0.4 dollars" in data["source"]["notes"]
    assert data["output"]["notes"].startswith("Guessed")
    assert data["timing"]["notes"].startswith("Guessed")
    assert "prices" not in data  # a base price is none a second
    assert (data["title"], data["maker"], data["source"]["date"]) == ("Dream, text to video", "Acme", DAY)


def test_sizes_are_guessed_from_the_names_of_resolution_and_ratio() -> None:
    shapes = {
        "aspect_ratio": {"type": "string", "enum": ["16:9", "9:16", "21:9", "1:1", "auto"]},
        "resolution": {"type": "string", "enum": ["480p", "720p", "1080p", "4k", "standard"]},
    }
    sizes = made(BARE | shapes)["output"]["sizes"]
    assert sizes["480p"] == {"16:9": [854, 480], "9:16": [480, 854], "21:9": [1120, 480], "1:1": [480, 480],
                             "auto": [854, 480]}  # fmt: skip
    assert sizes["4k"]["21:9"] == [4096, 1756]
    assert sizes["standard"]["16:9"] == [1280, 720]


def test_a_size_in_pixels_is_taken_as_it_is() -> None:
    size = {"type": "string", "enum": ["1280*720", "720*1280", "1024*768", "640*360", "1920*1080"]}
    data = made(BARE | {"size": size})
    assert data["dialect"]["size"] == "size"
    assert data["output"]["sizes"]["720p"] == {"16:9": [1280, 720], "9:16": [720, 1280]}


def test_words_are_fed_only_by_what_they_can_feed() -> None:
    odd = {
        "resolution": {"type": "string"},  # nobody knows which
        "size": {"type": "string", "enum": ["large", "small"]},
        "generate_audio": {"type": "string"},
        "images": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
        "image": {"type": "string"},
    }
    dialect = made(BARE | odd)["dialect"]
    assert dialect == {
        "prompt": "prompt", "images": "images", "first_frame": "image", "duration": "duration",
        "tokens": {"image": "@Image{n}"},
    }  # fmt: skip


def test_only_what_is_read_of_a_schema_is_taken() -> None:
    wild = {
        "seed": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": -1.0}], "default": None, "x-ui": "dice"},
        "style": {"enum": ["a", "b", None], "default": "c", "pattern": "^(a+)+$", "$ref": "https://x", "title": ""},
        "many": {"type": ["array", "null"], "items": {"type": "string", "pattern": "(a+)+", "format": "uri"}},
        "enable_sync_mode": {"type": "boolean"},
        "no name": {"type": "string"},
        "nothing": {},
        "wrong": {"type": "string", "maxLength": -5},
        "no rule": "text",
    }
    request = made(BARE | wild, **{"x-order-properties": ["seed", "prompt", "gone", 5]})["request"]
    assert request["x-order-properties"] == ["seed", "prompt", "duration", "style", "many"]
    assert list(request["properties"]) == request["x-order-properties"]
    assert request["properties"]["seed"] == {"type": "integer", "minimum": -1, "title": "Seed", "description": "Seed."}
    style = {"type": "string", "enum": ["a", "b"], "title": "Style", "description": "Style."}
    assert request["properties"]["style"] == style
    assert request["properties"]["many"]["items"] == {"type": "string"}
    assert request["required"] == ["prompt"]


@pytest.mark.parametrize("given", [{}, {"api_schema": None}, {"api_schema": {"api_schemas": [{}]}}, row({}), row([])])
def test_a_row_without_a_request_is_none(given: dict[str, Any]) -> None:
    assert catalog.request_of(given) is None


def test_differences_are_told_by_their_kind() -> None:
    known = schema.load(f"models/{SEEDANCE}.json")
    properties = {name: dict(rule) for name, rule in known["request"]["properties"].items()}
    properties["seed"] = {"type": "integer", "title": "Seed", "description": "Seed."}
    del properties["enable_web_search"]
    properties["duration"] |= {"maximum": 30, "default": 6}
    properties["resolution"] |= {"enum": ["1080p", "720p"]}  # in another order
    properties["aspect_ratio"] |= {"enum": ["16:9"]}
    del properties["reference_images"]["maxItems"]  # not told
    request = {**known["request"], "properties": properties, "required": ["prompt", "duration"]}
    assert list(catalog.differences(known, request)) == [
        ("new", "seed: a parameter of type integer"),
        ("gone", "enable_web_search: no parameter any more"),
        ("limit", "aspect_ratio: enum is 16:9, here 16:9, 9:16, 4:3, 3:4, 1:1, 21:9"),
        ("limit", "duration: maximum is 30, here 15"),
        ("default", "duration: default is 6, here 5"),
        ("limit", "duration: required"),
    ]


def test_a_known_model_keeps_what_the_api_does_not_tell() -> None:
    known = schema.load(f"models/{KLING}.json")
    properties = {name: dict(rule) for name, rule in known["request"]["properties"].items()}
    properties["aspect_ratio"] |= {"enum": ["16:9", "4:3"]}
    properties["resolution"] = {"type": "string", "enum": ["720p"], "title": "Resolution", "description": "Size."}
    gone = known["dialect"]["generate_audio"]
    del properties[gone]
    request = {**known["request"], "properties": properties, "x-order-properties": list(properties)}
    renewed = catalog.renewed(known, request, DAY)
    assert renewed["dialect"] == {word: name for word, name in known["dialect"].items() if name != gone}
    assert renewed["timing"] == known["timing"]
    assert renewed["source"] == known["source"] | {"date": DAY}
    (resolution,) = known["output"]["sizes"]
    sizes = renewed["output"]["sizes"][resolution]
    assert sizes["16:9"] == known["output"]["sizes"][resolution]["16:9"]
    assert set(sizes) == {"16:9", "4:3"}
    assert "guessed" in renewed["output"]["notes"]
