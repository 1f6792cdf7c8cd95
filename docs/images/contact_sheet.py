"""`contact_sheet.py CUT.mp4 OUT.jpg FRAME...`: those frames of a cut in one picture, three in a row."""

from __future__ import annotations

import sys

import av
from PIL import Image

WIDTH, COLUMNS, GAP = 480, 3, 6  # pixels, pictures, pixels


def main(cut: str, out: str, *wanted: str) -> None:
    numbers = [int(number) for number in wanted]
    with av.open(cut) as film:
        found = {n: frame.to_image() for n, frame in enumerate(film.decode(video=0)) if n in numbers}
    height = WIDTH * found[numbers[0]].height // found[numbers[0]].width
    rows = -(-len(numbers) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (WIDTH + GAP) - GAP, rows * (height + GAP) - GAP), "white")
    for place, number in enumerate(numbers):
        picture = found[number].resize((WIDTH, height), Image.Resampling.LANCZOS)
        sheet.paste(picture, (place % COLUMNS * (WIDTH + GAP), place // COLUMNS * (height + GAP)))
    sheet.save(out, quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
