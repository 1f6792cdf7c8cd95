"""`transitions.py OUT.jpg`: every transition at five moments, between two frames of the picture of the example film."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pipeline.edit import Joint
from pipeline.media.canvas import Canvas
from pipeline.render.card import font
from pipeline.render.joints import joined

SIZE, GAP, LABEL = (256, 144), 4, 150  # pixels
MOMENTS = (0.1, 0.3, 0.5, 0.7, 0.9)
ROWS = {
    "dissolve": Joint("dissolve"),
    "fade": Joint("fade"),
    "fade, through: white": Joint("fade", through="white"),
    "wipe": Joint("wipe"),
    "slide": Joint("slide"),
    "push, direction: up": Joint("push", "up"),
    "iris": Joint("iris"),
    "whip_pan": Joint("whip_pan"),
}


def main(out: str) -> None:
    sheet = Image.open(Path(__file__).with_name("lighthouse.jpg"))
    canvas = Canvas(*SIZE, "cover")
    across, down = (sheet.width + 6) / 3, (sheet.height + 6) / 3
    corners = [(round(column * across), round(row * down)) for column, row in ((0, 0), (0, 1))]
    boxes = [(left + 4, top + 4, left + round(across) - 10, top + round(down) - 10) for left, top in corners]
    leaving, coming = (canvas.planes_of_rgb(np.asarray(sheet.crop(box).resize(SIZE))) for box in boxes)
    width, height = LABEL + len(MOMENTS) * (SIZE[0] + GAP), len(ROWS) * (SIZE[1] + GAP)
    gallery = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(gallery)
    for row, (name, joint) in enumerate(ROWS.items()):
        top = row * (SIZE[1] + GAP)
        words = name.replace(", ", "\n")
        pen.multiline_text((6, top + SIZE[1] // 2), words, fill="black", font=font(17), anchor="lm")
        for column, moment in enumerate(MOMENTS):
            picture = Image.fromarray(canvas.rgb(joined(leaving, coming, moment, joint, SIZE)))
            gallery.paste(picture, (LABEL + column * (SIZE[0] + GAP), top))
    gallery.save(out, quality=82, optimize=True, progressive=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
