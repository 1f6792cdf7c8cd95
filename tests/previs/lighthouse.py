"""The shots of the example film as orders without any text, for those who look at them and those who measure them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.plan import rehearse
from pipeline.previs.intake import parse
from pipeline.previs.order import PrevisOrder
from pipeline.previs.picture import Pictures
from pipeline.previs.planes import views_of
from pipeline.previs.shots import shots_of
from pipeline.produce.reading import plan
from pipeline.produce.stills import Stills

BOARDS = Path(__file__).parents[2] / "storyboards"


@dataclass(frozen=True, slots=True)
class Told:
    """One shot of one variant."""

    variant: str
    shot: str
    data: Mapping[str, Any]  # of its order

    def order(self, width: int, height: int) -> PrevisOrder:
        """The order in another size."""
        return parse({**self.data, "width": width, "height": height})


def shots(folder: Path) -> list[Told]:
    """Every shot of storyboards/lighthouse.yaml in both variants, without slates; `folder` takes their pictures."""
    with tempfile.TemporaryDirectory() as home:
        shutil.copytree(BOARDS / "lighthouse", Path(home, "lighthouse"))
        board = Path(home, "lighthouse.yaml")
        board.write_text((BOARDS / "lighthouse.yaml").read_text("utf-8") + "\nprevis: {slate: none}\n", "utf-8")
        film, planned = plan(board, {})
        rehearsal = rehearse(planned, planned.variants)
        stills = Stills(film, planned, rehearsal, folder)
        found = []
        for (variant, _), key in rehearsal.footage.items():
            order = rehearsal.orders[key]
            told = dict(stills._told(order))
            # Pictures are read after this folder is gone.
            told["images"] = [str(_kept(Path(path), folder)) for path in told["images"]]
            found.append(Told(variant, order.shot, told))
    return found


def _kept(path: Path, folder: Path) -> Path:
    target = folder / path.name
    if path != target:
        shutil.copy(path, target)
    return target


def lumas(order: PrevisOrder, numbers: tuple[int, ...]) -> list[NDArray[np.float64]]:
    """The luma of some frames, height x width."""
    drawn = Pictures(shots_of(order)[0])
    return [views_of(drawn[number])[0].astype(np.float64) for number in numbers]


def pictures(order: PrevisOrder, numbers: tuple[int, ...]) -> list[Image.Image]:
    """Some frames, RGB."""
    drawn = Pictures(shots_of(order)[0])
    made = []
    for number in numbers:
        frame = drawn[number]
        frame.colorspace, frame.color_range = 1, 1
        made.append(frame.to_image())
    return made
