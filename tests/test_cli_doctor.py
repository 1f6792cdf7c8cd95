"""What `storyreel doctor` promises: all that can be wrong around a project in one look, and never the key."""

from __future__ import annotations

import json
import shutil
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli, schema, settings
from pipeline.cli import symptoms
from pipeline.cli.doctor import examined
from pipeline.cli.symptoms import Finding, only_here
from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.server.conduct import Conduct
from pipeline.store import Intent, Store, take_home
from tests.double import KEY, Double, doubled
from tests.test_store import CLIP, clock, facts

TINY = Conduct(clips="tiny", generation_s=0, balance=Decimal("12.34"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "storyreel.yaml").touch()
    monkeypatch.chdir(folder)
    return folder


def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conduct: Conduct) -> AbstractContextManager[Double]:
    (tmp_path / "double").mkdir()
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    return doubled(tmp_path / "double", conduct)


def seen(capsys: pytest.CaptureFixture[str], code: int, *words: str) -> dict[str, dict[str, Any]]:
    """The findings by topic, of a command that ends with `code`."""
    assert cli.main(["doctor", "--json", *words]) == code
    found = json.loads(capsys.readouterr().out)
    assert list(schema.violations("output/doctor.schema.json", found)) == []
    return {finding["topic"]: finding for finding in found["findings"]}


def asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], conduct: Conduct, code: int
) -> dict[str, dict[str, Any]]:
    with double(tmp_path, monkeypatch, conduct) as api:
        monkeypatch.setenv("WAVESPEED_BASE_URL", api.origin)
        return seen(capsys, code)


def test_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(tmp_path, monkeypatch, capsys, TINY, 0)
    account, disk = ["key", "balance", "clock"], ["space", "writing", "links", "locks"]
    assert list(found) == [*account, "tier", *disk, "libraries", "remote", "takes"]
    assert {finding["state"] for topic, finding in found.items() if topic != "space"} == {"fine"}
    assert found["key"]["text"].endswith(f"takes the key that ends in {KEY[-4:]}")
    assert (found["balance"]["text"], found["balance"]["number"]) == ("$12.34 in the account", "12.34")
    assert found["takes"]["text"] == "no takes were bought yet"
    assert "av 18" in found["libraries"]["text"]
    assert "moviepy 2" in found["libraries"]["text"]


def test_it_is_written_for_people_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 2
    said = capsys.readouterr().out
    assert said.startswith(f"project: {here.resolve()}\nMEND  key        there is no API key")
    assert "\n  ok  locks      locks work there\n" in said


def test_an_empty_account_must_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(tmp_path, monkeypatch, capsys, Conduct(balance=Decimal(0), clips="tiny"), 2)
    assert (found["balance"]["state"], found["balance"]["hint"]) == ("wrong", "top it up before you shoot")


@pytest.mark.parametrize(("ahead_s", "said"), [(3600, " s behind the API's"), (-3600, " s ahead of the API's")])
def test_a_clock_that_is_off_is_a_warning(
    ahead_s: float, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(tmp_path, monkeypatch, capsys, Conduct(clock_skew_s=ahead_s, clips="tiny"), 0)
    assert found["clock"]["state"] == "warning"
    assert abs(int(found["clock"]["number"]) - ahead_s) <= 3
    assert found["clock"]["text"].endswith(said)


@pytest.mark.parametrize("key", ["", "  ", "two words", "b\u0007d"])
def test_without_a_usable_key_nothing_is_asked(
    key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", key)
    found = seen(capsys, 2)
    assert found["key"]["state"] == "wrong"
    assert "balance" not in found


@pytest.mark.parametrize("key", ["canary-not-the-key-9876", "short"])
def test_a_refused_key_is_named_by_its_end_and_never_shown(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with double(tmp_path, monkeypatch, TINY) as api:
        monkeypatch.setenv("WAVESPEED_API_KEY", key)
        monkeypatch.setenv("WAVESPEED_BASE_URL", api.origin)
        assert cli.main(["doctor"]) == 2
        text = capsys.readouterr()
        found = seen(capsys, 2)
    assert "refuses the key" in found["key"]["text"]
    assert ("9876" in found["key"]["text"]) == (len(key) > 12)
    assert key not in text.out + text.err + json.dumps(found)


def test_an_api_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "canary-0123456789")
    monkeypatch.setenv("WAVESPEED_BASE_URL", "http://127.0.0.1:9")
    found = seen(capsys, 2)
    assert "nobody knows whether the key that ends in 6789 is good" in found["key"]["text"]


def test_the_tier_is_the_one_that_is_set(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seen(capsys, 2)["tier"]["text"].startswith("bronze: 2 videos a minute, 2 at once")
    (here / "storyreel.yaml").write_text("tier: silver\n")
    text = seen(capsys, 2)["tier"]["text"]
    assert text.startswith("silver: 500 videos a minute, 300 at once")
    assert "the API does not tell it" in text


def test_the_project_may_be_that_of_a_storyboard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "storyreel.yaml").touch()
    (other / "film.yaml").touch()
    assert str(other / "outputs") in seen(capsys, 2, str(other / "film.yaml"))["space"]["text"]
    assert cli.main(["doctor", "no/such.yaml"]) == 2


def test_a_look_leaves_nothing_behind(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen(capsys, 2)
    assert [path.name for path in here.iterdir()] == ["storyreel.yaml"]
    (here / "outputs").mkdir()
    seen(capsys, 2)
    assert list((here / "outputs").iterdir()) == []


def disk(outputs: Path) -> dict[str, Finding]:
    return {finding.topic: finding for finding in symptoms.disk(outputs)}


@pytest.mark.parametrize(("free", "state"), [(50 << 20, "wrong"), (1 << 30, "warning"), (9 << 30, "fine")])
def test_little_room_is_told(free: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert disk(tmp_path)["space"].state == state


def test_a_folder_that_can_not_be_written_must_be_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(symptoms.tempfile, "mkdtemp", denied)
    found = disk(tmp_path)
    assert (found["writing"].state, list(found)) == ("wrong", ["space", "writing"])


def test_a_disk_without_links_is_a_warning_and_one_without_locks_must_be_mended(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    def unlocked(path: Path) -> None:
        raise StoreError(f"{path}: this file system has no locks")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(symptoms, "holding", unlocked)
    found = disk(here / "outputs")
    assert (found["links"].state, found["locks"].state) == ("warning", "wrong")
    assert [path.name for path in here.iterdir()] == ["storyreel.yaml"]


def buy(outputs: Path, origin: str, usd: str | None, number: int = 1) -> Path:
    """A take that cost so much; its clip."""
    request = {"format": 1, "model": "a/b", "inputs": {"prompt": origin}}
    home = take_home(origin, digest_of(request), number)
    with Store(outputs, clock).open(home) as opened:
        attempt = opened.begin(Intent(request, "film", "main", "sh010", Decimal(usd) if usd else None))
        attempt.submitted(f"p{number}")
        temporary = attempt.temporary()
        temporary.write_bytes(CLIP)
        attempt.keep(temporary, facts())
    return outputs / home / "clip.mp4"


def test_it_says_what_would_be_lost_with_the_disk(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    buy(here / "outputs", "https://api.wavespeed.ai", "0.40")
    assert seen(capsys, 2)["takes"]["text"] == "1 take, $0.40, exists only on this disk"
    buy(here / "outputs", "https://api.wavespeed.ai", "0.85", 2)
    buy(here / "outputs", "http://127.0.0.1:8000", None)
    found = seen(capsys, 2)["takes"]
    assert (found["text"], found["number"]) == ("3 takes, $1.25, exist only on this disk", "1.25")


def test_a_take_whose_clip_is_gone_is_not_here(here: Path) -> None:
    clip = buy(here / "outputs", "https://api.wavespeed.ai", "0.40")
    buy(here / "outputs", "https://api.wavespeed.ai", "0.40", 2)
    clip.unlink()
    assert only_here(settings.project_here(here)) == (1, Decimal("0.40"))


def test_a_damaged_store_must_be_mended(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = buy(here / "outputs", "https://api.wavespeed.ai", "0.40")
    clip.with_name("take.json").write_text("{")
    found = seen(capsys, 2)["takes"]
    assert found["state"] == "wrong"
    assert "take.json" in found["text"]


def test_who_counts_the_takes_is_handed_in(here: Path) -> None:
    findings = examined(settings.project_here(here), lambda *_: (12, Decimal("9.60")))
    assert findings[-1].text == "12 takes, $9.60, exist only on this disk"


def test_a_library_that_is_not_there_must_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise symptoms.PackageNotFoundError(name)

    monkeypatch.setattr(symptoms, "version", missing)
    assert (symptoms.libraries().state, symptoms.libraries().text) == ("wrong", "not installed: av, moviepy")
