"""`preview.py ADDRESS CHROMIUM`: the page of a preview at that address, on a desk and on a phone, for the docs.

The address is the one that the command prints, of `storyboards/lighthouse.yaml`, once its cut is there.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

TARGET = Path(__file__).with_name("preview.jpg")
DESK, PHONE = (1440, 900), (390, 844)  # pixels
GAP = 24  # pixels
READY = "storyreel.player.layers.active?.url === storyreel.state.cut?.url && !storyreel.player.layers.wanted"


def main(address: str, chromium: str) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        desk = shot(browser.new_page(viewport=size(DESK), color_scheme="light"), address)
        phone = shot(browser.new_page(viewport=size(PHONE), color_scheme="dark", device_scale_factor=1.066), address)
        browser.close()
    both = Image.new("RGB", (desk.width + GAP + phone.width, max(desk.height, phone.height)), "white")
    both.paste(desk, (0, 0))
    both.paste(phone, (desk.width + GAP, 0))
    both.save(TARGET, quality=84, optimize=True, progressive=True)


def size(pixels: tuple[int, int]) -> dict[str, int]:
    return {"width": pixels[0], "height": pixels[1]}


def shot(page: Page, address: str) -> Image.Image:
    page.goto(address)
    page.wait_for_selector(".card img[src]")
    page.evaluate("storyreel.player.seek(storyreel.state.panels.get('sh030').start + 40)")
    while not page.evaluate(READY):
        page.wait_for_timeout(50)
    page.wait_for_timeout(1500)  # pictures come as they are drawn
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main(*sys.argv[1:])
