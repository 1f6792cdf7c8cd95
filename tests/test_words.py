"""What words of the cut promise: they cost nothing, are broken where their script is, and are there long enough."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.plan import Plan, rehearse
from pipeline.said import Said
from pipeline.words import Stretch, Wording, Words, columns, hurried, laid
from pipeline.words.lines import NARROW, broken, paged, pieces, weight
from tests.boards import board as parsed
from tests.boards import checked, compositions, planned, read

RATE = Fraction(24)
BOARD: dict[str, Any] = {
    "version": 1,
    "title": "T",
    "characters": {"keeper": {"description": "an old keeper"}},
    "shots": [
        {"id": "sh010", "prompt": "The sea."},
        {"id": "sh020", "prompt": "@keeper waits.", "dialogue": [{"keeper": "Not tonight, boy."}]},
        {
            "id": "sq030",
            "duration": 10,
            "split": [5],
            "shots": [{"id": "sh030", "prompt": "A."}, {"id": "sh040", "prompt": "B."}],
        },
    ],
    "variants": {"matrix": {"language": ["en"]}},
}  # fmt: skip

texts = st.text(st.sampled_from("abc éß漢字 שלוםسلام.,-\n"), min_size=1, max_size=30).filter(str.strip)
wordings = st.one_of(texts, st.fixed_dictionaries({"en": texts, "de": texts}))
titles = st.one_of(
    texts, st.fixed_dictionaries({"text": wordings}, optional={"start": st.just(1), "duration": st.just(2)})
)
overlays = st.fixed_dictionaries(
    {},
    optional={
        "title": titles,
        "lower_third": st.fixed_dictionaries({"name": wordings}, optional={"role": wordings}),
        "caption": st.one_of(wordings, st.lists(titles, min_size=1, max_size=3)),
    },
)
cards = st.one_of(texts, st.fixed_dictionaries({"text": wordings}, optional={"duration": st.just(1.5)}))
credit_lines = st.lists(st.one_of(texts, st.dictionaries(texts, texts, min_size=1, max_size=1)), min_size=1, max_size=4)


@st.composite
def worded(draw: st.DrawFn) -> dict[str, Any]:
    """The board with words all over it, in several languages."""
    made: dict[str, Any] = yaml.safe_load(yaml.safe_dump(BOARD))
    for shot in (*made["shots"][:2], *made["shots"][2]["shots"]):
        shot |= draw(overlays)
    for number, card in enumerate(draw(st.lists(cards, max_size=3))):
        place = draw(st.integers(0, len(made["shots"])))
        made["shots"].insert(place, {"id": f"c{number}", "card": card})
    if draw(st.booleans()):
        made["credits"] = {"lines": draw(credit_lines), "roll": draw(st.booleans())}
    made["captions"] = {"burn": draw(st.booleans()), "soft": draw(st.booleans()), "language": "{{ language }}"}
    made["variants"]["matrix"]["language"] = draw(st.sampled_from([["en"], ["en", "de"]]))
    return made


def asked(plan: Plan) -> tuple[object, ...]:
    """Everything that a plan asks of models and of the rehearsal, and what it costs."""
    jobs = {digest: (job.price, job.duration_s, job.model) for digest, job in plan.jobs.items()}
    orders = {key: (order.request, order.direction) for key, order in rehearse(plan).orders.items()}
    return jobs, orders, plan.cost_usd()


@settings(max_examples=60, deadline=None)
@given(worded())
def test_words_never_change_a_prompt_a_request_a_direction_or_a_price(made: dict[str, Any]) -> None:
    assert asked(planned(yaml.safe_dump(made, allow_unicode=True))) == asked(planned(yaml.safe_dump(BOARD)))


def test_words_of_each_language_are_read_in_its_variant_alone() -> None:
    wanted = compositions(parsed(read(Path(__file__).parent / "storyboards" / "valid" / "words.yaml")))
    found = {}
    for variant in wanted.variants:
        said = Said(wanted, variant)
        found[variant.name] = {
            shown.id: [(each.kind, each.rows) for each in said.of(shown)] for shown in variant.sequence
        }
    assert list(found["en_long"]) == ["c010", "sh020", "sh030", "sh040", "sh050", "c060", "credits"]
    assert list(found["en_short"]) == ["sh020", "sh030", "sh040", "sh050", "c060"]
    assert found["en_long"]["c010"] == [("card", (("Rathlin",),))]
    assert found["de_long"]["sh020"] == [("title", (("Der letzte Leuchtturm",),))]
    assert found["en_long"]["sh030"] == [
        ("lower_third", (("Ada Lund",), ("Keeper of the light",))), ("caption", (("Not tonight, boy.",),))
    ]  # fmt: skip
    assert found["de_long"]["sh030"] == [
        ("lower_third", (("Ada Lund",), ("Leuchtturmwärterin",))), ("caption", (("Nicht heute Nacht, Junge.",),))
    ]  # fmt: skip
    assert found["en_long"]["sh050"] == []
    assert found["de_long"]["sh050"] == [("title", (("Ende",),))]
    assert found["en_long"]["credits"] == [
        ("credits", (("Written by", "Mara Voss"), ("Cast", "Ada Lund"), ("", "Ben Oyelaran"), ("For Ada Lund",)))
    ]
    assert found["de_long"]["credits"] == [("credits", (("Buch", "Mara Voss"),))]


def test_what_a_voice_says_over_a_shot_is_read_when_it_is_heard() -> None:
    shots = [
        {
            "id": "sh010",
            "prompt": "The sea.",
            "dialogue": [{"keeper": "Not tonight, boy."}],
            "voice_over": {"audio": "{{ voice }}", "at": 2.5, "text": "Nobody in {{ language }}."},
        },
        {"id": "sh020", "prompt": "A gull."},
    ]
    film = {"voice_over": [{"audio": "late.wav", "at": "sh020", "text": "Years later."}]}
    made = {**BOARD, "shots": shots, "mix": film, "vars": {"voice": "vo.wav"}}
    made["variants"] = {
        "matrix": {"language": ["en", "de"]},
        "change": [{"when": {"language": "de"}, "vars": {"voice": ""}}],
    }
    wanted = compositions(parsed(yaml.safe_dump(made)))
    english, german = wanted.variants
    spoken = Wording("caption", (("Not tonight, boy.",),), speaker="the keeper")
    voiced = Wording("caption", (("Nobody in en.",),), Fraction(5, 2))
    first, second = english.shots
    assert Said(wanted, english).of(first) == (spoken, voiced)
    assert Said(wanted, english).of(second) == (Wording("caption", (("Years later.",),), Fraction(0)),)
    assert Said(wanted, german).of(first) == (spoken,)


def test_a_change_of_captions_holds_where_it_is_for() -> None:
    wanted = compositions(parsed(read(Path(__file__).parent / "storyboards" / "valid" / "words.yaml")))
    assert {variant.name: variant.captions.burn for variant in wanted.variants} == {
        "en_long": True, "en_short": False, "de_long": True, "de_short": False
    }  # fmt: skip


def test_the_words_of_many_variants_are_looked_at_once_each() -> None:
    problems = checked(
        "version: 1\ntitle: T\nshots:\n  - {id: sh010, prompt: The sea., title: '{{ nobody }}'}\n"
        "variants: {matrix: {hero: [Anna, Ben], language: [en, de]}}\n"
    ).problems
    assert [problem.code for problem in problems] == ["undefined-name"]


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("Not tonight, boy.", 42, ["Not tonight, boy."]),
        ("I always knew that you would come back one day.", 42, ["I always knew that you", "would come back one day."]),
        ("well-known light-house", 12, ["well-known", "light-house"]),
        ("well-known light-house", 8, ["well-", "known", "light-", "house"]),
        ("from 1952-1960 on", 10, ["from", "1952-1960", "on"]),
        ("100\u00a0km and more", 8, ["100\u00a0km", "and more"]),
        # 16 characters a line; neither a comma nor a small letter begins one, and no opening bracket ends one.
        ("昨日の夜、灯台の光が消えたとき、私は海の声を聞", 42, ["昨日の夜、灯台の光が消え", "たとき、私は海の声を聞"]),
        ("あああああああああああああああ。", 42, ["あああああああああああああああ。"]),
        ("ああああああああああああああああ。", 42, ["あああああああああ", "あああああああ。"]),
        ("彼は「もう遅い」と言った", 9, ["彼は", "「もう", "遅い」", "と言っ", "た"]),
        ("오늘 밤은 안 돼", 14, ["오늘 밤은", "안 돼"]),
        ("Leuchtturmwärterin", 10, ["Leuchtturm", "wärterin"]),
    ],
)  # fmt: skip
def test_a_text_is_broken_where_its_script_is(text: str, most: int, lines: list[str]) -> None:
    assert broken(text, most) == lines


anything = st.text(max_size=120)


@given(anything, st.integers(10, 42))
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, most: int) -> None:
    pages = paged(text, most, 2)
    assert all(len(page) <= 2 for page in pages)
    assert all(weight(line) <= most * NARROW for page in pages for line in page)
    assert "".join("".join(line.split()) for page in pages for line in page) == "".join(text.split())


@given(anything)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


stretches = st.integers(0, 200).flatmap(
    lambda start: st.integers(1, 300).flatmap(
        lambda length: st.tuples(st.integers(0, length // 2), st.integers(0, length // 2)).map(
            lambda over: Stretch("sh010", start, start + length, (start + over[0], start + length - over[1]))
        )
    )
)
moments = st.one_of(st.none(), st.fractions(0, 10, max_denominator=10))
spoken = st.builds(
    Wording,
    st.sampled_from(["caption", "caption", "title", "lower_third"]),
    st.tuples(st.tuples(st.text("abcdef ghi. 漢字", min_size=1, max_size=150).filter(str.strip))),
    moments,
    st.one_of(st.none(), st.fractions(Fraction(1, 10), 6, max_denominator=10)),
)


@given(st.lists(spoken, max_size=5), stretches, st.sampled_from([Fraction(24), Fraction(30000, 1001)]))
def test_words_are_shown_within_their_shot_and_captions_one_at_a_time(
    said: list[Wording], seen: Stretch, rate: Fraction
) -> None:
    found = list(laid(said, seen, rate, 42))
    for words in found:
        assert seen.start <= words.start < words.stop <= seen.stop
        assert words.fade_in + words.fade_out <= words.length
    for one, other in itertools.combinations([words for words in found if words.kind == "caption"], 2):
        assert one.stop <= other.start or other.stop <= one.start


@given(st.lists(st.text("abcdef ghi.", min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=3))
def test_lines_of_dialogue_are_shown_in_order_each_as_long_as_it_takes_to_read_where_there_is_room(
    lines: list[str],
) -> None:
    seen = Stretch("sh010", 0, 2000, (12, 1988))
    found = list(laid([Wording("caption", ((line,),)) for line in lines], seen, RATE, 42))
    assert " ".join(" ".join(words.text.split()) for words in found) == " ".join(" ".join(x.split()) for x in lines)
    assert [words.start for words in found] == sorted(words.start for words in found)
    assert all(words.length >= max(24, columns(words.text) * 24 // 17) for words in found)
    assert not any(hurried(words, RATE) for words in found)


def test_captions_with_a_time_are_shown_at_it_and_others_follow() -> None:
    said = [
        Wording("caption", (("One.",),), Fraction(1), Fraction(2)),
        Wording("caption", (("Two.",),), Fraction(4)),
        Wording("caption", (("Three.",),)),
    ]
    found = list(laid(said, Stretch("sh010", 100, 340, (100, 340)), RATE, 42))
    assert [(words.text, words.start) for words in found] == [("One.", 124), ("Two.", 196), ("Three.", 234)]
    assert found[0].length == 48


def test_a_title_stands_clear_of_the_transitions_around_it() -> None:
    [title] = laid([Wording("title", (("The Sea",),))], Stretch("sh010", 0, 96, (12, 84)), RATE, 42)
    assert (title.start, title.stop, title.fade_in, title.fade_out) == (24, 84, 12, 12)


def test_a_card_fades_where_it_is_cut_to_and_not_where_it_is_dissolved() -> None:
    [card] = laid([Wording("card", (("Later",),))], Stretch("c010", 0, 96, (12, 96)), RATE, 42)
    assert (card.start, card.length, card.fade_in, card.fade_out) == (0, 96, 0, 12)


def test_words_that_are_shown_too_briefly_are_hurried() -> None:
    words = Words("caption", "sh010", (("a" * 41,),), 0, 48)
    assert hurried(words, RATE)
    assert not hurried(Words("caption", "sh010", (("a" * 40,),), 0, 48), RATE)
