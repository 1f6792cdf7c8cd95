"""What the stages tell becomes a live picture on a terminal, and plain lines elsewhere; all of it on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from pipeline.cli import show
from pipeline.cli.events import tell_line
from pipeline.errors import one_line
from pipeline.produce import Copying, Cutting, Event, FinishedCut, Offer, Tell
from pipeline.runner import State, Step
from pipeline.sync import Moving

_WORDS: dict[State, str] = {
    "waiting": "waits",
    "sending": "is being submitted",
    "accepted": "is being made",
    "making": "is being made",
    "fetching": "is being fetched",
    "kept": "ready",
    "failed": "FAILED",
    "held": "HELD",
}
# Beside shots that are bought it must not read as if a take had come.
_OF_PREVIS: dict[State, str] = {"making": "previs is being drawn", "kept": "previs is drawn"}
_STYLES: dict[State, str] = {
    "waiting": "dim",
    "sending": "cyan",
    "accepted": "cyan",
    "making": "cyan",
    "fetching": "cyan",
    "kept": "green",
    "failed": "bold red",
    "held": "bold yellow",
}
_OVER = ("kept", "failed", "held")
_NAME = 16  # columns for the name of a shot, at least
_MOST_ROWS = 24  # shots shown one by one; of more, those that are being made or failed


@dataclass(frozen=True, slots=True)
class Shown:
    """Where progress is shown."""

    tell: Tell  # what to tell each event to
    pause: Callable[[], object] = lambda: None  # clears the picture; the next event brings it back


@contextmanager
def progress(*, quiet: bool, as_json: bool = False) -> Iterator[Shown]:
    """Where events go: `as_json` lines of JSON; else nothing is shown when `quiet`."""
    console = Console(stderr=True)
    if as_json:
        yield Shown(tell_line)
    elif quiet:
        yield Shown(lambda _: None)
    elif console.is_terminal:
        picture = _Picture(console)
        try:
            yield Shown(picture.tell, picture.stop)
        finally:
            picture.stop()
    else:

        def say(text: str) -> None:
            console.print(Text(text), soft_wrap=True)

        yield Shown(Lines(say, time.monotonic).tell)


class _Picture:
    """A row a shot with its state, below it a bar with the time left."""

    def __init__(self, console: Console) -> None:
        state = TextColumn("{task.fields[state]}")
        # A long reason would take the room of the names.
        name = TextColumn("{task.description}", table_column=Column(min_width=_NAME, no_wrap=True))
        self.shots = Progress(SpinnerColumn(finished_text=" "), name, state)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.sums = Progress(*columns)
        self.live = Live(Group(self.shots, self.sums), console=console, refresh_per_second=8, transient=True)
        self.rows: dict[str, TaskID] = {}
        self.sum_rows: dict[str, TaskID] = {}

    def stop(self) -> None:
        self.live.stop()

    def tell(self, event: Event) -> None:
        if isinstance(event, Offer | FinishedCut):
            return  # the command itself shows them
        if not self.live.is_started:
            self.live.start()
        if isinstance(event, Cutting | Copying):
            name = f"cut {event.variant}" if isinstance(event, Cutting) else "small films"
            self._sum(name, event.done, event.total)
            return
        if isinstance(event, Moving):
            self._moving(event)
            return
        if event.key not in self.rows:
            name = Text(one_line(_name(event))).markup
            self.rows[event.key] = self.shots.add_task(name, total=1, state="")
        finished = event.state in _OVER
        style, words = _STYLES[event.state], Text(show.harmless(one_line(_said(event)))).markup
        row = self.rows[event.key]
        shown = len(self.rows) <= _MOST_ROWS or event.state not in ("waiting", "kept")
        self.shots.update(row, completed=int(finished), state=f"[{style}]{words}[/]", visible=shown)
        done = sum(1 for task in self.shots.tasks if task.finished)
        self._sum("clips", done, len(self.rows))

    def _moving(self, event: Moving) -> None:
        key = f"{event.way} {event.spot.folder}"
        if key not in self.rows:
            self.rows[key] = self.shots.add_task(Text(one_line(_moved(event))).markup, total=1, state="")
        over = event.state != "begun"
        style = "bold red" if event.state == "failed" else "green" if over else "cyan"
        words = Text(show.harmless(one_line(_moving_words(event)))).markup
        self.shots.update(self.rows[key], completed=int(over), state=f"[{style}]{words}[/]", visible=not over)

    def _sum(self, name: str, done: int, total: int) -> None:
        if name not in self.sum_rows:
            self.sum_rows[name] = self.sums.add_task(name, total=total)
        self.sums.update(self.sum_rows[name], completed=done, total=total)


class Lines:
    """A line when something begins or ends."""

    def __init__(self, say: Callable[[str], object], clock: Callable[[], float]) -> None:
        self.say = say
        self.clock = clock
        self.begun_s = clock()
        self.states: dict[str, State] = {}
        self.said: dict[str, str] = {}
        self.quarter: dict[str, int] = {}

    def tell(self, event: Event) -> None:
        """Say what an event is worth a line."""
        if isinstance(event, Offer | FinishedCut):
            return  # the command itself shows them
        if isinstance(event, Cutting | Copying):
            self._cutting(event)
            return
        if isinstance(event, Moving):
            self._print(f"{_moved(event)}: {_moving_words(event)}")
            return
        self.states[event.key] = event.state
        said = _said(event)
        if event.state != "waiting" and self.said.get(event.key) != said:
            left = self._left() if event.state == "kept" else ""
            self._print(f"{_name(event)}: {said}{left}")
        self.said[event.key] = said

    def _cutting(self, event: Cutting | Copying) -> None:
        name, what = (f"cut {event.variant}", "frames") if isinstance(event, Cutting) else ("page", "films copied")
        quarter = 4 * event.done // max(1, event.total)
        if quarter > self.quarter.get(name, -1):
            self.quarter[name] = quarter
            self._print(f"{name}: {event.done} of {event.total} {what}")

    def _left(self) -> str:
        done = sum(1 for state in self.states.values() if state in _OVER)
        each_s = (self.clock() - self.begun_s) / max(1, done)
        left = len(self.states) - done
        return f" ({done} of {len(self.states)}" + (f", about {each_s * left:.0f} s left)" if left else ")")

    def _print(self, text: str) -> None:
        self.say(show.harmless(one_line(text)))


def _name(event: Step) -> str:
    return show.named(event.shot, event.variant)


def _moved(event: Moving) -> str:
    return event.shot or event.spot.short


def _moving_words(event: Moving) -> str:
    size = f" ({event.size_bytes / 1e6:,.1f} MB)" if event.size_bytes else ""
    if event.way == "push":
        words = {"begun": f"is being pushed{size}", "done": "pushed", "failed": "NOT PUSHED"}
    else:
        words = {"begun": f"is being fetched from the team's store{size}", "done": "fetched", "failed": "NOT FETCHED"}
    return words[event.state] + (f": {event.message}" if event.message else "")


def _said(event: Step) -> str:
    if event.key.startswith("previs:") and event.state in _OF_PREVIS:
        return _OF_PREVIS[event.state]
    return _WORDS[event.state] + (f": {event.message}" if event.message else "")
