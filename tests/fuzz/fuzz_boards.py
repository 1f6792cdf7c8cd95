"""`python tests/fuzz/fuzz_boards.py --minutes 10`: boards with mistakes made at random are read, checked and planned.

The boards of tests/storyboards, tests/golden and storyboards/, with their bibles, tables and prompt files, are changed
byte by byte, line by line, word by word and block by block. A traceback, more than a second of processor time and more
than its share of memory are findings: each is saved in a folder, with what happened, and the run exits with 1.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from pipeline import catalog, check, plan, storyboard, templates
from pipeline.errors import BadInput, MediaError, describe
from pipeline.take import StoreView
from tests.boards import ORIGIN, facts
from tests.fuzz.mutations import Files, mutated

ROOT = Path(__file__).parent.parent.parent
MOST_S = 1.0  # seconds of processor time of one run
MOST_BYTES = 600 << 20  # of memory beside what the process begins with
PATIENCE_S = 30  # seconds after which a run that says nothing is ended
PLANNED = 2_000  # slots above which a plan is not made: it takes its time
BOARD = "film.yaml"
_STATM = Path("/proc/self/statm")  # memory of this process, where the system says it


def corpus() -> list[Files]:
    """The files of each board there is, its own first."""
    cases = ROOT / "tests" / "storyboards"
    companions = _texts(cases / "companions")
    boards = [*cases.glob("*/*.yaml"), *(ROOT / "tests" / "golden").glob("*/*.yaml")]
    found = [{BOARD: file.read_bytes(), **companions} for file in sorted(boards) if "companions" not in file.parts]
    examples = sorted((ROOT / "storyboards").glob("*.yaml"))
    return found + [{BOARD: file.read_bytes(), **_texts(file.with_suffix(""), file.stem)} for file in examples]


def _texts(folder: Path, under: str = "") -> Files:
    suffixes = {".yaml", ".csv", ".jsonl", ".txt", ".md"}
    files = (file for file in sorted(folder.rglob("*")) if file.suffix in suffixes)
    return {(Path(under) / file.relative_to(folder)).as_posix(): file.read_bytes() for file in files}


def walk(files: Files) -> float:
    """Read, check, describe and plan a board; the seconds of processor time until it was checked."""
    templates.parsing.parse.cache_clear()
    began = time.process_time()
    checked = _checked(files)
    taken_s = time.process_time() - began
    if checked and checked.compositions and len(checked.compositions.variants) * len(checked.board.entries) < PLANNED:
        plan.expand(checked.compositions, facts(checked.board), lambda _: StoreView(ORIGIN))
    return taken_s


def _checked(files: Files) -> check.Checked | None:
    def near(name: str) -> bytes:
        if name not in files:
            raise MediaError(name, "there is no such file")
        return files[name]

    try:
        parsed = storyboard.parse(BOARD, lambda _: files[BOARD], near)
    except BadInput as bad:
        _say(bad.problems)
        return None
    if parsed.board is None:
        _say(parsed.problems)
        return None
    found = check.check(parsed.board, facts(parsed.board), {}, parsed.problems, catalog.models())
    _say(found.problems)
    return found


def _say(problems: tuple[object, ...]) -> None:
    for problem in problems:
        assert isinstance(problem, check.Problem)
        text, place = describe(problem), problem.place
        assert text.isprintable() or "\n" in text
        assert len(text) < 2_000, "a problem is told at length"
        assert min(place.line, place.column, place.length - 1) >= 0
    assert not problems or len(problems) < 600, "a board has problems without end"


def verdict(files: Files) -> str:
    """What is wrong with how a board is taken; "" for nothing."""
    try:
        taken_s = walk(files)
        if taken_s > MOST_S:
            taken_s = min(taken_s, walk(files))
    except MemoryError:
        return "too much memory\n" + traceback.format_exc(limit=-12)
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        return traceback.format_exc(limit=-12)
    return f"{taken_s:.2f} s of processor time" if taken_s > MOST_S else ""


def _work(pipe: Connection) -> None:
    """Answer each set of files that comes in with its verdict, in a process that may not grow."""
    walk({BOARD: b"version: 1\ntitle: T\nshots: [{id: a, prompt: b}]\n"})
    used = (
        int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if sys.platform == "linux" else 0
    )
    if used:
        resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, resource.RLIM_INFINITY))
    while files := pipe.recv():
        pipe.send(verdict(files))


class Worker:
    """A process that takes boards, ended and begun anew when it hangs or dies."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def verdict(self, files: Files) -> str:
        self.pipe.send(files)
        try:
            if self.pipe.poll(PATIENCE_S):
                return str(self.pipe.recv())
            what = f"no answer within {PATIENCE_S} s"
        except EOFError:
            what = "the process died"
        self.process.kill()
        self.process.join()
        self._begin()
        return what

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def save(folder: Path, files: Files, what: str) -> Path:
    """Write a finding down."""
    name = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
    for file, data in files.items():
        target = folder / name / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (folder / name / "WHAT").write_text(what, encoding="utf-8")
    return folder / name


def _is_read(files: Files) -> bool:
    """Whether so much of a board can be read that most of the code has something to look at."""
    found = _checked(files)
    return found is not None and len(found.errors) < 3


def boards(seed: int) -> Iterator[Files]:
    """Boards with mistakes, without end; the same ones for the same seed."""
    chance, known = random.Random(seed), corpus()
    good = [files for files in known if _is_read(files)]
    while True:
        yield mutated(chance.choice(good if chance.random() < 0.8 else known), chance.choice(known), chance)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()) / "storyreel-fuzz")
    asked = parser.parse_args()
    worker, kinds, runs, began = Worker(), dict[str, Path](), 0, time.monotonic()
    for files in boards(asked.seed):
        runs += 1
        what = worker.verdict(files)
        kind = what.strip().rpartition("\n")[2][:60] if "Traceback" in what else what[:12]
        if what and kind not in kinds:
            kinds[kind] = save(asked.found, files, what)
            print(f"{kinds[kind]}\n{what}", flush=True)
        if time.monotonic() - began > asked.minutes * 60:
            break
    worker.end()
    print(f"{runs:,} boards in {time.monotonic() - began:.0f} s from seed {asked.seed}: {len(kinds)} kinds of findings")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
