"""The environment becomes the paid endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline import settings
from pipeline.client import Endpoint
from pipeline.errors import SetupError

KEY = "WAVESPEED_API_KEY"
HINT = f"make one at https://wavespeed.ai/accesskey, and put it into the environment: export {KEY}=..."


def paid(environ: Mapping[str, str]) -> Endpoint:
    """The API, or what WAVESPEED_BASE_URL puts in its place. Raises SetupError where there is no usable key."""
    key = environ.get(KEY, "").strip()
    if not key:
        raise SetupError(f"there is no API key: {KEY} is not set", hint=HINT)
    return Endpoint(settings.api_origin(environ), key)
