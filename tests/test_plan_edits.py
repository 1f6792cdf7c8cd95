"""What a plan promises of edits: each changes exactly the requests that it should, so that no shot is paid for again.

The board here has what the language offers: a bible, locations, props, several shots in one take, a raw prompt, given
and continued first frames. A file is known by its bytes, which its name alone stands for.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import catalog, plan, storyboard
from pipeline.check import check
from pipeline.errors import MediaError
from pipeline.plan import Plan
from pipeline.take import MediaFacts, StoreView
from tests.boards import ORIGIN, facts

Edit = Callable[[dict[str, Any]], object]

BIBLE: dict[str, Any] = {
    "characters": {
        "keeper": {"description": "an old man", "references": [{"image": "refs/face.png", "role": "face"}]},
        "anna": {"description": "a girl in {{ coat }}"},
    },
    "locations": {"lamp_room": {"description": "a round room", "references": [{"image": "refs/room.png"}]}},
    "props": {"lantern": {"description": "a copper lantern"}},
    "style": {"look": "35mm film"},
}
BOARD: dict[str, Any] = {
    "version": 1,
    "title": "Edits",
    "include": "bible/people.yaml",
    "vars": {"weather": "rain", "coat": "red", "steps": ["grind", "pour"]},
    "locations": {"quay": {"description": "a stone quay"}},
    "shots": [
        {"id": "sea", "prompt": "The sea in {{ weather }}{% for s in steps %}, {{ s }}{% endfor %}."},
        {"id": "room", "prompt": "@keeper waits.", "location": "lamp_room"},
        {
            "id": "take",
            "duration": 12,
            "prompt": "@lantern glows in every shot.",
            "split": [4, 8],
            "shots": [
                {"id": "comes", "prompt": "@keeper comes."},
                {"id": "hand", "prompt": "A hand.", "location": "quay"},
                {"id": "ship", "prompt": "A ship.", "dialogue": [{"keeper": "There."}]},
            ],
        },
        {"id": "after", "prompt": "The hand opens.", "continue_from": {"shot": "hand"}},
        {"id": "goes", "prompt": "It sails on.", "continue_from": {"shot": "ship", "as": "first_frame"}},
        {"id": "raw", "prompt": {"raw": "@Image1 turns."}, "references": [{"image": "refs/rope.png", "role": "rope"}]},
        {"id": "opens", "prompt": "@anna wakes.", "first_frame": "refs/first.png"},
    ],
}
TAKE = {"comes", "hand", "ship"}
CHAIN = {*TAKE, "after", "goes"}  # whatever changes a take changes what continues from it
EVERY = {"sea", "room", *CHAIN, "raw", "opens"}


def planned(board: Mapping[str, Any], files: Mapping[str, str]) -> Plan:
    """The plan of a board beside the files that it names, the board in `text` or dumped."""

    def near(name: str) -> bytes:
        if name not in files:
            raise MediaError(name, "there is no such file")
        return files[name].encode()

    text = board["text"] if "text" in board else yaml.safe_dump(board, sort_keys=False, allow_unicode=True)
    parsed = storyboard.parse("film.yaml", lambda _: text.encode(), near)
    assert parsed.problems == ()
    assert parsed.board is not None
    known = {name: _by_name(name, found) for name, found in facts(parsed.board).items()}
    compositions = check(parsed.board, known, {}, (), catalog.models()).compositions
    assert compositions is not None
    return plan.expand(compositions, known, lambda _: StoreView(ORIGIN))


def _by_name(path: str, found: MediaFacts) -> MediaFacts:
    return replace(found, sha256=hashlib.sha256(PurePath(path).name.encode()).hexdigest())


def digests(
    board: Mapping[str, Any], bible: Mapping[str, Any] = BIBLE, at: str = "bible/people.yaml"
) -> dict[str, str]:
    """The digest of each shot's request, by its id; of each variant's, where there are several."""
    found = list(planned(board, {at: yaml.safe_dump(bible, sort_keys=False)}).every_slot())
    lone = len({slot.variant for slot in found}) == 1
    return {slot.shot if lone else f"{slot.variant}/{slot.shot}": slot.digest for slot in found}


BEFORE = digests(BOARD)


def changed(*edits: Edit) -> set[str]:
    """The shots whose requests the edits change. They are made in a dict that has both the board and its bible."""
    both = copy.deepcopy({"board": BOARD, "bible": BIBLE})
    for edit in edits:
        edit(both)
    after = digests(both["board"], both["bible"])
    assert after.keys() == BEFORE.keys()
    return {shot for shot, digest in after.items() if digest != BEFORE[shot]}


def shot(both: dict[str, Any], index: int, part: int | None = None) -> Any:
    found = both["board"]["shots"][index]
    return found if part is None else found["shots"][part]


# Each edit with the shots whose requests it changes. None of them overrules another, so that any can go together.
EDITS: dict[str, tuple[Edit, set[str]]] = {
    "location": (lambda b: b["board"]["locations"]["quay"].update(description="a wooden quay"), CHAIN),
    "location of the bible": (lambda b: b["bible"]["locations"]["lamp_room"].update(description="a hall"), {"room"}),
    "name of a location": (lambda b: b["board"]["locations"]["quay"].update(name="the Old Quay"), CHAIN),
    "prop": (lambda b: b["bible"]["props"]["lantern"].update(description="a tin lantern"), CHAIN),
    "prop nobody shows": (lambda b: b["board"].update(props={"rope": {"description": "a rope"}}), set()),
    "character": (lambda b: b["bible"]["characters"]["keeper"].update(name="Tom"), {"room", *CHAIN}),
    "character with a variable": (lambda b: b["board"]["vars"].update(coat="blue"), {"opens"}),
    "picture of a location": (
        lambda b: b["bible"]["locations"]["lamp_room"]["references"].append({"image": "refs/lens.png"}), {"room"}
    ),
    "list of a variable": (lambda b: b["board"]["vars"]["steps"].append("drink"), {"sea"}),
    "variable": (lambda b: b["board"]["vars"].update(weather="sun"), {"sea"}),
    "what a shot plays in": (lambda b: shot(b, 0).update(location="quay"), {"sea"}),
    "prompt of a part": (lambda b: shot(b, 2, 0).update(prompt="@keeper goes."), CHAIN),
    "camera of a part": (lambda b: shot(b, 2, 1).update(camera={"shot_size": "CU"}), CHAIN),
    "line of a part": (lambda b: shot(b, 2, 2).update(dialogue=[{"keeper": "Here."}]), CHAIN),
    "notes of a part": (lambda b: shot(b, 2, 2).update(notes="hold"), set()),
    "transition of a part": (
        lambda b: shot(b, 2, 1).update(transition={"type": "dissolve", "duration": 0.5}), set()
    ),
    "in point of a part": (lambda b: shot(b, 2, 1).update({"in": 4.5}), set()),
    "out point nobody continues from": (lambda b: shot(b, 2, 0).update(out=3.5), set()),
    "out point somebody continues from": (lambda b: shot(b, 2, 2).update(out=11), {"goes"}),
    "first split, which nobody continues from": (lambda b: shot(b, 2)["split"].__setitem__(0, 4.25), set()),
    "second split, which one continues from": (lambda b: shot(b, 2)["split"].__setitem__(1, 7), {"after"}),
    "raw prompt": (lambda b: shot(b, 5).update(prompt={"raw": "@Image1 falls."}), {"raw"}),
    "role beside a raw prompt": (lambda b: shot(b, 5)["references"][0].update(role="the rope"), set()),
    "first frame": (lambda b: shot(b, 6).update(first_frame="refs/other.png"), {"opens"}),
    "style": (lambda b: b["bible"]["style"].update(palette="teal"), EVERY - {"raw"}),
    "style over that of the bible": (lambda b: b["board"].update(style={"look": "ink"}), EVERY - {"raw"}),
    "prompt template of one": (lambda b: shot(b, 1).update(prompt_template="{{ action }}"), {"room"}),
    "title and cut": (lambda b: b["board"].update(title="Other", cut={"frame_rate": 24, "fit": "cover"}), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_exactly_the_requests_it_should(name: str) -> None:
    edit, shots = EDITS[name]
    assert changed(edit) == shots


@settings(max_examples=30, deadline=None)
@given(names=st.sets(st.sampled_from(sorted(EDITS)), min_size=2, max_size=6))
def test_edits_together_change_what_each_of_them_does(names: set[str]) -> None:
    edits = [EDITS[name] for name in sorted(names)]
    assert changed(*(edit for edit, _ in edits)) == set().union(*(shots for _, shots in edits))


def test_a_frame_rate_changes_no_request() -> None:
    """A frame that is continued from is counted in the take's own rate, not in that of the cut."""
    assert changed(lambda b: b["board"].update(cut={"frame_rate": 25})) == set()


def test_a_bible_that_moves_with_its_pictures_changes_no_request() -> None:
    assert digests(BOARD | {"include": "shared/books/all.yaml"}, at="shared/books/all.yaml") == BEFORE


def test_what_a_bible_says_can_stand_in_the_board() -> None:
    wanted = copy.deepcopy(BOARD) | {
        "style": BIBLE["style"],
        "characters": BIBLE["characters"],
        "props": BIBLE["props"],
    }
    wanted["locations"] = BOARD["locations"] | BIBLE["locations"]
    del wanted["include"]
    assert digests(wanted) == BEFORE


def test_a_bible_in_two_files_is_the_same_bible() -> None:
    halves = ({"characters": BIBLE["characters"]}, {key: BIBLE[key] for key in ("locations", "props", "style")})
    files = {
        f"bible/{name}.yaml": yaml.safe_dump(half, sort_keys=False) for name, half in zip("ab", halves, strict=True)
    }
    found = planned(BOARD | {"include": ["bible/b.yaml", "bible/a.yaml"]}, files)
    assert {slot.shot: slot.digest for slot in found.every_slot()} == BEFORE


def test_a_prompt_file_changes_the_requests_of_the_texts_that_include_it() -> None:
    wanted = copy.deepcopy(BOARD)
    wanted["shots"][0]["prompt"] = '{% include "prompts/sea.txt" %} in {{ weather }}.'

    def found(text: str, unused: str = "x") -> dict[str, str]:
        bible = yaml.safe_dump(BIBLE, sort_keys=False)
        files = {"bible/people.yaml": bible, "prompts/sea.txt": text, "prompts/unused.txt": unused}
        return {slot.shot: slot.digest for slot in planned(wanted, files).every_slot()}

    before = found("The sea")
    assert {shot for shot, digest in found("A lake").items() if digest != before[shot]} == {"sea"}
    assert found("The sea\n") == before, "its last line break is not part of it"
    assert found("The {# cold #}sea") == before, "a remark says nothing"
    assert found("The sea", "other") == before


def test_a_template_of_the_board_changes_all_but_raw_prompts() -> None:
    assert changed(lambda b: b["board"].update(prompt_template="{{ action }} {{ shots }}")) == EVERY - {"raw"}


def test_parts_that_are_renamed_and_a_take_that_moves_keep_what_was_paid_for() -> None:
    wanted = copy.deepcopy(BOARD)
    wanted["shots"][2]["id"] = "sq010"
    wanted["shots"][2]["shots"][0]["id"] = "sh010"
    wanted["shots"].append(wanted["shots"].pop(2))
    assert sorted(digests(wanted).values()) == sorted(BEFORE.values())


def test_a_take_that_is_kept_whole_is_the_take_that_was_divided() -> None:
    wanted = copy.deepcopy(BOARD)
    wanted["shots"][2]["split"] = "keep"
    del wanted["shots"][3]  # nothing can continue from inside of it
    found = digests(wanted)
    assert found["take"] == BEFORE["hand"]
    assert found["goes"] == BEFORE["goes"], "its last frame is that of its last part"


_ORDERED = {"characters", "locations", "props"}  # the order in which they are declared is that of their references


def shuffled(value: Any, draw: Any, key: str = "") -> Any:
    """The same values with the keys of their mappings in another order, where no order means something."""
    if isinstance(value, dict):
        keys = list(value) if key in _ORDERED else draw(st.permutations(list(value)))
        return {key: shuffled(value[key], draw, key) for key in keys}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@settings(max_examples=30, deadline=None)
@given(data=st.data(), flow=st.sampled_from([None, False, True]), width=st.integers(20, 200), comment=st.booleans())
def test_how_board_and_bible_are_written_changes_no_request(
    data: st.DataObject, flow: bool | None, width: int, comment: bool
) -> None:
    text = yaml.safe_dump(shuffled(BOARD, data.draw), sort_keys=False, default_flow_style=flow, width=width)
    text = text.replace("\n", "  # as it is\n\n") if comment and flow is False and width > 100 else text
    assert digests({"text": text}, shuffled(BIBLE, data.draw)) == BEFORE


MARKETS = [("de", "red"), ("fr", "blue"), ("it", "a green coat")]


def _variants(wanted: Mapping[str, Any], files: Mapping[str, str] | None = None) -> dict[tuple[str, str], str]:
    """The digest of each slot, by its variant and its shot."""
    bible = {"bible/people.yaml": yaml.safe_dump(BIBLE, sort_keys=False)}
    found = planned({**BOARD, "variants": wanted}, {**bible, **(files or {})})
    return {(slot.variant, slot.shot): slot.digest for slot in found.every_slot()}


def test_a_table_makes_the_requests_that_a_matrix_of_its_values_makes() -> None:
    csv = "market,coat\n" + "".join(f"{market},{coat}\n" for market, coat in MARKETS)
    lines = "".join(f'{{"coat": "{coat}", "market": "{market}"}}\n' for market, coat in MARKETS)
    of_csv = _variants({"name": "{{ market }}", "from": "m.csv"}, {"m.csv": csv})
    of_lines = _variants({"name": "{{ market }}", "from": "m.jsonl"}, {"m.jsonl": lines})
    of_matrix = _variants({"name": "{{ coat }}", "matrix": {"coat": dict(MARKETS)}})
    assert of_csv == of_lines == of_matrix


@settings(max_examples=15, deadline=None)
@given(name=st.sampled_from(["", "film {{ coat }}", "{{ coat | upper }}", "x-{{ weather }}-{{ coat }}"]))
def test_what_variants_are_called_changes_no_request(name: str) -> None:
    plain = _variants({"matrix": {"coat": ["red", "blue"]}})
    named = _variants({"matrix": {"coat": ["red", "blue"]}} | ({"name": name} if name else {}))
    assert list(named.values()) == list(plain.values())


CHANGES: dict[str, tuple[Mapping[str, Any], set[str]]] = {
    "variable": ({"vars": {"weather": "snow"}}, {"sea"}),
    "list": ({"vars": {"steps": ["brew"]}}, {"sea"}),
    "resolution": ({"defaults": {"resolution": "1080p"}}, EVERY),
    "cut": ({"cut": {"frame_rate": 25, "fit": "cover"}}, set()),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("when", ["red", "blue"])
def test_a_change_changes_requests_only_in_its_variants(what: str, when: str) -> None:
    change, shots = CHANGES[what]
    matrix = {"coat": ["red", "blue"], "cut": ["long", "short"]}
    before = _variants({"matrix": matrix})
    after = _variants({"matrix": matrix, "change": [{"when": {"coat": when, "cut": "short"}, **change}]})
    assert {slot for slot in before if before[slot] != after[slot]} == {(f"{when}_short", shot) for shot in shots}


@pytest.mark.parametrize("gone", ["sea", "hand", "take", "after"])
def test_shots_that_a_variant_leaves_out_change_no_request_of_others(gone: str) -> None:
    matrix = {"cut": ["long", "short"]}
    before = _variants({"matrix": matrix})
    after = _variants({"matrix": matrix, "change": [{"when": {"cut": "short"}, "without": [gone]}]})
    assert {slot: before[slot] for slot in after} == after
    missing = TAKE if gone == "take" else {gone}
    assert before.keys() - after.keys() == {("short", shot) for shot in missing}


def test_values_that_no_text_looks_at_make_no_further_requests() -> None:
    found = _variants({"matrix": {"coat": ["red", "blue"], "unused": ["a", "b", "c"]}})
    alone = _variants({"matrix": {"coat": ["red", "blue"]}})
    assert set(found.values()) == set(alone.values())
