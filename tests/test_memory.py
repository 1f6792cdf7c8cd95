from __future__ import annotations

import subprocess
import sys

import pytest

_FAULTS = """
import resource, sys
import numpy as np
from pipeline.memory import keep_memory
if sys.argv[1] == "kept":
    keep_memory()
blocks = lambda: [np.ones(300_000, np.float32) for _ in range(8)]
blocks()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    blocks()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    found = subprocess.run([sys.executable, "-c", _FAULTS, how], capture_output=True, text=True, check=True, timeout=60)
    return int(found.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only the C library of Linux is told what to do with memory")
def test_memory_that_is_let_go_of_is_there_for_what_comes_next() -> None:
    assert faults("kept") * 10 < faults("given back")
