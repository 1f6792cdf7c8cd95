"""Takes are looked at once, by each check there is; what they notice is kept and stops nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline import catalog, media
from pipeline.plain import digest_of
from pipeline.screening import Program, Screening
from pipeline.screening.asked import Asked, asked
from pipeline.screening.built_in import flags
from pipeline.store import Intent, Look, Store, take_home
from pipeline.take import BUILT_IN, MediaFacts, Take
from tests import looks
from tests.clips import write_pictures
from tests.rehearsal import SEEDANCE

ORIGIN = "https://api.wavespeed.ai"
AS_MADE = Asked(Fraction(1), (looks.WIDTH, looks.HEIGHT))


def told(clip: Path, wanted: Asked = AS_MADE) -> list[str]:
    found = flags(clip, media.inspect(clip, "video"), wanted)
    assert found is not None
    assert {flag.check for flag in found} <= {BUILT_IN}
    return [f"{flag.code}: {flag.message}" for flag in found]


@pytest.mark.parametrize(
    ("pictures", "wanted", "said"),
    [
        (looks.moving(24), AS_MADE, []),
        (looks.moving(26), AS_MADE, []),
        (looks.moving(22), AS_MADE, []),
        (looks.moving(21), AS_MADE, ["short: 0.88 s long where 1.0 s were asked for"]),
        (looks.moving(27), AS_MADE, ["long: 1.12 s long where 1.0 s were asked for"]),
        (looks.moving(24), Asked(), []),
        (looks.moving(24), Asked(size=(304, 176)), []),
        (looks.moving(24), Asked(size=(180, 320)), ["size: 320 x 180 pixels where 180 x 320 were asked for"]),
        (looks.moving(24), Asked(size=(1280, 720)), ["size: 320 x 180 pixels where 1280 x 720 were asked for"]),
        ([looks.BLACK] * 24, AS_MADE, ["black: black from beginning to end"]),
        (looks.moving(12) + [looks.BLACK] * 12, AS_MADE, ["black: black from 0.5 s to 1.0 s"]),
        (looks.still(24), AS_MADE, ["frozen: frozen from beginning to end"]),
        (looks.barred(looks.moving(24), 22, 22), AS_MADE, ["bars: black bars above and below, 22 pixels"]),
        (looks.grainy(24), AS_MADE, []),
        (looks.night(24), AS_MADE, []),
    ],
)
def test_what_is_odd_about_a_clip_is_said_in_a_sentence(
    tmp_path: Path, pictures: list[looks.Pixels], wanted: Asked, said: list[str]
) -> None:
    assert told(write_pictures(tmp_path / "clip.mp4", pictures), wanted) == said


@pytest.mark.parametrize(
    ("sound", "dialogue", "said"),
    [
        (None, True, ["silent: no sound where dialogue was asked for"]),
        (looks.tone(1, 0), True, ["silent: silent where dialogue was asked for"]),
        (looks.tone(1), True, []),
        (None, False, []),
        (looks.tone(1, 0), False, []),
    ],
    ids=["no sound", "silence", "a voice", "none asked", "silence and none asked"],
)
def test_silence_is_odd_only_where_somebody_is_to_be_heard(
    tmp_path: Path, sound: Any, dialogue: bool, said: list[str]
) -> None:
    clip = write_pictures(tmp_path / "clip.mp4", looks.moving(24), sound)
    assert told(clip, Asked(dialogue=dialogue)) == said


def test_of_many_spans_the_first_are_told(tmp_path: Path) -> None:
    pictures = [each for n in range(8) for each in [*looks.moving(6, 6 * n), *[looks.BLACK] * 7]]
    said = told(write_pictures(tmp_path / "clip.mp4", pictures), Asked())
    assert len(said) == 6
    assert said[-1] == "black: black 3 more times"


def test_a_clip_that_can_not_be_decoded_is_told_of_and_one_that_is_gone_is_not(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    assert flags(clip, MediaFacts("0" * 64, 1, "video", "mp4"), Asked()) is None
    clip.write_bytes(b"no clip at all")
    found = flags(clip, MediaFacts("0" * 64, 1, "video", "mp4"), Asked())
    assert found
    assert [flag.code for flag in found] == ["unreadable"]


def request(**inputs: Any) -> dict[str, Any]:
    usual = {"prompt": "The sea.", "duration": 4, "aspect_ratio": "9:16", "resolution": "720p", "generate_audio": True}
    return {"format": 1, "model": SEEDANCE, "inputs": usual | inputs}


def test_what_was_asked_is_read_out_of_the_intent() -> None:
    models = catalog.models()
    intent = Intent(request(), "film", "main", "sh010", None, dialogue=True)
    assert asked(intent, models, {}) == Asked(Fraction(4), (720, 1280), dialogue=True)
    stranger = Intent({"format": 1, "model": "gone/model", "inputs": {}}, "film", "main", "sh010", None, dialogue=True)
    assert asked(stranger, models, {}) == Asked(dialogue=True)
    assert asked(None, models, {}) == Asked()


def test_a_shot_that_begins_with_a_picture_is_to_have_its_shape() -> None:
    models, inputs = catalog.models(), {"prompt": "x", "duration": 5, "resolution": "720p", "image": {"sha256": "a"}}
    model = models["bytedance/seedance-2.0-mini/image-to-video-turbo"]
    assert model.dialect["first_frame"] == "image"
    intent = Intent({"format": 1, "model": model.id, "inputs": inputs}, "film", "main", "sh010", None)
    assert asked(intent, models, {"a": (300, 400)}).size == (834, 1112)
    assert asked(intent, models, {}).size is None, "nobody knows the shape of a picture that is gone"


class Bench:
    """A store with one take, and programs that look at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "outputs", lambda: datetime.now(UTC))
        self.take = self.kept(request())

    def kept(self, wanted: dict[str, Any]) -> Take:
        with self.store.open(take_home(ORIGIN, digest_of(wanted), 1)) as home:
            attempt = home.begin(Intent(wanted, "film", "main", "sh010", None))
            attempt.submitted("p1")
            clip = write_pictures(attempt.temporary(), looks.moving(12) + [looks.BLACK] * 12)
            return attempt.keep(clip, media.inspect(clip, "video"))

    def program(self, text: str, name: str = "qc.py", timeout_s: int = 20) -> Program:
        (self.folder / name).write_text(text)
        return Program(f"./{name}", self.folder / name, self.folder, timeout_s)

    def screening(self, *programs: Program, quiet_s: float = 0.0) -> Screening:
        return Screening(self.store, self.folder / "outputs", catalog.models(), {}, programs, quiet_s)

    def screened(self, *programs: Program, takes: tuple[Take, ...] = ()) -> list[str]:
        """The codes of what is noticed."""
        with self.screening(*programs) as screening:
            for take in takes or (self.take,):
                screening.see(take)
            return [flag.code for found in screening.flags().values() for flag in found]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


COUNTS = """\
import json, pathlib, sys
asked = json.load(sys.stdin)
with open("asked.txt", "a") as file:
    file.write(asked["clip"] + "\\n")
print(json.dumps({"flags": [{"code": "seen", "message": asked["prompt"]}]}))
"""
OWN = ["short", "size", "black"]  # of the take of the bench: a second long and small where more was asked for


def count(bench: Bench) -> int:
    file = bench.folder / "asked.txt"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_each_check_looks_once(bench: Bench) -> None:
    own = bench.program(COUNTS)
    assert bench.screened(own) == [*OWN, "seen"]
    file = bench.folder / "outputs" / bench.take.home / "flags.json"
    before = file.read_bytes()
    assert bench.screened(own) == [*OWN, "seen"]
    assert file.read_bytes() == before
    assert count(bench) == 1


def test_a_changed_check_and_a_newer_storyreel_look_again(bench: Bench) -> None:
    bench.screened(bench.program(COUNTS))
    assert bench.screened(bench.program(COUNTS.replace('"seen"', '"again"'))) == [*OWN, "again"]
    assert count(bench) == 2
    kept = dict(bench.store.looks(bench.take))
    bench.store.looked(bench.take, kept | {BUILT_IN: Look("0", ())})
    assert bench.screened() == OWN


@pytest.mark.parametrize("lose", [Path.unlink, lambda file: file.write_bytes(b"{")], ids=["gone", "damaged"])
def test_what_was_lost_is_looked_at_again(bench: Bench, lose: Callable[[Path], object]) -> None:
    bench.screened()
    lose(bench.folder / "outputs" / bench.take.home / "flags.json")
    assert bench.screened() == OWN
    assert [flag.code for flag in bench.store.flags(bench.take)] == OWN


def test_what_another_board_lets_look_stays_and_is_not_told_here(bench: Bench) -> None:
    bench.screened(bench.program(COUNTS, "theirs.py"))
    assert bench.screened(bench.program(COUNTS, "ours.py")) == [*OWN, "seen"]
    assert {*bench.store.looks(bench.take)} == {BUILT_IN, "./theirs.py", "./ours.py"}
    assert bench.screened() == OWN


@pytest.mark.parametrize(
    ("text", "timeout_s", "reason"),
    [
        ("raise SystemExit('no model')", 20, "exit 1: no model"),
        ("import time; time.sleep(600)", 1, "not ready after 1 s"),
        ("print('looks fine')", 20, "what it says is no JSON"),
        ("pass", 20, "it says nothing"),
        ("print('x' * 100_000_000)", 20, "it says more than 1 MiB"),
    ],
    ids=["crash", "hang", "rubbish", "nothing", "100 MB"],
)
def test_a_check_that_fails_is_a_flag_and_is_asked_again(bench: Bench, text: str, timeout_s: int, reason: str) -> None:
    own, other = bench.program(text, timeout_s=timeout_s), bench.program(COUNTS, "other.py")
    assert bench.screened(own, other) == [*OWN, "check-failed", "seen"]
    failed = bench.store.flags(bench.take)[len(OWN)]
    assert failed.message.startswith(f"check-failed: ./qc.py: {reason}")
    assert bench.screened(bench.program("print('{\"flags\": []}')"), other) == [*OWN, "seen"]
    assert count(bench) == 1, "what has answered is not asked again"


def test_a_check_that_is_missing_is_a_flag(bench: Bench) -> None:
    gone = Program("./gone", bench.folder / "gone", bench.folder, 5)
    assert bench.screened(gone) == [*OWN, "check-failed"]


def test_a_check_that_fails_again_and_again_is_not_asked_for_every_take(bench: Bench) -> None:
    takes = tuple(bench.kept(request(prompt=f"Picture {number}.")) for number in range(8))
    own = bench.program(COUNTS + "raise SystemExit(1)")
    codes = bench.screened(own, takes=takes)
    assert codes.count("black") == 8
    assert 3 <= codes.count("check-failed") <= 4  # two are asked at a time
    assert count(bench) == codes.count("check-failed")


def test_a_run_that_is_stopped_ends_its_checks(bench: Bench) -> None:
    own = bench.program("import pathlib, time\npathlib.Path('began').touch()\ntime.sleep(600)", timeout_s=600)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), bench.screening(own) as screening:  # noqa: PT012
        screening.see(bench.take)
        while not (bench.folder / "began").exists() and time.monotonic() - began < 20:
            pass
        raise KeyboardInterrupt
    assert time.monotonic() - began < 30
    assert [flag.code for flag in bench.store.flags(bench.take)] == OWN, "what was seen before is kept"


def test_where_takes_land_one_upon_the_other_nobody_looks_yet(bench: Bench) -> None:
    with bench.screening(quiet_s=600.0) as screening:
        screening.see(bench.take)
    assert bench.store.looks(bench.take) == {}
    assert bench.screened() == OWN, "who cuts it looks"


def test_a_disk_that_takes_nothing_does_not_hide_what_was_seen(bench: Bench) -> None:
    (bench.folder / "outputs" / bench.take.home / "flags.json").mkdir()
    assert bench.screened() == OWN


def test_a_damaged_intent_does_not_keep_anybody_from_looking(bench: Bench) -> None:
    (bench.folder / "outputs" / bench.take.home / "attempts" / "1" / "intent.json").write_bytes(b"{")
    assert bench.screened() == ["black"], "what was asked for is not known any more"


def test_what_a_check_is_told_is_what_was_bought(bench: Bench) -> None:
    own = bench.program("import sys; open('told.json', 'w').write(sys.stdin.read()); print('{\"flags\": []}')")
    bench.screened(own)
    asked_of_it = json.loads((bench.folder / "told.json").read_text())
    assert Path(asked_of_it["clip"]).is_file()
    assert (asked_of_it["shot"], asked_of_it["variant"], asked_of_it["take"]) == ("sh010", "main", 1)
    assert asked_of_it["prompt"] == "The sea."
    assert digest_of(asked_of_it["request"]) == bench.take.digest
