"""A YAML file becomes a Storyboard: what the author wrote, typed, each value with its line and column."""

from pipeline.storyboard.board import (
    DEFAULT_MODEL,
    DIRECTED,
    FRAME_RATE,
    Camera,
    Card,
    Change,
    Continuation,
    CutSpec,
    Entry,
    Line,
    Part,
    PrevisSpec,
    Reference,
    Row,
    Settings,
    Shot,
    Sound,
    Storyboard,
    Style,
    Subject,
    SubjectKind,
    TakeCheck,
    Transition,
    Variants,
)
from pipeline.storyboard.nodes import Path, Source
from pipeline.storyboard.parse import Parsed, in_order, parse
from pipeline.storyboard.shape import dotted
from pipeline.storyboard.soundtrack import NO_MIX, CueRole, MixSpec, ShotSound, SoundFile, TakeMix, When
from pipeline.storyboard.words import CREDITS, UNSAID, CaptionSpec, Inscription, Rows, Text

__all__ = [
    "CREDITS", "DEFAULT_MODEL", "DIRECTED", "FRAME_RATE", "NO_MIX", "UNSAID", "Camera", "CaptionSpec",
    "Card", "Change", "Continuation", "CueRole", "CutSpec", "Entry", "Inscription", "Line", "MixSpec", "Parsed",
    "Part", "Path", "PrevisSpec", "Reference", "Row", "Rows", "Settings", "Shot", "ShotSound", "Sound", "SoundFile",
    "Source", "Storyboard", "Style", "Subject", "SubjectKind", "TakeCheck", "TakeMix", "Text", "Transition", "Variants",
    "When", "dotted", "in_order", "parse",
]  # fmt: skip
