"""`review` and `comment`: a change of storyboards is told as one text, and the text is put on its pull request."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline import github, history, produce
from pipeline.cli import pairs, review, show
from pipeline.cli.review import Reviewed
from pipeline.errors import BadInput, Place, Problem, SetupError
from pipeline.history import Revision
from pipeline.store.lockfile import ENDING

FINE = 0
_NO_REQUEST = "no comment: this job runs for no pull request"
_FORK = "no comment: the token of a pull request from a fork can't write one; the summary of the job has the text"


def review_boards(arguments: argparse.Namespace) -> int:
    """Write one text on all boards; what is wrong with one of them is in it, and is no matter of the exit code."""
    # A pattern such as *.yaml names locks, too.
    files = [file for file in arguments.files if not file.name.endswith(ENDING)]
    if not files:
        raise SetupError("these are locks and no storyboards", hint="storyreel review storyboards/*.yaml")
    revision = _against(files[0], arguments.against)
    names = _folders(files)
    reviewed = [
        _reviewed(file, revision, arguments.posters / name if arguments.posters else None)
        for file, name in zip(files, names, strict=True)
    ]
    text = review.markdown(reviewed, _called(revision)).rstrip("\n")
    if arguments.output:
        _write(arguments.output, show.harmless(text) + "\n")
    else:
        show.line(text)
    for one in reviewed:
        if one.drawn and (one.drawn.saved or one.drawn.notes):
            pairs.tell(one.drawn)
    return FINE


def _against(file: Path, name: str | None) -> Revision:
    repository = history.repository(file)
    return repository.revision(name) if name else github.base_of(repository, github.event(os.environ))


def _called(revision: Revision) -> str:
    short = revision.commit[:7]
    return short if revision.commit.startswith(revision.name) else f"{revision.name} ({short})"


def _folders(files: Sequence[Path]) -> Iterator[str]:
    """A folder for the posters of each: called like the storyboard, with the folders it is in where there are two."""
    stems = [file.stem.casefold() for file in files]
    for file, stem in zip(files, stems, strict=True):
        alone = stems.count(stem) == 1
        yield file.stem if alone else "-".join(part for part in file.with_suffix("").parts if part.strip("./"))


def _reviewed(file: Path, revision: Revision, posters: Path | None) -> Reviewed:
    try:
        with produce.comparing(file, [revision]) as compared:
            drawn = pairs.draw(compared, posters) if posters else None
        return Reviewed(file, compared, compared.after.film, compared.after.plan, (), drawn)
    except BadInput as bad:
        problems = bad.problems
    except SetupError as error:
        problems = (_problem(file, error),)
    try:
        film, planned = produce.plan(file)
    except BadInput as bad:
        return Reviewed(file, problems=bad.problems)
    except SetupError as error:
        return Reviewed(file, problems=(_problem(file, error),))
    return Reviewed(file, None, film, planned, problems)


def _problem(file: Path, error: SetupError) -> Problem:
    return Problem("set-up", "", error.message.removeprefix(f"{file}: "), error.hint, Place(str(file), 0, 0, 1, ""))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{file}: can't be written: {error.strerror}", hint="-o takes the name of a file") from error


def comment(arguments: argparse.Namespace) -> int:
    """Put a text on the pull request."""
    event = github.event(os.environ)
    if event is None or not event.pull_request:
        show.note(_NO_REQUEST)
        return FINE
    if event.is_read_only:
        show.note(_FORK)
        return FINE
    text, repository = _read(arguments.file), os.environ.get("GITHUB_REPOSITORY", "")
    needed = not text.startswith(review.NOTHING)
    api = github.Api.of(os.environ)
    done = github.comment(api, repository, event.pull_request, arguments.name, text, needed=needed)
    show.note(f"comment {done.done}: {done.url}" if done.url else "no comment: nothing differs, and nothing did before")
    return FINE


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{file}: can't be read: {error}", hint="name a file of text, in UTF-8") from error
