"""The folder that the server was started for: a path that a call names comes in, one that lies in it goes out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline import settings
from pipeline.errors import SetupError


@dataclass(frozen=True, slots=True)
class Folder:
    """All that tools may name lies in here. It is the working directory, so a relative path is one from it."""

    root: Path  # absolute, links resolved

    def path(self, said: str) -> Path:
        """The path, as it was said. Raises SetupError where it leads out of the folder by any way."""
        try:
            found = Path(os.path.realpath(self.root / said))
        except ValueError as error:  # a NUL, half a surrogate pair
            raise SetupError(f"{said[:80]!r} is no path") from error
        if not found.is_relative_to(self.root):
            hint = "name a file in it; whoever starts the server may choose another folder: storyreel mcp --root DIR"
            raise SetupError(
                f"{said}: it lies outside of {self.root}, which is all that this server may touch", hint=hint
            )
        return Path(said)

    def storyboard(self, said: str) -> Path:
        """The same for a storyboard, whose whole project has to lie in the folder: its takes are kept there."""
        path = self.path(said)
        self.holds(settings.root_of(path))
        return path

    def holds(self, root: Path) -> None:
        """Raises SetupError where the root of a project lies outside of the folder."""
        if not root.is_relative_to(self.root):
            so = f"the project's root is {root}, which is outside of {self.root}, all that this server may touch"
            hint = f"start it there: storyreel mcp --root {root}; or mark a project of its own with a storyreel.yaml"
            raise SetupError(so, hint=hint)


def folder_at(root: Path) -> Folder:
    """The folder of that name, from now on the working directory. Raises SetupError where it is none."""
    found = Path(os.path.realpath(root))
    try:
        os.chdir(found)
    except OSError as error:
        raise SetupError(f"{root}: {error.strerror}", hint="--root takes the folder of a project") from error
    return Folder(found)
