"""How buckets are reached: what the environment says for each cloud, and servers that know less than S3."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.settings.remote import remote_place
from pipeline.sync import Spot, Unreachable, fetch, push
from pipeline.sync.bucket import Bucket
from pipeline.sync.failures import told
from tests.teams import Person, clip_of, named, shelf

NOWHERE = Path("/nowhere")


@pytest.fixture(autouse=True)
def _no_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_")):
            monkeypatch.delenv(name)


def at(text: str) -> Bucket:
    found = remote_place(text, NOWHERE, NOWHERE / "outputs")
    assert not isinstance(found, str)
    return Bucket.at(found)


# GCS and Azure are not asked here: no package has a server of theirs. What is shown is where they would be looked for.


def test_google_is_reached_at_its_bucket() -> None:
    found = at("gs://films/our/takes")
    assert (found.shown, repr(found.store)) == ("gs://films/our/takes", 'GCSStore(bucket="films", prefix="our/takes")')


def test_azure_is_reached_by_the_account_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match="az://films: the environment does not say enough") as caught:
        at("az://films")
    assert "AZURE_STORAGE_ACCOUNT_NAME" in caught.value.hint
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "studio")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "Y2FuYXJ5")
    found = at("az://films/takes")
    assert (found.shown, found.store.prefix) == ("az://films/takes", "takes")
    assert "Y2FuYXJ5" not in repr(found)


def test_a_key_file_that_is_not_there_is_told_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/canary.json")
    with pytest.raises(SetupError, match="does not say enough for it, or says it wrongly") as caught:
        at("gs://films")
    assert "canary" not in f"{caught.value} {caught.value.__cause__!r}"


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT"])
@pytest.mark.parametrize("url", ["http://minio.example:9000", "http://10.0.0.7", "HTTP://minio.example", "http://["])
def test_only_this_machine_may_be_asked_without_tls(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(SetupError, match=f"{name} is an address without TLS"):
        at("s3://films")


def test_this_machine_may_be_asked_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        at("s3://films")


def test_without_keys_nobody_is_asked_where_that_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SetupError, match="there are no keys"):
        at("s3://films")


def test_what_a_library_says_is_never_repeated() -> None:
    with pytest.raises(Unreachable) as caught, told("s3://films", "a/clip.mp4"):
        raise ValueError("https://films.example/a?X-Amz-Signature=canary: timed out")
    assert str(caught.value) == "s3://films: it took too long to answer"
    assert caught.value.__cause__ is None


def test_a_server_that_knows_no_conditions_is_looked_at_first(tmp_path: Path) -> None:
    ada, bob = Person(tmp_path / "ada"), Person(tmp_path / "bob")
    take = ada.buy(clip_of(tmp_path))
    with shelf("signed", tmp_path) as there:
        assert there.server
        there.server.fault = lambda *_: "no conditions"
        assert push(ada.team(there.remote), [take]).pushed
        before = there.contents()
        there.remote.create(Spot.of(take).record, b"other bytes")
        assert there.contents() == before
        assert fetch(bob.team(there.remote), named(take)).fetched
