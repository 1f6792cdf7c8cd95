"""How long a change takes from the disk to the eye: a save, and the new picture in Chromium; its clip; the cut.

    python tests/bench/bench_preview.py [edits] [--hurry] [--board FILE]

A board is previewed as it is by users: a process of its own, a page in a headless Chromium of 1440 x 900. Then a word
of one shot after another is changed in the file. Milliseconds count from just before the file is written to the first
frame that the browser draws with the new picture in the panel, and with the new clip in the player, which stands on
the shot. Each change waits until the cut of the one before is there; with --hurry it does not, and comes while whole
clips are still being drawn behind. What the machine does beside shows in the slowest ones.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import Page

from tests.previews import browsing, cut_is_there, looking, previewing

_PATIENCE_MS = 300_000  # of whom waits for a whole cut
ROOT = Path(__file__).parents[2]
# Milliseconds of the clock at which both were drawn. Two frames: what a frame's callback finds is drawn after it.
SEEN = """([shot, before]) => new Promise(done => {
  const seen = {}, stop = Date.now() + 30000
  const look = () => {
    const {state, player} = storyreel, panel = state.panels.get(shot)
    const image = document.querySelector(`#panel-${shot} img.drawn`)
    if (panel.key !== before) {
      if (!seen.picture && image.dataset.shown === panel.picture && image.complete) seen.picture = Date.now()
      const url = player.layers.active?.url
      const cut = url === state.cut.url && state.cut.shots[shot][0] === panel.key
      if (!seen.clip && (cut || url === panel.clip)) seen.clip = Date.now()
    }
    if (seen.picture && seen.clip) requestAnimationFrame(() => done(seen))
    else if (Date.now() > stop) done({})
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})"""


def edited(text: str, shot: str, number: int) -> str:
    """The board with other words in the shot."""
    return re.sub(rf"(id: {shot}\n\s+prompt: [\"']?)", rf"\g<1>Again {number}, ", text, count=1)


def measure(page: Page, file: Path, text: str, shot: str, number: int) -> tuple[float, float]:
    """Milliseconds to the picture, and to the clip."""
    before = page.evaluate(
        """shot => {
        const {player, state} = storyreel, panel = state.panels.get(shot)
        player.seek(panel.start + Math.floor(panel.length / 2))
        document.getElementById(`panel-${shot}`).scrollIntoView()
        return panel.key
    }""",
        shot,
    )
    page.evaluate("([one, key]) => { globalThis.seen = (" + SEEN + ")([one, key]) }", [shot, before])
    began = time.time() * 1000
    beside = file.with_suffix(".new")
    beside.write_text(edited(text, shot, number), encoding="utf-8")
    beside.replace(file)  # as editors save
    seen = page.evaluate("seen")
    return seen["picture"] - began, seen["clip"] - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("edits", type=int, nargs="?", default=50)
    parser.add_argument("--board", type=Path, default=ROOT / "storyboards" / "lighthouse.yaml")
    parser.add_argument("--hurry", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "project")
        shutil.copytree(arguments.board.parent, home, ignore=shutil.ignore_patterns("outputs"))
        file = home / arguments.board.name
        text = file.read_text(encoding="utf-8")
        shots = re.findall(r"id: (\w+)\n\s+prompt: ", text)
        with previewing(file) as preview, browsing() as browser, looking(browser, preview) as page:
            cut_is_there(page, _PATIENCE_MS)
            found = []
            for number in range(arguments.edits):
                if not arguments.hurry:
                    cut_is_there(page, _PATIENCE_MS)
                found.append(measure(page, file, text, shots[number % len(shots)], number))
                print(f"{number + 1:3}  {found[-1][0]:5.0f} ms  {found[-1][1]:5.0f} ms", flush=True)
            began = time.time()
            cut_is_there(page, _PATIENCE_MS)
            print(f"the cut: {time.time() - began:.1f} s after the last clip")
    for name, values in (("picture", [one for one, _ in found]), ("clip", [two for _, two in found])):
        median, slow = statistics.median(values), sorted(values)[int(len(values) * 0.9)]
        rest = f"9 of 10 within {slow:.0f} ms, slowest {max(values):.0f} ms"
        print(f"from save to {name}: median {median:.0f} ms, {rest}")


if __name__ == "__main__":
    main()
