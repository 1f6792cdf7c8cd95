"""What the double promises of webhooks: signed, at the end of a prediction, until somebody has heard."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline import wire
from pipeline.server.conduct import Conduct, Fault
from tests.double import KEY, doubled
from tests.rehearsal import SEEDANCE


class Listener:
    """Somebody who is told: it does not hear the first time."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        listener, replies = self, iter([503, 200])

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(next(replies, 200))
                self.end_headers()
                listener.heard.put(({name.lower(): value for name, value in self.headers.items()}, body))

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?nonce=1"


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[httpx.Client]:
    conduct = Conduct(clips="tiny", generation_s=0, faults=(Fault("task_fails", match="[fails]", code=1200),))
    with doubled(tmp_path, conduct) as double:
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=f"{double.origin}{wire.API_ROOT}", headers=headers, trust_env=False) as client:
            yield client


@pytest.mark.parametrize(("prompt", "status"), [("The sea.", "completed"), ("[fails]", "failed")])
def test_the_end_is_told_signed_and_again_until_it_is_heard(
    api: httpx.Client, listener: Listener, prompt: str, status: str
) -> None:
    reply = api.post(f"/{SEEDANCE}", params={"webhook": listener.address}, json={"prompt": prompt})
    (headers, body), (again, same) = listener.heard.get(timeout=10), listener.heard.get(timeout=10)
    assert (same, again["webhook-id"]) == (body, headers["webhook-id"])
    told = json.loads(body)
    assert (told["id"], told["status"]) == (reply.json()["data"]["id"], status)
    assert told["input"] == {"prompt": prompt}
    assert len(told["outputs"]) == (status == "completed")
    key = api.get("/webhook/secret").json()["data"]["secret"].removeprefix("whsec_")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v3," + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60


def test_the_address_may_stand_in_the_body(api: httpx.Client, listener: Listener) -> None:
    api.post(f"/{SEEDANCE}", json={"prompt": "The sea.", "webhook_url": listener.address})
    assert json.loads(listener.heard.get(timeout=10)[1])["status"] == "completed"


@pytest.mark.parametrize(
    "address", ["http://example.com/", "ftp://127.0.0.1/", "nowhere", "https://", "http://[", "http://127.0.0.1:x/"]
)
def test_only_https_and_this_machine_are_told(api: httpx.Client, address: str) -> None:
    reply = api.post(f"/{SEEDANCE}", params={"webhook": address}, json={"prompt": "The sea."})
    assert (reply.status_code, reply.json()["code"]) == (400, wire.INVALID)
    assert api.post("/predictions", json={}).json()["data"]["items"] == []
