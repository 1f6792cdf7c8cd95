"""Speaks as `pipeline.previs` does and draws nothing: what it does instead is the first word of the prompt."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        word = order["prompt"].split()[0]
        if word == "die":
            os._exit(3)
        if word == "hang":
            time.sleep(60)
        if word == "babble":
            print("this is no reply", flush=True)
        elif word == "flood":
            print("x" * (40 << 20), flush=True)
        else:
            print(json.dumps({"id": order["id"], **reply(word, order)}), flush=True)
    if os.environ.get("STAND_IN_STAYS"):
        time.sleep(60)


def reply(word: str, order: dict[str, Any]) -> dict[str, Any]:
    if word == "clip":
        Path(order["output"]).write_text(json.dumps(order))
        return {"ok": True}
    return {"ok": False, "error": {"pid": str(os.getpid()), "rant": "why " * 100_000}.get(word, word)}


if __name__ == "__main__":
    main()
