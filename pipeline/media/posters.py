"""A clip comes in; a small picture of its middle goes out."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from pipeline.media.canvas import upright_rgb
from pipeline.media.pictures import FrameReader


def poster(path: Path, width: int, height: int) -> Image.Image:
    """The frame in the middle of the clip, RGB, as large as fits into so many pixels. Raises MediaError."""
    with FrameReader(path) as reader:
        pixels = upright_rgb(reader.frame(reader.timing.count // 2), reader.pixel_aspect)
    picture = Image.fromarray(pixels)
    picture.thumbnail((width, height))
    return picture
