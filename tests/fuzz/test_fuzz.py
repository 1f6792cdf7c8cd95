"""A few seconds of the fuzzer find nothing; `python tests/fuzz/fuzz_boards.py --minutes 10` looks longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FUZZER = Path(__file__).parent / "fuzz_boards.py"


def test_no_board_in_five_seconds_crashes_the_check_or_eats_time(tmp_path: Path) -> None:
    command = [sys.executable, str(FUZZER), "--minutes", "0.08", "--seed", "1", "--found", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
