"""What `check` promises: everything wrong at once, each at its place, with how to mend it.

The boards in tests/storyboards are the cases. To add one to `invalid`, drop it in with the text it must give beside it.
What they include stands in tests/storyboards/companions.
"""

from __future__ import annotations

import itertools
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline import produce
from pipeline.check import check
from pipeline.errors import BadInput, describe
from pipeline.plan import Compositions
from pipeline.storyboard import parse
from tests.boards import board, checked, facts, read, sounds

CASES = Path(__file__).parent / "storyboards"
INVALID, VALID = sorted((CASES / "invalid").glob("*.yaml")), sorted((CASES / "valid").glob("*.yaml"))
EXAMPLES = sorted((Path(__file__).parent.parent / "storyboards").glob("*.yaml"))
LIGHTHOUSE = Path(__file__).parent.parent / "storyboards" / "lighthouse.yaml"
HEAD = "version: 1\ntitle: T\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files to refer to, as the working directory."""
    shutil.copytree(CASES / "companions", tmp_path, dirs_exist_ok=True)
    (tmp_path / "storyreel.yaml").touch()
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "still.png")
    Image.new("RGB", (64, 36), "teal").save(tmp_path / "tiny.png")
    (tmp_path / "words.png").write_text("no picture")
    sounds(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(name: str) -> str:
    """Every problem of the board in the working directory, as it is shown."""
    try:
        problems = produce.check(Path(name)).checked.problems
    except BadInput as bad:
        problems = bad.problems
    return "\n".join(map(describe, problems)) + "\n"


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case.stem)
def test_an_invalid_board_says_exactly_this(case: Path, project: Path) -> None:
    shutil.copy(case, project)
    assert told(case.name) == read(case.with_suffix(".txt"))


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.stem)
def test_a_valid_board_has_no_problem(case: Path, project: Path) -> None:
    shutil.copy(case, project)
    film = produce.check(Path(case.name))
    assert film.checked.problems == ()
    assert film.checked.compositions is not None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_the_example_has_no_problem(example: Path) -> None:
    assert produce.check(example).checked.problems == ()


def test_plain_words_are_read_as_yaml_1_2_reads_them() -> None:
    wanted = board(read(CASES / "valid" / "core-schema.yaml"))
    assert wanted.vars == {
        "country": "no", "on": "off", "ten": 10, "time": "1:30", "date": "2024-01-01", "grouped": "1_000"
    }  # fmt: skip


def laughs(levels: str = "abcdefg") -> str:
    """Nine times nine times nine values out of a few lines."""
    first = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    pairs = itertools.pairwise(levels)
    return first + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairs)


def nested_aliases() -> str:
    """Each line 58 deep, and inside it the one before: far deeper than any line of it."""
    pairs = itertools.pairwise(f"a{n}" for n in range(40))
    return "vars:\n  a0: &a0 x\n" + "".join(f"  {new}: &{new} {'[' * 58}*{old}{']' * 58}\n" for old, new in pairs)


def aliases_at_every_depth() -> str:
    """Sixty lists inside each other, each with 90,000 values of its own that are written once."""
    return f"a: &a [{'x, ' * 90_000}x]\nb: {'[*a, ' * 60}x{']' * 60}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(HEAD + "shots: " + "[" * 5000, "too-deep", id="deep"),
        pytest.param(HEAD + "shots: [" + "x, " * 200_000 + "x]", "too-many", id="many"),
        pytest.param(HEAD + f"budget: {{max_cost: {'9' * 20_000}}}", "number", id="digits"),
        pytest.param(laughs(), "too-many", id="laughs"),
        pytest.param(nested_aliases(), "too-deep", id="deep-aliases"),
        pytest.param(aliases_at_every_depth(), "too-many", id="aliases-at-every-depth"),
        pytest.param("x" * (1 << 20) + "y", "too-large", id="large"),
        pytest.param(HEAD + "x: '" + "api_key" * 140_000 + "'", "missing-key", id="keys"),
        pytest.param("title: a\0b", "control-character", id="nul"),
        pytest.param('title: "\\ud800"', "yaml", id="surrogate"),
        pytest.param("title: \xe9", "encoding", id="latin-1"),
    ],
)
def test_what_would_eat_time_or_memory_is_refused(text: str, code: str) -> None:
    try:
        problems = parse("film.yaml", lambda _: text.encode("latin-1")).problems
    except BadInput as bad:
        problems = bad.problems
    assert code in {problem.code for problem in problems}


LONG = 100_000  # characters: whoever looks at each pair of them looks for minutes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(f"shots: [{{id: a, {'first' * LONG}: b: c}}]", "yaml", id="key"),
        pytest.param(f"shots: [{{id: a, {'a:' * LONG}b: c: d}}]", "yaml", id="colons"),
        pytest.param(f"shots: [{{id: a, prompt: {'a ' * LONG}b: c: d}}]", "yaml", id="text"),
        pytest.param(f"  {'- ' * LONG}z:b: c", "yaml", id="dashes"),
        pytest.param(f"shots: [{{id: a, prompt: b, dialogue: [x{' ' * LONG}y]}}]", "dialogue", id="line"),
        pytest.param(
            f"shots: [{{id: a, prompt: b, dialogue: [? '{' ' * LONG}(' : c]}}]", "unknown-character", id="speaker"
        ),
    ],
)
def test_what_is_wrong_with_a_long_line_is_told_at_once(text: str, code: str) -> None:
    try:
        problems = checked(HEAD + text).problems
    except BadInput as bad:
        problems = bad.problems
    assert [problem.code for problem in problems if problem.severity == "error"] == [code]


def test_the_speaker_of_a_line_is_read_as_it_is_written() -> None:
    heads = ["keeper (low, hoarse)", " keeper  ( low )  ", "keeper", "old  keeper", "()", "a (b) c", "a(b"]
    lines = ", ".join(f"{{'{head}': x}}" for head in heads)
    [shot] = board(HEAD + f"shots: [{{id: a, prompt: b, dialogue: [{lines}]}}]").entries
    assert [(line.speaker, line.delivery) for line in shot.parts[0].dialogue] == [
        ("keeper", "low, hoarse"), ("keeper", "low"), ("keeper", ""), ("old  keeper", ""), ("", ""), ("a (b) c", ""),
        ("a(b", ""),
    ]  # fmt: skip


def test_a_file_without_a_name_is_shown_where_it_is_included() -> None:
    found = parse("film.yaml", lambda _: (HEAD + "shots: [{id: a, prompt: '{% include \"\" %}'}]").encode()).problems
    assert [(problem.code, problem.place.length > 1) for problem in found] == [("file", True)]


def full_of(tag: str, shots: int) -> str:
    """A board whose prompts hold as many of the tag as 60,000 characters have room for."""
    texts = (f"  - {{id: sh{number}, prompt: '{tag * (60_000 // len(tag))} {number}'}}\n" for number in range(shots))
    return HEAD + "vars: {a: b}\nshots:\n" + "".join(texts)


@pytest.mark.parametrize("tag", ["{{a}}", "{%if a%}{%endif%}", "{{[" + "a," * 900 + "a]}}", "{{" + "a~" * 900 + "a}}"])
def test_a_board_of_nothing_but_tags_is_refused_before_it_is_parsed(tag: str) -> None:
    text = full_of(tag, 17)
    with pytest.raises(BadInput) as caught:
        parse("film.yaml", lambda _: text.encode())
    [problem] = caught.value.problems
    assert "all templates together have more than 60,000 names, signs and brackets" in problem.message
    assert problem.place.line > len(HEAD.splitlines())


def test_tags_of_prompt_files_count_with_those_of_the_board() -> None:
    text = HEAD + 'shots: [{id: a, prompt: \'{% include "1.txt" %}{% include "2.txt" %}\'}]\n'
    words = {"1.txt": "{{ a }}" * 9_000, "2.txt": "{{ a }}" * 8_000 + "\n{{ a }}" * 4_000}
    with pytest.raises(BadInput) as caught:
        parse("film.yaml", lambda _: text.encode(), lambda name: words[name].encode())
    assert [problem.place.file for problem in caught.value.problems] == ["2.txt"]


def test_a_text_that_stands_in_many_shots_counts_once() -> None:
    prompts = ", ".join(f"{{id: a{number}, prompt: *tags}}" for number in range(50))
    text = HEAD + f"vars: {{a: b}}\nshots: [{{id: a, prompt: &tags '{'{{ a }}' * 1_500}'}}, {prompts}]\n"
    assert parse("film.yaml", lambda _: text.encode()).problems == ()


def test_what_is_mended_at_an_alias_stays_as_it_is_at_its_anchor() -> None:
    text = HEAD + "shots: [{id: a, prompt: b, camera: &c {angle: low}}]\nvariants: {matrix: *c}\n"
    assert [problem.path for problem in checked(text).problems] == ["variants.matrix.angle"]


def test_more_files_than_can_be_included_are_told_of() -> None:
    files = [f"b{n}.yaml" for n in range(102)]
    text = HEAD + f"include: [{', '.join(files)}]\nshots: [{{id: a, prompt: '@who waits.'}}]\n"
    parsed = parse(
        "film.yaml", lambda _: text.encode(), lambda name: f"props: {{{name[:-5]}: {{description: b}}}}".encode()
    )
    assert parsed.board is not None
    [problem] = check(parsed.board, {}, {}, parsed.problems).problems
    assert (problem.path, problem.message) == ("include[100]", "more than 100 files are included")


def test_more_prompt_files_than_can_be_included_are_told_of_once() -> None:
    tags = "".join(f"{{% include 'p{n}.txt' %}}" for n in range(99))
    text = HEAD + f'shots: [{{id: a, prompt: "{tags}"}}, {{id: b, prompt: "{tags.replace("p", "q")}"}}]\n'
    text = text.replace("qrompt", "prompt")
    parsed = parse("film.yaml", lambda _: text.encode(), lambda _: b"A rope.")
    assert [problem.message for problem in parsed.problems] == ["more than 100 files are included"]
    assert parsed.board is not None
    assert check(parsed.board, {}, {}, parsed.problems).problems == parsed.problems


@pytest.mark.parametrize("line", ["WAVESPEED_API_KEY: wsk_secret", "api-key: 'wsk_secret'", '"apikey" : wsk_secret'])
def test_a_key_in_a_board_by_mistake_is_not_shown(line: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse("film.yaml", lambda _: f"{HEAD}{line}\nshots: ]\n".encode())
    parsed = parse("film.yaml", lambda _: f"{HEAD}{line}\nshots: [{{id: a, prompt: b}}]\n".encode())
    told = "\n".join(map(describe, (*parsed.problems, *refused.value.problems)))
    assert "set WAVESPEED_API_KEY in the environment" in told
    assert "secret" not in told + repr(parsed.problems)


def test_what_is_wrong_in_one_variant_alone_is_found() -> None:
    text = HEAD + "characters: {keeper: {description: a man}}\nshots: [{id: a, prompt: '@{{ who }} waits.'}]\n"
    found = checked(text + "variants: {matrix: {who: [keeper, nobody]}}\n")
    assert [problem.code for problem in found.problems] == ["unknown-character"]
    assert found.compositions is None


def test_a_voice_alone_is_no_reference() -> None:
    text = HEAD + "shots: [{id: a, prompt: b, references: [{audio: bell.wav, role: the bell}]}]\n"
    [problem] = checked(text).problems
    assert "only beside an image or a video" in problem.message


def test_more_videos_than_other_hosts_take_is_a_warning() -> None:
    videos = ", ".join(f"{{video: v{n}.mp4, role: walk {n}}}" for n in range(4))
    found = checked(HEAD + f"shots: [{{id: a, prompt: b, references: [{videos}]}}]\n")
    assert {problem.severity for problem in found.problems} == {"warning", "error"}  # 16 s are over the total
    assert "the page allows 9, other hosts 3" in "".join(problem.message for problem in found.problems)


@pytest.mark.parametrize("name", ["takes.yaml", "Previs.yaml"])
def test_a_board_can_not_be_called_as_a_folder_of_the_store(name: str) -> None:
    [problem] = checked(HEAD + "shots: [{id: a, prompt: b}]\n", name).problems
    assert problem.code == "reserved-name"


LINES = read(LIGHTHOUSE).splitlines(keepends=True)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 8))
def test_no_edit_of_a_board_can_crash_the_check(seed: int, edits: int) -> None:
    chance, lines = random.Random(seed), list(LINES)
    for _ in range(edits):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 2:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 3:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chance.choice("{}[]\"'@:#&*!|>%\t-é\u202e\x07{{") + lines[at][cut:]
            case _:
                lines[at] = " " * chance.randrange(6) + lines[at].lstrip()
        if not lines:
            return
    try:
        parsed = parse("film.yaml", lambda _: "".join(lines).encode())
    except BadInput:
        return
    if parsed.board is not None:
        found = check(parsed.board, facts(parsed.board), {}, parsed.problems)
        assert found.errors or isinstance(found.compositions, Compositions)
        "\n".join(map(describe, found.problems))


def test_a_text_that_no_shot_uses_yet_is_checked_too() -> None:
    text = HEAD + "characters: {keeper: {description: '{{ nope }}'}}\nshots: [{id: a, prompt: b}]\n"
    assert [problem.path for problem in checked(text).problems] == ["characters.keeper.description"]
