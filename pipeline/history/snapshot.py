"""Files of a revision are brought into a folder of their own, each when it is asked for, with the links to them."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.history.pointers import Pointer, pointer_at
from pipeline.history.repository import Repository, Revision
from pipeline.history.tree import Kept, Objects, Tree, objects

_MOST_LINKS = 40  # that one path may lead through, as in Linux


class Snapshot:
    """A revision, of which each file is there once it was brought."""

    def __init__(self, top: Path, tree: Tree, objects: Objects, fetched: Callable[[Pointer], Path | None]) -> None:
        self.top = top  # folder that stands for that of the work tree: absolute, links resolved
        self.tree = tree
        self._objects, self._fetched = objects, fetched
        # By it the top is known for what it is; a file of this name is in no tree.
        (top / ".git").touch()

    @staticmethod
    @contextmanager
    def of(repository: Repository, revision: Revision) -> Iterator[Snapshot]:
        """A snapshot with nothing in it yet, which is gone in the end."""
        tree = repository.tree(revision)
        with tempfile.TemporaryDirectory(prefix="storyreel-") as folder, objects(repository.git) as found:
            yield Snapshot(Path(os.path.realpath(folder)), tree, found, repository.object_of)

    def bring(self, path: Path) -> None:
        """Put the file at a path below `top` there, where the revision has it, and the links that lead to it.

        A link that would lead out of the revision is not made: whoever reads it would read something else. Raises
        SetupError where the repository lacks its bytes, or it can't be written.
        """
        links: list[Path] = []
        try:
            self._bring(path, links)
        except OSError as error:
            hint = "TMPDIR may name another folder for it"
            raise SetupError(f"{error.filename or path}: can't be written: {error.strerror}", hint=hint) from error
        finally:
            if not self._is_inside(path):
                for link in links:
                    link.unlink()

    def _bring(self, path: Path, links: list[Path]) -> None:
        waiting = list(reversed(path.relative_to(self.top).parts)) if path.is_relative_to(self.top) else []
        here: list[str] = []
        followed = 0
        while waiting:
            part = waiting.pop()
            if part == ".." and not here:
                return
            if part in ("", ".", ".."):
                here = here[:-1] if part == ".." else here
                continue
            here.append(part)
            name = "/".join(here)
            kept = self.tree.files.get(name)
            if kept and kept.link:
                leads = self._link(name, links)
                followed += 1
                if leads.startswith("/") or followed > _MOST_LINKS:
                    return
                here.pop()
                waiting += reversed(leads.split("/"))
            elif kept:
                self._write(name, kept)
                return
            elif name in self.tree.folders:
                (self.top / name).mkdir(parents=True, exist_ok=True)
            else:
                return

    def bring_project(self, board: str, settings: str, models: str) -> Path:
        """The same of a board, and of what its project says in a file called `settings` and below a folder `models`.

        Where the board is.
        """
        self.bring(self.top / board)
        real = Path(os.path.realpath(self.top / board))
        for folder in (above for above in real.parents if above.is_relative_to(self.top)):
            self.bring(folder / settings)
            if os.path.lexists(folder / settings):
                below = (folder / models).relative_to(self.top).as_posix() + "/"
                for name in self.tree.files:
                    if name.startswith(below) and name.endswith(".json"):
                        self.bring(self.top / name)
                break
        return self.top / board

    def text(self, name: str) -> bytes:
        """The bytes of the file at a path from the top, which the revision has."""
        found = io.BytesIO()
        self._objects.copy(self.tree.files[name].object, found)
        return found.getvalue()

    def _link(self, name: str, links: list[Path]) -> str:
        """Where a link leads; where it is not there yet it is made, and added to `links`."""
        target = self.top / name
        if not target.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(os.fsdecode(self.text(name)))
            links.append(target)
        return target.readlink().as_posix()

    def _is_inside(self, path: Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self.top)

    def _write(self, name: str, kept: Kept) -> None:
        target = self.top / name
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            self._objects.copy(kept.object, file)
        pointer = pointer_at(target)
        if pointer and (whole := self._fetched(pointer)):
            shutil.copyfile(whole, target)
