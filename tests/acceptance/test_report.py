"""`report` and `take --from` as a user meets them: a page is written, looked at elsewhere, and what it says is used."""

from __future__ import annotations

import json

import pytest

from pipeline import schema
from tests.counter import Open


def test_a_page_is_written_and_the_review_that_comes_back_is_used(shop: Open) -> None:
    at = shop(2)
    at.run("shoot", "film.yaml", "--yes")
    at.run("shoot", "film.yaml", "--only", "s0001", "--again", "--yes")
    code, out, said = at.run("report", "film.yaml")
    page = at.here.folder / "outputs" / "film" / "main" / "report.html"
    assert code == 0
    assert said.splitlines()[-5:] == [f"page: {done} of 4 films copied" for done in range(5)]
    assert out == f"outputs/film/main/report.html: {page.stat().st_size / 1e6:.1f} MB: 2 shots, 3 takes\n"
    code, _, said = at.run("report", "film.yaml", "--events")
    events = [json.loads(line) for line in said.splitlines()]
    assert [event["done"] for event in events if event["event"] == "copying"] == [0, 1, 2, 3, 4]
    assert not [wrong for event in events for wrong in schema.violations("output/event.schema.json", event)]
    told = at.json("report", "film.yaml", "--for", "client", "-o", "client.html", "--max-mb", "2.5")
    assert (told["file"], told["reader"], told["takes"], told["films"]) == ("client.html", "client", 3, 4)
    assert told["bytes"] == (at.here.folder / "client.html").stat().st_size

    review = at.here.folder / "film.review.yaml"
    review.write_text(
        'format: 1\nstoryboard: "film"\nreviewer: "Ada"\nshots:\n  - shot: "s0001"\n    circle: 2\n'
        '    comments:\n      - {"take": 2, "at": 0.25, "text": "This one.\\nSurely."}\n'
    )
    code, out, _ = at.run("take", "film.yaml", "--from", "film.review.yaml")
    assert code == 0
    assert out == (
        "film.review.yaml: a review by Ada: 1 circled take, 1 comment\n\n"
        "  s0001: take 2 is used\n      take 2 at 0.25 s: This one.\n        Surely.\n"
    )
    assert [row["used"] for row in at.json("take", "film.yaml", "s0001")["takes"]] == [[], ["main"]]
    assert at.run("take", "film.yaml", "--from", "film.review.yaml", "--json")[0] == 0
    assert len(at.double.accepted()) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["report", "film.yaml", "--variant", "storm"], 'there is no variant "storm"'),
        (["report", "film.yaml", "-o", "none/page.html"], "none/page.html: there is no folder none"),
        (["report", "film.yaml", "--max-mb", "0.1"], "without any film"),
        (["report", "none.yaml"], "no such file"),
        (["take", "film.yaml"], "which shot?"),
        (["take", "film.yaml", "s0001", "--from", "film.review.yaml"], "--from takes its shots"),
        (["take", "film.yaml", "--from", "film.yaml"], 'there is no field "version" here'),
    ],
)
def test_words_that_make_no_sense_are_refused(shop: Open, words: list[str], message: str) -> None:
    at = shop(6 if "--max-mb" in words else 1)
    code, _, said = at.run(*words)
    assert code == 2
    assert message in said
    code, out, _ = at.run(*words, "--json")
    assert code == 2
    error = json.loads(out)["error"]
    assert message in error["message"] or error["code"] == "bad-input"
