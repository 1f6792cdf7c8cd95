"""`preview`: a page on this machine follows a storyboard until Ctrl-C."""

from __future__ import annotations

import argparse
import html
import os
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pipeline.cli import show
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from pipeline.preview import Opened

FINE = 0


def preview(arguments: argparse.Namespace) -> int:
    """Serve the page."""
    file: Path = arguments.file
    if not os.path.isfile(file):  # noqa: PTH113 - answers for a name that is too long, too
        raise SetupError(f"{file}: no such file", hint="`storyreel init` writes a board to start from")
    from pipeline.preview import serve  # here: it loads Starlette and uvicorn

    with ExitStack() as until_the_end:

        def ready(opened: Opened) -> None:
            show.line(f"{file} is shown at {opened.address}")
            show.line("it follows every save, and can't spend; Ctrl-C ends it")
            if not arguments.no_open and has_screen(os.environ):
                folder = Path(until_the_end.enter_context(TemporaryDirectory(prefix="storyreel-")))
                open_browser(opened, folder)

        serve(file, os.environ, port=arguments.port, ready=ready, report=show.bug)
    return FINE


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a browser would open before the eyes of whoever typed the command."""
    if not sys.stdout.isatty() or environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def open_browser(opened: Opened, folder: Path) -> None:
    """Open the page in the browser.

    By way of a file that only its owner may read (the folder is made so): the words of a command line, with the token
    in them, are shown to everybody on the machine.
    """
    door = folder / "preview.html"
    address = html.escape(opened.address, quote=True)
    door.write_text(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}">', encoding="utf-8"
    )
    webbrowser.open(door.as_uri())
