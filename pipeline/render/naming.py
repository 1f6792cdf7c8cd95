"""An error of a file comes in; it goes on with the shot that the file belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import MediaError


@contextmanager
def naming(shot: str) -> Iterator[None]:
    """A MediaError in the body gets the shot it concerns; "" where that is none."""
    try:
        yield
    except MediaError as error:
        named = f" (shot {shot})" if shot else ""
        raise MediaError(error.file, f"{error.reason}{named}", hint=error.hint) from error
