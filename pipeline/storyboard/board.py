"""The storyboard as its author wrote it, typed: frozen values, with a Source that knows where each one stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipeline.storyboard.nodes import Path, Source
from pipeline.storyboard.soundtrack import NO_MIX, PLAIN_SOUND, MixSpec, ShotSound
from pipeline.storyboard.words import UNSAID, CaptionSpec, Inscription, Rows
from pipeline.take import Kind
from pipeline.templates import Data, Library, Scalar

SubjectKind = Literal["character", "location", "prop"]
FRAME_RATE = Fraction(24)  # frames a second of a cut that does not say its own
DEFAULT_MODEL = "bytedance/seedance-2.0-mini/text-to-video-turbo"


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of a generation; None where the author left them to the board's defaults or to the model's."""

    model: str | None = None
    duration_s: Fraction | None = None  # seconds generated and paid for
    aspect_ratio: str | None = None
    resolution: str | None = None
    generate_audio: bool | None = None
    enable_web_search: bool | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """The look that all shots share; each a template, "" where nothing is said."""

    look: str = ""
    palette: str = ""
    lighting: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the model is told about sound; templates."""

    music: str = "none"  # "none", "any" or a description
    ambience: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A file that guides the model."""

    kind: Kind
    file: str  # relative to the folder of the storyboard
    role: str  # "" where a location's or a prop's picture shows just it
    path: Path  # where the reference stands in the storyboard


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or something that several shots show: a character, a location, a prop."""

    kind: SubjectKind
    key: str  # prompts name it as @key
    name: str  # what composed prompts call it: "the keeper", "Anna"
    description: str  # a template
    references: tuple[Reference, ...]
    voice: Reference | None  # of a character; sent only with shots where it speaks
    voice_description: str  # a template; "" where nothing is said
    order: int  # place among all subjects of the board, from 0: characters, locations, props, each as declared
    path: Path


@dataclass(frozen=True, slots=True)
class Camera:
    """Framing and movement in the field's codes; "" or 0 where nothing is said."""

    shot_size: str = ""
    angle: str = ""
    movement: str = ""
    speed: str = ""
    lens_mm: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of dialogue."""

    speaker: str  # key of a character
    line: str  # a template
    delivery: str  # a template; "" where nothing is said
    off_screen: bool
    path: Path


@dataclass(frozen=True, slots=True)
class Transition:
    """How a shot begins, when not by a hard cut."""

    type: Literal["dissolve", "fade", "wipe", "slide", "push", "iris", "whip_pan"]
    duration_s: Fraction  # seconds of overlap with the shot before
    direction: Literal["left", "right", "up", "down"] | None = None  # None: the author says none
    through: Literal["black", "white"] | None = None  # likewise, of a fade


DIRECTED = ("wipe", "slide", "push", "whip_pan")  # the types of transition that go somewhere


@dataclass(frozen=True, slots=True)
class Continuation:
    """The shot that an entry goes on from."""

    shot: str  # id
    how: Literal["reference", "first_frame"]


@dataclass(frozen=True, slots=True)
class Part:
    """What happens in one shot of a generation."""

    id: str
    prompt: str  # a template
    camera: Camera | None
    location: str  # key of the location it plays in; "" where nothing is said
    dialogue: tuple[Line, ...]
    notes: str  # a template; never sent to the model
    path: Path
    prompt_key: str = "prompt"  # the field that its prompt stands in


@dataclass(frozen=True, slots=True)
class Shot:
    """The unit of the cut: what it shows of a take. Its seconds count from the start of the take."""

    id: str
    entry: int  # index of the entry whose take it shows
    part: int  # of the take, from 0
    begin_s: Fraction  # where its part of the take begins
    end_s: Fraction | None  # where its part ends; None: with the take
    in_s: Fraction
    out_s: Fraction | None  # None: where the part ends
    transition: Transition | None
    path: Path
    shares: int = 0  # shots of a take whose cuts are to be found: its points count from its part's begin; 0: as said
    sound: ShotSound = PLAIN_SOUND  # of the cut
    words: tuple[Inscription, ...] = ()  # drawn over it; no model is sent them


@dataclass(frozen=True, slots=True)
class Card:
    """Words on a plain ground: a shot of the cut that is drawn and never generated, as the credits are at its end."""

    id: str
    kind: Literal["card", "credits"]
    rows: Rows
    duration_s: Fraction
    background: str  # #rrggbb
    rolls: bool  # its lines move up through the picture
    transition: Transition | None
    path: Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of `shots`: what is generated at once, a single shot or several."""

    id: str
    prompt: str  # a template; of several shots what they have in common, "" where nothing is said
    fallback_prompt: str  # a template that takes the prompt's place if moderation refuses it; "" for none
    raw: bool  # the prompt is sent as it stands, nothing filled in and nothing composed around it
    prompt_template: str  # a template that composes the prompt instead of the recipe; "" for the recipe
    several: bool  # it has shots of its own
    location: str  # key of the location that all of it plays in; "" where nothing is said
    parts: tuple[Part, ...]  # what it shows, in order; one where it is a single shot
    shots: tuple[Shot, ...]  # what the cut makes of its take; one where the take is kept whole
    references: tuple[Reference, ...]
    first_frame: Reference | None  # the picture that its take begins with
    last_frame: Reference | None  # the picture that it ends with
    settings: Settings
    continue_from: Continuation | None
    path: Path
    prompt_key: str = "prompt"  # the field that its prompt stands in

    @property
    def finds_cuts(self) -> bool:
        """Whether its take is divided where cuts are found in it."""
        return any(shot.shares for shot in self.shots)

    @property
    def fallback(self) -> Entry | None:
        """The entry as it is tried once if moderation refuses it; None where the author has no other wording."""
        if not self.fallback_prompt:
            return None
        prompt, key, parts = self.fallback_prompt, "fallback_prompt", self.parts
        if not self.several:
            parts = tuple(replace(part, prompt=prompt, prompt_key=key) for part in parts)
        return replace(self, prompt=prompt, prompt_key=key, parts=parts, fallback_prompt="")


@dataclass(frozen=True, slots=True)
class CutSpec:
    """How takes become a film; None where nothing is said."""

    frame_rate: Fraction | None = None  # frames a second
    fit: Literal["contain", "cover"] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in the variants that it is for."""

    when: Mapping[str, str]  # variable -> key of the value it has in them
    vars: Mapping[str, Data]
    defaults: Settings
    shots: tuple[str, ...] | None  # ids of the only ones used; None: all
    without: tuple[str, ...]  # ids of those left out
    cut: CutSpec
    path: Path
    mix: MixSpec = NO_MIX
    captions: CaptionSpec = UNSAID


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: values that go together."""

    values: Mapping[str, Scalar]
    line: int  # of the file, from 1


@dataclass(frozen=True, slots=True)
class Variants:
    """Several films from one board: each combination of rows and matrix is one."""

    name: str  # a template over the keys; "" for the keys joined by _
    rows: tuple[Row, ...]  # of the table in a file of its own; empty for none
    matrix: Mapping[str, Mapping[str, Scalar]]  # variable -> key -> value, in the author's order
    exclude: tuple[Mapping[str, str], ...]  # combinations that are left out: variable -> key
    include: tuple[Mapping[str, Scalar], ...]  # values added to combinations that they fit, else combinations
    changes: tuple[Change, ...]
    pilot: str  # name of the variant whose jobs go first; "" for the first one


@dataclass(frozen=True, slots=True)
class LintSpec:
    """Which warnings are not wanted."""

    off: frozenset[str] = frozenset()  # codes


@dataclass(frozen=True, slots=True)
class TakeCheck:
    """A program that looks at each take."""

    run: str  # its path, relative to the folder of the file that names it
    timeout_s: int  # seconds that it may take for one clip
    path: Path  # where it stands in that file


CHECK_S = 60  # seconds that a check may take where nothing is said


@dataclass(frozen=True, slots=True)
class PrevisSpec:
    """What is drawn over the clips of the rehearsal."""

    slate: str = "full"  # full corner none
    safe_areas: bool = False


@dataclass(frozen=True, slots=True)
class Storyboard:
    """Everything that one file says, with the files that it includes."""

    name: str  # of the file, without its ending: names the folder of the cuts
    title: str
    defaults: Settings
    vars: Mapping[str, Data]
    style: Style
    sound: Sound
    prompt_template: str  # as an entry's, for those without one
    subjects: Mapping[str, Subject]  # by key: characters, locations, props, each as declared
    entries: tuple[Entry, ...]
    variants: Variants | None
    cut: CutSpec
    lint: LintSpec
    checks: tuple[TakeCheck, ...]
    max_cost_usd: Decimal | None  # dollars that one run may cost; None: no limit
    max_total_usd: Decimal | None  # dollars that all attempts ever may cost; None: no limit
    texts: Library = field(repr=False)  # prompt files that templates include
    source: Source = field(repr=False, compare=False)
    mix: MixSpec = NO_MIX
    cards: tuple[Card, ...] = ()  # among the shots, and the credits behind them
    captions: CaptionSpec = UNSAID
    previs: PrevisSpec = PrevisSpec()

    @property
    def shots(self) -> Iterator[Shot]:
        """Every shot, in the order of the cut."""
        return (shot for entry in self.entries for shot in entry.shots)
