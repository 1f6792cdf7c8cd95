"""Takes and the media facts they rest on: values that the store and the inspector make and everybody reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

Kind = Literal["image", "video", "audio"]  # of a media file


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a media file really is, found by opening it and not by its name."""

    sha256: str  # of the bytes, lower-case hex
    size_bytes: int
    kind: Kind
    format: str  # "png", "jpeg", "mp4", "wav" ...
    width: int = 0  # pixels as displayed (after rotation); 0 for audio
    height: int = 0  # pixels
    frame_count: int = 0  # decodable video frames; 1 for a still; 0 for audio
    frame_rate: Fraction = Fraction(0)  # frames a second; 0 for stills and audio
    duration_s: Fraction = Fraction(0)  # seconds of the longest stream; 0 for stills
    sample_rate: int = 0  # Hz; 0 without sound
    channels: int = 0  # 0 without sound


@dataclass(frozen=True, slots=True)
class Take:
    """One kept result of a job. Its key is (digest, number)."""

    digest: str  # of the request it answers
    number: int  # from 1
    home: str  # folder of `clip.mp4`, relative to the outputs folder, with forward slashes
    prediction: str  # the API's id of the generation
    clip: MediaFacts


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that a check noticed in a take. It tells and decides nothing: no state and no purchase looks at it."""

    code: str  # "short", "black", "silent" ..., or a word of an own check: lower-case letters, digits and dashes
    message: str  # one plain sentence: "black from 1.2 s to 2.0 s"
    check: str  # that raised it: BUILT_IN, or the path of an own one from the root of its project, "./vision_qc.py"
    from_s: Fraction | None = None  # seconds from the start of the clip; None: of all of it
    to_s: Fraction | None = None  # seconds, likewise


@dataclass(frozen=True, slots=True)
class FoundCut:
    """A place inside a clip where one shot gives way to the next, as it was found there."""

    frame: int  # the first of the shot that begins, from 0 in the clip
    at_s: Fraction  # seconds from the start of the clip: when that frame begins
    strength: float  # how plain it is: above 0, at most 1


BUILT_IN = "storyreel"  # the name of the checks that come with the package


@dataclass(frozen=True, slots=True)
class Paid:
    """A take that was paid for, wherever its bytes are."""

    digest: str  # of its request
    number: int  # from 1
    prediction: str  # the API's id
    price_usd: Decimal | None  # US dollars, as it was expected or billed; None: nobody knows
    sha256: str  # of the clip, lower-case hex
    shot: str = ""  # id of the entry that it was bought for; "" where nobody knows
    slate: int = 0  # its number among all takes of that shot, from 1, as people call it; 0: none was given


@dataclass(frozen=True, slots=True)
class StoreView:
    """What the store holds for one origin at one moment, for the digests that were asked for."""

    origin: str  # of the endpoint the takes came from
    takes: Mapping[str, tuple[Take, ...]] = field(default_factory=dict)  # by request digest, in order of number
    open: Mapping[str, str] = field(default_factory=dict)  # digest -> prediction not ended; "": being sent
    uncertain: frozenset[str] = frozenset()  # digests with an intent whose fate nobody knows
    absent: Mapping[str, tuple[Paid, ...]] = field(default_factory=dict)  # paid for, their clips not here now
    unsettled: Mapping[str, int] = field(default_factory=dict)  # of open and uncertain digests the number of the take
    failed: Mapping[str, int] = field(default_factory=dict)  # digest -> the API's code (0: none), no take came
    flags: Mapping[tuple[str, int], tuple[Flag, ...]] = field(default_factory=dict)  # of flagged takes, by their keys
    cuts: Mapping[tuple[str, int], tuple[FoundCut, ...]] = field(default_factory=dict)  # of takes that were searched
    requests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # of absent takes, as digested, by digest

    def best(self, digest: str) -> Take | None:
        """The take to use: the first one kept, until another is circled."""
        kept = self.takes.get(digest, ())
        return kept[0] if kept else None
