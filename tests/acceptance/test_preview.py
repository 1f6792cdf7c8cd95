"""`preview` in a real browser: the file is edited on disk, the page follows; keys and pointers move the playhead."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.axe import violations
from tests.counter import Open
from tests.previews import Preview, browsing, cut_is_there, looking, previewing, until
from tests.processes import children
from tests.proofs.stage import MODEL, stage

BOARD = f"""version: 1
title: A Day by the Sea
defaults: {{model: {MODEL}, duration: 1, resolution: 720p}}
characters:
  mara: {{description: a girl with a red scarf}}
shots:
  - id: sh010
    prompt: The sea at {{{{ hour }}}}.
    camera: {{shot_size: WS, movement: pan_left, speed: slow}}
  - id: sh020
    prompt: "@mara looks up."
    dialogue: [{{mara (whispers): "It is late."}}]
  - id: sh030
    prompt: A gull.
    transition: {{type: dissolve, duration: 0.25}}
variants:
  matrix: {{hour: {{dawn: first light, dusk: last light}}}}
  change: [{{when: {{hour: dusk}}, defaults: {{aspect_ratio: "9:16"}}}}]
"""


def project(folder: Path) -> Path:
    """A board in two variants, the second upright, of shots that are soon drawn."""
    here = stage(folder, 1)
    model = folder / "models" / f"{MODEL}.json"
    data = json.loads(model.read_text())
    data["output"]["sizes"]["720p"]["9:16"] = [90, 160]
    model.write_text(json.dumps(data))
    here.board.write_text(BOARD)
    return here.board


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Preview]]:
    board = project(tmp_path_factory.mktemp("sea"))
    with previewing(board) as preview:
        yield board, preview


@pytest.fixture
def page(browser: Browser, opened: tuple[Path, Preview]) -> Iterator[Page]:
    board, preview = opened
    board.write_text(BOARD)
    with looking(browser, preview) as found:
        until(found, "!storyreel.state.broken && storyreel.state.panels.size === 3")
        cut_is_there(found)
        yield found


@pytest.fixture
def board(opened: tuple[Path, Preview]) -> Path:
    return opened[0]


def at(page: Page) -> int:
    """The frame that the playhead is on."""
    frame: int = page.evaluate("storyreel.player.frame")
    return frame


def test_panels_say_what_a_shot_is(page: Page) -> None:
    first, second = page.locator("#panel-sh010"), page.locator("#panel-sh020")
    expect(first).to_contain_text("The sea at first light.")
    expect(first.locator(".size")).to_have_text("WS")
    expect(first.locator(".move svg")).to_be_visible()
    expect(first).to_contain_text("slow pan left")
    expect(first.locator(".cost")).to_have_text("$0.08")
    expect(first.locator(".badge")).to_have_text("generate")
    expect(second.locator(".dialogue")).to_have_text("the mara (whispers) “It is late.”")
    expect(page.locator("#usd")).to_have_text("$0.48")
    expect(page.locator("#shoot")).to_have_text("storyreel shoot " + page.evaluate("storyreel.state.file"))
    assert page.title() == "A Day by the Sea – storyreel preview"
    assert "token" not in page.url


def test_a_save_changes_the_panel_and_nothing_else(page: Page, board: Path) -> None:
    before = page.evaluate("[...document.querySelectorAll('.card')].map(card => { card.mark = 1; return card.id })")
    pictures = page.evaluate("[...storyreel.state.panels.values()].map(panel => panel.picture)")
    board.write_text(BOARD.replace("A gull.", "Two gulls over the pier."))
    expect(page.locator("#panel-sh030")).to_contain_text("Two gulls over the pier.")
    now = until(
        page,
        """(() => {
          const image = document.querySelector('#panel-sh030 .drawn'), panel = storyreel.state.panels.get('sh030')
          return image.dataset.shown === panel.picture && image.naturalWidth > 0 && [...storyreel.state.panels.values()]
        })()""",
    )
    assert [panel["picture"] == old for panel, old in zip(now, pictures, strict=True)] == [True, True, False]
    assert page.evaluate("[...document.querySelectorAll('.card')].map(card => card.mark && card.id)") == before
    cut_is_there(page)


def test_a_new_cut_takes_over_without_losing_the_playhead(page: Page, board: Path) -> None:
    page.evaluate("storyreel.player.seek(30)")
    old = page.evaluate("storyreel.state.cut.url")
    board.write_text(BOARD.replace("    prompt: The sea", "    out: 0.5\n    prompt: The sea"))
    until(page, f"storyreel.state.cut.url !== {json.dumps(old)}")
    cut_is_there(page)
    assert at(page) == 30 - 12  # as far into its shot as before
    shown = until(page, "!storyreel.player.layers.wanted && storyreel.player.layers.active.video.currentTime")
    assert shown == pytest.approx(18.5 / 24, abs=0.001)


def test_it_plays_with_space_and_stops_at_the_end(page: Page) -> None:
    page.evaluate("storyreel.player.seek(40)")
    page.keyboard.press("Space")
    until(page, "storyreel.player.speed === 0 && storyreel.player.frame === storyreel.state.frames - 1")
    page.keyboard.press("Space")
    until(page, "storyreel.player.frame > 2")
    page.keyboard.press("Space")
    stands = at(page)
    page.wait_for_timeout(100)
    assert at(page) == stands < 60


def test_keys_move_as_editors_know_them(page: Page) -> None:
    starts = page.evaluate("storyreel.player.shots.map(shot => shot.start)")
    assert starts == [0, 24, 42]
    for key, frame in (
        ("Home", 0), ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("ArrowDown", 24),
        ("ArrowDown", 42), ("ArrowDown", 42), ("ArrowUp", 24), ("ArrowUp", 0), ("End", 65), ("ArrowUp", 42),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert at(page) == frame, key
    page.keyboard.press("l")
    page.keyboard.press("l")
    assert page.evaluate("storyreel.player.speed") == 2
    page.keyboard.press("k")
    page.keyboard.press("Home")
    page.evaluate("storyreel.player.seek(50)")
    page.keyboard.press("j")
    until(page, "storyreel.player.frame < 48 && storyreel.player.speed === -1")
    page.keyboard.press("k")
    page.keyboard.press("/")
    assert page.get_by_label("Loop the shot").get_attribute("aria-pressed") == "true"
    page.evaluate("storyreel.player.seek(20)")
    page.keyboard.press("l")
    until(page, "storyreel.player.frame < 10")
    page.keyboard.press("k")
    assert page.evaluate("storyreel.player.shot.id") == "sh010"


def test_a_pointer_scrubs_and_a_panel_leads_to_its_shot(page: Page) -> None:
    box = page.locator("#track").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10, steps=12)
    page.mouse.up()
    assert at(page) == 33
    until(page, "!storyreel.player.layers.wanted")
    assert page.evaluate("storyreel.player.layers.active.video.currentTime") == pytest.approx(33.5 / 24, abs=0.001)
    page.locator("#panel-sh030 .face").click()
    assert at(page) == 42
    assert page.locator("#panel-sh030").get_attribute("aria-current") == "true"
    slider = page.get_by_role("slider", name="Playhead")
    assert slider.get_attribute("aria-valuetext") == "00:00:01:18, sh030"


def test_variants_and_their_ratios_can_be_switched(page: Page) -> None:
    expect(page.locator("#shape")).to_contain_text("16:9")
    page.get_by_label("Variant").select_option("dusk")
    expect(page.locator("#panel-sh010")).to_contain_text("The sea at last light.")
    expect(page.locator("#shape")).to_have_text("9:16 · 90 × 160 · 24 fps")
    cut_is_there(page)
    size = page.evaluate("(video => [video.videoWidth, video.videoHeight])(storyreel.player.layers.active.video)")
    assert size == [90, 160]
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("v")
    expect(page.locator("#panel-sh010")).to_contain_text("The sea at first light.")


def test_a_mistake_is_shown_in_its_panel_while_the_last_good_cut_stays(page: Page, board: Path) -> None:
    page.evaluate("storyreel.player.seek(30)")
    film = page.evaluate("storyreel.state.cut.url")
    board.write_text(BOARD.replace('"@mara looks up."', '"@maar looks up."\n    duration: 99'))
    problems = page.locator("#panel-sh020 .problem")
    expect(problems).to_have_count(2)
    expect(problems.first).to_contain_text("film.yaml:11:14")
    expect(problems.first).to_contain_text('did you mean "mara"?')
    expect(problems.nth(1).locator("mark")).to_have_text("99")
    expect(page.locator(".banner")).to_contain_text("stays here until it is mended")
    assert page.evaluate("[storyreel.state.cut.url, storyreel.player.frame]") == [film, 30]
    page.keyboard.press("Space")
    until(page, "storyreel.player.frame > 32")
    page.keyboard.press("Space")
    board.write_text(BOARD.replace("title: A Day", "title: [A Day"))
    expect(page.locator("#problems .problem")).to_contain_text("film.yaml:3:9")
    expect(problems).to_have_count(0)
    board.write_text(BOARD)
    expect(page.locator(".problem.error")).to_have_count(0)
    expect(page.locator(".banner")).to_have_count(0)


def test_a_file_that_goes_away_and_comes_back_is_followed(page: Page, board: Path) -> None:
    board.unlink()
    expect(page.locator("#problems")).to_contain_text("no such file")
    beside = board.with_suffix(".tmp")
    beside.write_text(BOARD.replace("A gull.", "A heron."))
    beside.rename(board)
    expect(page.locator("#panel-sh030")).to_contain_text("A heron.")
    expect(page.locator("#problems")).to_be_empty()


def test_half_of_a_save_is_never_seen(page: Page, board: Path) -> None:
    page.evaluate(
        """() => {
          globalThis.saw = []
          new MutationObserver(() => saw.push(document.querySelectorAll('.problem').length))
            .observe(document.getElementById('problems'), {childList: true, subtree: true})
        }"""
    )
    text = BOARD.replace("A gull.", "Three gulls.")
    with board.open("w") as file:  # as an editor that writes in place
        for start in range(0, len(text), 97):
            file.write(text[start : start + 97])
            file.flush()
    expect(page.locator("#panel-sh030")).to_contain_text("Three gulls.")
    assert page.evaluate("saw.filter(Boolean)") == []


def test_shots_come_go_and_move(page: Page, board: Path) -> None:
    third = BOARD[BOARD.index("  - id: sh030") : BOARD.index("variants:")]
    plain = third.replace("    transition: {type: dissolve, duration: 0.25}\n", "")
    board.write_text(BOARD.replace(third, plain.replace("sh030", "sh040")).replace("shots:\n", f"shots:\n{plain}"))
    shown = "[...document.querySelectorAll('.card h3')].map(each => each.firstChild.textContent).join()"
    until(page, f"{shown} === 'sh030,sh010,sh020,sh040'")
    cut_is_there(page)
    expect(page.locator(".block")).to_have_count(4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_wrong(browser: Browser, opened: tuple[Path, Preview], scheme: str, width: int) -> None:
    board, preview = opened
    board.write_text(BOARD)
    with looking(browser, preview, color_scheme=scheme) as page:
        page.set_viewport_size({"width": width, "height": 850})
        cut_is_there(page)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.evaluate("document.getElementById('keys').showModal()")
        assert violations(page) == []
        page.keyboard.press("Escape")
        board.write_text(BOARD.replace("A gull.", "A gull.\n    duration: 99").replace("title:", "titel: x\ntitle:"))
        expect(page.locator("#panel-sh030 .problem")).to_be_visible()
        assert violations(page) == []
    board.write_text(BOARD)


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_label("Keys without a modifier work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("End")
    assert at(page) == 0
    page.evaluate("localStorage.clear()")


def test_a_take_is_circled_and_trimmed_by_keys_and_nothing_is_bought(browser: Browser, shop: Open) -> None:
    at_shop = shop(2)
    at_shop.run("shoot", "film.yaml", "--yes")
    at_shop.run("shoot", "film.yaml", "--only", "s0001", "--again", "--yes")
    bought = len(at_shop.double.accepted())
    with previewing(at_shop.here.board) as preview, looking(browser, preview) as page:
        cut_is_there(page)
        expect(page.locator("#panel-s0001 .badge")).to_have_text("take 1")
        expect(page.locator("#usd")).to_have_text("$0.00")
        expect(page.locator(".take")).to_have_count(2)
        page.keyboard.press("2")
        expect(page.locator("#toast")).to_have_text("s0001: take 2 is used")
        expect(page.locator("#panel-s0001 .badge")).to_have_text("take 2")
        page.evaluate("storyreel.player.seek(6)")
        page.keyboard.press("i")
        expect(page.locator("#toast")).to_have_text("s0001: in 0.25 s")
        until(page, "storyreel.player.shots[0].first === 6 && storyreel.player.shots[0].length === 18")
        cut_is_there(page)
        page.evaluate("storyreel.player.seek(11)")
        page.keyboard.press("o")
        expect(page.locator("#toast")).to_have_text("s0001: in 0.25 s, out 0.75 s")
        page.keyboard.press("Shift+i")
        expect(page.locator("#toast")).to_have_text("s0001: out 0.75 s")
        page.keyboard.press("3")
        expect(page.locator("#toast")).to_contain_text("s0001 has no take 3")
    rows = at_shop.json("take", "film.yaml", "s0001")["takes"]
    assert [(row["take"], row["used"], row["in"], row["out"]) for row in rows] == [
        (1, [], None, None), (2, ["main"], None, "0.75"),
    ]  # fmt: skip
    assert len(at_shop.double.accepted()) == bought


def test_points_of_a_shot_without_a_take_are_told_for_the_storyboard(page: Page) -> None:
    page.evaluate("storyreel.player.seek(30)")
    page.keyboard.press("i")
    expect(page.locator("#toast")).to_contain_text("sh020 has no take yet; in the storyboard (")
    expect(page.locator("#toast")).to_contain_text("in: 0.25")


def test_two_previews_of_one_board_and_the_end_of_all_they_started(browser: Browser, tmp_path: Path) -> None:
    board = project(tmp_path / "shared")
    with (
        previewing(board) as first,
        previewing(board) as second,
        looking(browser, first) as one,
        looking(browser, second) as other,
    ):
        cut_is_there(one)
        cut_is_there(other)
        board.write_text(BOARD.replace("A gull.", "Four gulls."))
        for page in (one, other):
            expect(page.locator("#panel-sh030")).to_contain_text("Four gulls.")
            cut_is_there(page)
        workers = [*children(first.process.pid), *children(second.process.pid)]
        assert len(workers) >= 4
        assert first.end(signal.SIGINT) == 0
        expect(one.locator("#live")).to_have_text("connecting")
        assert second.end(signal.SIGHUP) == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
