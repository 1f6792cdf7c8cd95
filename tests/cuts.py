"""Cuts of small real clips, made by the edit and drawn by the renderer, for the tests of the renderer."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from pipeline.edit import Cut, Fit, Footage, assemble
from pipeline.media import inspect
from pipeline.render import KEPT, Engine, render
from tests.clips import Spec, write_clip

SECOND = Fraction(1)


class Edit:
    """Clips of one second on disk, and cuts made of them."""

    def __init__(self, folder: Path) -> None:
        self.outputs, self.target = folder / "outputs", folder / "outputs" / "film" / "main" / "cut.mp4"
        self.footage: list[Footage] = []

    def add(
        self,
        spec: Spec | None,
        *,
        in_s: Fraction = Fraction(0),
        out_s: Fraction | None = None,
        overlap_s: Fraction = Fraction(0),
        asked_s: Fraction = SECOND,
        source: str = "",
        suffix: str = ".mp4",
    ) -> None:
        """Another shot, from a clip made to `spec`, from one that is there, or (with neither) from nothing."""
        shot = f"sh{len(self.footage) + 1:02}0"
        clip = None
        if spec or source:
            source = source or f"takes/{shot}/clip{suffix}"
            path = self.outputs / source
            clip = inspect(write_clip(path, spec) if spec else path, "video")
        missing = "" if clip else "refused by moderation"
        self.footage.append(Footage(shot, asked_s, in_s, out_s, overlap_s, source, clip, missing))

    def cut(self, rate: Fraction = Fraction(24), size: tuple[int, int] = (320, 180), fit: Fit = "contain") -> Cut:
        return assemble("main", self.footage, rate, size, fit)

    def render(self, cut: Cut | None = None, engine: Engine = "copy") -> Path:
        render(cut or self.cut(), self.outputs, self.target, engine=engine)
        return self.target

    def left_over(self) -> list[str]:
        """The names of the files in the cut's folder."""
        return sorted(path.name for path in self.target.parent.glob("*"))

    def kept(self) -> dict[str, int]:
        """The parts and sounds that were drawn so far, and the inode of each."""
        return {path.name: path.stat().st_ino for path in (self.target.parents[1] / KEPT).glob("*")}
