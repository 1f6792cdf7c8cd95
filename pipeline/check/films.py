"""Whether each film of a board can be made and cut: what its shots ask of models, their points and transitions."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from jsonschema import Draft202012Validator

from pipeline.catalog import Model
from pipeline.check.finding import called, error
from pipeline.errors import Problem, nearest
from pipeline.frames import frames_in, plain_seconds, span
from pipeline.plan import Compositions, Parameters, Variant, begins_with_a_frame, parameters, points
from pipeline.storyboard import DIRECTED, FRAME_RATE, Card, Change, Entry, Path, Settings, Shot, dotted

_WORDS = ("aspect_ratio", "resolution", "generate_audio", "enable_web_search")
_POINTS = ("duration", "in", "out")


@dataclass(frozen=True, slots=True)
class _Timing:
    """One shot in the cut, in its frames."""

    length: int  # overlaps included
    overlap: int  # with the shot before, as asked; 0 for a hard cut
    vague: bool  # what it is made of can't be read, so nothing can be said of it


def problems(compositions: Compositions, vague: Container[str]) -> Iterator[Problem]:
    """What is wrong with each different edit of the board; `vague` holds the paths that could not be read."""
    seen: set[object] = set()
    for variant in compositions.variants:
        edit = (variant.defaults, variant.cut, tuple(each.id for each in variant.sequence))
        if edit not in seen:
            seen.add(edit)
            yield from _Film(compositions, variant, vague).problems()


class _Film:
    """One edit being checked."""

    def __init__(self, compositions: Compositions, variant: Variant, vague: Container[str]) -> None:
        self.board, self.compositions = compositions.board, compositions
        self.variant, self.vague = variant, vague
        self.rate = variant.cut.frame_rate or FRAME_RATE
        self.shown = variant.sequence

    def problems(self) -> Iterator[Problem]:
        if not self.variant.shots and self.board.entries:
            yield self.nothing_shown()
        yield from self.defaults()
        for index in self.variant.entries:
            entry = self.board.entries[index]
            yield from self.asked(entry, self.compositions.asked(self.variant, entry))
        timings: list[_Timing] = []
        for index, shown in enumerate(self.shown):
            if isinstance(shown, Card):
                timings.append(self.timing_of(shown))
                yield from self.too_short(shown, timings[index])
            else:
                wanted = self.compositions.asked(self.variant, self.board.entries[shown.entry])
                timings.append(self.timing(shown, wanted.duration_s))
                if not timings[index].vague:
                    yield from self.points(shown, wanted.duration_s, timings[index].length)
                    yield from self.too_late(shown, timings[index].length)
            yield from self.transition(index, timings)

    def nothing_shown(self) -> Problem:
        changes = [change for change in self.agreeing() if change.shots is not None or change.without]
        path: Path = changes[-1].path if changes else ("shots",)
        return error(self.board, "no-shots", path, f"the variant {self.variant.name} shows no shot", "leave it one")

    def defaults(self) -> Iterator[Problem]:
        """What the cut takes its size from has to be fine even where every shot says otherwise."""
        if self.variant.shots:
            first = self.board.entries[self.variant.shots[0].entry]
            bare = replace(first, settings=Settings(model=first.settings.model))
            yield from self.asked(bare, parameters(self.compositions.models, self.variant, bare))
        if self.variant.defaults.model and self.variant.defaults.model not in self.compositions.models:
            yield self.unknown_model(self.usual("model"), self.variant.defaults.model)

    def asked(self, entry: Entry, wanted: Parameters) -> Iterator[Problem]:
        if wanted.asked_model not in self.compositions.models:
            yield self.unknown_model(self.said(entry, "model"), wanted.asked_model)
            return
        yield from self.frames(entry, wanted)
        yield from self.duration(self.said(entry, "duration"), wanted.duration_s, wanted.model)
        yield from self.words(entry, wanted)

    def unknown_model(self, path: Path, name: str) -> Problem:
        meant = nearest(name, self.compositions.models)
        hint = f'did you mean "{meant}"?' if meant else "`storyreel models` lists them"
        return error(self.board, "unknown-model", path, f'there is no model "{name}"', hint)

    def said(self, entry: Entry, word: str) -> Path:
        """Where a parameter was given: at the entry, in the defaults, or nowhere (then the entry itself)."""
        name = "duration_s" if word == "duration" else word
        if getattr(entry.settings, name) is not None:
            return (*entry.path, word)
        return self.usual(word) if getattr(self.variant.defaults, name) is not None else (*entry.path, "id")

    def agreeing(self) -> list[Change]:
        """The changes that are for this variant."""
        changes = self.board.variants.changes if self.board.variants else ()
        keys = self.variant.keys
        return [change for change in changes if all(keys.get(name) == key for name, key in change.when.items())]

    def usual(self, word: str) -> Path:
        """Where a default was given: in the last change that has it, else at the top."""
        for change in reversed(self.agreeing()):
            if getattr(change.defaults, "duration_s" if word == "duration" else word) is not None:
                return (*change.path, "defaults", word)
        return ("defaults", word)

    def frames(self, entry: Entry, wanted: Parameters) -> Iterator[Problem]:
        """Whether a model that makes shots from pictures has them, and one that does not has none."""
        model, board = wanted.model, self.board
        if begins_with_a_frame(entry) and not model.takes("first_frame"):
            path = (*entry.path, "first_frame") if entry.first_frame else (*entry.path, "continue_from")
            message = f"{called(model)} can't begin with a given picture, and has no sibling that can"
            hint = "delete it" if entry.first_frame else "continue as: reference"
            yield error(board, "model-limit", path, message, f"{hint}, or take another model", key=True)
        elif model.needs("first_frame") and not begins_with_a_frame(entry):
            message = f"{called(model)} makes a shot from its first picture, and {entry.id} has none"
            hint = "add `first_frame: refs/opening.png`, or continue_from another shot with as: first_frame"
            yield error(board, "model-limit", self.said(entry, "model"), message, hint)
        if entry.first_frame and entry.continue_from and entry.continue_from.how == "first_frame":
            message = "the shot has two first frames: a picture, and the end of another shot"
            yield error(board, "model-limit", (*entry.path, "first_frame"), message, "keep one of them", key=True)
        if entry.last_frame and not (begins_with_a_frame(entry) and model.takes("last_frame")):
            lacks = (
                "needs a first frame beside it" if model.takes("last_frame") or not begins_with_a_frame(entry) else ""
            )
            message = f"a last frame {lacks}" if lacks else f"{called(model)} takes no last frame"
            yield error(board, "model-limit", (*entry.path, "last_frame"), message, "add one, or delete it", key=True)
        if entry.several and model.max_shots < len(entry.parts):
            message = f"{called(model)} makes at most {model.max_shots} shots in one generation, not {len(entry.parts)}"
            hint = "make them apart, or in two generations"
            if model.max_shots == 1:
                message, hint = f"{called(model)} makes one shot in a generation", "make them apart"
            yield error(board, "model-limit", (*entry.path, "shots"), message, hint, key=True)

    def duration(self, path: Path, duration_s: Fraction, model: Model) -> Iterator[Problem]:
        asked, whole = plain_seconds(duration_s), math.ceil(duration_s)
        low, high = model.durations[0], model.durations[-1]
        if not low <= whole <= high:
            word = "longer" if whole > high else "shorter"
            hint = f"use {high}, or split the shot" if whole > high else f"use {low}, and `out` to show less of it"
            message = f"{asked} s is {word} than {called(model)} allows ({low} to {high})"
            yield error(self.board, "duration", path, message, hint)
        elif whole != duration_s:
            longer = next(length for length in model.durations if length >= whole)
            hint = f"use {longer}, and `out: {asked}`"
            yield error(self.board, "duration", path, f"{called(model)} makes whole seconds, not {asked}", hint)
        elif whole not in model.durations:
            longer = next(length for length in model.durations if length >= whole)
            hint = f"it makes {model.lengths}: use {longer}, and `out: {asked}`"
            yield error(self.board, "duration", path, f"{called(model)} does not make {asked} s", hint)

    def words(self, entry: Entry, wanted: Parameters) -> Iterator[Problem]:
        model = wanted.model
        for word in _WORDS:
            value, path = getattr(wanted, word), self.said(entry, word)
            if path[-1] != word or (word == "aspect_ratio" and model.follows_first_frame):
                continue  # the model's own default, or the shape of the first frame
            if not model.takes(word):
                if path[:2] == (*entry.path,)[:2] or self.matters(model, word, value):
                    message = f"{called(model)} has no parameter for it"
                    yield error(self.board, "model-limit", path, message, "delete it", key=True)
            elif not _allows(model, word, wanted):
                made = ", ".join(map(_shown, _made(model, word, wanted)))
                message = f"{called(model)} does not make {_shown(value)}"
                yield error(self.board, "model-limit", path, message, f"one of {made}" if made else "")

    def matters(self, model: Model, word: str, value: object) -> bool:
        """Whether a default that a model has no word for would be passed over to somebody's surprise."""
        return value != (model.default(word) or False)

    def timing(self, shot: Shot, duration_s: Fraction) -> _Timing:
        overlap = frames_in(shot.transition.duration_s, self.rate) if shot.transition else 0
        length = span(*points(shot, duration_s), self.rate)[1]
        entry = self.board.entries[shot.entry].path
        read = [
            *((*shot.path, word) for word in _POINTS),
            (*entry, "duration"),
            (*entry, "split"),
            ("defaults", "duration"),
        ]
        return _Timing(length, overlap, any(dotted(path) in self.vague for path in read) if self.vague else False)

    def timing_of(self, card: Card) -> _Timing:
        overlap = frames_in(card.transition.duration_s, self.rate) if card.transition else 0
        return _Timing(frames_in(card.duration_s, self.rate), overlap, dotted((*card.path, "card")) in self.vague)

    def too_short(self, card: Card, timing: _Timing) -> Iterator[Problem]:
        if timing.length < 1 and not timing.vague:
            path = (*card.path, "card", "duration") if card.kind == "card" else (*card.path, "duration")
            yield error(self.board, "duration", path, "it is shorter than one frame of the cut", "lengthen it")

    def too_late(self, shot: Shot, length: int) -> Iterator[Problem]:
        """Words that would appear when the shot is over."""
        for words in shot.words:
            if words.start_s is not None and frames_in(words.start_s, self.rate) >= length > 0:
                shown = plain_seconds(length / self.rate)
                message = f"it appears at {plain_seconds(words.start_s)} s, and the shot is seen for {shown} s"
                yield error(self.board, "points", (*words.path, "start"), message, "write an earlier time")

    def points(self, shot: Shot, duration_s: Fraction, length: int) -> Iterator[Problem]:
        assumed = ""
        if shot.shares:  # points count from where the part begins, which is found in the take
            assumed, duration_s = ", which is taken to be as long as the others", duration_s / shot.shares
            shot = replace(shot, shares=0, begin_s=Fraction(0), end_s=duration_s)
        in_s, out_s = points(shot, duration_s)
        if length < 1 and in_s == shot.begin_s and shot.out_s is None and self.board.entries[shot.entry].several:
            # The order of the times is looked at elsewhere, and equal parts have none.
            if not assumed and (shot.end_s is None or shot.end_s > shot.begin_s):
                yield self.nothing_of(shot, duration_s)
            return
        end_s = duration_s if shot.end_s is None else shot.end_s
        begin, end = plain_seconds(shot.begin_s), plain_seconds(end_s)
        part = f"its part of the take ({begin} to {end} s){assumed}"
        of = part if shot.begin_s or shot.end_s else f"the take ({end} s)"
        if out_s > end_s:
            message = f"the out point {plain_seconds(out_s)} lies after the end of {of}"
            hint = f"at most {end}, or a {'longer `duration`' if shot.end_s is None or assumed else 'later `split`'}"
            yield error(self.board, "points", (*shot.path, "out"), message, hint)
        elif in_s < shot.begin_s:
            message = f"the in point {plain_seconds(in_s)} lies before {of}"
            yield error(
                self.board, "points", (*shot.path, "in"), message, f"at least {begin}: seconds of the whole take"
            )
        elif length < 1 and (in_s != shot.begin_s or shot.out_s is not None):
            path = (*shot.path, "in" if in_s != shot.begin_s else "out")
            message = f"nothing is left between in ({plain_seconds(in_s)}) and out ({plain_seconds(out_s)})"
            hint = "the out point must lie at least one frame after the in point"
            yield error(self.board, "points", path, message, hint)

    def nothing_of(self, shot: Shot, duration_s: Fraction) -> Problem:
        """A time of a `split` that leaves no frame of the take to the shot that begins there."""
        path = (*self.board.entries[shot.entry].path, "split", max(0, shot.part - 1))
        begin = plain_seconds(shot.begin_s)
        if shot.begin_s < duration_s:
            message = f"less than one frame is left of {shot.id}, which begins at {begin} s"
            return error(self.board, "split", path, message, "set the times further apart")
        message = f"the take ends at {plain_seconds(duration_s)} s, so {shot.id} can't begin at {begin} s"
        return error(self.board, "split", path, message, "write an earlier time, or a longer `duration`")

    def transition(self, index: int, timings: list[_Timing]) -> Iterator[Problem]:
        shot, own = self.shown[index], timings[index]
        if shot.transition is None:
            return
        path = (*shot.path, "transition")
        for word, kinds in (("direction", DIRECTED), ("through", ("fade",))):
            if getattr(shot.transition, word) is not None and shot.transition.type not in kinds:
                message = f"a {shot.transition.type} has no `{word}`"
                hint = f"delete it: it is for {', '.join(kinds)}"
                yield error(self.board, "transition", (*path, word), message, hint, key=True)
        if index == 0 and shot.path == self.first_path():
            message = "the first shot has nothing before it to come from"
            yield error(self.board, "transition", path, message, "delete its transition", key=True)
        elif own.overlap < 1:
            message = "the transition is shorter than one frame of the cut"
            yield error(self.board, "transition", (*path, "duration"), message, "lengthen it")
        elif index and not own.vague and not timings[index - 1].vague:
            yield from self.too_long(index, timings)

    def first_path(self) -> Path:
        """Where the first shot of the board stands; one that only comes first in a variant begins with a hard cut."""
        return ("shots", 0, "shots", 0) if len(self.shown[0].path) > 2 else ("shots", 0)

    def too_long(self, index: int, timings: list[_Timing]) -> Iterator[Problem]:
        """A transition that leaves nothing of a shot that has to be seen on its own, too."""
        shot, own = self.shown[index], timings[index]
        before, earlier = self.shown[index - 1], timings[index - 1]
        taken = earlier.overlap if index > 1 else 0
        room = earlier.length - taken
        if own.overlap >= min(own.length, room) > 0:
            longest = plain_seconds(Fraction(min(own.length, room) - 1) / self.rate)
            other = f"shot {before.id}" + (", less its own" if taken else "")
            message = f"the transition ({own.overlap} frames) is not shorter than "
            message += other if room <= own.length else "the shot itself"
            path, hint = (*shot.path, "transition", "duration"), f"at most {longest} s, or show more of the shot"
            yield error(self.board, "transition", path, message, hint)


def _made(model: Model, word: str, wanted: Parameters) -> tuple[object, ...]:
    if word == "aspect_ratio":
        return model.ratios(wanted.resolution) or model.ratios()
    if word == "resolution":
        return model.resolutions
    return tuple(model.rule(word).get("enum", ()))


def _allows(model: Model, word: str, wanted: Parameters) -> bool:
    value = getattr(wanted, word)
    if made := _made(model, word, wanted):
        return value in made
    return bool(Draft202012Validator(model.rule(word)).is_valid(value))


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
