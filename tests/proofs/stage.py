"""A project in a folder of its own, whose clips are small and soon there, and `shoot` on it as a process."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import schema
from tests.double import KEY, ROOT

SHOOTER = Path(__file__).with_name("shooter.py")
MODEL = "test/quick"
_SEEDANCE = "models/bytedance/seedance-2.0-mini/text-to-video-turbo.json"


@dataclass(frozen=True, slots=True)
class Stage:
    """A project with one board, and the double that it buys from."""

    folder: Path
    board: Path
    origin: str = ""
    mark: str = field(default_factory=lambda: secrets.token_hex(8))  # in the environment of every process of this stage

    @property
    def cut(self) -> Path:
        """The film."""
        return self.folder / "outputs" / self.board.stem / "main" / "cut.mp4"

    @property
    def environ(self) -> dict[str, str]:
        """What its processes see."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")}
        own = {
            "WAVESPEED_BASE_URL": self.origin,
            "WAVESPEED_API_KEY": KEY,
            "NO_PROXY": "*",
            "STORYREEL_MARK": self.mark,
        }
        return {**kept, **own, "PYTHONPATH": str(ROOT)}

    def start(self, *options: str) -> subprocess.Popen[str]:
        """`shoot` in a hurry, at work."""
        command = [sys.executable, str(SHOOTER), str(self.board), *options]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def shoot(self, *options: str, timeout_s: float = 120) -> tuple[int, str]:
        """The exit code of `shoot`, and what it complained of."""
        with self.start(*options) as process:
            _, said = process.communicate(timeout=timeout_s)
        return process.returncode, said

    def settle(self, said: str) -> int:
        """Do as `shoot` says where it is uncertain of shots that were never accepted; how many there were."""
        lines = re.findall(r"storyreel (status \S+ --settle [0-9a-f]+ --abandon)", said)
        for line in lines:
            command = [sys.executable, "-m", "pipeline.cli", *line.split()]
            done = subprocess.run(command, cwd=self.folder, env=self.environ, capture_output=True, text=True)
            assert done.returncode in (0, 1, 4), done.stderr
        return len(lines)

    def left_behind(self) -> list[int]:
        """Processes of this stage that still run."""
        return [pid for pid in _processes() if self.mark.encode() in _environment(pid)]


def stage(
    folder: Path,
    shots: int,
    *,
    origin: str = "",
    concurrency: int = 8,
    extra: str = "",
    seconds: int = 1,
    longest_s: int = 30,
    usual_s: int = 1,
) -> Stage:
    """A project of that many shots, each a job of its own, of a second."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "storyreel.yaml").write_text(f"tier: gold\nconcurrency: {concurrency}\n")
    data = json.loads(json.dumps(schema.load(_SEEDANCE)))
    data["id"] = MODEL
    data["request"]["properties"]["duration"] |= {"minimum": 1, "default": 1}
    for sizes in data["output"]["sizes"].values():
        sizes |= {ratio: [160, 90] for ratio in sizes}
    data["timing"] |= {"usual_s": usual_s, "longest_s": longest_s}
    file = folder / "models" / f"{MODEL}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data))
    board = folder / "film.yaml"
    rows = "".join(
        f"  - {{id: s{number:04}, prompt: Picture {number} of the proof.}}\n" for number in range(1, shots + 1)
    )
    defaults = f"{{model: {MODEL}, duration: {seconds}, aspect_ratio: '16:9', resolution: 720p}}"
    head = f"version: 1\ntitle: Proof\ndefaults: {defaults}\n"
    board.write_text(f"{head}{extra}shots:\n{rows}")
    return Stage(folder, board, origin)


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _environment(pid: int) -> bytes:
    try:
        if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return b""
        return (Path("/proc") / str(pid) / "environ").read_bytes()
    except OSError:
        return b""
