"""docs/checks.md tells every flag there is, and its examples are what a check is told and may answer."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

from pipeline import schema
from pipeline.plan import dividing
from pipeline.screening import built_in, exchange

PAGE = (Path(__file__).parent.parent / "docs" / "checks.md").read_text(encoding="utf-8")
QUESTION, ANSWER = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))


def test_every_flag_of_the_package_is_told_of() -> None:
    section = PAGE.partition("\n## What is looked for\n")[2].partition("\n## ")[0]
    told = {
        code for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for code in re.findall(r"`(.*?)`", row)
    }
    source = inspect.getsource(built_in)
    known = {*re.findall(r'_flag\(\s*"([a-z]+)"', source), "short", "long", "black", "frozen", dividing.CODE}
    assert told == known
    assert all(f'"{code}"' in source for code in told - {dividing.CODE})


def test_its_examples_are_of_the_schema() -> None:
    for example in (QUESTION, ANSWER):
        assert list(schema.violations(exchange.SCHEMA, example)) == []
    assert exchange.answer(json.dumps(ANSWER).encode(), "./qc.py")


def test_the_whole_check_works_as_it_stands() -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for channels, codes in ((1, ["mono"]), (2, [])):
        told = json.dumps(QUESTION | {"facts": {"channels": channels}})
        done = subprocess.run([sys.executable, "-c", script], input=told.encode(), capture_output=True, check=True)
        assert [flag.code for flag in exchange.answer(done.stdout, "./qc.py")] == codes


def test_its_contents_are_its_sections() -> None:
    anchors = [
        (title, re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-"))
        for title in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    ]
    assert re.findall(r"^- \[(.*)\]\(#(.*)\)$", PAGE, re.MULTILINE) == anchors
