"""What differs in the sound of the cut, in words. It costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.difference.naming import within
from pipeline.difference.side import Side
from pipeline.frames import plain_seconds
from pipeline.plan import Soundtrack
from pipeline.storyboard import MixSpec, Shot, SoundFile, When

_CALLED = {"music": "music", "voice_over": "voice-over", "effect": "effect"}
_KEYS = {"music": "music", "voice_over": "voice_over", "effect": "effects"}
_NONE = Soundtrack({}, ())


def of_film(before: Side, after: Side) -> Iterator[tuple[str, str]]:
    """What the film says otherwise of its sound: the name of the field, and what became of it."""
    both = [name for name in after.mixes if name in before.mixes]
    moved: dict[tuple[str, str], list[str]] = {}
    for name in both:
        was, now = before.mixes[name], after.mixes[name]
        old, new = before.soundtracks.get(name, _NONE), after.soundtracks.get(name, _NONE)
        told = [*_settings(was, now), *_of_film(old, new, before, after)]
        for each in told:
            moved.setdefault(each, []).append(name)
    for (field, words), variants in moved.items():
        yield field, words + within(variants, len(both))


def of_shot(old: Shot, new: Shot, before: Side, after: Side, variants: tuple[str, ...]) -> Iterator[str]:
    """What a shot says otherwise of its sound, one sentence each."""
    for word, was, now in (
        ("audio_lead", old.sound.lead_s, new.sound.lead_s),
        ("audio_lag", old.sound.lag_s, new.sound.lag_s),
    ):
        if was != now:
            yield f"{word} {plain_seconds(was)} s to {plain_seconds(now)} s"
    if old.sound.mix.gain_db != new.sound.mix.gain_db:
        gains = (shot.sound.mix.gain_db for shot in (old, new))
        yield f"gain {' to '.join('that of the film' if gain is None else _decibels(gain) for gain in gains)}"
    if old.sound.mix.mute != new.sound.mix.mute:
        yield {True: "is muted now", False: "is not muted now", None: "is muted as the film is now"}[new.sound.mix.mute]
    moved: dict[str, list[str]] = {}
    for name in variants:
        was_files = before.soundtracks.get(name, _NONE).of_shots.get(old.id, ())
        now_files = after.soundtracks.get(name, _NONE).of_shots.get(new.id, ())
        for role, words in _files(was_files, now_files, before, after):
            moved.setdefault(f"{_CALLED[role]} {words}", []).append(name)
    yield from (words + within(names, len(variants)) for words, names in moved.items())


def _settings(was: MixSpec, now: MixSpec) -> Iterator[tuple[str, str]]:
    if (was.takes_gain_db or 0) != (now.takes_gain_db or 0):
        yield "mix.takes", f"gain {_decibels(was.takes_gain_db)} to {_decibels(now.takes_gain_db)}"
    if bool(was.takes_mute) != bool(now.takes_mute):
        yield "mix.takes", "muted now" if now.takes_mute else "not muted now"
    if was.loudness_lufs != now.loudness_lufs:
        yield "mix.loudness", f"{_level(was.loudness_lufs, 'LUFS')} to {_level(now.loudness_lufs, 'LUFS')}"
    if was.true_peak_dbtp != now.true_peak_dbtp:
        peaks = (Decimal(-1) if peak is None else peak for peak in (was.true_peak_dbtp, now.true_peak_dbtp))
        yield "mix.true_peak", " to ".join(f"{peak} dBTP" for peak in peaks)


def _of_film(old: Soundtrack, new: Soundtrack, before: Side, after: Side) -> Iterator[tuple[str, str]]:
    for role, words in _files(old.of_film, new.of_film, before, after):
        yield f"mix.{_KEYS[role]}", words


def _files(
    old: tuple[SoundFile, ...], new: tuple[SoundFile, ...], before: Side, after: Side
) -> Iterator[tuple[str, str]]:
    """What became of sound files: the same ones first, then one in the place of another, by their roles."""
    for role in _CALLED:
        gone = [file for file in old if file.role == role]
        come = [file for file in new if file.role == role]
        for file in tuple(come):
            if same := next((each for each in gone if each.file == file.file), None):
                gone.remove(same)
                come.remove(file)
                yield from ((role, f"{file.file} {words}") for words in _changed(same, file, before, after))
        for was, now in zip(tuple(gone), tuple(come), strict=False):
            gone.remove(was)
            come.remove(now)
            yield role, f"{was.file} to {now.file}"
            yield from ((role, f"{now.file} {words}") for words in _said(was, now))
        yield from ((role, f"{file.file} is gone") for file in gone)
        yield from ((role, f"{file.file} is new") for file in come)


def _changed(old: SoundFile, new: SoundFile, before: Side, after: Side) -> Iterator[str]:
    facts = [side.plan.facts.get(file.file) for side, file in ((before, old), (after, new)) if side.plan]
    if len({fact.sha256 for fact in facts if fact}) > 1:
        yield "has other content"
    yield from _said(old, new)


def _said(old: SoundFile, new: SoundFile) -> Iterator[str]:
    for word, was, now in (
        ("at", _moment(old.at), _moment(new.at)),
        ("until", _moment(old.until), _moment(new.until)),
        ("in", f"{plain_seconds(old.in_s)} s", f"{plain_seconds(new.in_s)} s"),
        ("gain", _decibels(old.gain_db), _decibels(new.gain_db)),
        ("fade_in", f"{plain_seconds(old.fade_in_s)} s", f"{plain_seconds(new.fade_in_s)} s"),
        ("fade_out", f"{plain_seconds(old.fade_out_s)} s", f"{plain_seconds(new.fade_out_s)} s"),
        ("duck", _decibels(old.duck_db), _decibels(new.duck_db)),
    ):
        if was != now:
            yield f"{word} {was} to {now}"
    if old.loop != new.loop:
        yield "loops now" if new.loop else "does not loop any more"
    if old.text != new.text:
        yield "says something else"


def _moment(when: When | None) -> str:
    if when is None:
        return "its end"
    return when if isinstance(when, str) else f"{plain_seconds(when)} s"


def _decibels(gain_db: Decimal | None) -> str:
    return f"{gain_db or 0} dB"


def _level(value: Decimal | None, unit: str) -> str:
    return "levels as they are" if value is None else f"{value} {unit}"
