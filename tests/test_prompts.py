"""Recipe 1, pinned: what it makes of a board is part of the request that a take is known by.

Changing any golden file makes users pay again for shots they have. None is ever regenerated to make a test pass: a
better way of composing is recipe 2.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import produce
from pipeline.plan import Plan
from tests.boards import board, compositions, planned, read

GOLDEN = Path(__file__).parent / "golden"
LIGHTHOUSE = Path(__file__).parent.parent / "storyboards" / "lighthouse.yaml"
BOARDS = sorted((GOLDEN / "recipe1").glob("*.yaml"))


def prompts(text: str) -> str:
    """Every prompt of a board's first variant, each under the id of its shot."""
    found = compositions(board(text))
    variant = found.variants.first()
    parts = ((entry.id, found.of(variant, index).prompt) for index, entry in enumerate(found.board.entries))
    return "\n".join(f"== {shot}\n{prompt}\n" for shot, prompt in parts)


def digests(plan: Plan) -> dict[str, str]:
    return {f"{slot.variant}/{slot.shot}": slot.digest for slot in plan.every_slot()}


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
def test_recipe_1_is_final(file: Path) -> None:
    assert prompts(read(file)) == read(file.with_suffix(".txt"))


@pytest.mark.parametrize("file", [*BOARDS, LIGHTHOUSE], ids=lambda file: file.stem)
def test_request_digests_are_final(file: Path) -> None:
    pinned = json.loads(read(GOLDEN / "digests.json"))
    assert digests(planned(read(file))) == pinned[file.stem]


@pytest.mark.parametrize("name", ["espresso", "trailhead"])
def test_request_digests_of_boards_with_files_beside_them_are_final(name: str) -> None:
    pinned = json.loads(read(GOLDEN / "digests.json"))
    _, plan = produce.plan(LIGHTHOUSE.with_name(f"{name}.yaml"))
    assert digests(plan) == pinned[name]


def test_a_prompt_holds_no_code_of_the_camera() -> None:
    whole = prompts(read(GOLDEN / "recipe1" / "every_part.yaml"))
    assert not {"MS", "dolly_in", "orbit_left", "lens_mm"} & set(whole.replace(":", " ").replace(",", " ").split())


def test_characters_keep_their_order_in_every_shot() -> None:
    text = """\
version: 1
title: Two
characters:
  a: {description: one, references: [{image: a.png, role: face}]}
  b: {description: two, references: [{image: b.png, role: face}]}
shots: [{id: s1, prompt: "@b and @a."}, {id: s2, prompt: "@a and @b."}]
"""
    found = compositions(board(text))
    for index in range(2):
        images = found.of(found.variants.first(), index).direction["images"]
        assert [image["of"] for image in images] == ["the a", "the b"]


def test_notes_reach_the_slate_and_not_the_model() -> None:
    text = "version: 1\ntitle: T\nshots: [{id: s1, prompt: A rope., notes: 'hold {{ n }}'}]\nvars: {n: long}\n"
    found = compositions(board(text))
    assert found.of(found.variants.first(), 0).direction["notes"] == "hold long"
    assert "hold" not in prompts(text)


def test_one_shot_in_a_list_of_its_own_is_told_of_no_cuts() -> None:
    text = "version: 1\ntitle: T\nshots: [{id: sq, duration: 5, shots: [{id: a, prompt: A rope.}]}]\n"
    assert prompts(text).splitlines()[1:3] == [
        "Shot 1: A rope.",
        "No background music. No on-screen text. Single continuous take, no cuts.",
    ]
