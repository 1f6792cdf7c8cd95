"""What a validator that is not ours says of the schemas and the model files: check-jsonschema, as CI would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCHEMAS = Path(__file__).parent.parent.parent / "schemas"
# Nothing listens there: whatever would fetch a schema fails at once.
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


def check_jsonschema(*words: object) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--no-cache", *map(str, words)]
    done = subprocess.run(command, env={**os.environ, **NO_NETWORK}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_schema_keeps_to_its_metaschema() -> None:
    files = sorted(SCHEMAS.rglob("*.schema.json"))
    assert len(files) > 10
    check_jsonschema("--check-metaschema", *files)


def test_every_model_file_keeps_to_the_schema_of_models() -> None:
    files = sorted((SCHEMAS / "models").rglob("*.json"))
    assert files
    check_jsonschema("--schemafile", SCHEMAS / "model.schema.json", *files)
