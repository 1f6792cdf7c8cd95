"""What `storyreel models --refresh` promises: the API's word for the parameters, and nothing of the package changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import catalog, cli, schema
from pipeline.catalog import Model
from tests.double import KEY, doubled

SEEDANCE = "bytedance/seedance-2.0-mini/text-to-video-turbo"
MODELS = catalog.models()


def longer(model: Model, most: int) -> Model:
    """The model as an API would have it that makes longer takes."""
    properties = {**model.request["properties"]}
    properties["duration"] = {**properties["duration"], "maximum": most}
    return replace(model, request={**model.request, "properties": properties})


DREAM = replace(MODELS[SEEDANCE], id="acme/dream", title="Dream")
CATALOGUE = {
    SEEDANCE: replace(
        longer(MODELS[SEEDANCE], 30),
        prices=tuple(replace(row, usd_per_s=Decimal("0.10")) for row in MODELS[SEEDANCE].prices),
    ),
    DREAM.id: DREAM,
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with doubled(tmp_path_factory.mktemp("double"), catalogue=CATALOGUE) as double:
        yield double.origin


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: str) -> Path:
    """A project of its own, with a key for the double."""
    (tmp_path / "storyreel.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAVESPEED_BASE_URL", api)
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    return tmp_path


def refresh(*words: str) -> int:
    return cli.main(["models", "--refresh", *words])


def test_without_a_key_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("WAVESPEED_API_KEY")
    assert refresh() == 2
    said = capsys.readouterr().err
    assert "there is no API key: WAVESPEED_API_KEY is not set" in said
    assert "export WAVESPEED_API_KEY" in said


def test_a_refused_key_is_a_matter_of_set_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "canary-another-key")
    assert refresh() == 2
    assert "check WAVESPEED_API_KEY" in (said := capsys.readouterr().err)
    assert "canary" not in said


def test_a_new_model_becomes_a_file_that_can_be_used_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh("acme/dream") == 0
    assert capsys.readouterr().out == "wrote models/acme/dream.json\n"
    data = json.loads((here / "models/acme/dream.json").read_text())
    assert list(schema.violations("model.schema.json", data)) == []
    assert data["request"]["properties"] == {
        **DREAM.request["properties"], "prompt": data["request"]["properties"]["prompt"]
    }  # fmt: skip
    assert cli.main(["models", "acme/dream"]) == 0
    assert "4 to 15 s; 16:9, 9:16" in capsys.readouterr().out


def test_a_file_of_ones_own_keeps_what_was_written_by_hand(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refresh("acme/dream")
    file = here / "models/acme/dream.json"
    data: dict[str, Any] = json.loads(file.read_text())
    data["timing"] = {"usual_s": 33, "longest_s": 99}
    data["request"]["properties"]["duration"]["maximum"] = 9
    file.write_text(json.dumps(data))
    capsys.readouterr()
    assert refresh("acme/dream") == 0
    said = capsys.readouterr()
    assert said.out == "wrote models/acme/dream.json\n  duration: maximum is 15, here 9\n"
    assert "`check` goes by the limits here" in said.err
    renewed = json.loads(file.read_text())
    assert renewed["timing"] == {"usual_s": 33, "longest_s": 99}
    assert renewed["request"]["properties"]["duration"]["maximum"] == 15
    assert refresh("acme/dream") == 0
    assert capsys.readouterr().out == "acme/dream: as the API has it\n"
    assert [path.name for path in file.parent.iterdir()] == ["dream.json"]


def test_a_model_of_the_package_is_never_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(SEEDANCE) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{SEEDANCE}: the API says otherwise; nothing was written",
        "  duration: maximum is 30, here 15",
        "  base price: $0.5, here $0.40 for 5 s in 720p",
    ]
    assert "a live quote is exact" in said.err
    assert not (here / "models").exists()


def test_all_that_are_known_are_looked_at_where_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh() == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert len(lines) == len(MODELS)
    assert sum("not in the API's catalogue" in line for line in lines) == len(MODELS) - 1


def test_it_comes_as_json_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh("acme/dream", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(schema.violations("output/models.schema.json", found)) == []
    (one,) = found["refreshed"]
    assert (one["state"], one["file"]) == ("written", str(here / "models/acme/dream.json"))
    assert [model["id"] for model in found["models"]] == ["acme/dream"]
    assert refresh(SEEDANCE, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(schema.violations("output/models.schema.json", found)) == []
    assert [told["kind"] for told in found["refreshed"][0]["differences"]] == ["limit", "price"]


def test_a_model_that_the_api_does_not_have_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh("acme/dreams") == 2
    assert 'did you mean "acme/dream"?' in capsys.readouterr().err


def test_without_a_project_nothing_is_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "storyreel.yaml").unlink()
    assert refresh("acme/dream") == 2
    assert "touch storyreel.yaml" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_nothing_is_written_outside_of_the_project(
    here: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (here / "models").mkdir()
    (here / "models/acme").symlink_to(outside)
    assert refresh("acme/dream") == 2
    assert "link" in capsys.readouterr().err
    assert list(outside.iterdir()) == []
