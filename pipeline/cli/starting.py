"""`init`: a commented storyboard to start from, with what editors and git need for it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.cli import attributes, copies, show
from pipeline.errors import SetupError
from pipeline.settings import root_of

FINE = 0


def init(arguments: argparse.Namespace) -> int:
    """Write the starter board, the schemas and what git is told, or refresh the schemas."""
    file: Path = arguments.file
    if arguments.schemas:
        copied = _schemas(root_of(file))
        if not copied.written and not copied.foreign:
            show.line("the schemas are those of this storyreel already")
        return FINE
    if os.path.lexists(file):
        raise _there(file)
    copied = _schemas(root_of(file))
    _attributes(root_of(file))
    _write(file, copied.header(file))
    show.line(f"wrote {file}")
    show.line(f"next: storyreel render {file}")
    return FINE


def _schemas(root: Path) -> copies.Copied:
    copied = copies.copy(root)
    if copied.written:
        show.line(f"wrote {show.near(copied.folder)}{os.sep} for editors")
    for name in copied.foreign:
        show.note(
            f"{show.near(copied.folder / name)} is not ours and stays as it is: editors get no schema from us there"
        )
    return copied


def _attributes(root: Path) -> None:
    state, name = attributes.offer(root), show.near(root / attributes.NAME)
    if state == "written":
        show.line(f"wrote {name}, by which git joins what two branches bought")
    if state == "theirs":
        show.note(f"{name} stays as it is; for git to join what two branches bought, add: {attributes.LINE}")


def _write(file: Path, header: str) -> None:
    starter = Path(__file__).with_name("starter.yaml").read_text(encoding="utf-8")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as target:
            target.write(header + starter)
    except FileExistsError as error:
        raise _there(file) from error
    except OSError as error:
        raise SetupError(f"{file} can't be written: {error.strerror}") from error


def _there(file: Path) -> SetupError:
    return SetupError(f"{file} is there already", hint="name another file: storyreel init FILE")
