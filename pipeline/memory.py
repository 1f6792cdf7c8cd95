"""What the C library does with memory that is let go of."""

from __future__ import annotations

import ctypes
import sys

# Of mallopt(3), glibc: bytes at the end of the heap that are given back at last, that are asked for at once, and from
# which on memory is the system's own.
_TRIM, _PAD, _OWN = (-1, 512 << 20), (-2, 16 << 20), (-3, 32 << 20)


def keep_memory() -> None:
    """Have this process keep what it lets go of: sound and pictures come in blocks, hundreds a second.

    Given back to the system each time, it would be cleared anew each time: half of all faults of a cut that copies.
    Nothing happens where the C library is another.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, size in (_TRIM, _PAD, _OWN):
            mallopt(option, size)
