"""Nodes of the right shape become what a storyboard says of the sound of its cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from pipeline.storyboard.measures import digits, moment, seconds
from pipeline.storyboard.nodes import Node, Path, fields_of, items_of
from pipeline.storyboard.soundtrack import DUCK_DB, CueRole, MixSpec, ShotSound, SoundFile, TakeMix

ROLES: Mapping[str, CueRole] = {"music": "music", "voice_over": "voice_over", "effects": "effect"}


def shot_sound(fields: Mapping[str, Node], path: Path) -> ShotSound:
    """What a shot says of its sound."""
    return ShotSound(
        mix=_take_mix(fields_of(fields.get("mix"))),
        lead_s=_seconds(fields, "audio_lead"),
        lag_s=_seconds(fields, "audio_lag"),
        files=tuple(file for key in ("voice_over", "effects") for file in _files(fields.get(key), key, path)),
    )


def mix_spec(fields: Mapping[str, Node], path: Path) -> MixSpec:
    """What the film, or a change of some variants, says of the sound as a whole."""
    takes = _take_mix(fields_of(fields.get("takes")))
    music, voice_over, effects = (tuple(_files(fields[key], key, path)) if key in fields else None for key in ROLES)
    return MixSpec(
        takes_gain_db=takes.gain_db,
        takes_mute=takes.mute,
        music=music,
        voice_over=voice_over,
        effects=effects,
        loudness_lufs=_decibels(fields, "loudness"),
        true_peak_dbtp=_decibels(fields, "true_peak"),
    )


def cue_nodes(node: Node | None, path: Path) -> Iterator[tuple[Path, Mapping[str, Node]]]:
    """The sound files under a key, one or a list of them, each with where it stands."""
    if node is None:
        return
    if isinstance(node.value, dict):
        yield path, fields_of(node)
    yield from (((*path, index), fields_of(member)) for index, member in items_of(node))


def _files(node: Node | None, key: str, above: Path) -> Iterator[SoundFile]:
    for path, fields in cue_nodes(node, (*above, key)):
        if "audio" in fields:
            yield _file(ROLES[key], fields, path)


def _file(role: CueRole, fields: Mapping[str, Node], path: Path) -> SoundFile:
    duck_db = _decibels(fields, "duck")
    return SoundFile(
        role=role,
        file=str(fields["audio"].value),
        path=path,
        at=moment(fields["at"]) if "at" in fields else Fraction(0),
        until=moment(fields["until"]) if "until" in fields else None,
        in_s=_seconds(fields, "in"),
        gain_db=_decibels(fields, "gain") or Decimal(0),
        loop=bool(fields["loop"].value) if "loop" in fields else False,
        fade_in_s=_seconds(fields, "fade_in"),
        fade_out_s=_seconds(fields, "fade_out"),
        duck_db=(DUCK_DB if duck_db is None else duck_db) if role == "music" else Decimal(0),
        text=str(fields["text"].value) if "text" in fields else "",
    )


def _take_mix(fields: Mapping[str, Node]) -> TakeMix:
    return TakeMix(_decibels(fields, "gain"), bool(fields["mute"].value) if "mute" in fields else None)


def _seconds(fields: Mapping[str, Node], key: str) -> Fraction:
    return seconds(fields[key]) if key in fields else Fraction(0)


def _decibels(fields: Mapping[str, Node], key: str) -> Decimal | None:
    return Decimal(digits(fields[key])) if key in fields else None
