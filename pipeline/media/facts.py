"""A path comes in; what the file really is goes out, or a MediaError that says what is wrong with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.media.boxes import missing_bytes
from pipeline.media.files import format_of, regular_file
from pipeline.media.stills import still_size
from pipeline.take import Kind, MediaFacts

_ARTICLE = {"image": "an image", "video": "a video", "audio": "a sound"}


def inspect(path: Path, expect: Kind | None = None) -> MediaFacts:
    """The facts of the file at `path`, by its bytes and never by its name; with `expect`, only of that kind.

    Raises MediaError for what is no plain file, is of no format that is read, is truncated, exceeds the limits
    (8192 pixels a side, 80 million pixels a still, 240 frames a second, 8 streams, 2 GiB) or is of another kind.
    """
    facts = _facts(path)
    if expect and facts.kind != expect:
        raise MediaError(str(path), f"expected {_ARTICLE[expect]}, found {_ARTICLE[facts.kind]} ({facts.format})")
    return facts


def _facts(path: Path) -> MediaFacts:
    with regular_file(path) as file:
        form = format_of(path, file)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        if not form.demuxers:
            width, height = still_size(path, file, form.name)
            return MediaFacts(digest, size, "image", form.name, width, height, frame_count=1)
        if missing := missing_bytes(file, form.name):
            raise MediaError(str(path), f"is truncated: {missing}", hint="fetch or export it again")
    from pipeline.media.streams import facts_of_streams  # here: it loads libav

    return facts_of_streams(path, form, digest, size)
