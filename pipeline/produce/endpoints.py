"""The environment becomes the paid endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline import settings
from pipeline.client import Endpoint


def paid(environ: Mapping[str, str]) -> Endpoint:
    """The API, or what WAVESPEED_BASE_URL puts in its place. Raises SetupError where there is no usable key."""
    return Endpoint(settings.api_origin(environ), settings.api_key(environ))
