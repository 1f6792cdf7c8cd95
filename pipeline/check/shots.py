"""Whether each shot asks for what its model makes, and whether its points and transitions fit its length."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from jsonschema import Draft202012Validator

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.check.finding import error
from pipeline.errors import Problem, nearest
from pipeline.frames import frames_in, plain_seconds, span
from pipeline.plan import Parameters, parameters
from pipeline.storyboard import Path, Shot, Storyboard

_WORDS = ("aspect_ratio", "resolution", "generate_audio", "enable_web_search")


def problems(board: Storyboard) -> Iterator[Problem]:
    """What is wrong with single shots, and between neighbours."""
    for index, shot in enumerate(board.shots):
        wanted = parameters(board, shot)
        model = catalog.models().get(wanted.model)
        if model is None:
            yield _unknown_model(board, shot, wanted.model)
        else:
            yield from _parameters(board, shot, wanted, model)
        yield from _points(board, shot, wanted.duration_s)
        yield from _transition(board, index)


def _unknown_model(board: Storyboard, shot: Shot, name: str) -> Problem:
    meant = nearest(name, catalog.models())
    hint = f'did you mean "{meant}"?' if meant else "`storyreel models` lists them"
    return error(board, "unknown-model", _said(board, shot, "model"), f'there is no model "{name}"', hint)


def _said(board: Storyboard, shot: Shot, word: str) -> Path:
    """Where a parameter was given: at the shot, in the defaults, or nowhere (then the shot itself)."""
    name = "duration_s" if word == "duration" else word
    if getattr(shot.settings, name) is not None:
        return (*shot.path, word)
    return ("defaults", word) if getattr(board.defaults, name) is not None else (*shot.path, "id")


def _parameters(board: Storyboard, shot: Shot, wanted: Parameters, model: Model) -> Iterator[Problem]:
    path = _said(board, shot, "duration")
    if wanted.duration_s.denominator != 1:
        message = f"{model.title} makes whole seconds, not {plain_seconds(wanted.duration_s)}"
        hint = f"use {frames_in(wanted.duration_s, Fraction(1))}, and `out` for the rest"
        yield error(board, "duration", path, message, hint)
    elif why := _refused(model, "duration", int(wanted.duration_s)):
        message = f"{plain_seconds(wanted.duration_s)} s is {why[0]}"
        yield error(board, "duration", path, message, why[1])
    for word in _WORDS:
        value = getattr(wanted, word)
        path = _said(board, shot, word)
        if path[-1] == word and (why := _refused(model, word, value)):
            yield error(board, "model-limit", path, f"{word} {_shown(value)} is {why[0]}", why[1])


def _refused(model: Model, word: str, value: Any) -> tuple[str, str] | None:
    """Why a model does not take a value, and what it takes; None where it does."""
    rule = model.rule(word)
    if not rule:
        return f"no parameter of {model.title}", "delete it"
    if Draft202012Validator(rule).is_valid(value):
        return None
    if "enum" in rule:
        return f"nothing that {model.title} makes", f"one of {', '.join(map(_shown, rule['enum']))}"
    low, high = rule.get("minimum"), rule.get("maximum")
    if high is not None and value > high:
        return f"longer than {model.title} allows ({low} to {high})", f"use {high}, or split the shot"
    return f"shorter than {model.title} allows ({low} to {high})", f"use {low}, and `out` to show less of it"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _points(board: Storyboard, shot: Shot, duration_s: Fraction) -> Iterator[Problem]:
    out_s = duration_s if shot.out_s is None else shot.out_s
    if out_s > duration_s:
        message = f"the out point {plain_seconds(out_s)} lies after the end of the take ({plain_seconds(duration_s)} s)"
        yield error(board, "points", (*shot.path, "out"), message, f"at most {plain_seconds(duration_s)}")
    elif span(shot.in_s, out_s, board.cut.frame_rate)[1] < 1:
        path = (*shot.path, "in" if shot.in_s else "out")
        message = f"nothing is left between in ({plain_seconds(shot.in_s)}) and out ({plain_seconds(out_s)})"
        yield error(board, "points", path, message, "the out point must lie at least one frame after the in point")


def _transition(board: Storyboard, index: int) -> Iterator[Problem]:
    shot = board.shots[index]
    if shot.transition is None:
        return
    path = (*shot.path, "transition")
    if index == 0:
        message = "the first shot has nothing to dissolve from"
        yield error(board, "transition", path, message, "delete its transition", key=True)
        return
    overlap = frames_in(shot.transition.duration_s, board.cut.frame_rate)
    before, own = board.shots[index - 1], _length(board, shot)
    room = _length(board, before) - _overlap(board, before)
    if overlap < 1:
        yield error(board, "transition", path, "the transition is shorter than one frame", "lengthen it", key=True)
    elif overlap >= own or overlap >= room:
        least = min(own, room) - 1
        longest = plain_seconds(Fraction(max(0, least)) / board.cut.frame_rate)
        who = f"shot {before.id}" if room <= own else "the shot itself"
        message = f"the transition ({overlap} frames) is not shorter than {who}"
        hint = f"at most {longest} s, or show more of the shot"
        yield error(board, "transition", (*path, "duration"), message, hint)


def _length(board: Storyboard, shot: Shot) -> int:
    """Frames of the cut that the shot shows, overlaps included."""
    duration_s = parameters(board, shot).duration_s
    return span(shot.in_s, duration_s if shot.out_s is None else shot.out_s, board.cut.frame_rate)[1]


def _overlap(board: Storyboard, shot: Shot) -> int:
    return frames_in(shot.transition.duration_s, board.cut.frame_rate) if shot.transition else 0
