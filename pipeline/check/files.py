"""Whether the files that a board names are there, are what they are used as, and are what the models take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pipeline.catalog import FRAME_WORDS, MEDIA_WORDS, MediaLimits, Model
from pipeline.check.finding import called, error, warning
from pipeline.errors import MediaError, Problem
from pipeline.frames import plain_seconds
from pipeline.plan import Composition, begins_with_a_frame
from pipeline.prompts import Cited
from pipeline.storyboard import Entry, Path, Reference, Storyboard
from pipeline.take import Kind, MediaFacts


def references(board: Storyboard) -> Iterator[Reference]:
    """Every file that the board names, as often as it names it."""
    for subject in board.subjects.values():
        yield from subject.references
        if subject.voice:
            yield subject.voice
    for entry in board.entries:
        yield from entry.references
        yield from (frame for frame in (entry.first_frame, entry.last_frame) if frame)


def unusable(board: Storyboard, errors: Mapping[str, MediaError]) -> Iterator[Problem]:
    """The files that can't be used at all, wherever they are named."""
    for reference in references(board):
        if bad := errors.get(reference.file):
            yield error(board, "file", _at(reference), bad.reason, bad.hint)
    for check in board.checks:
        if bad := errors.get(check.run):
            yield error(board, "file", (*check.path, "run"), bad.reason, bad.hint)


def unfit(board: Storyboard, facts: Mapping[str, MediaFacts]) -> Iterator[Problem]:
    """The files that are something else than what they are named as."""
    for reference in references(board):
        found = facts.get(reference.file)
        if found and found.kind != reference.kind:
            message = f"this is {_a(found.kind)} ({found.format}), not {_a(reference.kind)}"
            hint = f"write `{found.kind}:` instead, or name another file"
            yield error(board, "file-kind", _at(reference), message, hint)


def sent(board: Storyboard, found: Composition, facts: Mapping[str, MediaFacts]) -> Iterator[Problem]:
    """What goes with an entry, against what its model takes."""
    shot, composed, model = found.entry, found.composed, found.asked.model
    for kind in MEDIA_WORDS:
        cited = [item for item in composed.cited if item.kind == kind]
        if cited and kind not in model.media:
            message, hint = f"{called(model)} takes no {kind} references", "leave them out of this shot"
            if begins_with_a_frame(shot):
                message = f"a shot that begins with a picture takes no {kind} references"
                hint = (
                    "delete them, or the first frame" if shot.first_frame else "delete them, or the `as: first_frame`"
                )
            yield error(board, "model-limit", _blame(shot, cited), message, hint)
        elif cited:
            yield from _files(board, model, cited, facts)
            yield from _together(board, shot, model, kind, cited, facts)
    if all(_fits(item, facts) for item in composed.cited):
        yield from _alone(board, shot, model, composed.cited)
    if model.frames:
        yield from _frames(board, shot, model, model.frames, facts)


def _frames(
    board: Storyboard, entry: Entry, model: Model, limits: MediaLimits, facts: Mapping[str, MediaFacts]
) -> Iterator[Problem]:
    for frame in (entry.first_frame, entry.last_frame):
        found = facts.get(frame.file) if frame else None
        if frame and found and found.kind == "image":
            for message, hint in _limits(model, limits, found):
                yield error(board, "file-limit", _at(frame), message, hint)


def _at(reference: Reference) -> Path:
    """Where the path of the file stands: a first frame is its own, a reference has it under its kind."""
    return reference.path if reference.path[-1] in FRAME_WORDS else (*reference.path, reference.kind)


def _blame(entry: Entry, cited: list[Cited]) -> Path:
    """The entry's own references where some are of the kind, else its prompt, which brings those of its characters."""
    own = any(item.reference in entry.references for item in cited if item.reference)
    if own:
        return (*entry.path, "references")
    if any(item.reference is None for item in cited):
        return (*entry.path, "continue_from")
    return (*entry.path, "id") if entry.several else (*entry.path, "prompt")


def _fits(cited: Cited, facts: Mapping[str, MediaFacts]) -> bool:
    """Whether the file is there and is what it is named as."""
    found = facts.get(cited.reference.file) if cited.reference else None
    return cited.reference is None or (found is not None and found.kind == cited.kind)


def _files(board: Storyboard, model: Model, cited: list[Cited], facts: Mapping[str, MediaFacts]) -> Iterator[Problem]:
    for item in cited:
        if item.reference and _fits(item, facts):
            found = facts[item.reference.file]
            for message, hint in _limits(model, model.media[item.kind], found):
                yield error(board, "file-limit", _at(item.reference), message, hint)


def _limits(model: Model, limits: MediaLimits, found: MediaFacts) -> Iterator[tuple[str, str]]:
    if limits.formats and found.format not in limits.formats:
        yield f"{called(model)} does not take {found.format} files", f"one of {', '.join(limits.formats)}"
    if limits.max_bytes and found.size_bytes > limits.max_bytes:
        size, most = found.size_bytes / 1e6, limits.max_bytes / 1e6
        yield f"the file has {size:.1f} MB; {called(model)} takes at most {most:.0f}", "make it smaller"
    sides = (found.width, found.height)
    if limits.max_side_px and not all(limits.min_side_px <= side <= limits.max_side_px for side in sides):
        hint = f"each side must have {limits.min_side_px} to {limits.max_side_px} pixels"
        yield f"{found.width} x {found.height} pixels is a size that {called(model)} does not take", hint
    if limits.max_ratio and found.height and not limits.min_ratio <= found.width / found.height <= limits.max_ratio:
        hint = f"width divided by height must be {limits.min_ratio} to {limits.max_ratio}"
        yield f"{found.width} x {found.height} pixels is a shape that {called(model)} does not take", hint
    if limits.max_s and not limits.min_s <= found.duration_s <= limits.max_s:
        hint = f"{called(model)} takes files of {limits.min_s} to {limits.max_s} s"
        yield f"the file is {plain_seconds(found.duration_s)} s long", hint


def _together(
    board: Storyboard, shot: Entry, model: Model, kind: Kind, cited: list[Cited], facts: Mapping[str, MediaFacts]
) -> Iterator[Problem]:
    limits, path = model.media[kind], _blame(shot, cited)
    named = [item.reference.file for item in cited if item.reference]
    total_s = sum((facts[file].duration_s for file in named if file in facts), Fraction(0))
    if limits.max_count and len(cited) > limits.max_count:
        frame = ", the frame it continues from among them" if any(item.reference is None for item in cited) else ""
        message = f"{len(cited)} {kind} references go with this shot{frame}; {called(model)} takes {limits.max_count}"
        yield error(board, "model-limit", path, message, "leave some out, or name fewer characters in the shot")
    elif limits.warn_above and len(cited) > limits.warn_above:
        message = f"{len(cited)} {kind} references: the page allows {limits.max_count}, other hosts {limits.warn_above}"
        yield warning(board, "model-limit", path, message, f"use at most {limits.warn_above} to be safe")
    if limits.max_total_s and total_s > limits.max_total_s:
        message = f"its {kind} references are {plain_seconds(total_s)} s long together"
        hint = f"{called(model)} takes {limits.max_total_s} s of them at most"
        yield error(board, "model-limit", path, message, hint)


def _alone(board: Storyboard, shot: Entry, model: Model, cited: tuple[Cited, ...]) -> Iterator[Problem]:
    lonely = [kind for kind, limits in model.media.items() if limits.never_alone]
    if cited and all(item.kind in lonely for item in cited):
        message = f"{called(model)} takes {cited[0].kind} references only beside an image or a video"
        hint = "add an image of the speaker or the place"
        yield error(board, "model-limit", _blame(shot, list(cited)), message, hint)


def _a(kind: Kind) -> str:
    return {"image": "an image", "video": "a video", "audio": "a sound"}[kind]
