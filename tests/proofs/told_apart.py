"""The example film without its text, for somebody to tell its sizes, moves, places and times of day apart.

    python tests/proofs/told_apart.py sheet.png [--width 480]

Each row is a shot of storyboards/lighthouse.yaml in one of its variants, on its first, middle and last frame, drawn
with `previs: {slate: none}`. `tests/previs/test_told_apart.py` measures the same pictures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PIL import Image

from tests.previs.lighthouse import pictures, shots

_GAP = 4  # pixels


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("target", type=Path)
    words.add_argument("--width", type=int, default=480, help="of a frame, in pixels")
    asked = words.parse_args()
    width, height = asked.width // 2 * 2, asked.width * 9 // 32 * 2
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for told in sorted(shots(Path(folder)), key=lambda each: (each.shot, each.variant)):
            order = told.order(width, height)
            rows.append(pictures(order, (0, order.frames // 2, order.frames - 1)))
            print(told.shot, told.variant, told.data["direction"]["camera"])
    sheet = Image.new("RGB", (3 * (width + _GAP) - _GAP, len(rows) * (height + _GAP) - _GAP))
    for number, row in enumerate(rows):
        for column, picture in enumerate(row):
            sheet.paste(picture, (column * (width + _GAP), number * (height + _GAP)))
    sheet.save(asked.target)


if __name__ == "__main__":
    main()
