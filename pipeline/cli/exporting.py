"""`export`: files for other hands are made and written into a folder."""

from __future__ import annotations

import argparse

from pipeline import produce
from pipeline.cli import show
from pipeline.cli.reporting import write
from pipeline.errors import SetupError

FINE = 0


def export(arguments: argparse.Namespace) -> int:
    """Write the files, each as soon as it is there."""
    done = produce.export(arguments.file, arguments.to, variant=arguments.variant, paper=arguments.paper)
    folder = arguments.output or done.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "-o takes the name of a folder"
        raise SetupError(f"{folder}: can't be made: {error.strerror}", hint=hint) from error
    written = []
    for name, content in done.files:
        write(folder / name, content)
        written.append(folder / name)
    if arguments.json:
        files = [str(file) for file in written]
        told = {"format": 1, "to": arguments.to, "variant": done.variant, "files": files, "notes": done.notes}
        show.result(told)
        return FINE
    for file in written:
        show.line(show.near(file))
    for note in done.notes:
        show.note(note)
    return FINE
