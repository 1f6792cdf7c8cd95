"""The models as data: each `schemas/models/<model id>.json` becomes one Model with its limits, words and prices."""

from pipeline.catalog.agreement import disagreements
from pipeline.catalog.model import FRAME_WORDS, MEDIA_WORDS, MediaLimits, Model, PriceRow
from pipeline.catalog.prices import Price, price
from pipeline.catalog.reading import models, parse
from pipeline.catalog.refreshing import differences, guessed, renewed
from pipeline.catalog.rows import request_of
from pipeline.catalog.shapes import shape_like, shape_parameters, size, size_asked

__all__ = [
    "FRAME_WORDS", "MEDIA_WORDS", "MediaLimits", "Model", "Price", "PriceRow", "differences", "disagreements",
    "guessed", "models", "parse", "price", "renewed", "request_of", "shape_like", "shape_parameters", "size",
    "size_asked",
]  # fmt: skip
