"""Footage becomes segments: which frames of which clip are on screen when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipeline.edit.sound import Cue, Own, Sound
from pipeline.frames import frames_in, plain_seconds, span
from pipeline.take import MediaFacts
from pipeline.words import Captions, Wording, Words

Fit = Literal["contain", "cover"]
Kind = Literal["dissolve", "fade", "wipe", "slide", "push", "iris", "whip_pan"]
Direction = Literal["left", "right", "up", "down"]


@dataclass(frozen=True, slots=True)
class Joint:
    """What is seen while a shot takes the place of the one before it."""

    kind: Kind
    direction: Direction = "left"  # in which pictures or their edge move, where they do
    through: Literal["black", "white"] = "black"  # the colour of a fade


DISSOLVE = Joint("dissolve")
_PLAINLY = Own()
NO_CAPTIONS = Captions()


@dataclass(frozen=True, slots=True)
class Footage:
    """What one shot brings to the cut: its points as the author wrote them, and the clip there is for it."""

    shot: str
    duration_s: Fraction  # seconds asked for
    in_s: Fraction  # seconds from the start of the take
    out_s: Fraction | None  # seconds from the start of the take; None: the asked length
    overlap_s: Fraction  # seconds of overlap with the shot before; 0 is a hard cut
    source: str  # path of the clip relative to the outputs folder; "" where there is none
    clip: MediaFacts | None  # None where there is no clip
    missing: str = ""  # why there is no clip, for the card that stands in
    joint: Joint = DISSOLVE  # what is seen in the overlap
    own: Own = _PLAINLY  # how its own sound is heard
    cues: tuple[Cue, ...] = ()  # sound files that it brings
    ground: str = ""  # #rrggbb: it is a card of this colour, and never had a clip
    words: tuple[Wording, ...] = ()  # what is read over it, or on it


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of one clip's frames in the cut, counted in frames of the cut."""

    shot: str
    source: str  # path of the clip relative to the outputs folder; "" for a card
    card: str  # words on the card where there is no clip; "" otherwise
    sha256: str  # of the clip's bytes; "" for a card
    start: int  # frame of the cut on which the segment begins
    first: int  # frames of the cut between the start of the take and the segment's first frame
    length: int  # frames, the overlaps at both ends included
    overlap: int  # frames of it that overlap the segment before
    joint: Joint = DISSOLVE  # what is seen in them
    ground: str = ""  # #rrggbb of a card that its author wrote; "" otherwise

    @property
    def end(self) -> int:
        """The frame of the cut after its last."""
        return self.start + self.length

    def goes_on_from(self, before: Segment) -> bool:
        """Whether it begins with the very frame of the clip before which the other ends."""
        same = self.source != "" and self.source == before.source
        return same and not self.overlap and self.first == before.first + before.length


@dataclass(frozen=True, slots=True)
class Cut:
    """One variant's edit."""

    variant: str
    frame_rate: Fraction  # frames a second
    width: int  # pixels, even
    height: int  # pixels, even
    fit: Fit
    segments: tuple[Segment, ...]
    notes: tuple[str, ...]  # where the edit had to differ from what was asked
    sounds: tuple[Sound, ...] = ()  # everything that is heard
    loudness_lufs: Decimal | None = None  # what the whole is brought to; None: levels are left as they are
    true_peak_dbtp: Decimal = Decimal(-1)  # decibels that no peak passes then
    words: tuple[Words, ...] = ()  # what is read in it, in the order in which it appears
    captions: Captions = NO_CAPTIONS

    @property
    def frame_count(self) -> int:
        """Frames of the whole cut: overlaps count once."""
        return max((segment.start + segment.length for segment in self.segments), default=0)


def segments(footage: Sequence[Footage], frame_rate: Fraction) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """The footage end to end, transitions overlapping, each shot cut to the frames there are; and notes of that."""
    found: list[Segment] = []
    notes: list[str] = []
    for shot in footage:
        segment, note = _segment(shot, found[-1] if found else None, frame_rate)
        found.append(segment)
        notes.extend(note)
    return tuple(found), tuple(notes)


def _segment(shot: Footage, before: Segment | None, frame_rate: Fraction) -> tuple[Segment, list[str]]:
    asked_out = shot.duration_s if shot.out_s is None else shot.out_s
    first, asked = span(shot.in_s, asked_out, frame_rate)
    length, card, notes = asked, shot.missing if shot.clip is None else "", []
    if shot.clip is not None:
        length = min(asked, frames_available(shot.clip, frame_rate) - first)
        if length <= 0:
            length, card = asked, f"the take ends at {plain_seconds(shot.clip.duration_s)} s, before its in point"
        if length < asked or card:
            notes.append(_short(shot, card, asked, length, frame_rate))
    overlap = frames_in(shot.overlap_s, frame_rate) if before else 0
    if before and overlap > (most := _room(before, length)):
        notes.append(f"{shot.shot}: its transition is {most} frames long, not {overlap}: no more footage is left")
        overlap = most
    start = before.start + before.length - overlap if before else 0
    source, sha256 = ("", "") if card or shot.clip is None else (shot.source, shot.clip.sha256)
    return Segment(shot.shot, source, card, sha256, start, first, length, overlap, shot.joint, shot.ground), notes


def _room(before: Segment, length: int) -> int:
    """Frames a transition may take: of the shot before what its own leaves, and never a whole shot."""
    return max(0, min(before.length - before.overlap, length) - 1)


def _short(shot: Footage, card: str, asked: int, length: int, frame_rate: Fraction) -> str:
    if card:
        return f"{shot.shot}: {card}; a card stands in"
    short = plain_seconds((asked - length) / frame_rate)
    return f"{shot.shot}: {asked - length} frames ({short} s) shorter than asked, as its take is"


def frames_available(clip: MediaFacts, frame_rate: Fraction) -> int:
    """Frames of a cut at `frame_rate` that the clip can fill from its start: all that begin while it still plays."""
    return math.ceil(clip.frame_count * frame_rate / clip.frame_rate)
