"""A resolution and an aspect ratio become pixels, or the parameters that ask for them; and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pipeline.catalog.model import Model, size_text


def size(model: Model, resolution: str, ratio: str) -> tuple[int, int]:
    """Width and height, in pixels, that the model makes. Raises KeyError for a shape it does not make."""
    return model.sizes[resolution][ratio]


def shape_parameters(model: Model, resolution: str, ratio: str) -> dict[str, str]:
    """The parameters that ask for a shape, in the model's own words. Raises KeyError for one it does not make."""
    said = {"size": size_text(size(model, resolution, ratio)), "aspect_ratio": ratio, "resolution": resolution}
    return {model.dialect[word]: value for word, value in said.items() if word in model.dialect}


def shape_like(model: Model, resolution: str, width: int, height: int) -> str:
    """The aspect ratio that comes nearest to a picture of `width` x `height` pixels. Raises KeyError as `size` does."""
    row = model.sizes[resolution]
    return min(row, key=lambda ratio: abs(math.log(row[ratio][0] * height / (row[ratio][1] * width))))


def size_asked(model: Model, inputs: Mapping[str, Any], first_frame: tuple[int, int] | None) -> tuple[int, int]:
    """Width and height that a request with these inputs comes to; `first_frame` is the size of the picture it names."""
    if "size" in model.dialect:
        asked = str(inputs.get(model.dialect["size"]))
        made = {size_text(pixels): pixels for row in model.sizes.values() for pixels in row.values()}
        return made.get(asked, size(model, model.default("resolution"), model.default("aspect_ratio")))
    resolution = inputs.get(model.dialect.get("resolution", ""), model.default("resolution"))
    ratio = inputs.get(model.dialect.get("aspect_ratio", ""), "")
    if not ratio and first_frame:
        ratio = shape_like(model, resolution, *first_frame)
    return size(model, resolution, ratio or model.default("aspect_ratio"))
