"""`storyreel preview` as a process, and pages of it in a real browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.needed import path_of
from tests.players import CHROMIUM

WAIT_MS = 30_000  # at most; nothing waits that long on a machine that is not at its limit
# As a browser is that somebody has clicked in before: a film plays with its sound.
_WORDS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview at work."""

    process: subprocess.Popen[str]
    address: str  # with its token

    @property
    def origin(self) -> str:
        """scheme://host:port"""
        return self.address.partition("/?")[0]

    @property
    def token(self) -> str:
        """What a page is opened with."""
        return self.address.partition("token=")[2]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code, once it was told to end."""
        self.process.send_signal(how)
        return self.process.wait(20)


@contextmanager
def previewing(file: Path, *words: str, environ: Mapping[str, str] = os.environ) -> Iterator[Preview]:
    """The preview of a storyboard."""
    command = [sys.executable, "-m", "pipeline.cli", "preview", str(file), "--port", "0", "--no-open", *words]
    home = str(Path(__file__).parent.parent)
    env = {**environ, "PYTHONPATH": home}
    with subprocess.Popen(command, cwd=file.parent, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield Preview(process, line.rpartition(" ")[2].strip())
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A Chromium."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(path_of(CHROMIUM)), args=_WORDS)
        yield browser
        browser.close()


@contextmanager
def looking(browser: Browser, preview: Preview, **how: Any) -> Iterator[Page]:
    """A page of a preview with every panel's picture in it. Fails for an error that its scripts raised."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, **how)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    # A picture or a stream that is given up is no error of the page; a policy that was broken is.
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(preview.address)
    until(page, "globalThis.storyreel?.state.title")
    yield page
    context.close()
    assert wrong == []


def cut_is_there(page: Page, wait_ms: float = WAIT_MS) -> None:
    """Wait until the player shows the newest cut."""
    until(page, _CUT_IS_THERE, wait_ms)


_CUT_IS_THERE = """(({state, player}) => {
  const fresh = state.cut && !state.work && [...state.panels.values()].every(
    panel => panel.kind !== 'shot' || state.cut.shots[panel.id]?.[0] === panel.key)
  return fresh && player.layers.active?.url === state.cut.url
})(storyreel)"""
# Not the browser's own waiting: that calls eval in the page, which its policy forbids.
_UNTIL = """async wait_ms => {
  const until = Date.now() + wait_ms
  let found
  while (!(found = (CONDITION))) {
    if (Date.now() > until) return null
    await new Promise(done => setTimeout(done, 10))
  }
  return found
}"""


def until(page: Page, condition: str, wait_ms: float = WAIT_MS) -> Any:
    """Wait until a condition, in JavaScript, holds; what it comes to."""
    found = page.evaluate(_UNTIL.replace("CONDITION", condition), wait_ms)
    assert found is not None, f"this never came: {condition}"
    return found
