"""Speaks as `pipeline.previs` does, and copies a film instead of drawing one: `quick_worker.py FILM`.

The first word of the shot's action can ask for something else: "fail" to fail, "wait" to never answer.
"""

from __future__ import annotations

import json
import shutil
import sys
import time


def main(film: str) -> None:
    for line in sys.stdin:
        order = json.loads(line)
        word = (order["direction"] or {}).get("action", "").split(" ")[0].lower()
        if word == "wait":
            time.sleep(600)
        if word == "fail":
            reply = {"ok": False, "error": "it would not be drawn"}
        else:
            shutil.copy(film, order["output"])
            reply = {"ok": True}
        print(json.dumps({"id": order["id"], **reply}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
