"""What a report tells: a film, its shots and their takes, as values without a path or a library of media."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pipeline.plan import Words
from pipeline.take import Flag

PREVIS = 0  # stands where the number of a take would


@dataclass(frozen=True, slots=True)
class Picture:
    """A still."""

    jpeg: bytes
    width: int  # pixels
    height: int  # pixels


@dataclass(frozen=True, slots=True)
class Clip:
    """A small film."""

    mp4: bytes


@dataclass(frozen=True, slots=True)
class ShownTake:
    """One take of a shot, or the previs that stands in for one."""

    name: int  # what people call it; PREVIS
    clip: str  # key of its film in the report; "" where there is none
    picture: Picture | None  # a frame of what the shot shows of it
    why: str  # there is no film; "" where there is one
    duration_s: Fraction  # seconds; 0 where nobody knows
    in_s: Fraction  # where the shot begins in it
    out_s: Fraction  # where it ends
    used: bool  # the cut shows it
    how: str  # "kept", "held" or ""
    older: bool  # it answers an older request
    price_usd: Decimal | None  # US dollars; None: nobody knows, or it cost nothing
    prompt: str  # as it was sent; "" where nobody knows
    words: tuple[Words, ...]  # the prompt of the take before and this one's; empty where they are the same
    flags: tuple[Flag, ...]
    request: str  # the beginning of the digest of its request, and its number there; "" for a previs


@dataclass(frozen=True, slots=True)
class ShownShot:
    """One shot of the cut."""

    id: str
    begin_s: Fraction  # where it begins in the cut
    end_s: Fraction  # where it ends
    timecode: str  # of its first frame in the cut
    state: str  # of its slot in the plan
    reason: str  # why it is in that state
    camera: tuple[str, ...]  # size, angle, movement, lens, in words
    dialogue: tuple[str, ...]  # what is said, with who says it
    notes: str
    action: str  # what happens, mentions filled in
    continues: str  # id of the shot that it continues from; "" for none
    shares: tuple[str, ...]  # ids of others that the same takes show
    takes: tuple[ShownTake, ...]
    prompt: str  # as it would be sent now
    words: tuple[Words, ...]  # the prompt of the last take and this one; empty where they are the same
    spent_usd: Decimal  # US dollars for its takes
    price_usd: Decimal | None  # US dollars that its next take would cost; None: none is to be bought, or unpriced

    @property
    def shown(self) -> ShownTake | None:
        """What the cut shows of it."""
        return next((take for take in self.takes if take.used), self.takes[-1] if self.takes else None)


@dataclass(frozen=True, slots=True)
class Report:
    """One film at one moment."""

    title: str
    storyboard: str  # its name
    file: str  # the storyboard, as the user named it
    variant: str  # "" where there is but one
    frame_rate: Fraction  # frames a second, of the cut
    duration_s: Fraction  # of the cut
    cut: str  # key of the film of the whole cut; "" where it is left out
    size: tuple[int, int]  # pixels, of the cut
    shots: tuple[ShownShot, ...]
    clips: dict[str, Clip]  # each small film once
    spent_usd: Decimal | None  # US dollars for all attempts; None: it is not told
    to_shoot_usd: Decimal | None  # US dollars for all takes that are to be bought; None: it is not told
    unpriced: int  # takes that are to be bought, without a known price
    notes: tuple[str, ...]  # what was lowered or left out, and what is to be told of the cut
    captions: str = ""  # of the cut, in WebVTT; "" for none
    client: bool = False  # it leaves out what is nobody's business outside


def for_client(report: Report) -> Report:
    """The report without prices, prompts, digests, flags, notes, states and the names of files: they are in no byte."""
    shots = tuple(
        replace(
            shot,
            state="",
            reason="",
            notes="",
            action="",
            continues="",
            prompt="",
            words=(),
            spent_usd=Decimal(0),
            price_usd=None,
            takes=tuple(_bare(take) for take in shot.takes),
        )
        for shot in report.shots
    )
    return replace(report, file="", shots=shots, spent_usd=None, to_shoot_usd=None, unpriced=0, notes=(), client=True)


def _bare(take: ShownTake) -> ShownTake:
    why = "Its film is not in this page." if take.why else ""
    return replace(take, why=why, how="", older=False, price_usd=None, prompt="", words=(), flags=(), request="")
