"""The library's own client of the Model Context Protocol, with `storyreel mcp` as a process at its other end."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult

from pipeline import schema
from pipeline.cli.tools.offered import TOOLS
from tests.proofs.stage import Stage

OUTPUT = {tool.name: f"output/{tool.output}.schema.json" for tool in TOOLS}


@dataclass
class Session:
    """A client at work."""

    client: Client
    lines: list[str] = field(default_factory=list)  # of progress
    heard: Callable[[str], None] = lambda _: None  # told each of them

    async def call(self, name: str, **words: Any) -> CallToolResult:
        """What a tool answers."""

        async def told(_: float, __: float | None, message: str | None) -> None:
            self.lines.append(message or "")
            self.heard(message or "")

        return await self.client.call_tool(name, words, progress_callback=told)

    async def value(self, name: str, **words: Any) -> dict[str, Any]:
        """The JSON that a tool answers with; it must be of the schema of the command, and told as text, too."""
        found = await self.call(name, **words)
        assert not found.is_error, found.content
        assert list(schema.violations(OUTPUT[name], found.structured_content)) == []
        assert json.loads(text(found)) == found.structured_content
        value: dict[str, Any] = found.structured_content
        return value

    async def error(self, name: str, **words: Any) -> dict[str, Any]:
        """The error that a tool answers with."""
        found = await self.call(name, **words)
        assert (found.is_error, found.structured_content) == (True, None), found
        value = json.loads(text(found))
        assert list(schema.violations("output/error.schema.json", value)) == []
        error: dict[str, Any] = value["error"]
        return error


def text(found: CallToolResult, number: int = 0) -> str:
    """One of the texts of an answer."""
    content = found.content[number]
    assert content.type == "text"
    return content.text


@asynccontextmanager
async def session(here: Stage, *words: str, log: Path, **environ: str) -> AsyncIterator[Session]:
    """A client of `storyreel mcp` in the folder of a stage; what the server says on stderr goes into `log`."""
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "pipeline.cli", "mcp", *words],
        env={**here.environ, **environ},
        cwd=here.folder,
    )
    with log.open("a") as errors:
        async with Client(stdio_client(command, errors)) as client:
            yield Session(client)


def played(play: Callable[[], Any]) -> None:
    """Play one scene to its end, within a minute."""

    async def limited() -> None:
        with anyio.fail_after(60):
            await play()

    anyio.run(limited)
