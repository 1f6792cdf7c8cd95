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
from pipeline.storyboard.words import CREDITS, UNSAID, CaptionSpec, Inscription, Rows, Text

__all__ = [
    "CREDITS", "DEFAULT_MODEL", "DIRECTED", "FRAME_RATE", "UNSAID", "Camera", "CaptionSpec", "Card", "Change",
    "Continuation", "CutSpec", "Entry", "Inscription", "Line", "Parsed", "Part", "Path", "Reference", "Row", "Rows",
    "Settings", "Shot", "Sound", "Source", "Storyboard", "Style", "Subject", "SubjectKind", "TakeCheck", "Text",
    "Transition", "Variants", "dotted", "in_order", "parse",
]  # fmt: skip
