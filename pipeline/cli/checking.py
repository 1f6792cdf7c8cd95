"""`check`: what is wrong with each storyboard is found, and told in the format that was asked for."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline import produce
from pipeline.cli import copies, show
from pipeline.cli.formats import TELL, Report
from pipeline.cli.sources import STDIN, standard_input
from pipeline.errors import BadInput, Place, Problem, SetupError
from pipeline.produce import Film, Source
from pipeline.store.lockfile import ENDING

FINE, BAD_INPUT = 0, 2
_Outcome = tuple[Film | None, tuple[Problem, ...]]


def check(arguments: argparse.Namespace) -> int:
    """Say what is wrong with each board."""
    files = [standard_input(arguments) if file == STDIN else file for file in arguments.files]
    report = report_of(files)
    TELL[arguments.format](report)
    _remind([source if isinstance(source, Path) else source.file for source in files])
    counted = [problem for problem in report.problems if arguments.strict or problem.severity == "error"]
    return BAD_INPUT if counted else FINE


def report_of(sources: Sequence[Source]) -> Report:
    """What is wrong with each of these storyboards."""
    outcomes = [_outcome(source) for source in sources]
    files = [source if isinstance(source, Path) else source.file for source in sources]
    return Report(
        files=tuple(map(str, files)),
        fine=tuple(_fine(film) for film, _ in outcomes if film and not film.checked.errors),
        # Boards of one project share its storyreel.yaml, and what is wrong with that.
        problems=tuple(dict.fromkeys(problem for _, problems in outcomes for problem in problems)),
        root=Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()),
    )


def _outcome(source: Source) -> _Outcome:
    file = source if isinstance(source, Path) else source.file
    try:
        if file.name.endswith(ENDING):
            produce.check_lock(file)  # a pattern such as *.yaml names it, too
            return None, ()
        film = produce.check(source)
    except BadInput as bad:
        return None, bad.problems
    except SetupError as error:
        # One file that is missing must not hide what is wrong with the others.
        message = error.message.removeprefix(f"{file}: ")
        return None, (Problem("set-up", "", message, error.hint, Place(str(file), 0, 0, 1, "")),)
    return film, film.checked.problems


def _fine(film: Film) -> str:
    compositions = film.checked.compositions
    variants = compositions.variants if compositions and film.board.variants else ()
    more = f", {show.count(len(variants), 'variant')}" if variants else ""
    return f"{film.file}: fine: {show.count(len(tuple(film.board.shots)), 'shot')}{more}"


def _remind(files: Iterable[Path]) -> None:
    """Tell of schemas by which an editor would see other mistakes than we do."""
    outdated = {copy: file for file in files if (copy := copies.outdated(file))}
    for copy, file in outdated.items():
        told = f"{show.near(copy)}, which editors read, differs from the schema of this storyreel"
        show.note(f"{told}\n    storyreel init --schemas {file}")
