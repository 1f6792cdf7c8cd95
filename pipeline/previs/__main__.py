"""The worker process: orders on stdin, replies on stdout, until the input ends."""

from __future__ import annotations

import gc
import signal
import sys

# Ctrl-C reaches the whole process group; a worker ends when its parent closes the input, and not in mid-clip. Before
# the drawing libraries load, because that takes long enough to be interrupted.
signal.signal(signal.SIGINT, signal.SIG_IGN)
gc.set_threshold(100_000, 50, 50)  # pictures make no cycles, nor do modules

from pipeline.memory import keep_memory  # noqa: E402  see above
from pipeline.previs.worker import main  # noqa: E402

keep_memory()

if __name__ == "__main__":
    sys.exit(main())
