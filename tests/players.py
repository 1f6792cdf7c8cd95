"""What a real browser, mediainfo and mkvmerge make of a film."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import sync_playwright

from tests.needed import Tool, path_of

CHROMIUM = Tool("chromium", "STORYREEL_CHROMIUM", "apt-get install chromium")
MEDIAINFO = Tool("mediainfo", "STORYREEL_MEDIAINFO", "apt-get install mediainfo")
MKVMERGE = Tool("mkvmerge", "STORYREEL_MKVMERGE", "apt-get install mkvtoolnix")
PAGE = b"<!doctype html><video id=film muted preload=auto src=/film.mp4></video>"
# Seeks forward and back, then plays from the start to the end; times are those of the frames that were shown.
WATCH = """async (places) => {
  const film = document.getElementById('film'), errors = [], shown = [], seeks = []
  film.addEventListener('error', () => errors.push(film.error.message))
  await new Promise(done => {
    if (film.readyState >= 2) done()
    film.addEventListener('canplay', done); film.addEventListener('error', done)
  })
  const frame = (_, what) => { shown.push(what.mediaTime); film.requestVideoFrameCallback(frame) }
  film.requestVideoFrameCallback(frame)
  const seek = at => new Promise(done => {
    film.addEventListener('seeked', () => done(film.currentTime), {once: true})
    film.addEventListener('error', () => done(-1), {once: true})
    film.currentTime = at
  })
  for (const place of places) seeks.push(await seek(place * film.duration) / film.duration)
  await seek(0)
  shown.length = 0
  await new Promise(done => {
    film.addEventListener('ended', done); film.addEventListener('error', done)
    film.play()
  })
  const quality = film.getVideoPlaybackQuality()
  return {ended: film.ended, errors, seeks, shown, duration: film.duration, corrupted: quality.corruptedVideoFrames}
}"""


def watched(film: Path, places: list[float]) -> dict[str, Any]:
    """What Chromium tells of seeking to these places (shares of the length), and of playing all of it."""
    with _served(film.read_bytes()) as address, sync_playwright() as play:
        words = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = play.chromium.launch(executable_path=str(path_of(CHROMIUM)), args=words)
        page = browser.new_page()
        page.goto(address)
        told: dict[str, Any] = page.evaluate(WATCH, places)
        browser.close()
    return told


def media_info(film: Path) -> dict[str, dict[str, str]]:
    """What mediainfo says of each track, by its kind."""
    done = subprocess.run([path_of(MEDIAINFO), "--Output=JSON", film], capture_output=True, text=True, check=True)
    return {track["@type"]: track for track in json.loads(done.stdout)["media"]["track"]}


def identified(film: Path) -> dict[str, Any]:
    """What mkvmerge says of the film."""
    told: dict[str, Any] = json.loads(
        subprocess.run([path_of(MKVMERGE), "-J", film], capture_output=True, text=True, check=True).stdout
    )
    return told


class _Film(BaseHTTPRequestHandler):
    """The page, and the film in whatever ranges are asked for: without them no browser seeks."""

    def __init__(self, film: bytes, *words: Any) -> None:
        self.film = film
        super().__init__(*words)

    def do_GET(self) -> None:
        if self.path != "/film.mp4":
            return self._answer(200, "text/html", PAGE)
        first, _, last = self.headers.get("Range", "bytes=0-").partition("=")[2].partition("-")
        part = self.film[int(first) : int(last) + 1 if last else None]
        place = f"bytes {first}-{int(first) + len(part) - 1}/{len(self.film)}"
        return self._answer(206, "video/mp4", part, place)

    def _answer(self, status: int, sort: str, content: bytes, place: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", sort)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Accept-Ranges", "bytes")
        if place:
            self.send_header("Content-Range", place)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # a browser that seeks drops what it asked for before

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _served(film: bytes) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Film, film))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
