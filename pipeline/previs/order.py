"""What one previs clip is drawn from: the values that an order is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.errors import StoryreelError

# A frame below 32 pixels has no room for a picture; one above 4096 is beyond what any model of the catalogue makes.
SMALLEST, LARGEST = 32, 4096
SLATES = ("full", "corner", "none")


class OrderError(StoryreelError, ValueError):
    """An order that can't be drawn as it stands."""


@dataclass(frozen=True, slots=True)
class Camera:
    """How the shot is framed and how the camera moves, in the storyboard's words; "" and 0 where nothing is said."""

    shot_size: str = ""  # EWS WS FS MWS MS MCU CU ECU OTS POV insert
    angle: str = ""  # eye low high overhead ground dutch
    movement: str = ""  # static, handheld, pan_left ...
    speed: str = ""  # slow normal fast
    lens_mm: float = 0.0  # focal length in millimetres


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken line."""

    speaker: str  # "" where nobody is named
    delivery: str  # how it is said: "under his breath"; "" where nothing is said
    line: str
    off_screen: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """The look of the film in the author's words."""

    look: str = ""
    palette: str = ""
    lighting: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A character in the shot."""

    name: str
    colour: int  # index of its declaration in the storyboard, from 0


@dataclass(frozen=True, slots=True)
class Reference:
    """What the reference image of the same position in the request shows."""

    role: str  # "face", "costume", the author's own words, or "continues"
    of: str  # the character it belongs to, or the shot that is continued; "" for the shot itself


@dataclass(frozen=True, slots=True)
class Part:
    """One of several shots that are made in one generation, and shown one after another in its clip."""

    end_s: Fraction | None  # seconds from the start of the clip; None for the last part, which ends with the clip
    shot: str = ""  # its id
    camera: Camera = field(default_factory=Camera)
    action: str = ""
    dialogue: tuple[Line, ...] = ()
    notes: str = ""
    figures: tuple[Figure, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Direction:
    """What the storyboard knows of a shot beyond the request that is paid for.

    In a clip of several parts, action, notes and place are what holds for all of them.
    """

    title: str = ""  # of the storyboard
    shot: str = ""  # its id
    camera: Camera = field(default_factory=Camera)
    action: str = ""
    dialogue: tuple[Line, ...] = ()
    notes: str = ""
    style: Style = field(default_factory=Style)
    figures: tuple[Figure, ...] = ()
    images: tuple[Reference, ...] = ()  # aligned with the images of the order
    place: str = ""  # words that name and describe where it plays; "" where nothing is said
    throughout: str = ""  # what is said of every shot of the clip that this is one of
    slate: str = "full"  # full corner none
    safe_areas: bool = False  # whether their lines are drawn
    parts: tuple[Part, ...] = ()  # () is one shot


@dataclass(frozen=True, slots=True)
class PrevisOrder:
    """One clip to draw."""

    id: str
    width: int  # pixels, even
    height: int  # pixels, even
    frame_rate: Fraction  # frames a second
    frames: int  # exact length of the clip
    audio: bool
    prompt: str  # as sent to the API
    images: tuple[str, ...]  # absolute paths of the reference images, in the request's order
    direction: Direction | None  # None: an official client asked, which knows only the prompt
    seed: str  # hexadecimal digits; the same seed draws the same clip
    output: str  # absolute path of the mp4 to write

    @property
    def seed_number(self) -> int:
        """The seed as a number for the random generators."""
        return int(self.seed, 16)
