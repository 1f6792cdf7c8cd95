"""A storyboard's file becomes files for other hands: what each export writes, by its name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pipeline import settings
from pipeline.frames import plain_seconds
from pipeline.plan import Plan, Variant
from pipeline.produce.reading import Film, chosen, plan
from pipeline.produce.reels import Reel
from pipeline.produce.script import Script
from pipeline.produce.showing import shown_variant
from pipeline.produce.states import HERE, State
from pipeline.sheets import Board, Panel, Paper
from pipeline.storyboard import Card, Shot, Transition

Target = Literal["sheet"]
Files = Iterator[tuple[str, bytes]]  # names in the folder of the export, and what they hold
Made = tuple[Files, tuple[str, ...]]  # and what they could not show


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were made, one after another as they are asked for."""

    variant: str
    folder: Path  # where they belong, if nobody says otherwise
    files: Files
    notes: tuple[str, ...]  # what they could not show


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export is made of."""

    film: Film
    plan: Plan
    variant: Variant
    paper: Paper
    environ: Mapping[str, str]


def export(
    file: Path,
    to: Target,
    *,
    variant: str | None = None,
    paper: Paper = "a4",
    environ: Mapping[str, str] = os.environ,
) -> Exported:
    """Files of one variant, the first one where none is named. Nothing is rendered for them, and nothing is paid.

    Raises BadInput where the storyboard has errors, SetupError for a variant that there is not.
    """
    film, planned = plan(file, environ)
    own = chosen(planned, (variant,) if variant else planned.variants.names[:1])[0]
    folder = film.project.outputs / film.board.name / own.name / to
    files, notes = _EXPORTS[to](Asked(film, planned, own, paper, environ))
    return Exported(own.name, folder, files, notes)


def _sheet(asked: Asked) -> Made:
    """A printed storyboard: its pages as pictures, and all of them as a PDF."""
    from pipeline.sheets.paper import files, missing  # here: they load Pillow

    with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        board, notes = board_of(asked, Path(folder))
    return files(board, asked.paper), (*notes, *missing(board))


def board_of(asked: Asked, folder: Path) -> tuple[Board, list[str]]:
    """What a sheet prints, and what is to be told of it; pictures that others are drawn from lie in `folder`."""
    board, script = asked.plan.board, Script(asked.plan, asked.variant)
    width, height = asked.plan.compositions.size(asked.variant)
    remote = settings.project_of(asked.film.file).remote
    every = frozenset(entry.id for entry in board.entries)
    reel = Reel(State(HERE, "", "", asked.film, asked.plan), every, folder, asked.environ, remote, older=True)
    panels = tuple(
        _card(script, each) if isinstance(each, Card) else _panel(asked, reel, script, each)
        for each in asked.variant.sequence
    )
    length_s = sum((panel.seconds for panel in panels), Fraction(0))
    named = shown_variant(asked.variant.name)
    shots = len(asked.variant.shots)
    count = f"{shots} shot" + ("" if shots == 1 else "s")
    about = " · ".join(filter(None, (named, count, f"{plain_seconds(length_s)} s")))
    return Board(board.title, about, Fraction(width, height), script.language, panels), reel.notes


def _panel(asked: Asked, reel: Reel, script: Script, shot: Shot) -> Panel:
    look, side = reel.look(asked.variant.name, shot), reel.clean(asked.variant.name, shot)
    camera = script.part(shot).camera
    return Panel(
        shot=shot.id,
        picture=side.picture,
        why="" if side.picture else side.words,
        seconds=look.out_s - look.in_s if look else Fraction(0),
        into=_into(shot.transition),
        camera=script.camera(shot),
        movement=camera.movement if camera else "",
        action=script.action(shot),
        dialogue=script.dialogue(shot),
        notes=script.notes(shot),
    )


def _card(script: Script, card: Card) -> Panel:
    """Words on a plain ground, which are no shot and have no camera."""
    words = " ".join(script.dialogue(card))
    return Panel(card.id, None, words, card.duration_s, _into(card.transition), (card.kind,), "", "", (), "")


def _into(transition: Transition | None) -> str:
    if transition is None:
        return ""
    words = transition.type.replace("_", " ")
    words += f" {transition.direction}" if transition.direction else ""
    words += f" through {transition.through}" if transition.through else ""
    return f"{words} {plain_seconds(transition.duration_s)} s"


_EXPORTS: Mapping[Target, Callable[[Asked], Made]] = {"sheet": _sheet}
