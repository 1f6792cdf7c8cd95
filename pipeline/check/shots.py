"""Whether each shot asks for what its model makes, and whether its points and transitions fit its length."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from jsonschema import Draft202012Validator

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.check.finding import called, error
from pipeline.errors import Problem, nearest
from pipeline.frames import frames_in, plain_seconds, span
from pipeline.plan import Parameters, parameters
from pipeline.storyboard import Path, Settings, Shot, Storyboard, dotted

_WORDS = ("aspect_ratio", "resolution", "generate_audio", "enable_web_search")
_POINTS = ("duration", "in", "out")


@dataclass(frozen=True, slots=True)
class _Timing:
    """One shot in the cut, in its frames."""

    length: int  # overlaps included
    overlap: int  # with the shot before, as asked; 0 for a hard cut
    vague: bool  # what it is made of can't be read, so nothing can be said of it


def problems(board: Storyboard, vague: Container[str]) -> Iterator[Problem]:
    """What is wrong with single shots, and between neighbours; `vague` holds the paths that could not be read."""
    yield from _defaults(board)
    timings: list[_Timing] = []
    for index, shot in enumerate(board.shots):
        wanted = parameters(board, shot)
        yield from _asked(board, shot, wanted)
        timings.append(_timing(board, shot, wanted.duration_s, vague))
        if not timings[index].vague:
            yield from _points(board, shot, wanted.duration_s, timings[index].length)
        yield from _transition(board, index, timings)


def _defaults(board: Storyboard) -> Iterator[Problem]:
    """What the cut takes its size from has to be fine even where every shot says otherwise."""
    if board.shots:
        first = board.shots[0]
        bare = replace(first, settings=Settings(model=first.settings.model))
        yield from _asked(board, bare, parameters(board, bare))
    if board.defaults.model and board.defaults.model not in catalog.models():
        yield _unknown_model(board, ("defaults", "model"), board.defaults.model)


def _asked(board: Storyboard, shot: Shot, wanted: Parameters) -> Iterator[Problem]:
    model = catalog.models().get(wanted.model)
    if model is None:
        yield _unknown_model(board, _said(board, shot, "model"), wanted.model)
    else:
        yield from _duration(board, _said(board, shot, "duration"), wanted.duration_s, model)
        yield from _words(board, shot, wanted, model)


def _unknown_model(board: Storyboard, path: Path, name: str) -> Problem:
    meant = nearest(name, catalog.models())
    hint = f'did you mean "{meant}"?' if meant else "`storyreel models` lists them"
    return error(board, "unknown-model", path, f'there is no model "{name}"', hint)


def _said(board: Storyboard, shot: Shot, word: str) -> Path:
    """Where a parameter was given: at the shot, in the defaults, or nowhere (then the shot itself)."""
    name = "duration_s" if word == "duration" else word
    if getattr(shot.settings, name) is not None:
        return (*shot.path, word)
    return ("defaults", word) if getattr(board.defaults, name) is not None else (*shot.path, "id")


def _duration(board: Storyboard, path: Path, duration_s: Fraction, model: Model) -> Iterator[Problem]:
    asked, whole, rule = plain_seconds(duration_s), math.ceil(duration_s), model.rule("duration")
    low, high = rule.get("minimum", 0), rule.get("maximum", math.inf)
    if not low <= whole <= high:
        word = "longer" if whole > high else "shorter"
        hint = f"use {high}, or split the shot" if whole > high else f"use {low}, and `out` to show less of it"
        message = f"{asked} s is {word} than {called(model)} allows ({low} to {high})"
        yield error(board, "duration", path, message, hint)
    elif whole != duration_s:
        hint = f"use {whole}, and `out: {asked}`"
        yield error(board, "duration", path, f"{called(model)} makes whole seconds, not {asked}", hint)
    elif not Draft202012Validator(rule).is_valid(whole):
        made = ", ".join(map(str, rule.get("enum", ())))
        yield error(board, "duration", path, f"{called(model)} does not make {asked} s", f"one of {made}")


def _words(board: Storyboard, shot: Shot, wanted: Parameters, model: Model) -> Iterator[Problem]:
    for word in _WORDS:
        value, rule, path = getattr(wanted, word), model.rule(word), _said(board, shot, word)
        if path[-1] != word:
            continue  # the model's own default
        if not rule:
            yield error(board, "model-limit", path, f"{called(model)} has no parameter for it", "delete it", key=True)
        elif not _allows(rule, value):
            made = ", ".join(map(_shown, rule.get("enum", ())))
            message = f"{called(model)} does not make {_shown(value)}"
            yield error(board, "model-limit", path, message, f"one of {made}")


def _allows(rule: Any, value: Any) -> bool:
    return value in rule["enum"] if "enum" in rule else Draft202012Validator(rule).is_valid(value)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _timing(board: Storyboard, shot: Shot, duration_s: Fraction, vague: Container[str]) -> _Timing:
    overlap = frames_in(shot.transition.duration_s, board.cut.frame_rate) if shot.transition else 0
    length = span(shot.in_s, duration_s if shot.out_s is None else shot.out_s, board.cut.frame_rate)[1]
    unread = any(dotted((*shot.path, word)) in vague for word in _POINTS) if vague else False
    return _Timing(length, overlap, unread or "defaults.duration" in vague)


def _points(board: Storyboard, shot: Shot, duration_s: Fraction, length: int) -> Iterator[Problem]:
    out_s = duration_s if shot.out_s is None else shot.out_s
    if out_s > duration_s:
        message = f"the out point {plain_seconds(out_s)} lies after the end of the take ({plain_seconds(duration_s)} s)"
        hint = f"at most {plain_seconds(duration_s)}, or a longer `duration`"
        yield error(board, "points", (*shot.path, "out"), message, hint)
    elif length < 1 and (shot.in_s or shot.out_s is not None):
        path = (*shot.path, "in" if shot.in_s else "out")
        message = f"nothing is left between in ({plain_seconds(shot.in_s)}) and out ({plain_seconds(out_s)})"
        yield error(board, "points", path, message, "the out point must lie at least one frame after the in point")


def _transition(board: Storyboard, index: int, timings: list[_Timing]) -> Iterator[Problem]:
    shot, own = board.shots[index], timings[index]
    if shot.transition is None:
        return
    path = (*shot.path, "transition")
    if shot.path[-1] == 0:
        message = "the first shot has nothing to dissolve from"
        yield error(board, "transition", path, message, "delete its transition", key=True)
    elif own.overlap < 1:
        message = "the transition is shorter than one frame of the cut"
        yield error(board, "transition", (*path, "duration"), message, "lengthen it")
    elif index and not own.vague and not timings[index - 1].vague:
        yield from _too_long(board, index, timings)


def _too_long(board: Storyboard, index: int, timings: list[_Timing]) -> Iterator[Problem]:
    """A transition that leaves nothing of a shot that has to be seen on its own, too."""
    shot, own = board.shots[index], timings[index]
    room = timings[index - 1].length - timings[index - 1].overlap
    if own.overlap >= min(own.length, room) > 0:
        longest = plain_seconds(Fraction(min(own.length, room) - 1) / board.cut.frame_rate)
        before = f"shot {board.shots[index - 1].id}" + (", less its own" if timings[index - 1].overlap else "")
        message = f"the transition ({own.overlap} frames) is not shorter than "
        message += before if room <= own.length else "the shot itself"
        path, hint = (*shot.path, "transition", "duration"), f"at most {longest} s, or show more of the shot"
        yield error(board, "transition", path, message, hint)
