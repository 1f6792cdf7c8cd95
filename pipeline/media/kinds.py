"""The first bytes of a file come in; what kind of file it really is goes out, whatever its name says."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

HEAD = 4096  # bytes that are enough to tell every kind apart

_MOV = "mov,mp4,m4a,3gp,3g2,mj2"
_MATROSKA = "matroska,webm"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that is read."""

    name: str  # "png", "mp4", "wav" ...
    demuxers: str  # the libav demuxers that may open it, comma-separated; "" for a still, which Pillow opens


_STARTS = (
    (b"\x89PNG\r\n\x1a\n", Format("png", "")),
    (b"\xff\xd8\xff", Format("jpeg", "")),
    (b"GIF87a", Format("gif", "")),
    (b"GIF89a", Format("gif", "")),
    (b"II*\x00", Format("tiff", "")),
    (b"MM\x00*", Format("tiff", "")),
    (b"BM", Format("bmp", "")),
    (b"fLaC", Format("flac", "flac")),
    (b"OggS", Format("ogg", "ogg")),
    (b"ID3", Format("mp3", "mp3,aac,flac")),  # a tag that any of the three may begin with
)
_RIFF = {b"WAVE": Format("wav", "wav"), b"WEBP": Format("webp", "")}
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip")  # films older than `ftyp`
_STILL_BRANDS = {b"avif": "an AVIF picture", b"avis": "an AVIF picture"} | dict.fromkeys(
    (b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "a HEIC picture"
)

# What people and attackers put into files called clip.mp4, so that the error can name it.
_FOREIGN = (
    (b"#EXTM3U", "an HLS playlist"),
    (b"ffconcat", "an ffconcat list of other files"),
    (b"v=0", "an SDP session description"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"FLV\x01", "a Flash video"),
    (b"\x30\x26\xb2\x75", "a Windows Media file"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
    (b"\x47\x40", "an MPEG transport stream"),
    (b"YUV4MPEG2", "raw YUV4MPEG video"),
    (b"version https://git-lfs", "a Git LFS pointer whose file was never fetched"),
    (b"{", "JSON text"),
)
_MARKUP = (
    (b"<svg", "an SVG drawing"),
    (b"<mpd", "a DASH manifest"),
    (b"<html", "a web page"),
    (b"<!doctype html", "a web page"),
)


def recognise(head: bytes) -> Format | None:
    """The format that a file beginning with `head` claims by its bytes; None where it is none that is read."""
    for start, form in _STARTS:
        if head.startswith(start):
            return form
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return Format("webm" if b"webm" in head[:64] else "mkv", _MATROSKA)
    return _boxed(head) or _mpeg_audio(head)


def _boxed(head: bytes) -> Format | None:
    if head[4:8] in _OLD_QUICKTIME:
        return Format("mov", _MOV)
    brand = head[8:12]
    if head[4:8] != b"ftyp" or brand in _STILL_BRANDS:
        return None
    return Format({b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a"}.get(brand, "mp4"), _MOV)


def _mpeg_audio(head: bytes) -> Format | None:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Format("aac", "aac")
    layer, bit_rate, sample_rate = head[1] & 0x06, head[2] & 0xF0, head[2] & 0x0C
    return Format("mp3", "mp3") if layer and bit_rate != 0xF0 and sample_rate != 0x0C else None


def foreign(head: bytes) -> str:
    """What a file that `recognise` does not know is, in words with an article."""
    if head[4:8] == b"ftyp":
        return _STILL_BRANDS.get(head[8:12], "a file of no known kind")
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "an AVI film"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, words in _FOREIGN:
        if text.startswith(start):
            return words
    if text.startswith(b"<"):
        return next((words for mark, words in _MARKUP if mark in text.lower()), "an XML or HTML text")
    return "plain text" if _is_text(head) else "a file of no known kind"


def _is_text(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # incremental: the end of the head may split a letter
    except UnicodeDecodeError:
        return False
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
