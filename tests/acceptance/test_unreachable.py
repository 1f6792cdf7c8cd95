"""`shoot` where network, proxy or certificate are not as they should be: nothing is bought, and it says why."""

from __future__ import annotations

import ssl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from tests.hostile import hostile
from tests.proofs.stage import SHOOTER, Stage, stage


def shot(here: Stage, **environ: str) -> tuple[int, str]:
    """Exit code of `shoot` in a hurry, and what it complained of."""
    done = subprocess.run(
        [sys.executable, str(SHOOTER), "film.yaml"],
        cwd=here.folder, env={**here.environ, **environ}, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("origin", "says"),
    [("http://127.0.0.1:1", "onnect"), ("https://nowhere.invalid", "its name has no address")],
    ids=["refused", "no such name"],
)
def test_where_nobody_answers_nothing_is_uncertain(tmp_path: Path, origin: str, says: str) -> None:
    here = stage(tmp_path / "project", 2, origin=origin)
    code, said = shot(here)
    assert code == 1, said
    assert says in said
    assert "was not sent" in said
    with hostile(tmp_path / "api") as api:
        code, said = shot(replace(here, origin=api.origin))
        assert (code, len(api.submitted)) == (0, 2), said


def test_a_certificate_of_nobody_is_not_trusted(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with hostile(tmp_path / "api", tls=context) as api:
        here = replace(stage(tmp_path / "project", 1), origin=api.origin)
        code, said = shot(here)
        assert (code, "its certificate is not trusted" in said, "SSL_CERT_FILE" in said) == (1, True, True), said
        assert api.asked == [], "nobody heard the key"
        code, said = shot(here, SSL_CERT_FILE=str(tmp_path / "authority.pem"))
        assert (code, len(api.submitted)) == (0, 1), said


@pytest.mark.parametrize("proxy", ["http://user:secret-9f@127.0.0.1:1", "socks9://user:secret-9f@127.0.0.1:1"])
def test_a_proxy_that_is_none_is_told_without_its_password(tmp_path: Path, proxy: str) -> None:
    here = stage(tmp_path / "project", 1, origin="http://198.51.100.1")
    code, said = shot(here, NO_PROXY="", HTTP_PROXY=proxy, HTTPS_PROXY=proxy, ALL_PROXY=proxy)
    assert code in (1, 2), said
    assert "secret-9f" not in said
