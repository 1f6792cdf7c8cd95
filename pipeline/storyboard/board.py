"""The storyboard as its author wrote it, typed: frozen values, with a Source that knows where each one stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipeline.catalog import Kind
from pipeline.storyboard.nodes import Path, Source
from pipeline.templates import Scalar

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
    file: str  # relative to the folder of the storyboard, as written
    role: str
    path: Path  # where the reference stands in the storyboard


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody or something that several shots show."""

    key: str  # prompts name it as @key
    name: str  # what composed prompts call it: "the keeper", "Anna"
    description: str  # a template
    references: tuple[Reference, ...]
    voice: Reference | None  # sent only with shots where the character speaks
    voice_description: str  # a template; "" where nothing is said
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

    type: Literal["dissolve"]
    duration_s: Fraction  # seconds of overlap with the shot before


@dataclass(frozen=True, slots=True)
class Continuation:
    """The shot that this one goes on from."""

    shot: str  # id
    how: Literal["reference"]


@dataclass(frozen=True, slots=True)
class Shot:
    """The unit of the cut."""

    id: str
    prompt: str  # a template
    camera: Camera | None
    dialogue: tuple[Line, ...]
    references: tuple[Reference, ...]
    settings: Settings
    in_s: Fraction  # seconds from the start of the take
    out_s: Fraction | None  # likewise; None: the duration
    transition: Transition | None
    continue_from: Continuation | None
    notes: str  # a template; never sent to the model
    path: Path


@dataclass(frozen=True, slots=True)
class Variants:
    """Several films from one board: each combination of the matrix is one."""

    name: str  # a template over the keys; "" for the keys joined by _
    matrix: Mapping[str, Mapping[str, Scalar]]  # variable -> key -> value, in the author's order


@dataclass(frozen=True, slots=True)
class CutSpec:
    """How takes become a film."""

    frame_rate: Fraction = Fraction(24)  # frames a second
    fit: Literal["contain", "cover"] = "contain"


@dataclass(frozen=True, slots=True)
class Storyboard:
    """Everything that one file says."""

    name: str  # of the file, without its ending: names the folder of the cuts
    title: str
    defaults: Settings
    vars: Mapping[str, Scalar]
    style: Style
    sound: Sound
    characters: Mapping[str, Character]
    shots: tuple[Shot, ...]
    variants: Variants | None
    cut: CutSpec
    max_cost_usd: Decimal | None  # dollars that one run may cost; None: no limit
    source: Source = field(repr=False, compare=False)
