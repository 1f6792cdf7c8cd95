"""The report as somebody meets it who was sent it: in a browser, from a disk, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipeline import produce
from pipeline.produce import Choice
from tests import axe
from tests.reports import Reading, browsing, reading, reported, shot
from tests.studio import Studio

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DARK = {"color_scheme": "dark"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with shot(tmp_path_factory.mktemp("film")) as there:
        yield there


@pytest.fixture(scope="module")
def file(studio: Studio) -> Path:
    path = studio.folder / "report.html"
    path.write_text(reported(studio).html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Reading]:
    with reading(browser, file) as found:
        yield found


def test_it_asks_for_nothing_but_itself_and_obeys_nothing_that_a_board_says(opened: Reading, file: Path) -> None:
    opened.page.click("#shot-2 .play")
    opened.until("document.querySelector('#shot-2 video').currentTime > 0.7")
    outside = [url for url in opened.asked if not url.startswith(("data:", "blob:"))]
    assert outside == [file.as_uri()]
    assert opened.complained == []
    assert opened.page.evaluate("typeof hit") == "undefined"
    assert opened.page.locator("a[href^=javascript], img[src=x], svg, iframe").count() == 0
    opened.page.click("#shot-2 summary")
    words = opened.page.inner_text("#shot-2")
    for shown in ("</script><script>hit=1</script>", '<a href="javascript:hit=4">zebra</a>', "\\u202eevil\\u202c",
                  "<b onclick=hit=6>vicuna</b>", "</li><script>hit=8</script> okapi", "walrus", "مرحبا"):  # fmt: skip
        assert shown in words


@pytest.mark.parametrize("how", [{}, DARK, PHONE], ids=["desktop", "dark", "phone"])
def test_axe_finds_no_violation(browser: Browser, file: Path, how: dict[str, object]) -> None:
    with reading(browser, file, **how) as opened:
        assert axe.violations(opened.page) == []
        opened.page.click("#shot-1 summary")
        opened.page.click("#shot-1 .circle >> nth=1")
        opened.page.fill("#shot-1 textarea", "Closer.")
        opened.page.click("#shot-1 form button")
        opened.page.click("#shot-1 .context >> nth=0")
        opened.until("document.querySelector('#context video:not([hidden])').currentTime > 0")
        assert axe.violations(opened.page) == []
        opened.page.click("#context .close")
        opened.page.click("#show-keys")
        assert axe.violations(opened.page) == []


def test_the_cut_has_its_captions_and_obeys_none_of_them(opened: Reading) -> None:
    film = "document.querySelector('#film video')"
    opened.page.evaluate(f"{film}.textTracks[0].mode = 'hidden'")
    opened.until(f"{film}.textTracks[0].cues?.length === 1")
    (cue,) = opened.page.evaluate(f"[...{film}.textTracks[0].cues].map(one => one.getCueAsHTML().textContent)")
    assert "<script>hit=7</script>" in cue
    assert "مرحبا" in cue
    assert opened.page.evaluate("typeof hit") == "undefined"


def test_nothing_is_wider_than_a_phone(browser: Browser, file: Path) -> None:
    with reading(browser, file, **PHONE) as opened:
        assert opened.page.evaluate("document.documentElement.scrollWidth") == 390


def test_all_takes_of_a_shot_play_in_sync(opened: Reading) -> None:
    opened.page.focus("#shot-1-name")
    opened.page.keyboard.press(" ")
    opened.until("document.querySelector('#shot-1 video')?.currentTime > 0.8")
    opened.page.keyboard.press("k")
    times = opened.times(1)
    assert len(times) == 3
    assert max(times) - min(times) < 0.12
    sounding = opened.page.evaluate("[...document.querySelectorAll('#shot-1 video')].filter(one => !one.muted).length")
    assert sounding == 1


def test_keys_step_by_frames_and_go_from_shot_to_shot(opened: Reading) -> None:
    at = opened.page.locator("#shot-2 .transport output")
    opened.page.focus("#shot-1-name")
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.evaluate("document.activeElement.id") == "shot-2-name"
    assert at.inner_text() == "0.50 s, frame 6"
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    assert at.inner_text() == "0.67 s, frame 8"
    opened.until("Math.abs(document.querySelector('#shot-2 video').currentTime - 8.5 / 12) < 0.001")
    opened.page.keyboard.press("ArrowLeft")
    assert at.inner_text() == "0.58 s, frame 7"
    opened.page.keyboard.press("j")
    opened.until("document.querySelector('#shot-2 .transport output').textContent === '0.00 s, frame 0'")
    opened.page.keyboard.press("l")
    opened.page.keyboard.press("l")
    opened.until("document.querySelector('#shot-2 video').playbackRate === 2")
    opened.page.keyboard.press("ArrowUp")
    assert opened.page.evaluate("document.activeElement.id") == "shot-1-name"
    opened.page.keyboard.press("?")
    assert opened.page.locator("#keys").is_visible()


def test_a_take_is_seen_between_the_shots_before_and_after_it(opened: Reading) -> None:
    opened.page.click("#shot-1 .context >> nth=2")  # of a take that the cut does not show
    now = "document.querySelector('#context-now').textContent"
    opened.until(f"{now} === 'sh010, take 3'")
    opened.page.evaluate("document.querySelector('#context video:not([hidden])').currentTime = 2.3")
    opened.until(f"{now} === 'after: sh020'")
    opened.page.keyboard.press("ArrowDown")
    opened.until(f"{now} === 'before: sh010'")
    shown = opened.page.evaluate("document.querySelector('#context video:not([hidden])').currentTime")
    assert 0.4 < shown < 3, "the two seconds before the shot begins"
    opened.page.evaluate("document.querySelector('#context video:not([hidden])').currentTime = 2.3")
    opened.until(f"{now} === 'sh020, take 1'")


def test_a_review_is_saved_applied_and_read_back(opened: Reading, studio: Studio, browser: Browser, file: Path) -> None:
    opened.page.fill("#reviewer", "Ada \u2028 Lovelace")
    opened.page.focus("#shot-1-name")
    opened.page.keyboard.press("3")
    said = 'Hold "here"\n</script> # {{ x }} مرحبا'
    opened.page.keyboard.press("n")
    opened.page.locator("#shot-1 textarea").fill(said)
    opened.page.select_option("#shot-1-about", "3")
    opened.page.check("#shot-1-when")
    opened.page.click("#shot-1 form button")
    with opened.page.expect_download() as coming:
        opened.page.click("#save")
    assert coming.value.suggested_filename == "film.review.yaml"
    saved = studio.folder / "film.review.yaml"
    coming.value.save_as(saved)

    done = produce.apply_review(studio.file, saved, environ=studio.environ)
    (each,) = done.review.shots
    assert [(one.shot, one.take, one.unchanged) for one in done.circled] == [("sh010", 3, False)]
    assert [(one.text, one.take, one.at_s) for one in each.comments] == [(said, 3, 0)]
    assert done.review.reviewer == "Ada \u2028 Lovelace"
    used = [row.name for row in produce.takes(studio.file, "sh010", studio.environ).rows if row.used]
    assert used == [3]
    produce.choose(studio.file, "sh010", Choice(circle=2), studio.environ)

    with reading(browser, file) as again:
        again.page.set_input_files("#file", saved)
        again.until("document.querySelector('#count').textContent === '1 comment, 1 circle'")
        assert again.page.locator("#shot-1 .said p").inner_text() == said
        pressed = again.page.locator("#shot-1 .circle[aria-pressed=true]")
        assert pressed.get_attribute("aria-label") == "Circle take 3 of sh010"
        with again.page.expect_download() as coming:
            again.page.click("#save")
        assert Path(coming.value.path()).read_bytes() == saved.read_bytes()


def test_a_file_that_is_no_review_of_the_film_changes_nothing(opened: Reading, tmp_path: Path) -> None:
    other = tmp_path / "other.review.yaml"
    for text in ('format: 1\nstoryboard: "other"\nshots: []\n', "shots:\n  - {shot: sh010}\n", "\0" * 50):
        other.write_text(text)
        opened.page.evaluate("document.querySelector('#count').textContent = ''")
        opened.page.set_input_files("#file", other)
        opened.until("document.querySelector('#count').textContent.startsWith('Not loaded')")
    assert opened.page.locator(".circle[aria-pressed=true]").count() == 0
    assert opened.complained == []


def test_on_paper_it_has_every_take_and_nothing_to_press(opened: Reading) -> None:
    opened.page.emulate_media(media="print")
    assert opened.page.locator(".takes img").count() == 5
    assert all(one.is_visible() for one in opened.page.locator(".takes img").all())
    assert not any(one.is_visible() for one in opened.page.locator("button, input, textarea, video").all())
    assert opened.page.pdf(format="A4").startswith(b"%PDF")


def test_without_its_script_it_still_shows_every_take(browser: Browser, file: Path) -> None:
    with reading(browser, file, java_script_enabled=False) as opened:
        assert opened.page.locator(".takes img").count() == 5
        assert not opened.page.locator("#shot-1 textarea").is_visible()
