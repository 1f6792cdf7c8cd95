"""The sound of the cut belongs to the cut alone: no prompt, no digest, no picture and no price knows of it."""

from __future__ import annotations

import json
import wave
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import produce
from pipeline.edit import Cut
from pipeline.errors import BadInput
from pipeline.plan import Plan, rehearse
from pipeline.produce import assembled, written
from pipeline.take import MediaFacts, Take
from tests.boards import planned, silence
from tests.clips import heard

BOARD: Mapping[str, Any] = {
    "version": 1,
    "title": "Sound",
    "vars": {"who": "nobody"},
    "sound": {"music": "none", "ambience": "wind"},
    "characters": {"keeper": {"description": "an old lighthouse keeper"}},
    "shots": [
        {"id": "sh010", "prompt": "The sea, {{ language }}.", "notes": "hold"},
        {"id": "sh020", "prompt": "@keeper at the window.", "dialogue": [{"keeper": "Not tonight, {{ who }}."}]},
        {
            "id": "sq030",
            "prompt": "The lamp room.",
            "duration": 10,
            "split": [5],
            "shots": [{"id": "sh030", "prompt": "The lens."}, {"id": "sh040", "prompt": "The crank."}],
        },
        {"id": "sh050", "prompt": "The beam.", "continue_from": {"shot": "sh040"}},
    ],
    "variants": {"matrix": {"language": ["en", "de", "fr"]}},
}
GAINS = st.integers(-60, 24)
TIMES = st.sampled_from([0.1, 0.5, "1s", "0:01.5"])
FILES = st.sampled_from(["a.wav", "vo/{{ language }}.wav", "{{ who }}.wav", '{{ language if who else "" }}'])
EFFECTS = st.fixed_dictionaries({"audio": FILES}, optional={"at": TIMES, "gain": GAINS})
VOICES = st.fixed_dictionaries({"audio": FILES}, optional={"at": TIMES, "gain": GAINS, "text": st.just("{{ who }}?")})
MUSIC = st.fixed_dictionaries(
    {"audio": FILES},
    optional={
        "at": TIMES | st.just("sh020"),
        "until": st.just("sh040"),
        "in": TIMES,
        "gain": GAINS,
        "loop": st.booleans(),
        "fade_in": TIMES,
        "fade_out": TIMES,
        "duck": st.integers(0, 30),
    },
)
TAKE = st.fixed_dictionaries({"mute": st.booleans()}, optional={"gain": GAINS})
SHOT = st.fixed_dictionaries(
    {},
    optional={
        "mix": TAKE,
        "audio_lead": TIMES,
        "audio_lag": TIMES,
        "voice_over": VOICES | st.lists(VOICES, max_size=2),
        "effects": EFFECTS | st.lists(EFFECTS, max_size=2),
    },
)
MIX = st.fixed_dictionaries(
    {},
    optional={
        "takes": TAKE,
        "music": MUSIC | st.lists(MUSIC, max_size=2),
        "voice_over": VOICES,
        "effects": EFFECTS,
        "loudness": st.integers(-30, -10),
    },
)


def with_sound(shots: list[dict[str, Any]], mix: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The board with what four shots, the film and the variants in German say of their sound."""
    board: dict[str, Any] = json.loads(json.dumps(BOARD))
    homes = [board["shots"][0], board["shots"][1], *board["shots"][2]["shots"], board["shots"][3]]
    for home, said in zip(homes, shots, strict=True):
        home.update(said)
    if change:
        board["variants"]["change"] = [{"when": {"language": "de"}, "mix": change}]
    return board | ({"mix": mix} if mix else {})


def everything_sent(plan: Plan) -> Any:
    """The digest of each slot, all requests, and what the rehearsal is told besides."""
    slots = [(slot.variant, slot.shot, slot.digest, slot.part) for slot in plan.every_slot()]
    requests = [
        plan.request(variant, index) for variant in plan.variants for index, _ in plan.compositions.in_turn(variant)
    ]
    orders = rehearse(plan, list(plan.variants)).orders
    told = {key: (order.digest, order.direction_digest, order.direction) for key, order in orders.items()}
    return slots, requests, told, plan.cost_usd()


PLAINLY = everything_sent(planned(json.dumps(BOARD)))


@settings(max_examples=60, deadline=None)
@given(st.lists(SHOT, min_size=5, max_size=5), MIX, MIX)
def test_no_word_of_the_cuts_sound_enters_a_prompt_a_digest_or_a_price(
    shots: list[dict[str, Any]], mix: dict[str, Any], change: dict[str, Any]
) -> None:
    assert everything_sent(planned(json.dumps(with_sound(shots, mix, change)))) == PLAINLY


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with sound files, as the working directory."""
    (tmp_path / "storyreel.yaml").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("bed", "vo-en", "vo-de"):
        silence(tmp_path / f"{name}.wav", 3)
    return tmp_path


def cut_of(board: Mapping[str, Any], variant: str = "main") -> Cut:
    """The cut of one variant, as if each shot had a take of its own."""
    _, plan = produce.plan(written(board, Path("film.yaml")))
    wanted = next(each for each in plan.variants if each.name == variant)
    clip = MediaFacts("0" * 64, 1, "video", "mp4", 1280, 720, 240, plan.frame_rate(next(iter(plan.jobs))))
    found = {shot.id: Take("0" * 64, 1, f"takes/{shot.id}", "p", clip) for shot in wanted.shots}
    return assembled(plan.compositions, wanted, found, plan.chosen, plan.facts)


def short(**words: Any) -> dict[str, Any]:
    shots = [{"id": "sh010", "prompt": "The sea."}, {"id": "sh020", "prompt": "The harbour."}]
    return {"version": 1, "title": "T", "shots": shots, **words}


@pytest.mark.usefixtures("here")
def test_a_shot_goes_before_the_film_in_what_its_take_sounds_like() -> None:
    board = short(mix={"takes": {"gain": -3, "mute": True}})
    board["shots"][0]["mix"] = {"mute": False}
    board["shots"][1]["mix"] = {"mute": False, "gain": 2.5}
    assert [sound.levels[0].gain_db for sound in cut_of(board).sounds] == [Decimal(-3), Decimal("2.5")]


@pytest.mark.usefixtures("here")
def test_a_language_is_another_file_and_nothing_else() -> None:
    board = short(variants={"matrix": {"language": ["en", "de", "none"]}}, vars={"music": "bed.wav"})
    board["mix"] = {"music": {"audio": "{{ music }}"}}
    board["variants"]["change"] = [{"when": {"language": "none"}, "vars": {"music": ""}}]
    name = "{% if language != 'none' %}vo-{{ language }}.wav{% endif %}"
    board["shots"][1]["voice_over"] = {"audio": name, "at": 0.5}
    sources = {name: [sound.source for sound in cut_of(board, name).sounds[2:]] for name in ("en", "de", "none")}
    assert sources == {"en": ["vo-en.wav", "bed.wav"], "de": ["vo-de.wav", "bed.wav"], "none": []}
    _, plan = produce.plan(written(board, Path("film.yaml")))
    assert len(plan.jobs) == 2, "two takes for all languages"


@pytest.mark.usefixtures("here")
def test_a_change_takes_the_place_of_what_the_film_says_of_its_mix_field_by_field() -> None:
    board = short(mix={"music": {"audio": "bed.wav"}, "loudness": -16}, variants={"matrix": {"market": ["eu", "us"]}})
    board["variants"]["change"] = [
        {"when": {"market": "us"}, "mix": {"loudness": -24, "effects": {"audio": "bed.wav"}}}
    ]
    eu, us = cut_of(board, "eu"), cut_of(board, "us")
    assert (eu.loudness_lufs, us.loudness_lufs) == (Decimal(-16), Decimal(-24))
    assert [sound.role for sound in eu.sounds[2:]] == ["music"]
    assert [sound.role for sound in us.sounds[2:]] == ["effect", "music"]


@pytest.mark.usefixtures("here")
def test_music_ducks_under_a_shot_with_dialogue_and_not_where_its_take_is_made_without_sound() -> None:
    board = short(mix={"music": {"audio": "bed.wav", "loop": True}}, characters={"anna": {"description": "a girl"}})
    board["shots"][1] |= {"prompt": "@anna waits.", "dialogue": [{"anna": "Wait."}]}
    assert {level.gain_db for sound in cut_of(board).sounds[2:] for level in sound.levels} == {Decimal(0), Decimal(-10)}
    board["shots"][1]["generate_audio"] = False
    assert {level.gain_db for sound in cut_of(board).sounds[2:] for level in sound.levels} == {Decimal(0)}


@pytest.mark.usefixtures("here")
def test_a_board_with_more_templates_of_sounds_than_can_be_filled_in_is_refused() -> None:
    loops = "{% for a in range(1000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}"
    board = short()
    board["shots"][0]["voice_over"] = {"audio": loops}
    with pytest.raises(BadInput) as bad:
        produce.plan(written(board, Path("film.yaml")))
    assert [problem.path for problem in bad.value.problems] == ["shots[0].voice_over.audio"]


def tone_file(path: Path, hertz: float, seconds: float) -> None:
    samples = 8000 * np.sin(2 * np.pi * hertz * np.arange(round(48000 * seconds)) / 48000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(samples.astype("<i2").tobytes())


def loudest_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * 48000 / len(sound))


def test_a_render_with_another_mix_draws_no_picture_again_and_is_heard(here: Path) -> None:
    tone_file(here / "vo.wav", 700, 1)
    tone_file(here / "bed.wav", 300, 1)
    board = short(mix={"takes": {"mute": True}, "music": {"audio": "bed.wav", "loop": True}})
    for shot in board["shots"]:
        shot |= {"out": 1, "duration": 4}
    board["shots"][1]["transition"] = {"type": "dissolve", "duration": 0.25}
    first = produce.render(written(board, here / "film.yaml"))
    assert first.drawn == 2
    drawn = here / "outputs" / "film" / ".drawn"
    before = {path.name for path in drawn.iterdir()}
    sound = heard(first.cuts[0].file)[0]
    assert loudest_hz(sound[:72000]) == pytest.approx(300, abs=2)
    board["shots"][1]["voice_over"] = {"audio": "vo.wav", "gain": 6}
    again = produce.render(written(board, here / "film.yaml"))
    assert (again.drawn, again.cuts[0].unchanged) == (0, False)
    assert [name.rpartition(".")[2] for name in {path.name for path in drawn.iterdir()} - before] == ["m4a"]
    assert loudest_hz(heard(again.cuts[0].file)[0][42000:80000]) == pytest.approx(700, abs=2)
    assert produce.render(written(board, here / "film.yaml")).cuts[0].unchanged


def test_a_sound_file_with_other_content_makes_the_sound_anew(here: Path) -> None:
    board = short(mix={"takes": {"mute": True}, "effects": {"audio": "bed.wav"}})
    board["shots"] = [{"id": "sh010", "prompt": "The sea.", "out": 1, "duration": 4}]
    produce.render(written(board, here / "film.yaml"))
    tone_file(here / "bed.wav", 500, 1)
    again = produce.render(written(board, here / "film.yaml"))
    assert not again.cuts[0].unchanged
    assert loudest_hz(heard(again.cuts[0].file)[0][:40000]) == pytest.approx(500, abs=2)
