"""What a project's own models promise: they stand beside the package's, nothing is fetched, mistakes are shown."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline import catalog, schema
from pipeline.errors import BadInput, Problem
from pipeline.server.request import checked_inputs, order
from pipeline.settings import data_of, project_here, project_of

SEEDANCE = "bytedance/seedance-2.0-mini/text-to-video-turbo"
OWN = "acme/dream/text-to-video"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one storyboard and no model of its own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "storyreel.yaml").touch()
    (root / "film.yaml").touch()
    return root


def own(**changes: Any) -> dict[str, Any]:
    """A model file; `changes` replaces what lies at a path with __ between its keys."""
    found: dict[str, Any] = json.loads(json.dumps(schema.load(f"models/{SEEDANCE}.json"))) | {"id": OWN}
    for path, value in changes.items():
        *above, last = path.split("__")
        below = found
        for key in above:
            below = below[key]
        below[last] = value
    return found


def put(root: Path, data: Mapping[str, Any] | str | bytes, name: str = OWN) -> Path:
    """A model file in the project."""
    file = root / "models" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = data if isinstance(data, (str, bytes)) else json.dumps(data, indent=2)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def wrong(root: Path) -> tuple[Problem, ...]:
    """What is wrong with the project's models."""
    with pytest.raises(BadInput) as bad:
        project_of(root / "film.yaml")
    return bad.value.problems


def test_without_models_of_its_own_a_project_knows_those_of_the_package(root: Path) -> None:
    assert project_of(root / "film.yaml").models == catalog.models()


def test_a_projects_own_model_stands_beside_those_of_the_package(root: Path) -> None:
    put(root, own(title="Dream", prices__rows=[{"usd_per_s": "1.5"}]))
    models = project_of(root / "film.yaml").models
    assert list(models) == sorted([*catalog.models(), OWN])
    assert models[OWN].title == "Dream"
    assert catalog.price(models[OWN], "720p", 4, Fraction(0)) == catalog.Price(Decimal("6.00"), estimate=False)
    assert models == project_here(root).models
    assert data_of(root, OWN)["title"] == "Dream"
    assert OWN not in catalog.models()


def test_a_model_file_may_have_comments_as_yaml_has_them(root: Path) -> None:
    put(root, "# ours\n" + json.dumps(own()))
    assert OWN in project_here(root).models


def test_models_lie_beside_storyreel_yaml_and_nowhere_else(root: Path) -> None:
    """A repository may well have a folder of that name for something else."""
    put(root, "no model at all")
    (root / "storyreel.yaml").unlink()
    (root / ".git").mkdir()
    assert project_here(root).models == catalog.models()


def test_a_mistake_is_shown_with_its_place_and_how_to_mend_it(root: Path) -> None:
    file = put(root, own(dialect__images="reference_image"))
    line = file.read_text().splitlines().index('    "images": "reference_image",') + 1
    with pytest.raises(BadInput) as bad:
        project_here(root)
    assert str(bad.value) == (
        f'{file}:{line}:15  dialect.images: the request has no parameter "reference_image"\n'
        f'{line:>5} |     "images": "reference_image",\n'
        f'      |               ^^^^^^^^^^^^^^^^^ did you mean "reference_images"?'
    )


@pytest.mark.parametrize(
    ("data", "path", "says"),
    [
        ("", "", "the file is empty"),
        ("{", "", ""),
        (b"\xff\xfe", "", "UTF-8"),
        ("[1]", "", "expected fields"),
        ("x" * ((1 << 20) + 1), "", "larger than 1 MiB"),
        ("[" + "1, " * 200_000 + "1]", "", "more than 100,000 values"),
        (own(colour="blue"), "", '"colour"'),
        (own(timing__usual_s="long"), "timing.usual_s", "expected a whole number"),
        (own(prices__rows=[{"usd_per_s": 0.08}]), "prices.rows[0].usd_per_s", "expected text"),
        (own(prices__rows=[{"usd_per_s": "1e9"}]), "prices.rows[0].usd_per_s", "not written as it should be"),
        (own(output__sizes={"720p": {"16:9": [161, 90]}}), "output.sizes.720p.16:9[0]", ""),
        (own(request__properties__prompt__type="text"), "request.properties.prompt.type", ""),
        (own(request__properties__duration={"type": "integer"}), "request.properties.duration", "missing"),
        (own(request__properties__resolution__enum=[["720p"]]), "request.properties.resolution", "what it takes"),
        (own(first_frame_model="bytedance/seedance-2.0/text-to-video"), "first_frame_model", "takes a first frame"),
        (own(id="Acme/Dream"), "id", "not written as it should be"),
    ],
    ids=range(16),
)
def test_a_file_that_is_no_model_is_told_and_never_a_crash(root: Path, data: Any, path: str, says: str) -> None:
    put(root, data)
    found = wrong(root)
    assert any(problem.path == path and says in problem.message for problem in found), found


def test_a_model_of_the_package_cant_be_changed_unseen(root: Path) -> None:
    put(root, own(id=SEEDANCE), SEEDANCE)
    (problem,) = wrong(root)
    assert (problem.code, problem.path) == ("model-id", "id")
    assert "comes with the package" in problem.message


def test_a_model_lies_where_its_id_says(root: Path) -> None:
    put(root, own(), "acme/dreams/text-to-video")
    (problem,) = wrong(root)
    assert problem.message == f'the file of "{OWN}" is models/{OWN}.json'


def test_a_sibling_may_be_the_projects_own(root: Path) -> None:
    image = json.loads(json.dumps(schema.load("models/bytedance/seedance-2.0-mini/image-to-video-turbo.json")))
    put(root, own(first_frame_model="acme/dream/image-to-video"))
    put(root, image | {"id": "acme/dream/image-to-video"}, "acme/dream/image-to-video")
    assert project_here(root).models[OWN].first_frame_model == "acme/dream/image-to-video"


@pytest.mark.parametrize("key", ["$ref", "$dynamicRef", "$id", "$schema"])
@pytest.mark.parametrize("place", ["prompt", "prompt.items", "prompt.anyOf.0", "prompt.properties.inner"])
def test_nothing_is_ever_fetched_for_a_model(root: Path, key: str, place: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        rule: Any = {key: f"http://127.0.0.1:{elsewhere.getsockname()[1]}/schema.json"}
        for step in reversed(place.split(".")[1:]):
            rule = [rule] if step == "0" else {step: rule}
        data = own()
        data["request"]["properties"]["prompt"] |= rule
        put(root, data)
        assert {problem.path.rpartition(".")[2] for problem in wrong(root)} == {key}
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


@pytest.mark.parametrize("rule", [{"pattern": "(a+)+$"}, {"patternProperties": {"(a+)+$": {}}}])
def test_no_pattern_of_a_user_is_ever_tried(root: Path, rule: dict[str, Any]) -> None:
    data = own()
    data["request"]["properties"]["prompt"] |= {**rule, "default": "a" * 60 + "!"}
    put(root, data)
    began = time.process_time()
    assert [problem.message for problem in wrong(root)] == [f"`{next(iter(rule))}` is not read in a model file"]
    assert time.process_time() - began < 5  # it would take years


def test_links_do_not_lead_out_of_the_project(root: Path, tmp_path: Path) -> None:
    outside = put(tmp_path / "elsewhere", own())
    link = root / "models" / f"{OWN}.json"
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)
    assert [problem.message for problem in wrong(root)] == ["it is a link to outside of the project"]
    link.unlink()
    link.symlink_to(root / "kept.json")
    (root / "kept.json").write_text(json.dumps(own()))
    assert OWN in project_here(root).models


def test_a_folder_that_is_a_link_is_told_and_not_walked(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", own())
    (root / "models").symlink_to(tmp_path / "elsewhere" / "models")
    assert [problem.message for problem in wrong(root)] == ["it is a link to outside of the project"]
    (root / "models").unlink()
    (root / "models").mkdir()
    (root / "models" / "round").symlink_to(root / "models")
    assert [problem.message for problem in wrong(root)] == ["it is a link to a folder"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(root: Path) -> None:
    (root / "models").mkdir()
    os.mkfifo(root / "models" / "pipe.json")
    assert [problem.message for problem in wrong(root)] == ["it is no file"]


def test_all_that_is_wrong_is_told_at_once(root: Path) -> None:
    (root / "storyreel.yaml").write_text("concurency: 3\n")
    put(root, own(colour="blue"))
    put(root, own(id="acme/b/c", timing__usual_s=0), "acme/b/c")
    assert {Path(problem.place.file).name for problem in wrong(root)} == {
        "storyreel.yaml",
        "text-to-video.json",
        "c.json",
    }


def test_a_rehearsal_serves_a_projects_own_model(root: Path) -> None:
    put(root, own(output__frame_rate="30000/1001"))
    model = project_here(root).models[OWN]
    told = order(model, checked_inputs(model, {"prompt": "x"}), seed="1", images=[], direction=None)
    assert (told["frame_rate"], told["frames"]) == ("30000/1001", 150)
