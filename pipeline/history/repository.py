"""A file becomes the repository that it is in; the name of a revision becomes a commit of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.history.git import Git
from pipeline.history.pointers import Pointer
from pipeline.history.tree import Tree, parsed

_COMMIT = "commit it first: git has nothing to hold it against"


@dataclass(frozen=True, slots=True)
class Revision:
    """A state that git knows."""

    name: str  # as the user named it
    commit: str  # id, hex


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with a work tree."""

    top: Path  # folder of the work tree, absolute, links resolved
    git: Git

    def path_of(self, file: Path) -> str:
        """The path of a file from the top, with forward slashes, be it there or not."""
        return (Path(os.path.realpath(file.parent)) / file.name).relative_to(self.top).as_posix()

    def revision(self, name: str) -> Revision:
        """The commit of that name. Raises SetupError for what git does not know, or what is no commit."""
        # git's own names never begin so, and what does would be taken for an option.
        found = "" if name.startswith("-") else self._verified(name)
        # Of a whole id git says yes without a look whether the object is here.
        if not found or self.git.ask("cat-file", "-e", found) is None:
            raise self._unknown(name)
        if (kind := self.git.line("cat-file", "-t", f"{found}^{{}}")) != "commit":
            raise SetupError(f'"{name}" is a {kind} and no commit', hint="name one: HEAD~1, a branch, a tag, an id")
        return Revision(name, self._verified(f"{found}^{{commit}}"))

    def commit(self, name: str) -> str:
        """Id of the commit that a name or id stands for; "" where there is none here."""
        return "" if name.startswith("-") else self._verified(f"{name}^{{commit}}")

    def parents(self, revision: Revision) -> tuple[str, ...]:
        """Ids of the commits before it, the first one first. A shallow clone may not have them."""
        head = (
            (self.git.ask("cat-file", "commit", revision.commit) or b"").split(b"\n\n", 1)[0].decode("ascii", "replace")
        )
        return tuple(line.removeprefix("parent ") for line in head.splitlines() if line.startswith("parent "))

    def merge_base(self, name: str, other: str) -> str:
        """Id of the commit in which two of them began to differ; "" where this clone can't tell."""
        one, two = self.commit(name), self.commit(other)
        return self.git.line("merge-base", one, two) if one and two else ""

    def tree(self, revision: Revision) -> Tree:
        """All files of a revision."""
        return parsed(self.git.ask("ls-tree", "-r", "-z", "--full-tree", revision.commit) or b"")

    def boards_here(self) -> tuple[str, ...]:
        """Paths from the top of the YAML files of the work tree, those that git ignores left out."""
        words = "--cached", "--others", "--exclude-standard", "--", "*.yaml", "*.yml"
        listed = self.git.ask("-C", str(self.top), "ls-files", "-z", *words) or b""
        names = dict.fromkeys(os.fsdecode(name) for name in listed.split(b"\0") if name)
        return tuple(name for name in names if (self.top / name).is_file())

    def object_of(self, pointer: Pointer) -> Path | None:
        """The file that git LFS keeps for a pointer, where it was fetched."""
        common = Path(self.git.folder / self.git.line("rev-parse", "--git-common-dir"))
        sha256 = pointer.sha256
        file = common / "lfs" / "objects" / sha256[:2] / sha256[2:4] / sha256
        return file if file.is_file() and file.stat().st_size == pointer.size_bytes else None

    def _verified(self, name: str) -> str:
        return self.git.line("rev-parse", "--verify", "--quiet", name)

    def _unknown(self, name: str) -> SetupError:
        if name == "HEAD":
            return SetupError("there is no commit in this repository yet", hint=_COMMIT)
        if ".." in name:
            first, _, second = name.replace("...", "..").partition("..")
            hint = f"write two names: {first or 'HEAD'} {second or 'HEAD'}"
            return SetupError(f'"{name}" is not one revision', hint=hint)
        hint = "`git log --oneline`, `git branch --all` and `git tag` list what there is"
        if self.git.line("rev-parse", "--is-shallow-repository") == "true":
            hint = "this clone has only the newest commits: git fetch --unshallow (fetch-depth: 0 in actions/checkout)"
        elif Path(name).suffix in (".yaml", ".yml"):
            hint = "the storyboard comes last: storyreel diff [REV [REV]] FILE"
        return SetupError(f'git knows no revision "{name}" here', hint=hint)


def repository(file: Path) -> Repository:
    """The repository of a file, be it there or not. Raises SetupError where there is none, or no git."""
    folder = Path(os.path.realpath(file.parent))
    # os.path answers where pathlib raises: for a name that is too long, a folder that may not be searched.
    folder = next(above for above in (folder, *folder.parents) if os.path.isdir(above))  # noqa: PTH112
    git = Git(folder)
    try:
        top = git.line("rev-parse", "--show-toplevel")
    except SetupError as error:
        if "not a git repository" in error.message:
            hint = "storyboards are compared in git: git init, then commit them"
            raise SetupError(f"{file}: it is in no git repository", hint=hint) from error
        if "must be run in a work tree" in error.message:
            raise SetupError(f"{file}: the repository has no work tree here", hint="clone it") from error
        raise
    return Repository(Path(os.path.realpath(top)), git)
