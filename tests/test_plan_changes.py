"""Why a shot is stale is told exactly, out of the lock alone: the words, and whatever the author changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan import Change, changes, groups, reason, word_diff
from pipeline.storyboard import DEFAULT_MODEL
from tests.boards import ORIGIN
from tests.bought import Money, other

FILM: dict[str, Any] = {
    "version": 1,
    "title": "Film",
    "defaults": {"duration": 5, "resolution": "720p"},
    "vars": {"weather": "a rising storm", "hour": "dawn"},
    "style": {"look": "35mm film", "palette": "teal and amber"},
    "characters": {
        "keeper": {
            "description": "an old keeper at {{ hour }}",
            "references": [{"image": "face.png", "role": "face"}, {"image": "coat.png", "role": "costume"}],
            "voice": {"audio": "voice.wav", "description": "low and hoarse"},
        }
    },
    "shots": [
        {"id": "sh010", "prompt": "The sea in {{ weather }}.", "camera": {"shot_size": "WS"}},
        {"id": "sh020", "prompt": "A gull.", "continue_from": {"shot": "sh010"}},
        {"id": "sh030", "prompt": "@keeper climbs.", "dialogue": [{"keeper": "Not tonight."}]},
        {
            "id": "sq040",
            "duration": 10,
            "split": [4],
            "shots": [{"id": "sh040", "prompt": "A bell."}, {"id": "sh050", "prompt": "A rope."}],
        },
    ],
}


def film() -> dict[str, Any]:
    copy: dict[str, Any] = yaml.safe_load(yaml.safe_dump(FILM))
    return copy


def told(wanted: dict[str, Any], money: Money | None = None, before: dict[str, Any] | None = None) -> dict[str, str]:
    """The reasons of the stale shots, once the film as it was has all its takes."""
    money = money or Money()
    if not money.takes:
        money.shoot(before or film())
    found = money.plan(wanted)
    return {found.board.entries[found.owners[each][0]].id: reason(change) for each, change in changes(found).items()}


def edited(**changed: Any) -> dict[str, Any]:
    """The film with changes: a section by its name, a shot by its id."""
    wanted = film()
    for name, value in changed.items():
        shot = next((shot for shot in wanted["shots"] if shot["id"] == name), None)
        where = shot if shot is not None else wanted.setdefault(name, {})
        for key, new in value.items():
            where.pop(key) if new is None else where.update({key: new})
    return wanted


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (edited(style={"look": "35mm film"}), {}),
        (edited(sh010={"prompt": "The sea at {{ weather }}."}), {
            "sh010": "changed: prompt", "sh020": "changed: sh010, which it continues from, gets another take",
        }),
        (edited(vars={"weather": "a calm"}), {
            "sh010": "changed: variable weather", "sh020": "changed: sh010, which it continues from, gets another take",
        }),
        (edited(vars={"hour": "noon"}), {"sh030": "changed: variable hour"}),
        (edited(sh010={"camera": {"shot_size": "CU"}}), {
            "sh010": "changed: camera", "sh020": "changed: sh010, which it continues from, gets another take",
        }),
        (edited(sh030={"dialogue": [{"keeper": "Tonight."}]}), {"sh030": "changed: dialogue"}),
        (edited(sh030={"dialogue": None}), {"sh030": "changed: voice.wav is not sent any more; dialogue is gone"}),
        (edited(sq040={"duration": 11}), {"sq040": "changed: duration 10 s to 11 s"}),
        (edited(defaults={"aspect_ratio": "9:16"}), {
            "sh010": "changed: aspect_ratio 16:9 to 9:16",
            "sh020": "changed: aspect_ratio 16:9 to 9:16; sh010, which it continues from, gets another take",
            "sh030": "changed: aspect_ratio 16:9 to 9:16", "sq040": "changed: aspect_ratio 16:9 to 9:16",
        }),
        (edited(sh030={"model": "bytedance/seedance-2.0/text-to-video"}), {
            "sh030": f"changed: model {DEFAULT_MODEL} to bytedance/seedance-2.0/text-to-video",
        }),
        (edited(sh030={"generate_audio": False}), {
            "sh030": "changed: generate_audio on to off; voice.wav is not sent any more",
        }),
        (edited(sh020={"continue_from": None}), {"sh020": "changed: continue_from is gone"}),
        (edited(sh030={"continue_from": {"shot": "sh010"}}), {"sh030": "changed: sh010 is now what it continues from"}),
        (edited(sh010={"out": 4.0}), {"sh020": "changed: sh010 ends at frame 95 now, 119 before"}),
        (edited(sh030={"references": [{"image": "lamp.png", "role": "the lamp"}]}), {
            "sh030": "changed: lamp.png is new",
        }),
    ],
)  # fmt: skip
def test_the_exact_cause_is_told_word_for_word(wanted: dict[str, Any], expected: dict[str, str]) -> None:
    assert told(wanted) == expected


@pytest.mark.parametrize(("what", "said"), [("palette", "style.palette"), ("look", "style.look")])
def test_a_style_moves_every_shot_and_is_named(what: str, said: str) -> None:
    assert set(told(edited(style={what: "ash"})).values()) == {
        f"changed: {said}", f"changed: sh010, which it continues from, gets another take; {said}",
    }  # fmt: skip
    assert f"changed: {said} is gone" in told(edited(style={what: None})).values()


def test_what_was_taken_out_or_put_in_is_named_too() -> None:
    assert told(edited(sound={"ambience": "gulls"}))["sq040"] == "changed: sound.ambience is new"
    without = edited(sound={"ambience": "gulls"})
    assert told(film(), before=without)["sq040"] == "changed: sound.ambience is gone"


def test_a_character_is_named_by_what_of_it_changed() -> None:
    wanted = film()
    wanted["characters"]["keeper"]["description"] = "a tired keeper at {{ hour }}"
    wanted["characters"]["keeper"]["voice"]["description"] = "soft"
    assert told(wanted) == {
        "sh030": "changed: characters.keeper.description; characters.keeper.voice.description",
    }  # fmt: skip


def test_a_shot_among_several_is_named() -> None:
    wanted = film()
    wanted["shots"][3]["shots"][1]["prompt"] = "A frayed rope."
    assert told(wanted) == {"sq040": "changed: sh050 prompt"}


def test_other_bytes_of_a_reference_are_told_by_its_path() -> None:
    money = Money()
    money.shoot(film())
    money.bytes["coat.png"] = other("another coat")
    assert told(film(), money) == {"sh030": "changed: coat.png has other bytes"}


def test_a_prompt_file_is_told_by_its_path_and_is_no_reference() -> None:
    money = Money(texts={"gull.txt": "a gull"})
    before = edited(sh030={"prompt": "@keeper feeds {% include 'gull.txt' %}."})
    money.shoot(before)
    money.texts["gull.txt"] = "two gulls"
    assert told(before, money) == {"sh030": "changed: file gull.txt"}
    money.bytes["coat.png"] = other("another coat")
    assert told(before, money) == {"sh030": "changed: coat.png has other bytes; file gull.txt"}


def test_a_reference_that_was_renamed_changes_nothing() -> None:
    money = Money()
    money.shoot(film())
    wanted = film()
    wanted["characters"]["keeper"]["references"][1]["image"] = "oilskin.png"
    money.bytes["oilskin.png"] = other("coat.png")
    assert told(wanted, money) == {}


def test_references_in_another_order_are_told() -> None:
    wanted = film()
    references = wanted["characters"]["keeper"]["references"]
    references.reverse()
    assert told(wanted)["sh030"] == "changed: references in another order; characters.keeper"


def test_a_lock_without_marks_still_tells_parameters_files_and_words() -> None:
    money = Money()
    money.shoot(film())
    origins = {**money.lock.page[ORIGIN], "sources": {}}
    money.lock = replace(money.lock, page={ORIGIN: origins})
    money.bytes["coat.png"] = other("another coat")
    assert told(edited(vars={"hour": "noon"}, sh030={"duration": 6}), money) == {
        "sh030": "changed: duration 5 s to 6 s; coat.png is new or has other bytes; prompt",
    }  # fmt: skip


def test_a_lock_without_the_request_says_that_it_does_not_know() -> None:
    money = Money()
    money.shoot(film())
    money.lock = replace(money.lock, page={ORIGIN: {**money.lock.page[ORIGIN], "requests": {}}})
    assert told(edited(vars={"hour": "noon"}), money) == {
        "sh030": "changed: what changed is not known: the lock lacks the request of its take",
    }  # fmt: skip


def test_reasons_come_from_the_lock_alone_where_there_is_no_store() -> None:
    money = Money()
    money.shoot(film())
    money.takes.clear()
    found = money.plan(edited(vars={"hour": "noon"}))
    assert [(group.entry, group.state, group.reason) for group in groups(found, changes(found))][2] == (
        "sh030", "stale", "changed: variable hour",
    )  # fmt: skip


def test_the_words_and_the_difference_in_price_are_told() -> None:
    money = Money()
    money.shoot(film())
    change = only(money, edited(vars={"hour": "high noon"}, sh030={"duration": 10}))
    assert [(each.before, each.after) for each in change.prompt if not each.same] == [(" dawn.", " high noon.")]
    assert (str(change.usd_before), str(change.usd)) == ("0.40", "0.80")
    assert "".join(each.after for each in change.prompt).startswith("@Image1 is the keeper's face.")


def only(money: Money, wanted: dict[str, Any]) -> Change:
    (change,) = changes(money.plan(wanted)).values()
    return change


def test_a_change_that_is_taken_back_is_none() -> None:
    money = Money()
    money.shoot(film())
    money.shoot(edited(vars={"hour": "noon"}))
    assert told(film(), money) == {}


WORDS = st.lists(st.sampled_from(["a", "bell", "rings", "a ", "sea.", "\n", " of ", "foam"])).map(" ".join)


@given(WORDS, WORDS)
def test_a_word_diff_holds_both_texts_whole(before: str, after: str) -> None:
    found = word_diff(before, after)
    assert "".join(words.before for words in found) == before
    assert "".join(words.after for words in found) == after
    assert (before == after) == all(words.same for words in found)


def test_long_texts_are_held_against_each_other_at_once() -> None:
    before = " ".join(str(number) for number in range(50_000))
    found = word_diff(before, before.replace(" 25000 ", " other ").replace(" 1 ", " one "))
    assert len([words for words in found if not words.same]) == 1
