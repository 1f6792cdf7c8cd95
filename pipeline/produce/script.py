"""A variant of a plan becomes what its shots say to people: action, dialogue, camera and notes, filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.frames import plain_seconds
from pipeline.plan import Plan, Variant
from pipeline.prompts.filling import Filling
from pipeline.prompts.sentences import capital
from pipeline.said import Said
from pipeline.storyboard import DEFAULT_MODEL, Camera, Card, Part, Shot


@dataclass(slots=True)
class Script:
    """The words of one variant, shot by shot."""

    plan: Plan
    variant: Variant
    _said: Said = field(init=False, repr=False)
    _filling: Filling = field(init=False, repr=False)

    def __post_init__(self) -> None:
        compositions = self.plan.compositions
        model, values = compositions.models[DEFAULT_MODEL], compositions.values(self.variant)
        self._said = Said(compositions, self.variant)
        self._filling = Filling(self.plan.board, values, model, compositions.budget)

    @property
    def language(self) -> str:
        """Tag of BCP 47 of the variant's words; "" where nobody says."""
        return self._said.language

    def part(self, shot: Shot) -> Part:
        """What its author wrote of it."""
        parts = self.plan.board.entries[shot.entry].parts
        return parts[min(shot.part, len(parts) - 1)]

    def action(self, shot: Shot) -> str:
        """What happens, mentions filled in."""
        actions = self.plan.compositions.of(self.variant, shot.entry).actions
        whole = shot.id == self.plan.board.entries[shot.entry].id  # several shots that are shown as one
        return " ".join(actions) if whole else actions[shot.part]

    def dialogue(self, shot: Shot | Card) -> tuple[str, ...]:
        """What is read or heard in it, with who says it."""
        return tuple(self._lines(shot))

    def notes(self, shot: Shot) -> str:
        """What its author notes for people."""
        part = self.part(shot)
        return self._filling.named(self._filling.text(part.notes, (*part.path, "notes")))

    def camera(self, shot: Shot) -> tuple[str, ...]:
        """Size, angle, movement and lens."""
        camera = self.part(shot).camera
        return tuple(_camera_words(camera)) if camera else ()

    def _lines(self, shot: Shot | Card) -> Iterator[str]:
        for wording in self._said.of(shot):
            text = " ".join(" ".join(filter(None, row)) for row in wording.rows)
            yield f"{capital(wording.speaker)}: {text}" if wording.speaker else text


def _camera_words(camera: Camera) -> Iterator[str]:
    if camera.shot_size:
        yield camera.shot_size
    if camera.angle:
        yield camera.angle if camera.angle in ("overhead", "dutch") else f"{camera.angle} angle"
    if camera.movement:
        speed = f"{camera.speed} " if camera.speed not in ("", "normal") else ""
        yield f"{speed}{camera.movement.replace('_', ' ')}"
    if camera.lens_mm:
        yield f"{plain_seconds(Fraction(camera.lens_mm))} mm"
