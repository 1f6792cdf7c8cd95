"""A change of the sound alone is told in words, in the variants that it is in, and costs nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import produce
from pipeline.difference import Difference, difference
from pipeline.produce import written
from tests.boards import silence

DOOR = {"audio": "door.wav", "at": 1}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "storyreel.yaml").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("bed", "storm", "door", "en", "de", "fr"):
        silence(tmp_path / f"{name}.wav", 3)
    return tmp_path


def plan(shot: dict[str, Any] | None = None, **words: Any) -> produce.reading.Plan:
    shots = [{"id": "sh010", "prompt": "The sea."}, {"id": "sh020", "prompt": "The quay.", **(shot or {})}]
    variants = {"matrix": {"language": ["en", "de"]}}
    board = {"version": 1, "title": "T", "shots": [*shots, {"id": "sh030", "prompt": "A gull."}], "variants": variants}
    return produce.plan(written(board | words, Path("film.yaml")))[1]


def told(before: Any, after: Any) -> tuple[list[str], list[str]]:
    """What is said of the film and of its second shot; nothing of it costs anything."""
    found: Difference = difference(before, after)
    assert (found.new_usd, found.new_unpriced) == (Decimal("0.00"), 0)
    assert all(edit.kinds == ("recut",) and edit.shot == "sh020" for edit in found.edits)
    return [f"{each.name}: {each.words}" for each in found.settings], [
        text for edit in found.edits for text in edit.recut
    ]


def of_film(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    film, shots = told(plan(mix=before), plan(mix=after))
    assert not shots
    return film


def of_shot(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    film, shots = told(plan(before), plan(after))
    assert not film
    return shots


def test_music_in_the_place_of_other_music_is_told() -> None:
    bed = {"music": {"audio": "bed.wav"}}
    assert of_film(bed, {"music": {"audio": "storm.wav", "gain": -6}}) == [
        "mix.music: bed.wav to storm.wav",
        "mix.music: storm.wav gain 0 dB to -6 dB",
    ]
    assert of_film({}, bed) == ["mix.music: bed.wav is new"]
    assert of_film(bed, {"takes": {"gain": -3}}) == ["mix.takes: gain 0 dB to -3 dB", "mix.music: bed.wav is gone"]


def test_every_word_of_a_piece_of_music_is_told() -> None:
    before = {"audio": "bed.wav", "until": "sh020", "duck": 6}
    after = {"audio": "bed.wav", "at": "sh020", "in": 1.5, "fade_in": 1, "fade_out": 2, "loop": True}
    assert of_film({"music": before}, {"music": after}) == [
        f"mix.music: bed.wav {words}"
        for words in (
            "at 0 s to sh020",
            "until sh020 to its end",
            "in 0 s to 1.5 s",
            "fade_in 0 s to 1 s",
            "fade_out 0 s to 2 s",
            "duck 6 dB to 10 dB",
            "loops now",
        )
    ]


def test_the_loudness_and_what_takes_sound_like_are_told() -> None:
    assert of_film({"loudness": -16}, {"loudness": -23, "true_peak": -2, "takes": {"mute": True}}) == [
        "mix.takes: muted now",
        "mix.loudness: -16 LUFS to -23 LUFS",
        "mix.true_peak: -1 dBTP to -2 dBTP",
    ]
    assert of_film({"loudness": -16}, {"takes": {"gain": 0}}) == ["mix.loudness: -16 LUFS to levels as they are"]


def test_leads_lags_gains_and_effects_of_a_shot_are_told() -> None:
    assert of_shot(
        {"audio_lead": 0.2, "mix": {"gain": -3}}, {"audio_lead": 0.5, "audio_lag": 0.3, "effects": DOOR}
    ) == [
        "audio_lead 0.2 s to 0.5 s",
        "audio_lag 0 s to 0.3 s",
        "gain -3 dB to that of the film",
        "effect door.wav is new",
    ]
    assert of_shot({"effects": DOOR}, {"effects": [DOOR | {"at": 2}], "mix": {"mute": True}}) == [
        "is muted now",
        "effect door.wav at 1 s to 2 s",
    ]


def test_a_voice_over_of_a_language_is_told_in_its_variants() -> None:
    name = "{{ language }}.wav"
    after = "{% if language == 'de' %}fr{% else %}en{% endif %}.wav"
    assert of_shot({"voice_over": {"audio": name}}, {"voice_over": {"audio": after}}) == [
        "voice-over de.wav to fr.wav in de"
    ]
    assert of_shot({"voice_over": {"audio": name, "text": "a"}}, {"voice_over": {"audio": name, "text": "b"}}) == [
        "voice-over en.wav says something else in en",
        "voice-over de.wav says something else in de",
    ]


def test_another_content_of_a_file_is_told(here: Path) -> None:
    before = plan({"effects": DOOR}, mix={"music": {"audio": "bed.wav"}})
    silence(here / "bed.wav", 4)
    silence(here / "door.wav", 4)
    assert told(before, plan({"effects": DOOR}, mix={"music": {"audio": "bed.wav"}})) == (
        ["mix.music: bed.wav has other content"],
        ["effect door.wav has other content"],
    )


def test_a_sound_written_another_way_is_no_difference() -> None:
    before, after = plan({"effects": DOOR}), plan({"effects": [DOOR | {"gain": 0, "at": "1s"}]})
    assert told(before, after) == ([], [])
