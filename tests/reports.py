"""A film whose board was written by somebody hostile, shot at the double; its report in a browser without network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from pipeline import produce, settings
from pipeline.produce import Reported
from pipeline.server.conduct import Conduct
from tests.double import doubled
from tests.needed import path_of
from tests.players import CHROMIUM
from tests.proofs.stage import stage
from tests.studio import Studio

HOSTILE = (
    "</script><script>hit=1</script><img src=x onerror=hit=2><svg onload=hit=3>"
    '"><a href="javascript:hit=4">zebra</a> \u202eevil\u202c \u2066x {{ word }} \'"&amp;&lt;!--'
)
BOARD = """\
version: 1
title: "Film </title><script>hit=5</script>"
defaults: {model: test/quick, duration: 3}
cut: {frame_rate: 12}
vars: {word: walrus}
characters:
  ada: {name: Ada, description: a woman with a lamp}
shots:
  - id: sh010
    prompt: The quagga looks at the sea.
    camera: {shot_size: EWS, movement: dolly_in, speed: slow, lens_mm: 24}
  - id: sh020
    prompt: HOSTILE
    notes: "note: <b onclick=hit=6>vicuna</b>"
    dialogue: [{ada: "Hello </p><script>hit=7</script> \\u0645\\u0631\\u062d\\u0628\\u0627"}]
    in: 0.5
    out: 2.5
    transition: {type: dissolve, duration: 0.5}
  - {id: sh030, prompt: A bell.}
""".replace("HOSTILE", '"' + HOSTILE.replace('"', '\\"') + '"')  # fmt: skip
CHECK = """#!/bin/sh
echo '{"flags": [{"code": "odd", "message": "</li><script>hit=8</script> okapi"}]}'
"""


@dataclass
class Reading:
    """A page in a browser, with everything that it asked for and complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complained: list[str] = field(default_factory=list)

    def times(self, number: int) -> list[float]:
        """Where the films of the shot of that number are."""
        films = f"[...document.querySelectorAll('#shot-{number} .take video')]"
        found: list[float] = self.page.evaluate(f"{films}.map(one => one.currentTime)")
        return found

    def until(self, what: str) -> None:
        """Waits until something is so in the page, whose policy lets no library look for it again and again."""
        look = f"() => ({what}) ? done() : Date.now() > last ? fail(Error('never')) : requestAnimationFrame(look)"
        self.page.evaluate(
            f"() => new Promise((done, fail) => {{ const last = Date.now() + 20000, look = {look}; look() }})"
        )


@contextmanager
def shot(folder: Path) -> Iterator[Studio]:
    """The film with three takes of its first shot, of which one answers an older request, and one of its second."""
    check = folder / "look.sh"
    check.write_text(CHECK)
    check.chmod(0o755)
    known = settings.project_of(stage(folder, 1).board).models
    with doubled(folder / "double", Conduct(clips="tiny", generation_s=0), catalogue=known) as double:
        studio = Studio(folder, double)
        studio.write(BOARD + "checks: [{run: look.sh}]\n")
        studio.shoot(only=["sh010", "sh020"])
        studio.write(studio.file.read_text("utf-8").replace("looks at", "stares at"))
        studio.shoot(only=["sh010"])
        studio.shoot(only=["sh010"], again=True)
        yield studio


def reported(studio: Studio, **how: Any) -> Reported:
    return produce.report(studio.file, environ=studio.environ, **how)


@contextmanager
def browsing() -> Iterator[Browser]:
    with sync_playwright() as play:
        words = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        browser = play.chromium.launch(executable_path=str(path_of(CHROMIUM)), args=words)
        yield browser
        browser.close()


@contextmanager
def reading(browser: Browser, file: Path, **how: Any) -> Iterator[Reading]:
    """The page opened from the disk, without a network."""
    options = {"viewport": {"width": 1440, "height": 900}, "offline": True, "accept_downloads": True} | how
    context = browser.new_context(**options)
    found = Reading(context.new_page())
    found.page.on("request", lambda request: found.asked.append(request.url))
    found.page.on("console", lambda said: found.complained.append(said.text))
    found.page.on("pageerror", lambda error: found.complained.append(str(error)))
    found.page.on("dialog", lambda dialog: dialog.dismiss())
    found.page.goto(file.as_uri())
    yield found
    context.close()
