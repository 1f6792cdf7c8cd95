"""The file of a command becomes what is read: a file, or what comes in on standard input."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline import produce
from pipeline.produce import Source
from pipeline.storyboard.reading import MAX_BYTES

STDIN = Path("-")


def source_of(arguments: argparse.Namespace) -> Source:
    """What a command reads."""
    file: Path = arguments.file
    return standard_input(arguments) if file == STDIN else file


def standard_input(arguments: argparse.Namespace) -> Source:
    """What comes in, as if it stood in the file that it is named after."""
    # One byte more than a storyboard may have is refused as one that is too long.
    return produce.written(sys.stdin.buffer.read(MAX_BYTES + 1), arguments.stdin_name)
