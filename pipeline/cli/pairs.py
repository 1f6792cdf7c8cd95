"""`--posters`: frames of both states of a storyboard are drawn side by side into a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import produce
from pipeline.cli import edits, show
from pipeline.errors import printable
from pipeline.produce import Compared

if TYPE_CHECKING:
    from pipeline.sheets.folder import Saved


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn of a storyboard; nothing where no shot looks otherwise."""

    saved: Saved | None
    left_out: int  # pairs that there could be and are not
    notes: tuple[str, ...]

    @property
    def words(self) -> str:
        """All of it in a sentence."""
        if self.saved is None:
            return "no shot looks otherwise, so no posters were drawn"
        more = f" ({self.left_out:,} more left out)" if self.left_out else ""
        pairs = show.count(len(self.saved.pairs), "pair")
        return f"{pairs} of posters{more} in {show.near(self.saved.folder)}: sheet.jpg, index.html, one picture each"


def draw(compared: Compared, folder: Path, environ: Mapping[str, str] = os.environ) -> Drawn:
    """Draw the pairs of a comparison that is still open into the folder. Raises SetupError where that can't be."""
    from pipeline.sheets.folder import save  # here: it loads Pillow

    found = produce.posters(compared, environ)
    states = next(edits.states(compared))
    about = f"{compared.file}, {states}: {edits.headline(compared.difference)}"
    return Drawn(save(compared.title, printable(about), found.pairs, folder), found.left_out, found.notes)


def tell(drawn: Drawn) -> None:
    """Say what was drawn, beside the result."""
    for text in drawn.notes:
        show.note(text)
    show.note(drawn.words)


def fields(drawn: Drawn | None) -> list[Mapping[str, Any]]:
    """The pairs as they go out as JSON."""
    if drawn is None or drawn.saved is None:
        return []
    folder = drawn.saved.folder
    return [
        {
            "shot": pair.shot,
            "variant": pair.variant,
            "what": pair.kind,
            "before": pair.before.words,
            "after": pair.after.words,
            "file": str(folder / name),
        }
        for pair, name in drawn.saved.pairs
    ]
