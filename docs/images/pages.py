"""`pages.py REPORT.html SHEET.png CHROMIUM`: a shot of a report with a circled take, and a sheet, for the docs."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
WIDTH = 1400  # pixels


def main(report: str, sheet: str, chromium: str) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.5)
        page.goto(Path(report).absolute().as_uri())
        page.click("#shot-1 .circle >> nth=2")
        page.fill("#shot-1 textarea", "Take 3: the gulls stay low.")
        page.click("#shot-1 form button")
        page.click("#shot-1 summary")
        page.mouse.move(0, 0)
        shot = page.locator("#shot-1").screenshot()
        browser.close()
    save(Image.open(io.BytesIO(shot)), "report.jpg")
    save(Image.open(sheet), "sheet.jpg")


def save(picture: Image.Image, name: str) -> None:
    small = picture.convert("RGB")
    small.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
    small.save(HERE / name, quality=84, optimize=True, progressive=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
