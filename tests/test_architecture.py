"""The arrows between the modules: each imports only from those to its left, and the core touches nothing outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"
CORE = (
    "errors plain schema wire frames take words catalog camera templates storyboard prompts lock plan said check edit "
    "difference transitions exporters report"
)
SHELL = (
    "halting leaving memory loops settings history github letters media store screening sync previs client server "
    "runner render sheets produce preview cli"
)
ORDER = [*CORE.split(), *SHELL.split()]
IMPURE = {
    "asyncio", "httpx", "av", "moviepy", "os", "subprocess", "time", "random", "logging", "socket", "threading",
    "shutil", "tempfile", "sys", "uvicorn", "starlette", "watchfiles", "PIL", "numpy", "pathlib",
}  # fmt: skip
ONLY_IN = {
    "av": {"media", "previs"},
    "moviepy": {"render"},
    "httpx": {"client"},
    "h11": {"client"},
    "uvicorn": {"server", "preview"},
    "starlette": {"server", "preview", "client"},  # the client names only the type of an application
    "rich": {"cli"},
    "mcp": {"cli"},
    "mcp_types": {"cli"},
    "yaml": {"storyboard"},
    "obstore": {"sync"},
    "watchfiles": {"preview"},
    "jinja2": {"templates"},
}
HEAVY = {"av", "moviepy", "httpx", "numpy", "uvicorn", "starlette", "obstore", "mcp", "pydantic", "watchfiles"}


def room(file: Path) -> str:
    """The module or folder of the package that a file belongs to."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def files() -> list[Path]:
    return [file for file in sorted(PACKAGE.rglob("*.py")) if file != PACKAGE / "__init__.py"]


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Every dotted name that a file imports, with its line."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "pipeline":
            yield from ((f"pipeline.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports here are absolute"
            yield node.module or "", node.lineno


def test_the_reading_order_is_told_as_it_is() -> None:
    told = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    order = told.partition("    CORE ")[2].partition("The core is pure")[0]
    assert order.replace("SHELL", "").split() == ORDER


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_every_module_imports_only_from_those_to_its_left(file: Path) -> None:
    here = ORDER.index(room(file))
    for name, line in imports(file):
        if name.startswith("pipeline."):
            other = name.split(".")[1]
            assert other == room(file) or ORDER.index(other) < here, f"{file}:{line} imports {name}"


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_libraries_stay_in_their_rooms(file: Path) -> None:
    for name, line in imports(file):
        top = name.split(".")[0]
        assert room(file) in ONLY_IN.get(top, {room(file)}), f"{file}:{line} imports {name}"
        if room(file) in CORE.split() and name != "pathlib":
            assert top not in IMPURE, f"{file}:{line}: the core imports {name}"


def test_only_the_command_line_prints() -> None:
    for file in files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == "print":
                assert room(file) == "cli", f"{file}:{node.lineno} prints"


EXAMPLE = "storyboards/lighthouse.yaml"


@pytest.mark.parametrize("words", [["--help"], ["check", EXAMPLE], ["plan", EXAMPLE]], ids=" ".join)
def test_quick_commands_load_nothing_heavy(words: list[str]) -> None:
    run = f"try: main({words!r})\nexcept SystemExit: pass"
    code = f"import sys; from pipeline.cli import main\n{run}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not loaded & HEAVY
