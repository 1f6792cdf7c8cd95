"""`storyreel preview` before its page is served: what it refuses, and how the browser is opened."""

from __future__ import annotations

import socket
import stat
import sys
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from pipeline import cli
from pipeline.cli import previewing
from pipeline.preview import Opened


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["preview", str(tmp_path / "film.yaml")]) == 2
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "99999999"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "film.yaml").write_text("version: 1\n")
    assert cli.main(["preview", str(tmp_path / "film.yaml"), "--port", port]) == 2
    assert "can't be had" in capsys.readouterr().err


def test_a_port_that_somebody_has_is_refused_where_it_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "film.yaml").write_text("version: 1\n")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert cli.main(["preview", str(tmp_path / "film.yaml"), "--port", str(port)]) == 2
    assert f"port {port} of 127.0.0.1 can't be had" in capsys.readouterr().err


def test_the_browser_is_opened_without_the_token_in_any_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[str]()
    monkeypatch.setattr(webbrowser, "open", opened.append)
    tmp_path.chmod(0o700)  # as TemporaryDirectory makes it
    previewing.open_browser(Opened("http://127.0.0.1:8018", "secret"), tmp_path)
    (address,) = opened
    assert urlsplit(address).scheme == "file"
    assert "secret" not in address
    door = Path(url2pathname(urlsplit(address).path))
    assert "http://127.0.0.1:8018/?token=secret" in door.read_text()
    assert not stat.S_IMODE(door.parent.stat().st_mode) & 0o077


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_no_browser_opens_where_nobody_would_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert previewing.has_screen({"DISPLAY": ":0"})
    assert previewing.has_screen({"WAYLAND_DISPLAY": "wayland-0"})
    assert not previewing.has_screen({})
    assert not previewing.has_screen({"DISPLAY": ":10", "SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert not previewing.has_screen({"DISPLAY": ":0"})
