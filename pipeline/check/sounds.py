"""Whether what a board says of the sound of its cut can be: files that are there, times that are, shots that sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pipeline.check.finding import error
from pipeline.errors import BadInput, MediaError, Problem, nearest
from pipeline.frames import LOOP_S, frames_in, plain_seconds
from pipeline.plan import Facts, Soundtracks, Variants, sample
from pipeline.storyboard import FRAME_RATE, Path, Shot, SoundFile, Storyboard


def sound_files(board: Storyboard) -> tuple[str, ...]:
    """The name of each sound file that some variant plays; what is wrong with the templates of names, `check` tells."""
    try:
        variants = Variants(board)
    except BadInput:
        variants = sample(board)
    found = Soundtracks(board, variants).every()
    return tuple(dict.fromkeys(file.file for file in found if isinstance(file, SoundFile)))


def problems(
    board: Storyboard, variants: Variants, facts: Facts, unusable: Mapping[str, MediaError]
) -> Iterator[Problem]:
    """What is wrong with the sound of the cut."""
    for file in Soundtracks(board, variants).every():
        if isinstance(file, BadInput):
            yield from file.problems
        else:
            yield from _file(board, file, facts, unusable)
            yield from _moments(board, file)
    yield from _shots(board)


def _file(board: Storyboard, file: SoundFile, facts: Facts, unusable: Mapping[str, MediaError]) -> Iterator[Problem]:
    path, found = (*file.path, "audio"), facts.get(file.file)
    named = f"{file.file}: " if "{" in str(board.source.node(path).value) else ""
    if bad := unusable.get(file.file):
        yield error(board, "file", path, named + bad.reason, bad.hint)
    elif found and found.kind != "audio":
        message = f"{named}this is {'a video' if found.kind == 'video' else 'an image'} ({found.format}), not a sound"
        yield error(board, "file-kind", path, message, "name a sound file, such as one in wav, mp3 or m4a")
    elif found and found.duration_s and file.in_s >= found.duration_s:
        message = f"{named}the file has ended at {plain_seconds(found.duration_s)} s, before its in point"
        yield error(board, "points", (*file.path, "in"), message, "write an earlier point")
    elif found and found.duration_s and file.loop and found.duration_s - file.in_s < LOOP_S:
        left = plain_seconds(found.duration_s - file.in_s)
        message = f"{named}{left} s are too short for a loop"
        yield error(board, "points", path, message, f"at least {plain_seconds(LOOP_S)} s")


def _moments(board: Storyboard, file: SoundFile) -> Iterator[Problem]:
    ids = {shot.id: None for shot in board.shots}
    for word, when in (("at", file.at), ("until", file.until)):
        if isinstance(when, str) and when not in ids:
            meant = nearest(when, ids)
            hint = f'did you mean "{meant}"?' if meant else f"write seconds, or one of {', '.join(list(ids)[:12])}"
            yield error(board, "unknown-shot", (*file.path, word), f'there is no shot "{when}"', hint)
    order = list(ids)
    early = isinstance(file.until, Fraction) and isinstance(file.at, Fraction) and file.until <= file.at
    if file.at in ids and file.until in ids:
        early = order.index(str(file.until)) <= order.index(str(file.at))
    if early:
        yield error(board, "points", (*file.path, "until"), "it ends before it begins", "write a later moment")


def _shots(board: Storyboard) -> Iterator[Problem]:
    """Leads and lags that nothing could come of."""
    shots = list(board.shots)
    rate = board.cut.frame_rate or FRAME_RATE
    for shot in shots:
        for word, length_s in (("audio_lead", shot.sound.lead_s), ("audio_lag", shot.sound.lag_s)):
            path: Path = (*shot.path, word)
            if not length_s:
                continue
            if shot.sound.mix.mute:
                yield error(board, "sound", path, "the shot is muted", "delete one of the two", key=True)
            elif shot is shots[0 if word == "audio_lead" else -1]:
                yield _at_the_edge(board, shot, word)
            elif not frames_in(length_s, rate):
                yield error(board, "sound", path, "it is shorter than one frame of the cut", "lengthen it")


def _at_the_edge(board: Storyboard, shot: Shot, word: str) -> Problem:
    message = "the last shot has nothing after it to be heard under"
    if word == "audio_lead":
        message = "the first shot has nothing before it to be heard under"
    return error(board, "sound", (*shot.path, word), message, "delete it", key=True)
