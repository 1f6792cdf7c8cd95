"""What `remote` in storyreel.yaml may say, and that no key that stands there by mistake is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.settings import project_here
from pipeline.settings.remote import RemotePlace


def place(root: Path, text: str) -> RemotePlace | None:
    (root / "storyreel.yaml").write_text(f"remote: {text}\n")
    return project_here(root).remote


def test_without_one_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "storyreel.yaml").touch()
    assert project_here(tmp_path).remote is None


@pytest.mark.parametrize(
    ("text", "kind", "bucket", "prefix", "shown"),
    [
        ("s3://our-films", "s3", "our-films", "", "s3://our-films"),
        ("s3://our-films/a/b/", "s3", "our-films", "a/b", "s3://our-films/a/b"),
        ("gs://our_films/takes", "gs", "our_films", "takes", "gs://our_films/takes"),
        ("az://container/takes", "az", "container", "takes", "az://container/takes"),
    ],
)
def test_a_bucket(tmp_path: Path, text: str, kind: str, bucket: str, prefix: str, shown: str) -> None:
    found = place(tmp_path, text)
    assert found
    assert (found.kind, found.bucket, found.prefix, found.shown) == (kind, bucket, prefix, shown)


def test_a_folder_is_relative_to_the_file_or_absolute(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for text in ("../team", str(tmp_path / "team")):
        found = place(root, text)
        assert found
        assert (found.kind, found.folder) == ("folder", tmp_path / "team")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("s3a://films", 'no kind that is known; did you mean "s3:"'),
        ("https://films.example/takes", "no kind that is known"),
        ("s3:films", "names no bucket"),
        ("s3://", "names no bucket"),
        ("s3://films/../b", "a prefix is made of"),
        ("s3://films/a b", "a prefix is made of"),
        ("s3://films/a//b", "a prefix is made of"),
        ("outputs", "lies in the outputs folder"),
        ("outputs/takes", "lies in the outputs folder"),
        ('""', "must not be empty|can't be empty|at least|too short"),
        ("[1]", "remote"),
    ],
)
def test_anything_else_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        place(tmp_path, text)
    assert caught.value.problems[0].place.line == 1


@pytest.mark.parametrize("text", ["s3://canary-key:canary-secret@films/a", "az://films/a?sig=canary-secret"])
def test_a_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match="holds no user, no key and no token") as caught:
        place(tmp_path, text)
    assert "canary" not in str(caught.value)
    assert "have it replaced" in str(caught.value)
