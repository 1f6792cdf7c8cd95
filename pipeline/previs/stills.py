"""A path of a picture enters; the picture, upright and in RGB, leaves, or a MediaError that says why not."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from pipeline.errors import MediaError

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
# A picture of 80 megapixels takes a quarter of a gigabyte once it is open.
MOST_PIXELS = 80_000_000
# What Pillow's readers raise for a file that lies about itself, beside OSError.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
_BEHIND = (46, 48, 52)  # what shows through a transparent picture


def open_still(path: str, size: tuple[int, int]) -> Image.Image:
    """The picture, upright, RGB, in its own size or a smaller one of at least `size` (width, height in pixels).

    Raises MediaError for anything but a PNG, JPEG, WEBP, BMP, TIFF or GIF of at most 80 megapixels.
    """
    name = Path(path).name
    if not Path(path).is_file():
        raise MediaError(name, "there is no such picture")
    try:
        with warnings.catch_warnings():
            # Pillow only warns at its own limit; ours is lower and refuses.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as picture:
                _check_size(name, picture.size)
                # A JPEG is decoded at a half, a quarter or an eighth where that is still large enough.
                picture.draft("RGB", (size[0] * 2, size[1] * 2))
                return _rgb(ImageOps.exif_transpose(picture))
    except MediaError:
        raise
    except Image.DecompressionBombError as error:
        raise MediaError(name, "the picture is larger than 80 megapixels", hint="scale it down") from error
    except _BROKEN as error:
        raise MediaError(name, "not a readable PNG, JPEG, WEBP, BMP, TIFF or GIF picture") from error


def _check_size(name: str, size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise MediaError(name, f"a picture of {size[0]}x{size[1]} is larger than 80 megapixels", hint="scale it down")


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # 16 bits a pixel: converting straight to 8 would clip all but the darkest tones.
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        solid = Image.new("RGBA", picture.size, (*_BEHIND, 255))
        return Image.alpha_composite(solid, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def cover(
    picture: Image.Image, size: tuple[int, int], tighten: float, aside: float = 0.0, loosen: float = 0.0
) -> Image.Image:
    """The picture's middle filling `size` (width, height in pixels), cropped `tighten` times closer than need be.

    `aside` crops it left (to -1) or right (to 1) of the middle. `loosen` 1 shows all of it, more than 0 some of what
    filling would crop; beside it stands the picture itself, far out of focus.
    """
    width, height = picture.size
    across = min(width, height * size[0] / size[1]) / tighten
    across *= (max(width, height * size[0] / size[1]) / across) ** loosen
    down = across * size[1] / size[0]
    if loosen and (across > width + 1 or down > height + 1):
        return _beside_itself(picture, size, across)
    # People stand in the upper part of an upright picture; a lying one is composed around its middle.
    middle = 0.36 if height > width else 0.47
    left = max(0.0, (width - across) / 2 * (1 + aside))
    top = max(0.0, min(middle * height - down / 2, height - down))
    box = (left, top, min(float(width), left + across), min(float(height), top + down))
    return picture.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)


def _beside_itself(picture: Image.Image, size: tuple[int, int], across: float) -> Image.Image:
    """The picture so large that `across` of its pixels would fill the width."""
    scale = size[0] / across
    wide, tall = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    top = round((size[1] - tall) * 0.36) if tall > size[1] else (size[1] - tall) // 2
    sharp = picture.resize((wide, tall), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return surrounded(sharp, ((size[0] - wide) // 2, top), size, mirrored=False)


def surrounded(sharp: Image.Image, at: tuple[int, int], size: tuple[int, int], mirrored: bool = True) -> Image.Image:
    """A picture of that size with `sharp` at its place.

    To its sides lies its own mirror image, or what is at its edges, far out of focus.
    """
    share = max(4, min(size) // 90)
    small = sharp.resize((max(2, sharp.width // share), max(2, sharp.height // share)), Image.Resampling.BOX)
    # Where each pixel of the surroundings is taken from, there and back along the picture.
    down, across = (np.arange(-(-size[axis] // share)) - at[axis] / share for axis in (1, 0))
    rows = np.clip(down.astype(np.int64), 0, small.height - 1)
    columns = np.clip(across.astype(np.int64), 0, small.width - 1)
    if mirrored:
        columns = _there_and_back(across, small.width)
    little = Image.fromarray(np.asarray(small)[rows][:, columns]).filter(ImageFilter.GaussianBlur((9, 4)))
    ground = little.resize(size, Image.Resampling.BICUBIC)
    ground.paste(sharp, at, _edged(sharp.size, at, size))
    return ground


def _there_and_back(places: NDArray[np.floating[Any]], length: int) -> NDArray[np.int64]:
    turn: NDArray[np.int64] = np.abs(np.floor(places).astype(np.int64)) % (2 * length)
    return np.minimum(turn, 2 * length - 1 - turn).astype(np.int64)


def _edged(own: tuple[int, int], at: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """A mask that is soft at those edges beside which there is room."""
    fades = []
    for length, first, whole in zip(own, at, size, strict=True):
        soft = max(1.0, 0.05 * length)
        place = np.arange(length, dtype=np.float32) + 0.5
        fade = np.ones(length, np.float32)
        if first > 0:
            fade = np.minimum(fade, place / soft)
        if first + length < whole:
            fade = np.minimum(fade, (length - place) / soft)
        fades.append(np.clip(fade, 0, 1))
    across, down = (fade * fade * (3 - 2 * fade) for fade in fades)
    return Image.fromarray((np.minimum(down[:, None], across[None, :]) * 255 + 0.5).astype(np.uint8))
