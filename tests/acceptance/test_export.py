"""`export` as a user meets it: files for other hands appear in a folder, for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import produce
from pipeline.produce.exporting import Asked, board_of
from tests.counter import Open


def test_a_storyboard_is_put_on_paper_before_anything_is_rendered_or_bought(shop: Open) -> None:
    at = shop(2)
    code, out, said = at.run("export", "film.yaml", "--to", "sheet")
    assert (code, said) == (0, "")
    assert out == "outputs/film/main/sheet/sheet-01.png\noutputs/film/main/sheet/sheet.pdf\n"
    first = (at.here.folder / "outputs/film/main/sheet/sheet.pdf").read_bytes()
    at.run("shoot", "film.yaml", "--yes")
    told = at.json("export", "film.yaml", "--to", "sheet", "-o", "paper", "--paper", "letter")
    assert told == {
        "format": 1, "to": "sheet", "variant": "main", "files": ["paper/sheet-01.png", "paper/sheet.pdf"], "notes": [],
    }  # fmt: skip
    assert (at.here.folder / "paper" / "sheet.pdf").read_bytes() != first
    assert len(at.double.accepted()) == 2


def test_cards_stand_among_the_shots_with_their_words(shop: Open, tmp_path: Path) -> None:
    at = shop(2, extra="credits: {lines: [Directed by Ada]}\n")
    at.write(at.text.replace("shots:\n", "shots:\n  - {id: c010, card: Rathlin}\n"))
    film, plan = produce.plan(at.here.board)
    board, _ = board_of(Asked(film, plan, next(iter(plan.variants)), "a4", {}), tmp_path)
    assert [(panel.shot, panel.why) for panel in board.panels] == [
        ("c010", "Rathlin"), ("s0001", ""), ("s0002", ""), ("credits", "Directed by Ada"),
    ]  # fmt: skip
    assert at.run("export", "film.yaml", "--to", "sheet")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "sheet", "--variant", "storm"], 'there is no variant "storm"'),
        (["--to", "sheet", "-o", "film.yaml"], "film.yaml: can't be made"),
    ],
)
def test_words_that_export_nothing_are_refused(shop: Open, words: list[str], message: str) -> None:
    at = shop(1)
    code, _, said = at.run("export", "film.yaml", *words)
    assert code == 2
    assert message in said
