"""A small client of the Language Server Protocol, over the standard input and output of a server."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Any

_PATIENCE_S = 60.0  # a server that starts on a busy machine takes seconds; one that says nothing so long is broken


class LanguageServer:
    """A server that runs as long as the context; each document opened in it has a name of its own."""

    def __init__(self, command: list[str], settings: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(environ))
        self._settings = settings
        self._heard: Queue[dict[str, Any]] = Queue()
        self._asked = 0
        self._listener = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listener.start()

    def __enter__(self) -> LanguageServer:
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {
                "hover": {"contentFormat": ["plaintext"]},
                "completion": {"completionItem": {"snippetSupport": True}},
                "publishDiagnostics": {},
            },
        }
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": self._settings}})
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.ask("shutdown", None)
            self._send({"method": "exit"})
            assert self._process.wait(_PATIENCE_S) == 0
        finally:
            self._process.kill()
            self._process.wait()
            self._listener.join()
            for stream in (self._process.stdin, self._process.stdout):
                assert stream is not None
                stream.close()

    def open(self, file: Path, text: str) -> list[dict[str, Any]]:
        """Show the server a document; what is wrong with it, as the server sees it."""
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == file.as_uri():
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found

    def at(self, what: str, file: Path, line: int, character: int) -> Any:
        """Ask for something at a place of a document: both numbers from 0, the second in UTF-16 units."""
        position = {"line": line, "character": character}
        return self.ask(f"textDocument/{what}", {"textDocument": {"uri": file.as_uri()}, "position": position})

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request."""
        self._asked += 1
        asked = self._asked
        self._send({"id": asked, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == asked and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _next(self) -> dict[str, Any]:
        """The next message that is none of the server's own questions."""
        while True:
            try:
                message = self._heard.get(timeout=_PATIENCE_S)
            except Empty:
                raise TimeoutError("the language server says nothing") from None
            if not message:
                raise EOFError("the language server has ended")
            if "id" not in message or "method" not in message:
                return message
            self._send({"id": message["id"], "result": self._answer(message)})

    def _answer(self, question: Mapping[str, Any]) -> Any:
        if question["method"] != "workspace/configuration":
            return None
        return [self._settings.get(item.get("section", ""), {}) for item in question["params"]["items"]]

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self, stream: IO[bytes]) -> None:
        while head := stream.readline():
            length = 0
            while head.strip():
                name, _, value = head.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                head = stream.readline()
            self._heard.put(json.loads(stream.read(length)))
        self._heard.put({})
