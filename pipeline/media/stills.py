"""The bytes of a picture come in; its size as displayed goes out. Nothing is decoded that could be a bomb."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import MediaError
from pipeline.media.tiff import tiff_complete, tiff_shape

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MAX_PIXELS = 80_000_000
_ORIENTATION = 0x0112  # EXIF tag
_ON_ITS_SIDE = (5, 6, 7, 8)
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)  # what Pillow's readers raise
_TAIL = 4096  # bytes in which a GIF's end is looked for


def still_size(path: Path, file: BinaryIO, form: str) -> tuple[int, int]:
    """Width and height in pixels as displayed (after EXIF rotation) of the picture in `file`, of format `form`."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if not (tiff_complete(data) if form == "tiff" else _complete(data, form)):
            raise MediaError(str(path), "is truncated: the end of the picture is missing")
        width, height, orientation = tiff_shape(data) if form == "tiff" else _shape(path, file, form)
    if width * height > MAX_PIXELS:
        reason = f"is {width} x {height} pixels, more than {MAX_PIXELS // 1_000_000} million"
        raise MediaError(str(path), reason, hint="use a smaller copy")
    if not width * height:
        raise MediaError(str(path), f"begins like a {form} picture and has no pixels")
    return (height, width) if orientation in _ON_ITS_SIDE else (width, height)


def _shape(path: Path, file: BinaryIO, form: str) -> tuple[int, int, int]:
    """Width and height in pixels as stored, and the EXIF orientation."""
    try:
        with _reader(form)(file) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                return width, height, 1
            orientation = _orientation(image)
            image.verify()
            return width, height, orientation
    except _BROKEN as error:
        reason = f"begins like a {form} picture but can't be read as one: it is damaged or cut short"
        raise MediaError(str(path), reason) from error


def _reader(form: str) -> type[ImageFile]:
    # Not Image.open: of pictures nearly as large as our limit it warns by a global filter, which threads share.
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    return {  # the import is here, for a storyboard without files must not load Pillow
        "png": PngImagePlugin.PngImageFile,
        "jpeg": JpegImagePlugin.JpegImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
        "bmp": BmpImagePlugin.BmpImageFile,
        "gif": GifImagePlugin.GifImageFile,
    }[form]


def _orientation(image: ImageFile) -> int:
    # Pillow decodes a whole PNG in search of the tag, unless it stands before the picture.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return int(image.getexif().get(_ORIENTATION, 1))


def _complete(data: mmap.mmap, form: str) -> bool:
    """Whether the picture's own end is there; Pillow verifies it for PNG alone."""
    if form == "jpeg":
        # After the last start of scan there must be an end of image; inside a scan neither marker can occur.
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
    if form == "gif":
        return data[-_TAIL:].rstrip(b"\0").endswith(b";")
    if form == "webp":
        return int.from_bytes(data[4:8], "little") + 8 <= len(data)
    return form != "bmp" or int.from_bytes(data[2:6], "little") <= len(data)
