"""The Model Context Protocol over stdin and stdout: calls of tools come in and their answers go out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
import mcp_types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from pipeline import schema
from pipeline.cli.arguments import own_version
from pipeline.cli.progress import Lines
from pipeline.cli.tools.answers import Answer, answer
from pipeline.cli.tools.bench import Bench, Piece
from pipeline.cli.tools.folder import Folder
from pipeline.cli.tools.offered import ABOUT, TOOLS
from pipeline.cli.tools.tool import Tool
from pipeline.cli.tools.words import Words
from pipeline.produce import Tell

_TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in TOOLS}
_AHEAD = 200  # lines of progress that may wait for a slow client; of more, those in between are not told
_AT_ONCE = 4  # calls that only read, at a time
_Context = ServerRequestContext[Any, Any]
_Work = Callable[[Tell], Answer]


async def speak(folder: Folder, bench: Bench[Answer]) -> None:
    """Serve until the client closes our input. What writes is done at the `bench`, the rest in threads."""
    readers = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(_: _Context, __: mcp_types.PaginatedRequestParams | None) -> mcp_types.ListToolsResult:
        return mcp_types.ListToolsResult(tools=[_told(tool) for tool in TOOLS])

    async def call_tool(context: _Context, call: mcp_types.CallToolRequestParams) -> mcp_types.CallToolResult:
        if call.name not in _TOOLS:
            raise MCPError(code=mcp_types.INVALID_PARAMS, message=f"no such tool; there are {', '.join(_TOOLS)}")
        tool = _TOOLS[call.name]
        # What is null was not said: some clients write out every argument.
        said = {name: value for name, value in (call.arguments or {}).items() if value is not None}
        words = Words(said, folder)
        if tool.alone(words):
            return _result(await _in_turn(context, bench, partial(answer, tool, words)))
        work = partial(answer, tool, words, lambda _: None)
        return _result(await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=readers))

    server = Server(
        "storyreel",
        version=own_version(),
        title="storyreel",
        instructions=ABOUT,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def _in_turn(context: _Context, bench: Bench[Answer], work: _Work) -> Answer:
    """Have it done at the bench, and tell of its progress meanwhile."""
    loop = asyncio.get_running_loop()
    lines, told = anyio.create_memory_object_stream[str](_AHEAD)

    def say(text: str) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody listens any more
            loop.call_soon_threadsafe(_offer, lines, text)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_report, context, told)
        with lines:
            found = await _done(bench, partial(work, Lines(say, time.monotonic).tell))
    return found


async def _done(bench: Bench[Answer], work: Callable[[], Answer]) -> Answer:
    """What the work comes to. It is stopped where the client cancels the call, or goes away."""
    loop = asyncio.get_running_loop()
    coming: asyncio.Future[Answer] = loop.create_future()

    def done(outcome: Answer | None) -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, coming, outcome)

    piece = Piece(work, done)
    bench.put(piece)
    try:
        return await coming
    except asyncio.CancelledError:
        bench.stop(piece)
        raise


def _settle(coming: asyncio.Future[Answer], outcome: Answer | None) -> None:
    if coming.done():
        return
    if outcome is None:
        coming.cancel()
    else:
        coming.set_result(outcome)


def _offer(lines: MemoryObjectSendStream[str], text: str) -> None:
    with suppress(anyio.WouldBlock, anyio.ClosedResourceError, anyio.BrokenResourceError):
        lines.send_nowait(text)


async def _report(context: _Context, told: MemoryObjectReceiveStream[str]) -> None:
    number = 0
    with told:
        async for text in told:
            number += 1
            await context.session.report_progress(float(number), None, text)


def _told(tool: Tool) -> mcp_types.Tool:
    # Without its dialect and address, for which some clients would look in vain.
    output = schema.load(f"output/{tool.output}.schema.json")
    return mcp_types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.words),
        output_schema={key: rule for key, rule in output.items() if key not in ("$schema", "$id")},
        annotations=mcp_types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.reads_only,
            destructive_hint=tool.destroys,
            idempotent_hint=tool.repeats,
            open_world_hint=tool.reaches_out,
        ),
    )


def _result(found: Answer) -> mcp_types.CallToolResult:
    texts: list[mcp_types.ContentBlock] = [mcp_types.TextContent(type="text", text=text) for text in found.texts]
    return mcp_types.CallToolResult(content=texts, structured_content=found.value, is_error=found.is_error)
