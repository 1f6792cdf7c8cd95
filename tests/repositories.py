"""A real git repository with a storyboard in it, for tests of what is read out of git and held against it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from tests.needed import Tool, path_of

GIT = Tool("git", "STORYREEL_GIT", "install git (https://git-scm.com)")
WHO = (
    "-c",
    "user.name=T",
    "-c",
    "user.email=t@example.org",
    "-c",
    "init.defaultBranch=main",
    "-c",
    "core.symlinks=true",
)
PIXELS = (320, 320)


class Repository:
    """A repository, and what one does in it."""

    def __init__(self, folder: Path) -> None:
        """Ends the test that needs it where there is no git."""
        path_of(GIT)
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.git("init", "--quiet")

    def git(self, *words: str) -> str:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", *WHO, *words]
        done = subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write(self, name: str, content: str | bytes | Mapping[str, Any]) -> Path:
        """A file, of a mapping as YAML."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            text = content if isinstance(content, str) else yaml.safe_dump(dict(content), sort_keys=False)
            file.write_text(text, encoding="utf-8")
        return file

    def picture(self, name: str, colour: str = "white") -> Path:
        """A small picture."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", PIXELS, colour).save(file)
        return file

    def commit(self, subject: str = "Change") -> str:
        """Everything that is there; the id of the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD").strip()

    def traces(self) -> tuple[str, str, str, bytes]:
        """What must not be touched: the state of the work tree, the stash, all references, the index."""
        index = self.folder / ".git" / "index"
        status, stash = self.git("--no-optional-locks", "status", "--porcelain"), self.git("stash", "list")
        return status, stash, self.git("for-each-ref"), index.read_bytes() if index.exists() else b""
