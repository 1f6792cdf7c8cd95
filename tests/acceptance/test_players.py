"""A film that is copied and drawn in turns plays, ends and seeks in a browser; other tools agree on what it is."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.media.coded import coded
from pipeline.render.parts import Copied, Drawn, parts
from tests.clips import Spec, noise
from tests.cuts import Edit
from tests.players import identified, media_info, watched

GROUPS = (("preset", "medium"), ("crf", "20"), ("g", "12"), ("sc_threshold", "0"))
OTHER_SETS = (*GROUPS, ("x264-params", "sps-id=4:ref=2"))
FRAMES = 4 * 24 - 2 * 6


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    edit = Edit(tmp_path_factory.mktemp("film"))
    for number, (options, overlap) in enumerate(((GROUPS, 0), (OTHER_SETS, 6), (GROUPS, 0), (GROUPS, 6))):
        edit.add(Spec(number, options=options, sound=noise(number, 1)), overlap_s=Fraction(overlap, 24))
    cut = edit.cut()
    found = parts(cut, {each.source: coded(edit.outputs / each.source) for each in cut.segments})
    assert {type(part) for part in found} == {Copied, Drawn}
    return edit.render(cut)


def test_a_browser_plays_it_to_its_end_and_seeks_forward_and_back(film: Path) -> None:
    places = [0.9, 0.1, 0.75, 0.3, 0.5, 0.05]
    told = watched(film, places)
    assert told["errors"] == []
    assert told["ended"]
    assert told["corrupted"] == 0
    assert told["seeks"] == pytest.approx(places, abs=0.001)
    assert told["duration"] == pytest.approx(FRAMES / 24, abs=0.001)
    assert all(later > earlier for earlier, later in pairwise(told["shown"]))
    assert told["shown"][-1] == pytest.approx((FRAMES - 1) / 24, abs=0.1)


def test_mediainfo_finds_one_steady_film(film: Path) -> None:
    tracks = media_info(film)
    video, audio = tracks["Video"], tracks["Audio"]
    assert (video["FrameRate_Mode"], video["FrameRate"], video["FrameCount"]) == ("CFR", "24.000", str(FRAMES))
    assert (video["Format"], video["ChromaSubsampling"], video["BitDepth"]) == ("AVC", "4:2:0", "8")
    assert (video["matrix_coefficients"], video["colour_range"]) == ("BT.709", "Limited")
    assert (audio["Format"], audio["SamplingRate"], audio["Channels"]) == ("AAC", "48000", "2")
    assert float(audio["Duration"]) == pytest.approx(FRAMES / 24, abs=0.001)
    assert tracks["General"]["IsStreamable"] == "Yes"


def test_mkvmerge_knows_both_tracks(film: Path) -> None:
    told = identified(film)
    assert told["errors"] == told["warnings"] == []
    assert [track["type"] for track in told["tracks"]] == ["video", "audio"]
    assert told["tracks"][0]["properties"]["pixel_dimensions"] == "320x180"
