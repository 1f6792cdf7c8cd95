"""A server that answers as it is told to, well or badly, and what a client made of it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.client import Client, Endpoint, Patience
from pipeline.errors import GenerationError

KEY = "canary-0123456789"
MODEL = "bytedance/seedance-2.0-mini/text-to-video-turbo"
BODY = {"prompt": "A lighthouse."}
HANGS = b"hangs"  # the server reads the request and never answers
STALLS = b"stalls"  # it sends half a clip, and then nothing
Work = Callable[[Client], Awaitable[Any]]


@dataclass
class Seen:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass
class Server:
    """A server that gives the answers it was told to, one a connection; the last one again and again."""

    origin: str = ""
    seen: list[Seen] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)  # by the client

    def asked(self, method: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == method]


def http(status: int, payload: Any = None, *, raw: bytes | None = None, **headers: str) -> bytes:
    body = json.dumps(payload).encode() if raw is None else raw
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body


def told(status: str, **data: Any) -> bytes:
    return http(200, {"code": 200, "message": "success", "data": {"id": "p1", "status": status} | data})


def ticket(origin: str) -> bytes:
    upload = {"method": "PUT", "url": f"{origin}/bucket?signature=canary-signed", "headers": {"If-None-Match": "*"}}
    return http(200, {"code": 200, "data": {"upload": upload, "download_url": f"{origin}/kept.png"}})


def clip(content: bytes = b"a clip", **headers: str) -> bytes:
    return http(200, raw=content, **{"Content_Type": "video/mp4"} | headers)


def lead(to: str, status: int = 302) -> bytes:
    return http(status, raw=b"", Location=to)


@asynccontextmanager
async def serving(*answers: bytes | Callable[[str], bytes]) -> AsyncIterator[Server]:
    server = Server()
    pending = itertools.chain(answers, itertools.repeat(answers[-1]))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in rest)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = line.split(" ")
        server.seen.append(Seen(method, path, headers, body))
        reply = next(pending)
        if reply in (HANGS, STALLS):
            writer.write(clip(b"half a clip")[:-4] if reply is STALLS else b"")
            await reader.read()
        else:
            writer.write(reply(server.origin) if callable(reply) else reply)

    async with listening(answer) as server.origin:
        yield server


@asynccontextmanager
async def listening(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """The origin of a server that hands each connection to `answer` and closes it."""
    connections = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await answer(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        await asyncio.gather(*filter(None, connections))


def after(
    work: Work,
    *answers: bytes | Callable[[str], bytes],
    direct: bool = False,
    chance: float = 0.5,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    **patience: Any,
) -> tuple[Any, Server]:
    """What came of the work, result or error, and what the server saw of it. The client's waits take no time."""

    async def body() -> tuple[Any, Server]:
        async with serving(*answers) as server:

            async def sleep(seconds: float) -> None:
                server.slept.append(seconds)
                await asyncio.sleep(0)

            limits = Patience(**{"read_s": 0.3, "submit_s": 0.3, "connect_s": 2.0, "tries": 4} | patience)
            endpoint = Endpoint(server.origin, KEY, direct=direct)
            async with Client(endpoint, patience=limits, sleep=sleep, chance=lambda: chance, clock=clock) as client:
                try:
                    return await work(client), server
                except GenerationError as error:
                    return error, server

    return asyncio.run(body())


def submit(client: Client) -> Awaitable[Any]:
    return client.submit(MODEL, BODY)


def result(client: Client) -> Awaitable[Any]:
    return client.result("p1")


def upload(client: Client) -> Awaitable[Any]:
    return client.upload(b"a face", "face.png", "image/png")


def fetch(target: Path, to: str = "/clip.mp4", most: int = 1000) -> Work:
    async def work(client: Client) -> bytes:
        await client.download(to if "://" in to else client._endpoint.origin + to, target, most)
        return target.read_bytes()

    return work
