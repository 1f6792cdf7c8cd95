"""What is paid for: the request of one entry in one variant, its digest, its price and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from pipeline import catalog
from pipeline.catalog import MEDIA_WORDS, Price
from pipeline.frames import frames_in
from pipeline.plan.chosen import Chosen
from pipeline.plan.compositions import Composition, Compositions
from pipeline.plan.parameters import Parameters, points
from pipeline.plan.variants import Variant
from pipeline.prompts import Cited
from pipeline.storyboard import Entry, Reference, Shot
from pipeline.take import MediaFacts
from pipeline.wire import FileRef, FrameRef, MediaRef, Request, Value

FIRST_TAKE = 1  # what others continue from before anything exists
Facts = Mapping[str, MediaFacts]  # of every file that a board names, by its path as the board has it


@dataclass(frozen=True, slots=True)
class Job:
    """What is paid for. It knows no shot and no variant."""

    digest: str  # of its request
    model: str  # id
    duration_s: int  # seconds
    price: Price | None  # None: unpriced
    upstream: str  # digest of the job that a frame of goes with it; "" for none


def request_of(composition: Composition, facts: Facts, frame: FrameRef | None) -> Request:
    """What is sent for the entry; `frame` is the one that it continues from, where it does."""
    asked, composed, entry = composition.asked, composition.composed, composition.entry
    ours: dict[str, Value] = {
        "prompt": composed.prompt,
        "duration": int(asked.duration_s),
        "enable_web_search": asked.enable_web_search,
        "generate_audio": asked.generate_audio,
    }
    continued = entry.continue_from is not None and entry.continue_from.how == "first_frame"
    first = frame if continued else _file(entry.first_frame, facts)
    ours |= {word: ref for word, ref in (("first_frame", first), ("last_frame", _file(entry.last_frame, facts))) if ref}
    for kind, word in MEDIA_WORDS.items():
        ours[word] = tuple(_refs((item for item in composed.cited if item.kind == kind), facts, frame))
    shape = _shape(asked)
    inputs: dict[str, Value] = {}
    for word, parameter in asked.model.dialect.items():
        if word in ours:
            inputs[parameter] = ours[word]
        elif parameter in shape:
            inputs[parameter] = shape[parameter]
    return Request(asked.model.id, inputs)


def speaks(entry: Entry, asked: Parameters) -> bool:
    """Whether somebody is to be heard in the take of the entry."""
    return asked.generate_audio and not entry.raw and any(part.dialogue for part in entry.parts)


def price_of(composition: Composition, facts: Facts) -> Price | None:
    """What the job costs; None where nobody knows."""
    asked = composition.asked
    videos = [item.reference.file for item in composition.composed.cited if item.kind == "video" and item.reference]
    videos_s = sum((facts[file].duration_s for file in videos), Fraction(0))
    seconds = int(asked.duration_s)
    return catalog.price(asked.model, asked.resolution, seconds, videos_s, audio=asked.generate_audio)


def last_frame(shot: Shot, asked: Parameters) -> int:
    """The frame at the shot's out point: the last one the cut shows, from 0 in its take, at the rate of its model."""
    return max(0, frames_in(points(shot, asked.duration_s)[1], asked.model.frame_rate) - 1)


def frame_of(compositions: Compositions, variant: Variant, shot: Shot, digest: str, chosen: Chosen) -> FrameRef:
    """The frame that another entry continues from: the one at this shot's out point, out of its job's take.

    Of a job that has a fallback it is named by the job: which of the two wordings came through is not known before.
    """
    entry = compositions.board.entries[shot.entry]
    use = chosen.use(entry.id, variant.name, digest)
    take = (digest, FIRST_TAKE)
    if use and (use.how or use.digest == digest):
        take = use.digest, use.number
    out_s = chosen.points(*take, shot.id).out_s
    asked = compositions.asked(variant, entry)
    return FrameRef(*take, last_frame(shot if out_s is None else replace(shot, out_s=out_s), asked))


def _shape(asked: Parameters) -> Mapping[str, str]:
    """The parameters that ask for the picture's shape; none for a ratio that the first frame gives."""
    shape = catalog.shape_parameters(asked.model, asked.resolution, asked.aspect_ratio)
    left_out = asked.model.dialect.get("aspect_ratio") if asked.model.follows_first_frame else None
    return {parameter: value for parameter, value in shape.items() if parameter != left_out}


def _file(reference: Reference | None, facts: Facts) -> FileRef | None:
    return FileRef(facts[reference.file].sha256, reference.file) if reference else None


def _refs(cited: Iterable[Cited], facts: Facts, frame: FrameRef | None) -> Iterator[MediaRef]:
    for item in cited:
        if item.reference is not None:
            yield FileRef(facts[item.reference.file].sha256, item.reference.file)
        elif frame is not None:
            yield frame
