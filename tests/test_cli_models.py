"""What `storyreel models` promises: every model with its limits and prices, the project's own among them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import catalog, cli, schema

SEEDANCE = "bytedance/seedance-2.0-mini/text-to-video-turbo"
WAN, KLING = "alibaba/wan-2.6/text-to-video", "kwaivgi/kling-v3.0-std/text-to-video"
UNPRICED = "no known price: a live quote is asked for before anything is bought"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that belongs to no project but its own."""
    (tmp_path / "storyreel.yaml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(["models", *words]) == 0
    return capsys.readouterr().out


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    found = json.loads(said(capsys, "--json", *words))
    assert list(schema.violations("output/models.schema.json", found)) == []
    models: list[dict[str, Any]] = found["models"]
    return models


def test_every_model_is_listed_with_what_it_takes_and_costs(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys).splitlines()
    assert [line for line in lines if not line.startswith(" ")] == list(catalog.models())
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("model", catalog.models())
def test_each_model_is_described_whole(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = catalog.models()[model]
    text = said(capsys, model)
    assert text.startswith(f"{model}\n  {found.title}, by {found.maker}\n")
    assert found.lengths in text
    assert found.source in text
    assert " ".join(text.split()).endswith(" ".join(found.notes.split()))
    assert (UNPRICED in text) == (not found.prices)


def test_limits_and_prices_are_written_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    assert "  4 to 15 s; 16:9, 9:16, 4:3, 3:4, 1:1, 21:9; 720p, 1080p; with sound\n" in text
    assert "  720p: $0.08, 1080p: $0.09 a second (2026-08-27)\n" in text
    assert f"  5, 10 or 15 s; 16:9, 9:16; 720p, 1080p; always with sound\n  {UNPRICED}\n" in text
    assert "  without sound: $0.084, with sound: about $0.126 a second (2026-05-20)\n" in text
    assert "  a first frame: by kwaivgi/kling-v3.0-std/image-to-video\n" in text
    assert "with reference videos: about $0.0575 a second and $0.0375 a second of them\n" in said(capsys, SEEDANCE)


def test_it_comes_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert [model["id"] for model in listed(capsys)] == list(catalog.models())
    assert listed(capsys, WAN) == [schema.load(f"models/{WAN}.json")]


def test_a_projects_own_models_are_listed_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = here / "models" / "acme" / "dream.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(schema.load(f"models/{KLING}.json") | {"id": "acme/dream", "title": "Dream"}))
    assert said(capsys).startswith("acme/dream\n  Dream, by Kuaishou\n")
    assert [model["title"] for model in listed(capsys, "acme/dream")] == ["Dream"]
    file.write_text("{}")
    assert cli.main(["models"]) == 2
    assert 'dream.json:1:1  "id" is missing' in capsys.readouterr().err


def test_an_unknown_model_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", f"{SEEDANCE[:-1]}"]) == 2
    assert f'did you mean "{SEEDANCE}"?' in capsys.readouterr().err
