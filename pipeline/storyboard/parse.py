"""A storyboard file becomes a Storyboard, together with everything that is wrong with its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from pipeline.errors import MediaError, Problem
from pipeline.storyboard import bibles, build, library, measures, reading, shape, tables
from pipeline.storyboard.board import Storyboard
from pipeline.storyboard.repair import repair


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be read of a file."""

    board: Storyboard | None  # without the parts that have problems; None where nothing is left to check
    problems: tuple[Problem, ...]  # of shape, in the order of the file


def nothing_near(name: str) -> bytes:
    """Where there is no folder to look in."""
    raise MediaError(name, "there is no such file")


def parse(file: str, read: Callable[[str], bytes], near: Callable[[str], bytes] = nothing_near) -> Parsed:
    """The storyboard in `file`; `read` gives its bytes, `near` those of a file that it names.

    `near` takes a path relative to the storyboard's folder and raises MediaError where there is nothing to be had.
    Where something has the wrong shape, the rest is still read, so that all problems can be told at once. Raises
    BadInput where nothing can be read at all, and whatever `read` raises.
    """
    source, found = reading.read(file, read(file))
    wrong = [*shape.problems(source), *measures.unreadable(source)]
    told = {problem.place for problem in found}
    problems = [*found, *(item.problem for item in wrong if item.problem.place not in told)]
    if wrong and not repair(source.root, wrong):
        return Parsed(None, in_order(problems))
    problems += bibles.include(source, near)
    rows, of_table = tables.rows(source, near)
    texts, of_texts = library.texts(source, near)
    problems += [*of_table, *of_texts]
    source = replace(source, files={key: text for key, (_, text) in texts.items()})
    besides = build.Besides(rows, {key: words for key, (words, _) in texts.items()})
    return Parsed(build.storyboard(source, PurePath(file).stem, besides), in_order(problems, file))


def in_order(problems: Iterable[Problem], first: str = "") -> tuple[Problem, ...]:
    """Problems in the order of their files, those of the file `first` before others, each once."""

    def turn(problem: Problem) -> tuple[object, ...]:
        place = problem.place
        return place.file != first, place.file, place.line, place.column, problem.code

    return tuple(dict.fromkeys(sorted(problems, key=turn)))
