"""A model whose clips are quickly drawn, and a worker that draws none."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pipeline import catalog, schema
from pipeline.catalog import Model

SEEDANCE = "bytedance/seedance-2.0-mini/text-to-video-turbo"
STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_worker.py")))


def tiny(**timing: int) -> Model:
    """The real model, but its clips are a second long and 160 x 90 pixels."""
    data = json.loads(json.dumps(schema.load(f"models/{SEEDANCE}.json")))
    data["request"]["properties"]["duration"] |= {"minimum": 1, "default": 1}
    data["output"]["sizes"] = {"720p": {"16:9": [160, 90]}}
    data["timing"] |= timing
    return catalog.parse(data | {"id": "test/tiny"})
