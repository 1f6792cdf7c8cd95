"""The bytes of a film or sound come in; what its container says is missing at the end goes out.

libav reads what is left of a truncated file and reports success, so the container's own sizes are asked first.
"""

from __future__ import annotations

import os
from typing import BinaryIO

_BOXED = ("mp4", "mov", "m4a")
_VITAL = (b"moov", b"mdat", b"moof")
_UNKNOWN_LENGTH = (0, 0xFFFFFFFF)  # what live recorders write into a WAV header


def missing_bytes(file: BinaryIO, form: str) -> str:
    """What is missing at the end of `file`, in words; "" where nothing is known to be. Leaves `file` at its start."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        if form in _BOXED:
            return _missing_boxes(file, size)
        return _short(_declared(file, form), size)
    finally:
        file.seek(0)


def _short(declared: int, size: int) -> str:
    return f"{declared - size} of {declared} bytes are missing" if declared > size else ""


def _missing_boxes(file: BinaryIO, size: int) -> str:
    """Walk the top-level boxes (ISO/IEC 14496-12, 4.2): each begins with its size and its name."""
    at, names = 0, set[bytes]()
    while at + 8 <= size:
        file.seek(at)
        header = file.read(16)
        length, name = int.from_bytes(header[:4], "big"), header[4:8]
        if not name.isascii() or not name.decode("ascii").isprintable():
            break  # junk after the last box: harmless, and players ignore it
        length = int.from_bytes(header[8:], "big") if length == 1 else length or size - at
        if length < 8:
            break
        if at + length > size and (name in _VITAL or not names >= {b"moov", b"mdat"}):
            return _short(at + length, size)
        names.add(name)
        at += length
    return "" if b"moov" in names else "its index (the moov box) is missing"


def _declared(file: BinaryIO, form: str) -> int:
    """The size in bytes that the header gives the whole file; 0 where it gives none."""
    head = file.read(512)
    if form == "wav":
        length = int.from_bytes(head[4:8], "little")
        return 0 if length in _UNKNOWN_LENGTH else length + 8
    if form in ("webm", "mkv"):
        return _segment_end(head)
    return 0


def _segment_end(head: bytes) -> int:
    """Where the one Segment of a Matroska file ends (RFC 8794: ids and lengths count their own leading zeros)."""
    at = head.find(b"\x18\x53\x80\x67") + 4
    if at < 4 or at >= len(head) or not head[at]:
        return 0
    width = 9 - head[at].bit_length()
    length = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    return 0 if length == (1 << 7 * width) - 1 else at + width + length  # all ones: of unknown length
