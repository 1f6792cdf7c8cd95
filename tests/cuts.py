"""Cuts of small real clips, made by the edit and drawn by the renderer, for the tests of the renderer."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.edit import DISSOLVE, Cue, Cut, Fit, Footage, Joint, Mix, Own, Role, assemble
from pipeline.media import inspect
from pipeline.render import KEPT, Engine, render
from pipeline.render.mix import mixed
from pipeline.words import Wording
from tests.clips import Sound, Spec, write_clip, write_sound

SECOND = Fraction(1)
PLAINLY, NO_MIX = Own(), Mix()


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
        own: Own = PLAINLY,
        cues: tuple[Cue, ...] = (),
        joint: Joint = DISSOLVE,
        words: tuple[Wording, ...] = (),
    ) -> None:
        """Another shot, from a clip made to `spec`, from one that is there, or (with neither) from nothing."""
        shot = f"sh{len(self.footage) + 1:02}0"
        clip = None
        if spec or source:
            source = source or f"takes/{shot}/clip{suffix}"
            path = self.outputs / source
            clip = inspect(write_clip(path, spec) if spec else path, "video")
        missing = "" if clip else "refused by moderation"
        points = shot, asked_s, in_s, out_s, overlap_s
        footage = Footage(*points, source, clip, missing, joint, own, cues, words=words)
        self.footage.append(footage)

    def cut(
        self,
        rate: Fraction = Fraction(24),
        size: tuple[int, int] = (320, 180),
        fit: Fit = "contain",
        mix: Mix = NO_MIX,
    ) -> Cut:
        return assemble("main", self.footage, rate, size, fit, mix)

    def render(self, cut: Cut | None = None, engine: Engine = "copy") -> Path:
        render(cut or self.cut(), self.outputs, self.target, engine=engine, locate=self.outputs.joinpath)
        return self.target

    def cue(self, role: Role, name: str, sound: Sound, **asked: Any) -> Cue:
        """A sound file in the folder of the clips, as a cue."""
        path = self.outputs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_sound(path, "pcm_s16le", sound)
        facts = inspect(path, "audio")
        return Cue(role, name, facts.sha256, facts.duration_s, **asked)

    def mixed(self, cut: Cut | None = None) -> Sound:
        """What the cut sounds like before it is encoded."""
        cut = cut or self.cut()
        return np.concatenate([*mixed(cut, lambda sound: self.outputs / sound.source)], axis=1)

    def left_over(self) -> list[str]:
        """The names of the files in the cut's folder."""
        return sorted(path.name for path in self.target.parent.glob("*"))

    def kept(self) -> dict[str, int]:
        """The parts and sounds that were drawn so far, and the inode of each."""
        return {path.name: path.stat().st_ino for path in (self.target.parents[1] / KEPT).glob("*")}
