"""A storyboard on paper: everything a shot says stands at its panel, in any shape and script, the same every time."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline import camera
from pipeline.letters import faces
from pipeline.render.lettering import forget
from pipeline.sheets import Board, Panel
from pipeline.sheets.moves import strokes
from pipeline.sheets.paper import files, missing
from pipeline.sheets.storyboard import DPI, pages
from pipeline.sheets.writing import INK, Sheet, Type

WIDE = Fraction(16, 9)


def panel(number: int = 1, **what: Any) -> Panel:
    picture = Image.new("RGB", (160, 90), (90, 120, 150))
    camera_words, action = ("WS", "slow dolly in", "24 mm"), "The keeper climbs the stairs."
    plain = Panel(f"sh{number:03}", picture, "", Fraction(4), "", camera_words, "dolly_in", action, (), "")
    return replace(plain, **what)


def board(*panels: Panel, **what: Any) -> Board:
    return replace(Board("The Last Lighthouse", "storm · 8 shots", WIDE, "", panels), **what)


def drawn(*panels: Panel, **what: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The first page, height x width, grey."""
    return np.asarray(next(pages(board(*panels, **what), "a4")).convert("L"))


def test_the_same_board_gives_the_same_files_without_a_date() -> None:
    wanted = board(*(panel(number) for number in range(7)))
    first, second = (dict(files(wanted, "letter")) for _ in range(2))
    assert first == second
    assert list(first) == ["sheet-01.png", "sheet-02.png", "sheet.pdf"]
    pdf = first["sheet.pdf"]
    assert pdf.startswith(b"%PDF-")
    assert re.findall(rb"/Count (\d+)", pdf)[-1] == b"2"
    assert b"Date" not in pdf
    assert "The Last Lighthouse".encode("utf-16-be") in pdf or b"(The Last Lighthouse)" in pdf
    assert Image.open(io.BytesIO(first["sheet-01.png"])).size == (1650, 1275)


@pytest.mark.parametrize(("paper", "inches"), [("a4", (297 / 25.4, 210 / 25.4)), ("letter", (11, 8.5))])
def test_pages_are_of_the_size_of_their_paper(paper: Any, inches: tuple[float, float]) -> None:
    (page,) = pages(board(), paper)
    assert page.size == tuple(round(length * DPI) for length in inches)


@pytest.mark.parametrize("movement", [*camera.MOVEMENTS, ""])
def test_every_movement_but_a_still_camera_is_drawn_inside_its_panel(movement: str) -> None:
    made = strokes(movement)
    assert bool(made) == (movement not in ("static", ""))
    assert all(0 <= share <= 1 for stroke in made for point in stroke.points for share in point)


def test_opposite_movements_are_drawn_as_each_others_mirrors() -> None:
    pairs = {"pan_left": "pan_right", "truck_left": "truck_right", "orbit_left": "orbit_right"}
    upright = {"tilt_up": "tilt_down", "crane_up": "crane_down", "pedestal_up": "pedestal_down"}
    for one, other in (pairs | upright).items():
        axis = int(one in upright)
        for here, there in zip(strokes(one), strokes(other), strict=True):
            for a, b in zip(here.points, there.points, strict=True):
                assert math.isclose(a[axis] + b[axis], 1)
                assert math.isclose(a[1 - axis], b[1 - axis])


def test_the_arrow_of_a_movement_lies_over_the_picture() -> None:
    still, moving = drawn(panel(movement="static")), drawn(panel())
    changed = np.argwhere(still != moving)
    assert len(changed) > 5_000
    assert (changed.max(axis=0) - changed.min(axis=0)).tolist() < [600, 1000]


@pytest.mark.parametrize("size", [(420, 236), (1, 1000), (1000, 1), (161, 90), (90, 160), (2560, 1097)])
@pytest.mark.parametrize("shape", [WIDE, Fraction(9, 16), Fraction(1), Fraction(21, 9)])
def test_pictures_of_any_shape_fill_their_panels(size: tuple[int, int], shape: Fraction) -> None:
    wanted = board(panel(picture=Image.new("RGB", size, (10, 10, 10)), movement=""), shape=shape)
    page = np.asarray(next(pages(wanted, "a4")).convert("L"))
    dark = np.argwhere(page == 10)
    high, wide = dark.max(axis=0) - dark.min(axis=0) + 1
    assert math.isclose(wide / high, shape, rel_tol=0.03)
    assert len(dark) > 0.9 * wide * high


def test_texts_that_are_too_long_end_in_their_own_panel() -> None:
    long = "One word after another goes on and on, and never comes to any end at all. " * 3_000
    full = panel(shot="s" * 500, camera=("x" * 400,), action=long, dialogue=(long,) * 9, notes=long, into=long)
    page = drawn(full, title=long, about=long)
    ink = np.argwhere(page < 140)
    right, bottom = page.shape[1] / 3 + DPI / 4, page.shape[0] * 0.55
    below = ink[ink[:, 0] > DPI]  # without the head of the page
    assert below[:, 1].max() < right
    assert below[:, 0].max() < bottom
    assert below[:, 0].max() > page.shape[0] * 0.45, "there is as much of it as there is room for"


def test_what_has_no_picture_says_why() -> None:
    assert (drawn(panel(picture=None, why="previs can't be drawn")) != drawn(panel(picture=None, why=""))).any()


def test_arabic_stands_at_the_right_and_latin_at_the_left() -> None:
    def middle(words: str) -> float:
        sheet = Sheet(Image.new("RGB", (1000, 200), "white"), "")
        type_ = Type(40)
        sheet.write(sheet.set(words, type_, 900, 3), type_, 50, 20, 900)
        return float(np.argwhere(np.asarray(sheet.finished().convert("L")) < 128)[:, 1].mean())

    assert middle("صباح الخير") > 700
    assert middle("Good day") < 300


def test_what_can_not_be_seen_is_shown_escaped() -> None:
    sheet, type_ = Sheet(Image.new("RGB", (1000, 200)), ""), Type(20, colour=INK)
    text = sheet.set("a\u202eb\x1b[2Jc\nd", type_, 900, 3)
    assert "".join(run.text for each in text.lines for run in each.runs) == "a\\u202eb\\x1b[2Jc d"


def test_letters_that_no_font_here_has_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(faces, "folders", lambda: (tmp_path,))
    forget()
    try:
        (told,) = missing(board(panel(action="Coffee, カフェ")))
        assert told == 'no font here has these letters of CJK: カ フ ェ; "[…]" stands in their place'
        assert tuple(missing(board(panel()))) == ()
    finally:
        forget()
