"""What a lock promises: the same facts back, valid YAML, lines that git can merge, and a line named for every fault."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import lock
from pipeline.cli import attributes
from pipeline.errors import BadInput, describe
from pipeline.lock import Lock, Use
from pipeline.take import Paid
from tests.needed import Tool, path_of

ORIGIN = "https://api.wavespeed.ai"
OTHER = "http://127.0.0.1:8017"
FILE = "film.lock.yaml"
# Also what YAML takes for the end of a line, half a surrogate pair, what no font has, and what quotes and escapes.
ODD = "\u2028\u2029\x85\ufeff\ud800\U0001f3ac\"'\\#:{\n\t"
# Two halves of a surrogate pair that meet are one character to JSON.
TEXTS = st.text(st.characters(exclude_categories=()) | st.sampled_from(ODD), max_size=20).map(
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
VALUES = (
    TEXTS
    | st.integers(-(2**53), 2**53)
    | st.booleans()
    | st.lists(st.dictionaries(TEXTS, TEXTS, max_size=2), max_size=2)
)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
MONEY = st.none() | st.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=4)
PAID = st.builds(Paid, DIGESTS, st.integers(1, 10**9 - 1), TEXTS, MONEY, DIGESTS)
REQUESTS = st.fixed_dictionaries(
    {"format": st.just(1), "model": TEXTS, "inputs": st.dictionaries(TEXTS, VALUES, max_size=4)}
)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
USES = st.dictionaries(
    st.tuples(IDS, st.just("") | IDS | st.text(st.characters(categories=["L", "N"]), min_size=1)),
    st.builds(Use, DIGESTS, DIGESTS, st.integers(1, 99)),
    max_size=4,
)


def digest(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


def paid(name: object, number: int = 1) -> Paid:
    return Paid(digest(name), number, f"pred-{name}", Decimal("0.40"), digest(f"clip {name}"))


def request(name: object) -> dict[str, Any]:
    return {"format": 1, "model": "a/b", "inputs": {"prompt": f"Shot {name}.", "duration": 5}}


def of(*names: object) -> Lock:
    """A lock in which each name is a shot with its take."""
    uses = {(f"sh{name}", ""): Use(digest(name), digest(name), 1) for name in names}
    bought = Lock().with_takes(ORIGIN, [(paid(name), request(name)) for name in names])
    return bought.with_sources(ORIGIN, {digest(name): {"prompt": "0a1b2c3d"} for name in names}).with_uses(ORIGIN, uses)


def refused(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        lock.parse(text, FILE)
    return caught.value


def place(text: str) -> tuple[int, str, str]:
    """The line, the fault and the hint of what is wrong with a text."""
    (problem,) = refused(text).problems
    assert problem.place.file == FILE
    assert FILE in describe(problem)
    return problem.place.line, problem.message, problem.hint


# --- the same facts back


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(PAID, REQUESTS), max_size=4), USES)
def test_what_is_written_comes_back(takes: list[tuple[Paid, dict[str, Any]]], uses: dict[tuple[str, str], Use]) -> None:
    written = Lock().with_takes(ORIGIN, takes).with_uses(ORIGIN, uses)
    text = lock.dump(written)
    read = lock.parse(text, FILE)
    assert lock.dump(read) == text
    assert len(text.splitlines()) == text.count("\n")  # whatever else ends a line is escaped
    text.encode()
    for take in {(one.digest, one.number): one for one, _ in takes}.values():
        found = {one.number: one for one in read.takes(ORIGIN, [take.digest])[take.digest]}
        assert found[take.number] == take
    for wanted in {one.digest: wanted for one, wanted in takes}.items():
        assert read.request(ORIGIN, wanted[0]) == wanted[1]
    for (shot, variant), use in uses.items():
        assert read.own_use(ORIGIN, shot, variant) == use
        assert read.use(ORIGIN, shot, variant) == use
    assert read.used(ORIGIN) == {use.digest for use in uses.values()}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(PAID, REQUESTS), max_size=3), USES)
def test_a_yaml_library_reads_the_same_facts(
    takes: list[tuple[Paid, dict[str, Any]]], uses: dict[tuple[str, str], Use]
) -> None:
    read = yaml.safe_load(lock.dump(Lock().with_takes(ORIGIN, takes).with_uses(ORIGIN, uses)))
    sections = read.pop(ORIGIN, {})
    assert read == {"format": 1, "recipe": 1}
    lines = {f"{shot}/{variant}" if variant else shot: one for (shot, variant), one in uses.items()}
    said = {key: {"take": f"{one.digest}/{one.number}", "wanted": one.wanted} for key, one in lines.items()}
    assert sections.get("shots", {}) == said
    paid_for = {f"{one.digest}/{one.number}": one for one, _ in takes}
    assert sections.get("takes", {}).keys() == paid_for.keys()
    for key, one in paid_for.items():
        found = sections["takes"][key]
        assert (found["clip"], found["prediction"]) == (one.sha256, one.prediction)
        assert (None if found["price_usd"] is None else Decimal(found["price_usd"])) == one.price_usd
    wanted = {one.digest: wanted for one, wanted in takes}
    assert sections.get("requests", {}) == wanted


@pytest.mark.parametrize("shot", ["true", "No", "null", "1_000", "0x1F", "1e5", "2026-11-03", "010", "y", "_1", "a.b"])
def test_a_shots_name_stays_a_text_whatever_yaml_makes_of_it(shot: str) -> None:
    uses = {(shot, ""): Use(digest(1), digest(1), 1)}
    text = lock.dump(Lock().with_uses(ORIGIN, uses))
    assert list(yaml.safe_load(text)[ORIGIN]["shots"]) == [shot]
    assert lock.parse(text, FILE).own_use(ORIGIN, shot, "") == uses[shot, ""]


@pytest.mark.parametrize("price", ["0", "0.40", "0.33999999999999997", "1E+3", "0.1234567890123456789"])
def test_a_price_of_any_length_comes_back(price: str) -> None:
    take = Paid(digest(1), 1, "p", Decimal(price), digest(2))
    read = lock.parse(lock.dump(Lock().with_takes(ORIGIN, [(take, request(1))])), FILE)
    assert read.every_take(ORIGIN) == (take,)


def test_an_empty_text_is_an_empty_lock() -> None:
    assert lock.parse("", FILE) == lock.parse(" \n\n", FILE) == Lock()


def test_lines_of_windows_and_comments_are_no_obstacle() -> None:
    text = lock.dump(of(1, 2))
    read = lock.parse(text.replace("\n", "\r\n") + "# kept for the festival\r\n", FILE)
    assert lock.dump(read) == text


def test_origins_are_apart() -> None:
    both = of(1).with_takes(OTHER, [(paid(2), request(2))])
    read = lock.parse(lock.dump(both), FILE)
    assert [one.digest for one in read.every_take(ORIGIN)] == [digest(1)]
    assert [one.digest for one in read.every_take(OTHER)] == [digest(2)]
    assert not read.takes(OTHER, [digest(1)])
    assert read.use(OTHER, "sh1", "") is None


def test_a_variant_uses_its_own_take_else_the_one_that_all_use() -> None:
    own, shared = Use(digest(1), digest(1), 2), Use(digest(1), digest(1), 1)
    some = Lock().with_uses(ORIGIN, {("sh010", ""): shared, ("sh010", "storm"): own})
    assert some.use(ORIGIN, "sh010", "storm") == own
    assert some.use(ORIGIN, "sh010", "calm") == shared
    assert some.own_use(ORIGIN, "sh010", "calm") is None
    assert some.use(ORIGIN, "sh020", "storm") is None


def test_takes_of_a_request_come_in_order_of_their_numbers() -> None:
    some = Lock().with_takes(ORIGIN, [(paid(1, number), request(1)) for number in (10, 2, 1)])
    assert [one.number for one in some.takes(ORIGIN, [digest(1)])[digest(1)]] == [1, 2, 10]


def test_what_two_locks_say_is_joined_and_the_newer_one_wins() -> None:
    older, newer = of(1, 2), of(3).with_uses(ORIGIN, {("sh1", ""): Use(digest(9), digest(1), 1)})
    both = lock.merged(older, newer)
    assert {one.digest for one in both.every_take(ORIGIN)} == {digest(1), digest(2), digest(3)}
    assert both.use(ORIGIN, "sh1", "") == Use(digest(9), digest(1), 1)
    assert both.use(ORIGIN, "sh2", "") == older.use(ORIGIN, "sh2", "")


# --- how it is written


def test_the_text_hangs_on_the_facts_and_not_on_their_order() -> None:
    assert lock.dump(of(1, 2, 3)) == lock.dump(of(3, 1, 2))
    shots = [line for line in lock.dump(of(*range(40))).splitlines() if line.startswith("    ")]
    keys = [re.split(r"(?<=[\w\"]):", line.strip())[0].strip('"') for line in shots]
    assert keys[:40] == sorted(keys[:40])
    assert keys[40:80] == sorted(keys[40:80])
    assert keys[80:120] == sorted(keys[80:120])
    assert keys[120:] == sorted(keys[120:])


def test_a_fact_is_one_line_and_a_change_touches_only_its_own() -> None:
    before = lock.dump(of(*range(9))).splitlines()
    after = lock.dump(of(*range(10))).splitlines()
    assert len(set(after) - set(before)) == 4  # a shot, a take, its request and its marks
    assert not set(before) - set(after)


def test_it_holds_no_address_no_time_and_no_key() -> None:
    text = lock.dump(of(1, 2))
    assert re.findall(r"\w+://\S+", text) == [f'{ORIGIN}":']
    assert not re.search(r"\d{4}-\d\d-\d\d|\d\d:\d\d|[Bb]earer|[Kk]ey", text)


def test_ten_thousand_takes_are_read_in_a_moment() -> None:
    long = "A lighthouse on a black cliff. " * 30
    takes = [(paid(number), {**request(number), "inputs": {"prompt": f"{number} {long}"}}) for number in range(10_000)]
    uses = {(f"sh{number}", ""): Use(digest(number), digest(number), 1) for number in range(10_000)}
    text = lock.dump(Lock().with_takes(ORIGIN, takes).with_uses(ORIGIN, uses))
    began = time.perf_counter()
    read = lock.parse(text, FILE)
    print(f"{len(text) / 1e6:.1f} MB in {time.perf_counter() - began:.2f} s")
    assert len(read.every_take(ORIGIN)) == 10_000


# --- what storyreel did not write


def numbered(text: str, beginning: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith(beginning))


def test_a_line_that_stands_there_twice_is_named() -> None:
    text = lock.dump(of(1, 2))
    line = numbered(text, "sh2:")
    lines = text.splitlines()
    number, message, hint = place("\n".join([*lines[:line], lines[line - 1].replace("/1", "/2"), *lines[line:]]))
    assert (number, message) == (line + 1, "sh2 stands there twice")
    assert hint


def test_the_same_line_twice_says_what_it_says_once() -> None:
    text = lock.dump(of(1, 2))
    lines = text.splitlines()
    line = numbered(text, "sh2:")
    assert lock.parse("\n".join([*lines[:line], lines[line - 1], *lines[line:]]), FILE) == of(1, 2)


def test_lines_of_one_server_may_stand_in_any_order() -> None:
    lines = lock.dump(of(*range(5))).splitlines()
    head, facts = lines[:4], [line for line in lines[4:] if line.startswith("    ")]
    assert lines[3] == f'"{ORIGIN}":'
    for seed in range(20):
        random.Random(seed).shuffle(facts)
        assert lock.dump(lock.parse("\n".join([*head, "  takes:", *facts]), FILE)) == lock.dump(of(*range(5)))
        assert lock.parse("\n".join([*head, *facts]), FILE) == of(*range(5))


def test_a_line_out_of_order_among_several_servers_is_refused() -> None:
    lines = lock.dump(of(1, 2).with_takes(OTHER, [(paid(3), request(3))])).splitlines()
    stray = lines.pop(numbered("\n".join(lines), f'"{digest(3)}/1"') - 1)
    number, message, hint = place("\n".join([*lines, stray]))
    assert number == len(lines) + 1
    assert "which server" in message
    assert "both versions" in hint


@pytest.mark.parametrize(
    "foreign",
    [
        "anything",
        "    sh3: {take: 1}",
        '    sh3: {"take": "x/1", "wanted": "y"}',
        f'    sh3: {{"take": "{digest(1)}/0", "wanted": "{digest(1)}"}}',
        "    sh3:",
        "    sh3: [1, 2]",
        "\tsh3: 1",
        "  others:",
        "format: one",
        "elsewhere: 1",
        "  - sh3",
        '    "sh3: {}',
        "[" * 9000,
    ],
)
def test_a_foreign_line_is_named_with_what_to_do(foreign: str) -> None:
    lines = lock.dump(of(1, 2)).splitlines()
    at = numbered("\n".join(lines), "sh2:")
    number, message, hint = place("\n".join([*lines[:at], foreign, *lines[at:]]))
    assert number == at + 1
    assert message.startswith("this is not as storyreel writes it")
    assert "git" in hint


@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        ("takes", f'    "{digest(7)}/1": {{"clip": "short", "prediction": "p", "price_usd": "0.40"}}'),
        ("takes", f'    "{digest(7)}/1": {{"clip": "{digest(8)}", "prediction": 7, "price_usd": "0.40"}}'),
        ("takes", f'    "{digest(7)}/1": {{"clip": "{digest(8)}", "prediction": "p", "price_usd": "-0.40"}}'),
        ("takes", f'    "{digest(7)}/1": {{"clip": "{digest(8)}", "prediction": "p", "price_usd": 0.4}}'),
        ("takes", f'    "{digest(7)}/0": {{"clip": "{digest(8)}", "prediction": "p", "price_usd": null}}'),
        ("takes", f'    "{digest(7)}": {{"clip": "{digest(8)}", "prediction": "p", "price_usd": null}}'),
        ("requests", "    short: {}"),
        ("requests", f"    {'f' * 64}: 7"),
    ],
)
def test_a_wrong_fact_is_named_by_its_line(section: str, wrong: str) -> None:
    lines = lock.dump(of(1, 2)).splitlines()
    at = numbered("\n".join(lines), f"{section}:")
    assert place("\n".join([*lines[:at], wrong, *lines[at:]]))[0] == at + 1


@pytest.mark.parametrize("wrong", ["price", "clip"])
def test_the_same_wrong_fact_of_two_takes_is_named_where_it_first_stands(wrong: str) -> None:
    text = lock.dump(of(1, 2))
    text = text.replace('"0.40"', '"cheap"') if wrong == "price" else text.replace('"clip"', '"film"')
    assert place(text)[0] == numbered(text, f'"{min(digest(1), digest(2))}/1"')


@pytest.mark.parametrize("name", ["format", "recipe"])
def test_a_newer_lock_is_told_apart_from_a_broken_one(name: str) -> None:
    text = lock.dump(of(1)).replace(f"{name}: 1", f"{name}: 2") + "what only that version knows: yes\n"
    number, message, hint = place(text)
    assert number == numbered(text, name)
    assert "newer" in message
    assert "upgrade" in hint


@pytest.mark.parametrize("name", ["format", "recipe"])
def test_a_lock_without_its_format_is_none(name: str) -> None:
    text = re.sub(rf"{name}: 1\n", "", lock.dump(of(1)))
    assert "does not say" in place(text)[1]


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> festival", "||||||| 1a2b3c4"])
def test_a_marker_of_a_conflict_is_named_by_its_line(marker: str) -> None:
    lines = lock.dump(of(1, 2)).splitlines()
    number, message, hint = place("\n".join([*lines[:6], marker, *lines[6:]]))
    assert number == 7
    assert "two branches" in message
    assert "delete the markers" in hint


# --- git


GIT = Tool("git", "STORYREEL_GIT", "install git (https://git-scm.com)")
Git = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    path_of(GIT)
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
        return subprocess.run(["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, env=environ)

    assert run("init").returncode == 0
    return run


def committed(git: Git, folder: Path, some: Lock) -> None:
    (folder / FILE).write_text(lock.dump(some), encoding="utf-8")
    assert git("add", FILE).returncode == 0
    assert git("commit", "-m", "Shoot").returncode == 0


def branches(git: Git, folder: Path, base: Lock, ours: Lock, theirs: Lock) -> subprocess.CompletedProcess[str]:
    """What merging two branches that went on from one lock comes to."""
    committed(git, folder, base)
    assert git("checkout", "-b", "festival").returncode == 0
    committed(git, folder, theirs)
    assert git("checkout", "main").returncode == 0
    committed(git, folder, ours)
    return git("merge", "festival", "-m", "Merge")


def test_two_branches_that_bought_different_shots_merge_line_by_line(tmp_path: Path, git: Git) -> None:
    base = range(0, 400, 10)
    ours, theirs = [11, 12, 23], [351, 372, 373]
    result = branches(git, tmp_path, of(*base), of(*base, *ours), of(*base, *theirs))
    assert result.returncode == 0, result.stdout
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    assert text == lock.dump(of(*base, *ours, *theirs))
    assert lock.parse(text, FILE).use(ORIGIN, f"sh{theirs[0]}", "") == Use(digest(theirs[0]), digest(theirs[0]), 1)


def test_a_conflict_is_told_with_its_line_and_mended_by_deleting_markers(tmp_path: Path, git: Git) -> None:
    base = of(1, 2, 3)
    ours = base.with_uses(ORIGIN, {("sh2", ""): Use(digest(2), digest(2), 2)})
    theirs = base.with_uses(ORIGIN, {("sh2", ""): Use(digest(2), digest(2), 3)})
    assert branches(git, tmp_path, base, ours, theirs).returncode == 1
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    number, message, _ = place(text)
    assert text.splitlines()[number - 1].startswith("<<<<<<<")
    assert "two branches" in message
    kept = [line for line in text.splitlines() if not re.match("[<=>]{7}", line)]
    assert place("\n".join(kept))[1] == "sh2 stands there twice"
    del kept[numbered("\n".join(kept), "sh2:") - 1]
    assert lock.parse("\n".join(kept), FILE).use(ORIGIN, "sh2", "") == Use(digest(2), digest(2), 3)


# --- git, told to join the lines of both


@pytest.fixture
def union(tmp_path: Path, git: Git) -> Git:
    """The same, in a folder where `init` was."""
    (tmp_path / ".gitattributes").write_text(f"{attributes.LINE}\n")
    return git


@pytest.mark.parametrize("base", [(), (10,), (10, 20, 30), range(0, 400, 10)], ids=len)
@pytest.mark.parametrize(("ours", "theirs"), [([21], [22]), ([21, 22], [19, 23]), ([1], [999]), ([21, 25], [21, 26])])
def test_what_two_branches_bought_side_by_side_is_joined(
    tmp_path: Path, union: Git, base: Iterable[int], ours: list[int], theirs: list[int]
) -> None:
    result = branches(union, tmp_path, of(*base), of(*base, *ours), of(*base, *theirs))
    assert result.returncode == 0, result.stdout
    read = lock.parse((tmp_path / FILE).read_text(encoding="utf-8"), FILE)
    assert lock.dump(read) == lock.dump(of(*base, *ours, *theirs))


@pytest.mark.parametrize("names", [(2,), (1, 2, 3), range(40)], ids=len)
def test_of_two_lines_for_one_shot_the_second_is_named_and_mended_by_deleting_one(
    tmp_path: Path, union: Git, names: Iterable[int]
) -> None:
    base = of(*names)
    ours, theirs = (base.with_uses(ORIGIN, {("sh2", ""): Use(digest(2), digest(2), number)}) for number in (2, 3))
    assert branches(union, tmp_path, base, ours, theirs).returncode == 0
    lines = (tmp_path / FILE).read_text(encoding="utf-8").splitlines()
    number, message, hint = place("\n".join(lines))
    assert (message, hint) == ("sh2 stands there twice", "delete the line that is not wanted")
    assert lines[number - 1].startswith("    sh2:")
    del lines[number - 1]
    assert lock.parse("\n".join(lines), FILE).use(ORIGIN, "sh2", "") == Use(digest(2), digest(2), 2)


@pytest.mark.usefixtures("git")
@pytest.mark.parametrize("servers", [[ORIGIN], [ORIGIN, OTHER]], ids=len)
def test_no_take_is_lost_or_comes_to_another_server_whatever_is_joined(tmp_path: Path, servers: list[str]) -> None:
    chance, read = random.Random(7), 0
    for _ in range(150):
        base = grown(Lock(), "base", chance.choice([0, 1, 4, 20]), servers, chance)
        ours, theirs = (grown(base, who, chance.randrange(5), servers, chance) for who in ("ours", "theirs"))
        for name, some in (("base", base), ("ours", ours), ("theirs", theirs)):
            (tmp_path / name).write_text(lock.dump(some), encoding="utf-8")
        command = ["git", "merge-file", "--union", "-p", "ours", "base", "theirs"]
        joined = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        if (found := read_or_refused(joined)) is None:
            continue
        read += 1
        for origin in servers:
            bought = {*ours.every_take(origin), *theirs.every_take(origin)}
            assert {*found.every_take(origin)} == bought
    assert read > 50


def read_or_refused(text: str) -> Lock | None:
    """The lock in a text; None where it is refused for what a merge may have done."""
    try:
        return lock.parse(text, FILE)
    except BadInput as bad:
        known = re.search(r"stands there twice|of which server", bad.problems[0].message)
    assert known, text
    return None


def grown(before: Lock, who: str, takes: int, servers: list[str], chance: random.Random) -> Lock:
    """The lock after that many takes that `who` bought, of requests that others make too, anywhere."""
    for _ in range(takes):
        origin, number = chance.choice(servers), chance.randrange(12)
        name = f"{number} {chance.choice([who, 'same'])}"
        if not before.takes(origin, [digest(name)]):
            take = replace(paid(name), prediction=f"{name} of {who} at {origin}")
            before = before.with_takes(origin, [(take, request(name))])
            before = before.with_sources(origin, {digest(name): {"prompt": f"{number:08x}"}})
        before = before.with_uses(origin, {(f"sh{number}", ""): Use(digest(name), digest(name), 1)})
    return before
