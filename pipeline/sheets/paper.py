"""A Board becomes files: a picture of each page, and one PDF of all of them. The same board gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from pipeline.letters.runs import lacking
from pipeline.sheets.panel import Board, Paper
from pipeline.sheets.storyboard import DPI, pages
from pipeline.sheets.writing import plain

_SCREEN = 2  # times smaller than paper is a page for a screen
_QUALITY = 90


def files(board: Board, paper: Paper) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each file."""
    pdf = io.BytesIO()
    for number, page in enumerate(pages(board, paper), 1):
        _append(pdf, page, board.title, first=number == 1)
        yield f"sheet-{number:02}.png", _png(page)
    yield "sheet.pdf", pdf.getvalue()


def missing(board: Board) -> Iterator[str]:
    """What the fonts of this machine lack for it."""
    texts = [board.title, *(text for panel in board.panels for text in (panel.action, panel.notes, *panel.dialogue))]
    for kind, letters in lacking(plain("".join(texts), most=None), "Medium", board.language).items():
        name, some = "CJK" if kind == "CJK" else kind.title(), " ".join(letters[:6])
        yield f'no font here has these letters of {name}: {some}; "[…]" stands in their place'


def _append(pdf: io.BytesIO, page: Image.Image, title: str, *, first: bool) -> None:
    """One page more. Pillow would hold all of them, 26 MB each, until the last one is there."""
    pdf.seek(0)
    # Without dates: they would make another file of the same board every second.
    undated = {"creationDate": None, "modDate": None}
    about = {"title": title, "producer": "storyreel", **undated}
    page.save(pdf, "PDF", append=not first, resolution=DPI, quality=_QUALITY, **about)


def _png(page: Image.Image) -> bytes:
    target = io.BytesIO()
    page.reduce(_SCREEN).save(target, "PNG", dpi=(DPI // _SCREEN, DPI // _SCREEN))
    return target.getvalue()
