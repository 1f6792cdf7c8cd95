"""What a report says and leaves out, as values and as bytes; and what the file of a review has to be."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from pipeline import produce
from pipeline.errors import BadInput, SetupError
from pipeline.media.proxies import Measure, proxy
from pipeline.produce import Reported
from pipeline.report import PREVIS, Report, ShownShot, ShownTake, for_client, markup, review
from pipeline.report.page import page
from pipeline.take import BUILT_IN, Flag
from tests.proofs.stage import MODEL, stage
from tests.reports import reported, shot
from tests.studio import Studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with shot(tmp_path_factory.mktemp("film")) as there:
        yield there


@pytest.fixture(scope="module")
def made(studio: Studio) -> Reported:
    return reported(studio)


def take(name: int = 1, **what: Any) -> ShownTake:
    zero = Fraction(0)
    price, prompt = Decimal("0.40"), "The sea."
    plain = ShownTake(
        name, "", None, "", Fraction(5), zero, Fraction(5), name == 1, "", False, price, prompt, (), (), "ab/1"
    )  # fmt: skip
    return replace(plain, **what)


def shown(*takes: ShownTake, **what: Any) -> Report:
    zero, five = Fraction(0), Fraction(5)
    spent, state, why, prompt = Decimal("1.20"), "reuse", "take 1 is kept", "The sea."
    one = ShownShot(
        "sh010", zero, five, "00:00:00:00", state, why, ("CU",), (), "", "", "", (), takes, prompt, (), spent, None
    )  # fmt: skip
    plain = Report(
        "Film", "film", "film.yaml", "", Fraction(24), five, "", (160, 90), (one,), {}, spent, Decimal(0), 0, ()
    )  # fmt: skip
    return replace(plain, **what)


def test_what_a_shot_is_and_costs_stands_in_the_page(made: Reported) -> None:
    first, second, third = made.report.shots
    assert [(one.name, one.used, one.older, one.price_usd) for one in first.takes] == [
        (1, False, True, Decimal("0.24")), (2, True, False, Decimal("0.24")), (3, False, False, Decimal("0.24")),
    ]  # fmt: skip
    assert [(one.name, one.used) for one in third.takes] == [(PREVIS, True)]
    assert (first.spent_usd, third.price_usd) == (Decimal("0.72"), Decimal("0.24"))
    assert (made.report.spent_usd, made.report.to_shoot_usd) == (Decimal("0.96"), Decimal("0.24"))
    assert first.camera == ("EWS", "slow dolly in", "24 mm")
    assert (second.takes[0].in_s, second.takes[0].out_s) == (Fraction(1, 2), Fraction(5, 2))
    assert (second.begin_s, second.end_s, second.timecode) == (Fraction(5, 2), Fraction(9, 2), "00:00:02:06")
    assert [flag.code for flag in second.takes[0].flags] == ["odd"]
    for words in ("$0.72 for its takes", "Still to shoot", "older request", "in the cut"):
        assert words in made.html


def test_prompts_are_told_as_sent_with_the_words_that_differ(made: Reported) -> None:
    first = made.report.shots[0]
    assert "looks at" in first.takes[0].prompt
    assert "stares at" in first.takes[1].prompt
    differs = [(words.before.strip(), words.after.strip()) for words in first.takes[1].words if not words.same]
    assert differs == [("looks", "stares")]
    assert " <del>looks</del> <ins>stares</ins>" in made.html
    assert first.takes[2].words == ()


def test_a_page_for_a_client_holds_no_byte_of_prices_prompts_and_ids(studio: Studio, made: Reported) -> None:
    found = reported(studio, reader="client").html
    kept = produce.takes(studio.file, "sh010", studio.environ).rows
    secrets = {
        "$", "quagga", "zebra", "walrus", "vicuna", "okapi", "film.yaml", "test/quick", "wavespeed",
        "Single continuous", "older request", "reuse", "generate",
        *(row.digest[:6] for row in kept), *(row.prediction for row in kept),
    }  # fmt: skip
    bare = re.sub(r'<script type="text/plain"[^>]*>[^<]*|base64,[^"]*', "", found)
    script = bare[bare.rindex("<script>") :]
    bare = bare.replace(script, "").replace(re.search("<style>.*?</style>", bare, re.DOTALL)[0], "")  # type: ignore[index]
    assert {secret for secret in secrets if secret in bare} == set()
    assert {secret for secret in secrets - {"$"} if secret in script} <= {"generate"}
    told = made.html
    assert {"$", "quagga", "okapi", "film.yaml", kept[0].digest[:6]} <= {secret for secret in secrets if secret in told}
    assert "Take 3" in found
    assert "sh010" in found
    clips = [base64.b64decode(one) for one in re.findall(r'<script type="text/plain"[^>]*>([^<]*)', found)]
    assert not any(secret.encode() in clip for clip in clips for secret in secrets if len(secret) > 4)


def test_a_previs_shows_a_client_nothing_of_its_slate(tmp_path: Path) -> None:
    model = stage(tmp_path, 1).folder / "models" / f"{MODEL}.json"
    model.write_text(model.read_text().replace("[160, 90]", "[640, 360]"))
    file = tmp_path / "film.yaml"
    file.write_text(f"version: 1\ntitle: F\ndefaults: {{model: {MODEL}}}\nshots: [{{id: sh010, prompt: A quagga.}}]\n")
    found = produce.report(file, reader="client", environ={}).report
    copies = [found.clips[key].mp4 for key in (found.shots[0].takes[0].clip, found.cut)]
    assert _brightest_below((tmp_path / "outputs" / "film" / "main" / "cut.mp4").read_bytes()) > 150
    assert [_brightest_below(copy) < 40 for copy in copies] == [True, True]


def _brightest_below(mp4: bytes) -> int:
    """Of the lowest twelfth of a frame in the middle, where a slate has words."""
    with av.open(io.BytesIO(mp4)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    picture = frames[len(frames) // 2]
    assert picture[: picture.shape[0] // 2].max() > 120
    return int(picture[-picture.shape[0] // 12 :].max())


def test_the_page_keeps_to_its_size_and_says_what_that_costs(studio: Studio, made: Reported) -> None:
    assert made.notes == ()
    bare = len(re.sub(r'(<script type="text/plain"[^>]*>)[^<]*', r"\1", made.html).encode())
    for share in (0.6, 0.2):
        most = (bare + (len(made.html) - bare) * share + 5_000) / 1_000_000
        found = reported(studio, max_mb=most)
        assert len(found.html.encode()) <= most * 1_000_000
        assert found.notes
        assert len(found.report.clips) < len(made.report.clips)
        assert found.report.notes == found.notes, "the page says it, too"
    with pytest.raises(SetupError, match=r"larger than 0\.05 MB without any film"):
        reported(studio, max_mb=0.05)


def test_who_reports_twice_waits_once(studio: Studio, made: Reported) -> None:
    kept = studio.folder / "outputs" / "film" / ".drawn"
    before = {file: file.stat().st_ino for file in kept.glob("small-*.mp4")}
    assert len(before) >= len(made.report.clips)
    assert reported(studio).html == made.html
    assert {file: file.stat().st_ino for file in kept.glob("small-*.mp4")} == before


def test_a_take_whose_clip_is_not_here_is_told_and_previs_shown(studio: Studio, tmp_path: Path) -> None:
    there = tmp_path / "film"
    shutil.copytree(studio.folder, there, ignore=shutil.ignore_patterns("double"))
    (row,) = produce.takes(there / "film.yaml", "sh020", studio.environ).rows
    assert row.here
    shutil.rmtree(there / "outputs" / row.here.home)
    take, previs = produce.report(there / "film.yaml", environ=studio.environ).report.shots[1].takes
    assert (take.name, take.clip, take.used, take.why) == (
        1, "", False, "its clip is not here: `storyreel sync` may fetch it",
    )  # fmt: skip
    assert (previs.name, previs.used, previs.clip != "") == (PREVIS, True, True)


def test_a_clip_that_is_damaged_leaves_the_rest_of_the_page_as_it_is(studio: Studio, tmp_path: Path) -> None:
    there = tmp_path / "film"
    shutil.copytree(studio.folder, there, ignore=shutil.ignore_patterns("double"))
    row = produce.takes(there / "film.yaml", "sh010", studio.environ).rows[2]
    assert row.here
    clip = there / "outputs" / row.here.home / "clip.mp4"
    clip.write_bytes(bytes(clip.stat().st_size))
    found = produce.report(there / "film.yaml", environ=studio.environ).report
    assert "can't be shown" in found.shots[0].takes[2].why
    assert [take.why for shot in found.shots for take in shot.takes].count("") == 4


def test_a_small_film_is_a_film_of_as_many_frames(studio: Studio, tmp_path: Path) -> None:
    reported(studio)
    cut = studio.folder / "outputs" / "film" / "main" / "cut.mp4"
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(proxy(cut, Measure(64, 60_000, 32_000)))
    with av.open(str(cut)) as one, av.open(str(copy)) as other:
        frames = [list(each.decode(video=0)) for each in (one, other)]
        assert len(frames[0]) == len(frames[1])
        assert sum(frame.key_frame for frame in frames[1]) >= len(frames[1]) / 12 * 2, "two a second"
        assert (other.streams.video[0].width, other.streams.video[0].height) == (114, 64)
        assert other.streams.audio[0].codec_context.name == "aac"


def test_the_policy_allows_just_the_script_and_the_style_that_are_in_the_page() -> None:
    found = page(shown(take()))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', found)
    assert policy
    for element in ("style", "script"):
        (inside,) = re.findall(rf"<{element}>(.*?)</{element}>", found, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{element}-src &#x27;sha256-{digest}&#x27;" in policy[1]
    assert policy[1].startswith("default-src &#x27;none&#x27;; ")
    assert not re.search(r"https?://|//[a-z]", found.partition("<body>")[0])
    assert not re.search(r"\son[a-z]+=|\sstyle=", found)


def test_the_same_report_is_the_same_page(studio: Studio, made: Reported) -> None:
    assert reported(studio).html == made.html


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("</script>", "&lt;/script&gt;"),
        ("a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f"),
        ("\x1b[31m\x00\r", "\\x1b[31m\\x00\\r"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("one\n\ttwo", "one\n two"),
        ("\"'&", "&quot;&#x27;&amp;"),
        ("\ud800", "\\ud800"),
    ],
)
def test_text_of_unknown_worth_only_shows(words: str, shown: str) -> None:
    assert markup.text(words) == shown


def test_a_huge_text_is_shown_as_far_as_anybody_reads() -> None:
    found = page(shown(take(prompt="x" * 1_000_000, flags=(Flag("odd", "y" * 1_000_000, BUILT_IN),))))
    assert len(found) < 200_000
    assert "and 980,000 more characters" in found


def test_what_a_client_is_told_is_cut_from_the_values_before_there_is_a_page() -> None:
    whole = shown(take(flags=(Flag("odd", "six fingers", BUILT_IN),), older=True, how="held"))
    bare = for_client(whole)
    assert bare.shots[0].takes[0] == take(
        price_usd=None, prompt="", request="", flags=(), older=False, how="", why="", words=()
    )
    assert (bare.spent_usd, bare.to_shoot_usd, bare.file, bare.shots[0].state) == (None, None, "", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shots: []", '"format" is missing'),
        ("format: 2\nstoryboard: film\nshots: []", "2"),
        ("format: 1\nstoryboard: film\nshots: [{shot: sh010, circel: 2}]", 'there is no field "circel"'),
        ("format: 1\nstoryboard: film\nshots: [{shot: sh010, circle: 0}]", "0 is out of range"),
        ("format: 1\nstoryboard: film\nshots: [{shot: sh010, circle: two}]", "expected a whole number"),
        ("format: 1\nstoryboard: film\nshots: [{shot: sh010, request: abc}]", "not written as it should be"),
        ("format: 1\nstoryboard: film\nshots: [{shot: sh010, comments: [{text: a, at: -1}]}]", "-1 is out of range"),
        ("- 1", "expected fields"),
        ("format: [", ""),
        ("\0", "U+0000"),
    ],
)
def test_what_is_no_review_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=r"film\.review\.yaml:\d") as refused:
        review.parse("film.review.yaml", text.encode())
    assert message in str(refused.value)


def test_a_review_says_what_stands_in_its_file() -> None:
    text = (
        "format: 1\nstoryboard: film\nvariant: wet\nreviewer: Ada\nshots:\n"
        "  - shot: sh010\n    circle: 2\n    request: abcdef/1\n    comments:\n"
        "      - {take: 2, at: 1.25, text: 'Hold: \"here\"'}\n      - {text: Fine.}\n  - {shot: '010'}\n"
    )
    found = review.parse("film.review.yaml", text.encode())
    assert (found.storyboard, found.variant, found.reviewer) == ("film", "wet", "Ada")
    first, second = found.shots
    assert (first.circle, first.request, first.circle_place.line) == (2, "abcdef/1", 7)
    assert [(one.take, one.at_s, one.text) for one in first.comments] == [
        (2, Fraction(5, 4), 'Hold: "here"'), (None, None, "Fine."),
    ]  # fmt: skip
    assert (second.shot, second.circle, second.comments) == ("010", None, ())
