"""`storyreel` as a process that does not wait: `hurried.py COMMAND ...` is the whole command but for its pauses."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline import cli, produce
from pipeline.client import Client
from tests.haste import hurried

if __name__ == "__main__":
    produce.shoot = partial(produce.shoot, connect=partial(Client, sleep=hurried), sleep=hurried)  # type: ignore[assignment]
    sys.exit(cli.main(sys.argv[1:]))
