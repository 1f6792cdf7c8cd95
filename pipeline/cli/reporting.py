"""`report`: the page of a film is made while its progress is shown, and written."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline import produce
from pipeline.cli import show
from pipeline.errors import SetupError
from pipeline.produce import Reported
from pipeline.report import PREVIS

FINE = 0
_MB = 1_000_000


def report(arguments: argparse.Namespace) -> int:
    """Write the page."""
    if arguments.output and not arguments.output.parent.is_dir():  # told before the films are copied, not after
        missing = f"{arguments.output}: there is no folder {arguments.output.parent}"
        raise SetupError(missing, hint="-o takes the name of a file")
    from pipeline.cli.progress import progress  # here: it loads rich

    with progress(quiet=arguments.json, as_json=arguments.events) as shown:
        done = produce.report(
            arguments.file,
            variant=arguments.variant,
            reader=arguments.reader,
            max_mb=arguments.max_mb,
            tell=shown.tell,
        )
    file, content = arguments.output or done.target, done.html.encode()
    write(file, content)
    notes = tuple(dict.fromkeys((*done.rendered.notes, *done.report.notes, *done.notes)))
    if arguments.json:
        show.result(_fields(done, file, len(content), notes, arguments.reader))
        return FINE
    told = ", ".join((show.count(len(done.report.shots), "shot"), show.count(_takes(done), "take")))
    show.line(f"{show.near(file)}: {len(content) / _MB:.1f} MB: {told}")
    for note in notes:
        show.note(note)
    return FINE


def write(file: Path, content: bytes) -> None:
    """The bytes into a file, whole or not at all. Raises SetupError where that can't be."""
    temporary = file.with_name(f".{file.name}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SetupError(f"{file}: can't be written: {error.strerror}", hint="-o takes the name of a file") from error


def _takes(done: Reported) -> int:
    return sum(1 for shot in done.report.shots for take in shot.takes if take.name != PREVIS)


def _fields(done: Reported, file: Path, size: int, notes: tuple[str, ...], reader: str) -> dict[str, object]:
    return {
        "format": 1,
        "file": str(file),
        "bytes": size,
        "variant": done.variant,
        "reader": reader,
        "shots": len(done.report.shots),
        "takes": _takes(done),
        "films": len(done.report.clips),
        "notes": list(notes),
    }
