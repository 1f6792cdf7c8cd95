"""A YAML file becomes a Storyboard: what the author wrote, typed, each value with its line and column."""

from pipeline.storyboard.board import (
    DEFAULT_MODEL,
    Camera,
    Character,
    Continuation,
    CutSpec,
    Line,
    Reference,
    Settings,
    Shot,
    Sound,
    Storyboard,
    Style,
    Transition,
    Variants,
)
from pipeline.storyboard.nodes import Path, Source
from pipeline.storyboard.parse import Parsed, in_order, parse
from pipeline.storyboard.shape import dotted
from pipeline.templates import Scalar

__all__ = [
    "DEFAULT_MODEL", "Camera", "Character", "Continuation", "CutSpec", "Line", "Parsed", "Path", "Reference",
    "Scalar", "Settings", "Shot", "Sound", "Source", "Storyboard", "Style", "Transition", "Variants", "dotted",
    "in_order", "parse",
]  # fmt: skip
