"""What variants promise: the combinations that GitHub Actions would make, each with a name of its own, made lazily."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import catalog, check, plan, storyboard
from pipeline.errors import BadInput, MediaError
from pipeline.plan import Compositions, Plan, Variants
from pipeline.plan.naming import DEVICES, LONGEST, legal, unique
from pipeline.prompts import Ask, compose
from pipeline.storyboard import Storyboard
from pipeline.take import StoreView
from pipeline.templates import Budget
from tests.boards import ORIGIN, facts

HEAD = "version: 1\ntitle: T\n"
SHOTS = "shots:\n  - {id: sh010, prompt: A cup.}\n  - {id: sh020, prompt: '{{ claim | default(\"x\") }}'}\n"


def board(text: str, files: Mapping[str, str] | None = None) -> Storyboard:
    """The board in a text, beside the files that it names."""

    def near(name: str) -> bytes:
        if name not in (files or {}):
            raise MediaError(name, "there is no such file")
        return (files or {})[name].encode()

    parsed = storyboard.parse("film.yaml", lambda _: text.encode(), near)
    assert parsed.problems == ()
    assert parsed.board is not None
    return parsed.board


def variants(text: str, files: Mapping[str, str] | None = None) -> Variants:
    return Variants(board(HEAD + SHOTS + text, files))


def planned(text: str, files: Mapping[str, str] | None = None) -> Plan:
    wanted = board(text, files)
    compositions = Compositions(wanted, Variants(wanted), catalog.models())
    return plan.expand(compositions, facts(wanted), lambda _: StoreView(ORIGIN))


def values(found: Variants, *names: str) -> list[tuple[object, ...]]:
    return [tuple(variant.values.get(name) for name in names) for variant in found]


GITHUB = """\
variants:
  matrix:
    fruit: [apple, pear]
    animal: [cat, dog]
  include:
    - {color: green}
    - {color: pink, animal: cat}
    - {fruit: apple, shape: circle}
    - {fruit: banana}
    - {fruit: banana, animal: cat}
"""


def test_include_adds_values_as_github_actions_does() -> None:
    found = [variant.keys for variant in variants(GITHUB)]
    assert found == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_exclude_leaves_out_all_that_agree_with_it() -> None:
    text = "variants: {matrix: {a: [x, y], b: [1, 2]}, exclude: [{a: x, b: 2}, {a: y}]}\n"
    assert values(variants(text), "a", "b") == [("x", 1)]


def test_include_comes_after_exclude_and_is_not_excluded() -> None:
    text = "variants: {matrix: {a: [x, y]}, exclude: [{a: y}], include: [{a: y, b: again}]}\n"
    assert values(variants(text), "a", "b") == [("x", None), ("y", "again")]


def test_values_are_chosen_by_their_keys() -> None:
    text = "variants: {matrix: {w: {wet: rain, dry: sun}}, exclude: [{w: dry}], include: [{w: wet, mood: grey}]}\n"
    [variant] = variants(text)
    assert (variant.name, variant.values) == ("wet_grey", {"w": "rain", "mood": "grey"})


def test_lines_of_a_table_go_together_and_are_crossed_with_the_matrix() -> None:
    csv = 'market,claim\nde,Guten Morgen\nfr,"Bonjour, toi"\n\n'
    found = variants("variants: {from: m.csv, matrix: {cut: [long, short]}}\n", {"m.csv": csv})
    assert values(found, "market", "claim", "cut") == [
        ("de", "Guten Morgen", "long"),
        ("de", "Guten Morgen", "short"),
        ("fr", "Bonjour, toi", "long"),
        ("fr", "Bonjour, toi", "short"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.csv", "\ufeffa,n\r\nx,1\r\ny,2\r\n"),
        ("m.csv", "a;n\nx;1\ny;2\n"),
        ("m.csv", "a\tn\nx\t1\ny\t2"),
        ("m.jsonl", '{"a": "x", "n": "1"}\n\n{"n": "2", "a": "y"}\n'),
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(name: str, text: str) -> None:
    assert values(variants(f"variants: {{from: {name}}}\n", {name: text}), "a", "n") == [("x", "1"), ("y", "2")]


def test_numbers_and_truths_of_json_lines_stay_what_they_are() -> None:
    [variant] = variants("variants: {from: m.jsonl}\n", {"m.jsonl": '{"n": 3, "on": true}'})
    assert variant.values == {"n": 3, "on": True}
    assert variant.keys == {"n": "3", "on": "true"}


@pytest.mark.parametrize("escape", ["\\ud800", "\\u0000", "\\u001b[31m", "\\uffff"])
def test_characters_that_no_board_may_have_are_told_of_a_table_too(escape: str) -> None:
    lines = f'{{"claim": "fine"}}\n{{"claim": "a{escape}"}}\n'
    parsed = storyboard.parse(
        "film.yaml", lambda _: (HEAD + SHOTS + "variants: {from: m.jsonl}").encode(), lambda _: lines.encode()
    )
    [problem] = parsed.problems
    assert problem.message == f"the character U+{escape[2:6].upper()} is not allowed in a storyboard"
    assert (problem.place.file, problem.place.line) == ("m.jsonl", 2)


def test_what_a_table_says_is_data_and_never_a_template() -> None:
    text = HEAD + "vars: {secret: s}\nshots: [{id: a, prompt: 'Say {{ claim }}'}]\nvariants: {from: m.csv, name: v}\n"
    found = planned(text, {"m.csv": "claim\n{{ secret }}{% for x in y %}\n"})
    [slot] = found.every_slot()
    prompt = found.request(found.variants.first(), 0).inputs["prompt"]
    assert isinstance(prompt, str)
    assert "Say {{ secret }}{% for x in y %}" in prompt
    assert slot.variant == "v"


@pytest.mark.parametrize(
    ("prompt", "where"),
    [
        pytest.param("{{ hook }}", "matrix: {market: [Naples, Oslo], hook: ['@cup stands.']}", id="matrix"),
        pytest.param("{{ hook }}", "from: hooks.csv\n  matrix: {market: [Naples, Oslo]}", id="table"),
        pytest.param("{{ hooks[0] }}", "matrix: {market: [Naples, Oslo]}", id="list"),
        pytest.param("{{ who }}p stands.", "matrix: {market: [Naples, Oslo]}", id="half-a-name"),
    ],
)
def test_what_a_value_mentions_is_described_as_in_its_own_variant(prompt: str, where: str) -> None:
    text = f"""\
{HEAD}props: {{cup: {{description: "a cup from {{{{ market }}}}"}}}}
vars: {{hooks: ["@cup stands."], who: "@cu"}}
shots: [{{id: s1, prompt: "{prompt}"}}]
variants:
  {where}
"""
    wanted = board(text, {"hooks.csv": "hook\n@cup stands.\n"})
    found = Compositions(wanted, Variants(wanted), catalog.models())
    said = [found.of(variant, 0).prompt.splitlines()[0] for variant in found.variants]
    assert said == ["The cup: a cup from Naples.", "The cup: a cup from Oslo."]


def test_a_change_holds_for_the_variants_that_it_is_for() -> None:
    text = """\
cut: {fit: cover}
variants:
  matrix: {format: {wide: "16:9", tall: "9:16"}, length: [full, short]}
  change:
    - {when: {format: tall}, defaults: {aspect_ratio: "9:16"}, vars: {claim: tall words}}
    - {when: {length: short}, shots: [sh020], cut: {frame_rate: 25}}
    - {when: {format: tall, length: short}, vars: {claim: both}, cut: {fit: contain}}
"""
    found = {variant.name: variant for variant in variants(text)}
    assert [found["wide_full"].defaults.aspect_ratio, found["tall_full"].defaults.aspect_ratio] == [None, "9:16"]
    assert [shot.id for shot in found["wide_short"].shots] == ["sh020"]
    assert [found[name].values.get("claim") for name in found] == [None, None, "tall words", "both"]
    assert (found["tall_short"].cut.frame_rate, found["tall_short"].cut.fit) == (Fraction(25), "contain")
    assert (found["wide_full"].cut.frame_rate, found["wide_full"].cut.fit) == (Fraction(24), "cover")


def test_a_change_of_defaults_makes_other_jobs_and_one_of_the_cut_makes_none() -> None:
    text = HEAD + SHOTS + "variants: {matrix: {v: [a, b]}, change: [{when: {v: b}, %s}]}\n"
    assert len(planned(text % "cut: {frame_rate: 25, fit: cover}").jobs) == 2
    assert len(planned(text % "without: [sh010]").jobs) == 2
    assert len(planned(text % 'defaults: {aspect_ratio: "9:16"}').jobs) == 4
    assert len(planned(text % "vars: {claim: other}").jobs) == 3


def test_what_is_not_shown_is_made_all_the_same_where_another_shot_continues_from_it() -> None:
    text = HEAD + "shots: [{id: a, prompt: One.}, {id: b, prompt: Two., continue_from: {shot: a}}]\n"
    text += "variants: {matrix: {v: [x, y]}, change: [{when: {v: x}, without: [a]}, {when: {v: y}, without: [a]}]}\n"
    found = planned(text)
    assert [slot.shot for slot in found.every_slot()] == ["b", "b"]
    assert len(found.jobs) == 2
    assert list(plan.rehearse(found).footage) == [("x", 0), ("x", 1), ("y", 0), ("y", 1)]


@settings(max_examples=300, deadline=None)
@given(names=st.lists(st.text(min_size=1, max_size=90), unique=True, min_size=1, max_size=8))
def test_names_are_legal_everywhere_and_never_the_same(names: list[str]) -> None:
    found = unique(names)
    assert len({name.casefold() for name in found}) == len(names)
    for name in found:
        assert name.strip(". ") == name != ""
        assert not set(name) & set('<>:"/\\|?*\0')
        assert len(name) <= LONGEST + 12
        assert name.casefold().split(".")[0] not in DEVICES


def test_a_name_does_not_hang_on_the_order_of_the_variants() -> None:
    long = ["x" * 80 + "1", "x" * 80 + "2", "Über", "über"]
    forth, back = unique(long), unique(long[::-1])
    assert dict(zip(long, forth, strict=True)) == dict(zip(long[::-1], back, strict=True))
    assert legal("con") == "con-film"


def test_two_variants_of_one_name_are_an_error() -> None:
    with pytest.raises(BadInput, match='two variants are called "x"'):
        variants("variants: {name: x, matrix: {a: [1, 2]}}\n")


def groups(text: str) -> list[tuple[str, int, tuple[str, ...], str]]:
    return [(group.entry, group.jobs, group.varies, str(group.usd)) for group in plan.groups(planned(text))]


def test_what_only_a_note_names_makes_no_job_different() -> None:
    text = (
        HEAD
        + "shots: [{id: a, prompt: 'A {{ cup }}.', notes: 'title: {{ claim }}'}]\n"
        + "variants: {matrix: {cup: [mug, glass], claim: [one, two]}}\n"
    )
    assert groups(text) == [("a", 2, ("cup",), "0.80")]


FILM: dict[str, Any] = {
    "version": 1,
    "title": "T",
    "style": {"look": "film for {{ market }}"},
    "shots": [
        {"id": "sh010", "prompt": "{{ hook }}"},
        {"id": "sh020", "prompt": "A cup."},
        {"id": "sh030", "prompt": "A hand.", "continue_from": {"shot": "sh010"}},
    ],
    "variants": {"matrix": {"market": ["de", "fr", "it"], "hook": ["a", "b", "c", "d", "e"]}},
}


def test_a_plan_says_what_makes_several_jobs_of_a_shot() -> None:
    assert groups(yaml.safe_dump(FILM)) == [
        ("sh010", 15, ("market", "hook"), "6.00"),
        ("sh020", 3, ("market",), "1.20"),
        ("sh030", 15, ("market", "hook"), "6.00"),
    ]
    plain = {**FILM, "style": {"look": "film"}}
    assert groups(yaml.safe_dump(plain)) == [
        ("sh010", 5, ("hook",), "2.00"),
        ("sh020", 1, (), "0.40"),
        ("sh030", 5, ("hook",), "2.00"),
    ]


def test_a_text_that_multiplies_is_told_with_its_place_and_price() -> None:
    [found] = plan.multiplied(planned(yaml.safe_dump(FILM, sort_keys=False)))
    assert (found.path, found.line, found.names) == ("style.look", 4, ("market",))
    assert (found.jobs_before, found.jobs, str(found.usd_before), str(found.usd)) == (11, 33, "4.40", "13.20")


@settings(max_examples=25, deadline=None)
@given(markets=st.integers(1, 4), hooks=st.integers(1, 4), shared=st.booleans())
def test_what_a_plan_says_of_a_text_is_what_happens_without_it(markets: int, hooks: int, shared: bool) -> None:
    film = {**FILM, "variants": {"matrix": {"market": [f"m{n}" for n in range(markets)], "hook": list("abcd"[:hooks])}}}
    if shared:
        film["shots"] = [*FILM["shots"], {"id": "sh040", "prompt": "In {{ market }}."}]
    told = plan.multiplied(planned(yaml.safe_dump(film)))
    plain = plan.groups(planned(yaml.safe_dump({**film, "style": {"look": "film"}})))
    now = plan.groups(planned(yaml.safe_dump(film)))
    if told:
        more = [(then.jobs, after.jobs) for then, after in zip(plain, now, strict=True) if after.jobs > then.jobs]
        assert told[0].jobs_before == sum(then for then, _ in more)
        assert told[0].jobs == sum(after for _, after in more)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of a process after its start")
def test_ten_thousand_variants_are_planned_in_little_memory(tmp_path: Path) -> None:
    rows = "market,claim\n" + "".join(f"m{n},claim {n}\n" for n in range(2500))
    text = HEAD + "shots: [{id: a, prompt: 'Say {{ claim }}, {{ hook }}'}, {id: b, prompt: A cup.}]\n"
    text += "variants: {name: '{{ market }}_{{ hook }}', from: m.csv, matrix: {hook: [1, 2, 3, 4]}}\n"
    (tmp_path / "m.csv").write_text(rows)
    (tmp_path / "film.yaml").write_text(text)
    # What wait4 tells of a child counts what it shared with its parent before it became Python.
    code = "from pipeline.cli import main; main(['plan', 'film.yaml']); print(open('/proc/self/status').read())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "10,000 variants out of 10,001 takes: 10,001 to generate" in done.stdout
    peak = re.search(r"VmHWM:\s+([0-9]+) kB", done.stdout)
    assert peak is not None
    assert int(peak[1]) < 120_000, "kB"


def test_what_was_checked_can_be_composed_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.plan.compositions.KEPT", 0)
    text = HEAD + f"vars: {{n: {list(range(100))}}}\n"
    text += "shots: [{id: a, prompt: '{% for x in n %}{{ x }}{% endfor %} {{ v }}'}]\n"
    wanted = board(text + f"variants: {{matrix: {{v: {list(range(50))}}}}}\n")
    compositions = check.check(wanted, {}, {}).compositions
    assert compositions is not None
    for _ in range(80):
        for variant in compositions.variants:
            compositions.of(variant, 0)


@pytest.mark.parametrize(
    "prompt",
    [
        "@keeper waits.",
        "{{ who }} waits.",
        "@{{ key }} waits.",
        "@kee{{ end }} waits.",
        "{{ '@' ~ key }} waits.",
        "{% if coat %}@keeper{% endif %} waits.",
        "{% for one in characters %}@{{ one }} {% endfor %}waits.",
        "{{ characters.anna.description }} waits.",
        "{% include 'waits.txt' %}",
    ],
)
def test_whoever_is_mentioned_by_whatever_way_makes_a_shot_differ(prompt: str) -> None:
    film = {
        "version": 1,
        "title": "T",
        "vars": {"who": "@keeper", "key": "keeper", "end": "per"},
        "characters": {"keeper": {"description": "in {{ coat }}"}, "anna": {"description": "beside @keeper"}},
        "shots": [{"id": "a", "prompt": prompt}],
        "variants": {"matrix": {"coat": ["red", "blue"]}},
    }
    found = planned(yaml.safe_dump(film), {"waits.txt": "@keeper waits."})
    prompts = [str(found.request(variant, 0).inputs["prompt"]) for variant in found.variants]
    assert ["in red" in prompts[0], "in blue" in prompts[1]] == [True, True]
    assert len(found.jobs) == 2


PIECES = (
    "A cup. ", "{{ a }} ", "{{ b }} ", "@keeper ", "@{{ key }} ", "{{ who }} ", "{% if a == 'x' %}{{ b }}{% endif %} ",
    "{% for one in several %}{{ one }}{{ c }} {% endfor %}", "{{ characters.anna.description }} ", "@anna ",
    "{% set d = b %}{{ d }} ", "{% macro m(a) %}{{ a }}{{ c }}{% endmacro %}{{ m('1') }} ", "{% include 'p.txt' %} ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)


@settings(max_examples=120, deadline=None)
@given(prompt=TEXTS, coat=TEXTS, look=TEXTS, notes=TEXTS, included=st.sampled_from(["{{ b }}", "@anna", "plain"]))
def test_a_composition_is_shared_only_by_variants_that_agree_on_it(
    prompt: str, coat: str, look: str, notes: str, included: str
) -> None:
    film = {
        "version": 1,
        "title": "T",
        "vars": {"who": "@keeper", "key": "keeper", "several": ["1", "2"]},
        "style": {"look": look.replace("@", "")},
        "characters": {"keeper": {"description": coat}, "anna": {"description": "beside @keeper {{ b }}"}},
        "shots": [{"id": "s", "prompt": prompt, "notes": notes}],
        "variants": {
            "name": "{{ a }}{{ b }}{{ c }}",
            "matrix": {"a": ["x", "y"], "b": ["1", "2"], "c": ["u", "v"]},
            "change": [{"when": {"a": "y", "b": "2"}, "vars": {"who": "@anna"}}],
        },
    }
    wanted = board(yaml.safe_dump(film), {"p.txt": included})
    found = Compositions(wanted, Variants(wanted), catalog.models())
    for variant in found.variants:
        asked = found.asked(variant, wanted.entries[0])
        ask = Ask(asked.model, asked.generate_audio, asked.duration_s)
        alone = compose(wanted, wanted.entries[0], found.values(variant), ask, Budget())
        assert found.of(variant, 0) == alone


@pytest.mark.parametrize("word", ["exclude: [%s]", "include: [%s]", "change: [%s]"])
def test_what_would_take_hours_to_compare_is_refused(word: str) -> None:
    each = "{when: {a: %d}, vars: {x: y}}" if "change" in word else "{a: %d, b: no}"
    said = word % ", ".join(each % n for n in range(5000))
    with pytest.raises(BadInput, match="too many to hold together"):
        variants(f"variants: {{matrix: {{a: {list(range(5000))}, b: [yes]}}, {said}}}\n")


def test_thousands_of_shots_are_left_out_quickly() -> None:
    ids = [f"s{n}" for n in range(1, 3000)]
    text = HEAD + "shots:\n" + "".join(f"- {{id: {name}, prompt: A cup.}}\n" for name in ["s0", *ids])
    began = time.process_time()
    found = Variants(
        board(text + f"variants: {{matrix: {{a: {list(range(50))}}}, change: [{{when: {{a: 1}}, without: {ids}}}]}}\n")
    )
    assert [len(variant.shots) for variant in found][:3] == [3000, 1, 3000]
    assert time.process_time() - began < 2, "seconds"


def test_what_is_said_beside_a_raw_prompt_differs_by_variant_and_makes_no_job() -> None:
    film = {
        "version": 1,
        "title": "T",
        "characters": {"anna": {"description": "a girl"}},
        "shots": [
            {"id": "a", "prompt": {"raw": "Rain."}, "notes": "in {{ v }}", "dialogue": [{"anna": "Say {{ v }}."}]},
        ],
        "variants": {"matrix": {"v": ["x", "y"]}},
    }
    found = planned(yaml.safe_dump(film))
    spoken = [found.composition(variant, 0).composed.direction for variant in found.variants]
    assert [(said["notes"], said["dialogue"][0]["line"]) for said in spoken] == [("in x", "Say x."), ("in y", "Say y.")]
    assert len(found.jobs) == 1


@pytest.mark.parametrize(
    "shot",
    [
        {"id": "sh010", "prompt": {"raw": "A cup."}},
        {"id": "sh010", "prompt": "A cup.", "prompt_template": "{{ action }}"},
    ],
)
def test_a_style_that_does_not_reach_a_prompt_multiplies_nothing(shot: dict[str, object]) -> None:
    markets = {"market": ["de", "fr", "it", "es", "pt", "nl"]}
    film = {**FILM, "shots": [shot], "variants": {"matrix": markets}}
    found = planned(yaml.safe_dump(film))
    assert len(found.jobs) == 1
    assert plan.multiplied(found) == ()
