"""An exit code comes in; the process ends with it at once."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End the process: what was written is out, who asked to be told is told, and nothing else is taken apart.

    Python lets go of every module and value first, which takes as long as a tenth of `check`. Where a thread is still
    at work, or what was written can't be, it has its way.
    """
    if _is_alone() and _is_out():
        atexit._run_exitfuncs()
        if _is_out():
            os._exit(code)
    sys.exit(code)


def _is_alone() -> bool:
    """Whether nobody is left who would be waited for."""
    return all(thread.daemon or thread is threading.main_thread() for thread in threading.enumerate())


def _is_out() -> bool:
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream:
                stream.flush()
    except (OSError, ValueError):
        return False
    return True
