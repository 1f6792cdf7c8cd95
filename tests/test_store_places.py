"""Every home has a path that is its own and that every file system takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SetupError
from pipeline.store import Store, take_home

DIGEST = "d" * 64


@pytest.mark.parametrize(
    ("origin", "slug"),
    [
        ("https://api.wavespeed.ai", "api.wavespeed.ai"),
        ("https://API.WaveSpeed.ai:443/", "api.wavespeed.ai"),
        ("http://127.0.0.1:8765", "http+127.0.0.1+8765"),
        ("http://localhost", "http+localhost+80"),
        ("https://localhost:8443", "https+localhost+8443"),
        ("http://[::1]:8765", "http+[--1]+8765"),
        ("https://[2001:DB8:0::1]", "https+[2001-db8--1]+443"),
        ("https://nul.example", "https+nul.example+443"),
        ("https://con", "https+con+443"),
        ("https://example.com.", "https+example.com.+443"),
        ("https://-a.example", "https+-a.example+443"),
    ],
)
def test_an_origin_has_a_folder_name_that_every_file_system_takes(origin: str, slug: str) -> None:
    assert take_home(origin, DIGEST, 7) == f"takes/{slug}/{DIGEST}/7"


@pytest.mark.parametrize(
    "origin",
    [
        "", "api.wavespeed.ai", "ftp://a", "https://", "https://a/b", "https://a?q", "https://a#f", "https://u:secret@a",
        "https://a:99999", "https://a b", "https://..", "https://a/../b", "https://маяк", "https://[::1%25x]", "https://[v1.a]",
        "https://[", "https://a+b", "https://" + "a" * 250,
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused_and_not_repeated(origin: str) -> None:
    with pytest.raises(SetupError) as caught:
        take_home(origin, DIGEST, 1)
    assert "secret" not in str(caught.value)


_LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=8)
_HOST = st.one_of(
    st.lists(_LABEL, min_size=1, max_size=4).map(".".join),
    st.sampled_from(["con", "aux.b", "com1", "lpt9.x", "nul", "http", "https"]),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map("[{}]".format),
)
_ORIGIN = st.tuples(st.sampled_from(["http", "https"]), _HOST, st.integers(0, 65535))


@given(_ORIGIN, _ORIGIN)
def test_two_origins_never_share_a_folder(one: tuple[str, str, int], other: tuple[str, str, int]) -> None:
    first, second = (take_home("{}://{}:{}".format(*each), DIGEST, 1).split("/")[1] for each in (one, other))
    assert (first == second) == (one == other)
    assert re.fullmatch(r"[a-z0-9\[\]+._-]{1,255}", first)
    assert not first.endswith((".", " "))
    assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", first.split(".")[0])


@pytest.mark.parametrize(
    "home",
    ["", "takes", f"takes/../{DIGEST}/1", f"/takes/a/{DIGEST}/1", f"takes/a/{DIGEST}/01", f"takes/a/{DIGEST}/0",
     f"takes/a/{DIGEST.upper()}/1", f"takes/a/{DIGEST}/1/../2", f"takes\\a\\{DIGEST}\\1", f"previs/1/{DIGEST}",
     f"takes/a/{DIGEST}/1\n"],
    ids=str,
)  # fmt: skip
def test_no_other_path_is_ever_opened(tmp_path: Path, home: str) -> None:
    store = Store(tmp_path / "outputs", lambda: datetime.now(UTC))
    with pytest.raises(ValueError, match="no home of a take"), store.open(home):
        pass
    with pytest.raises(ValueError, match="no home of a take"):
        store.kept(home)
    assert not (tmp_path / "outputs").exists()
