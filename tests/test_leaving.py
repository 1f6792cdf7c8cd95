from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def ended(code: str, stdout: Any = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    lines = f"import atexit, sys, threading\nfrom pipeline.leaving import leave\n{code}"
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", lines]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=20, env=environ)


def test_the_code_is_that_of_the_process_and_what_was_written_is_out() -> None:
    found = ended("sys.stdout.write('one'); sys.stderr.write('two'); leave(5)")
    assert (found.returncode, found.stdout, found.stderr) == (5, "one", "two")


def test_who_asked_to_be_told_of_the_end_is_told() -> None:
    assert ended("atexit.register(print, 'at last'); leave(0)").stdout == "at last\n"


def test_nothing_is_taken_apart() -> None:
    code = "class Value:\n    def __del__(self): print('taken apart')\nvalue = Value(); value.own = value\nleave(0)"
    assert ended(code).stdout == ""


def test_a_thread_at_work_is_waited_for() -> None:
    code = "threading.Thread(target=lambda: (threading.Event().wait(0.2), print('done'))).start(); leave(3)"
    found = ended(code)
    assert (found.returncode, found.stdout) == (3, "done\n")


def test_where_nobody_reads_what_is_written_python_says_so() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        found = ended("sys.stdout.write('lost'); leave(0)", stdout=closed)
    assert found.returncode == 120
    assert "BrokenPipeError" in found.stderr


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["check", "no.yaml"], 2), (["frobnicate"], 2)])
def test_a_command_ends_with_its_exit_code(words: list[str], code: int, tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words], cwd=tmp_path, capture_output=True, timeout=60
    )
    assert found.returncode == code
