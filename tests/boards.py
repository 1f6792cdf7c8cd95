"""Boards for tests: parsed from text or a file, the files they name stood in for by facts made from their names."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from pipeline import catalog, check, plan, storyboard
from pipeline.check import Checked
from pipeline.plan import Compositions, Plan, Variants
from pipeline.storyboard import Storyboard
from pipeline.storyboard.parse import nothing_near
from pipeline.take import MediaFacts, StoreView

ORIGIN = "https://api.wavespeed.ai"
_FORMATS = {"image": "png", "video": "mp4", "audio": "wav"}


def board(text: str, name: str = "film.yaml", near: Callable[[str], bytes] = nothing_near) -> Storyboard:
    """The board in a text that has no problem of shape; `near` reads the files that it includes."""
    parsed = storyboard.parse(name, lambda _: text.encode(), near)
    assert parsed.problems == ()
    assert parsed.board is not None
    return parsed.board


def facts(wanted: Storyboard) -> dict[str, MediaFacts]:
    """Facts that would hold for every file the board names: its hash is that of its name."""
    return {
        reference.file: MediaFacts(
            sha256=hashlib.sha256(reference.file.encode()).hexdigest(),
            size_bytes=1000,
            kind=reference.kind,
            format=_FORMATS[reference.kind],
            width=0 if reference.kind == "audio" else 1024,
            height=0 if reference.kind == "audio" else 768,
            duration_s=Fraction(0 if reference.kind == "image" else 4),
        )
        for reference in check.references(wanted)
    }


def checked(text: str, name: str = "film.yaml") -> Checked:
    """The board in a text, checked with every file that it names in good order."""
    parsed = storyboard.parse(name, lambda _: text.encode())
    assert parsed.board is not None
    return check.check(parsed.board, facts(parsed.board), {}, parsed.problems)


def compositions(wanted: Storyboard) -> Compositions:
    """What each shot of a board says in each variant."""
    return Compositions(wanted, Variants(wanted), catalog.models())


def planned(text: str, view: StoreView | None = None) -> Plan:
    """The plan of the board in a text."""
    wanted = board(text)
    return plan.expand(compositions(wanted), facts(wanted), lambda _: view or StoreView(ORIGIN))


def read(file: Path) -> str:
    """The text of a file."""
    return file.read_text(encoding="utf-8")


def silence(path: Path, seconds: float) -> Path:
    """A sound file in which nothing is heard."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(bytes(2 * round(48000 * seconds)))
    return path


def sounds(folder: Path) -> None:
    """The sound files that the boards in tests/storyboards name."""
    for name, seconds in (("bed.wav", 30), ("said-en.wav", 2), ("said-de.wav", 2), ("blip.wav", 0.2)):
        silence(folder / name, seconds)
