"""A clip becomes a small picture in the terminal, where the terminal can show one."""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pipeline.errors import MediaError

Way = Literal["kitty", "iterm", "blocks"]
_COLUMNS, _ROWS = 32, 9  # of text that a picture takes
_PIECE = 4096  # characters of base64 that kitty takes at once (sw.kovidgoyal.net/kitty/graphics-protocol)


def way(environ: Mapping[str, str] = os.environ) -> Way | None:
    """How this terminal shows pictures; None where it shows none, or nobody looks."""
    if not sys.stdout.isatty() or environ.get("TERM") == "dumb" or "NO_COLOR" in environ:
        return None
    program = environ.get("TERM_PROGRAM", "")
    within = "TMUX" in environ or environ.get("TERM", "").startswith(("screen", "tmux"))  # which pass no pictures on
    if not within and (environ.get("TERM") == "xterm-kitty" or "KITTY_WINDOW_ID" in environ or program == "ghostty"):
        return "kitty"
    if not within and program in ("iTerm.app", "WezTerm"):
        return "iterm"
    return "blocks" if environ.get("COLORTERM") in ("truecolor", "24bit") else None


def thumbnail(clip: Path, how: Way) -> str:
    """The picture of a clip as the terminal takes it; "" where the clip has none to show."""
    from pipeline.media.posters import poster  # here: it loads libav

    try:
        if how == "blocks":
            picture = poster(clip, _COLUMNS, 2 * _ROWS).convert("RGB")
            return _blocks(picture.size, picture.tobytes())
        shown = io.BytesIO()
        poster(clip, 512, 288).save(shown, "PNG")
    except MediaError:
        return ""
    return _kitty(shown.getvalue()) if how == "kitty" else _iterm(shown.getvalue())


def _blocks(size: tuple[int, int], pixels: bytes) -> str:
    """Two pixels a character: the upper half of each in front, the lower half behind."""
    width, height = size

    def colour(x: int, y: int) -> str:
        at = 3 * (min(y, height - 1) * width + x)
        return ";".join(str(value) for value in pixels[at : at + 3])

    lines = (
        "".join(f"\x1b[38;2;{colour(x, y)};48;2;{colour(x, y + 1)}m▀" for x in range(width)) + "\x1b[0m"
        for y in range(0, height, 2)
    )
    return "\n".join(f"    {line}" for line in lines)


def _kitty(png: bytes) -> str:
    text = base64.standard_b64encode(png).decode()
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    first = f"a=T,f=100,r={_ROWS},"
    return "".join(
        f"\x1b_G{first if number == 0 else ''}m={int(number < len(pieces) - 1)};{piece}\x1b\\"
        for number, piece in enumerate(pieces)
    )


def _iterm(png: bytes) -> str:
    text = base64.standard_b64encode(png).decode()
    return f"\x1b]1337;File=inline=1;size={len(png)};height={_ROWS};preserveAspectRatio=1:{text}\x07"
