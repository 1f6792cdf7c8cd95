"""`.gitattributes`: how git is told that what two branches bought is joined line by line, and left to nobody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pipeline.errors import SetupError
from pipeline.store.lockfile import ENDING

NAME = ".gitattributes"
PATTERN = f"*{ENDING}"
LINE = f"{PATTERN} merge=union"
_TEXT = f"# What two branches bought is joined; `storyreel check` names what only you can decide.\n{LINE}\n"
_MOST_BYTES = 1 << 20
State = Literal["written", "said", "theirs", "no git"]


def offer(root: Path) -> State:
    """Write the line below a project's root, where git is used and no such file is there. Raises SetupError.

    "said": some file says already how locks are merged; "theirs": a file is there that does not, and stays as it is.
    """
    repository = next((above for above in (root, *root.parents) if os.path.lexists(above / ".git")), None)
    if repository is None:
        return "no git"
    between = [folder for folder in (root, *root.parents) if folder.is_relative_to(repository)]
    if any(_says(folder / NAME) for folder in between):
        return "said"
    try:
        with (root / NAME).open("x", encoding="utf-8", newline="\n") as target:
            target.write(_TEXT)
    except FileExistsError:
        return "theirs"
    except OSError as error:
        raise SetupError(f"{root / NAME} can't be written: {error.strerror}") from error
    return "written"


def _says(file: Path) -> bool:
    """Whether a file says how locks are merged, be it as we would or not."""
    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return False
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    named = (line.split() for line in lines)
    return any(words[:1] == [PATTERN] and any("merge" in word for word in words[1:]) for words in named)
