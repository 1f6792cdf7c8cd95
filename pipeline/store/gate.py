"""An intent asks to pass; it stands in the store with its money reserved, or hears how long to wait, or a refusal.

The caps on open jobs, on submissions a minute and on money hold over all processes: each looks and writes under one
lock. `gate.json` only spares counting: what the attempts themselves say is counted anew at the start of a run and
wherever the file is missing. It is written before the intent, so that a process that dies in between has reserved too
much and never too little.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pipeline.errors import OverBudget, StoreError
from pipeline.store.files import make_folder, read, rotate, sweep
from pipeline.store.home import Attempt, Home
from pipeline.store.locks import waiting_for
from pipeline.store.places import Address, shelf
from pipeline.store.purse import NOTHING, Purse
from pipeline.store.rates import Limits, Rates
from pipeline.store.reading import folder_of, read_home
from pipeline.store.records import Intent, gate_record, read_gate
from pipeline.store.spending import attempts_on


@dataclass(frozen=True, slots=True)
class Wish:
    """An attempt that somebody wants to begin."""

    home: Home
    intent: Intent
    longest_s: float  # seconds that the job may be open

    @property
    def price_usd(self) -> Decimal:
        """US dollars to be reserved."""
        return self.intent.price_usd or NOTHING


@dataclass(frozen=True, slots=True)
class _State:
    rates: Rates
    spent: Mapping[str, Decimal] = field(default_factory=dict)  # US dollars by storyboard


class Gate:
    """The way to one origin, for one run. What it tells and writes is shared with all other processes."""

    def __init__(self, outputs: Path, origin: str, clock: Callable[[], datetime], limits: Limits, purse: Purse) -> None:
        self._outputs, self._shelf, self._clock = outputs, shelf(origin), clock
        self._limits, self._purse = limits, purse
        self._file = outputs / self._shelf / "gate.json"
        self._turn = threading.Lock()
        self._written: tuple[bytes, _State] | None = None  # what this process wrote last
        self._own: set[str] = set()  # jobs that this process began, and of which it will tell when they end
        self.run_usd = NOTHING  # that this run has reserved, less what was turned away

    def count(self, longest_s: Callable[[str], float]) -> Mapping[str, Decimal]:
        """US dollars spent so far by storyboard: every attempt of the store is counted anew.

        `longest_s` tells how many seconds a job of a model may be open.
        """
        with self._locked():
            now = self._now()
            sweep(self._file.parent)
            opened: dict[str, float] = {}
            spent: dict[str, Decimal] = {}
            posts: list[float] = []
            for one in attempts_on(self._outputs, self._shelf):
                intent, begun = one.state.intent, one.state.begun
                if intent is None or begun is None:
                    continue
                at = min(begun.timestamp(), now)  # later only where a clock was set back since
                posts.append(at)
                spent[intent.storyboard] = spent.get(intent.storyboard, NOTHING) + one.usd
                if one.unresolved:
                    opened[one.home] = at + longest_s(str(intent.request.get("model", "")))
            found = read_gate(read(self._file))
            rates = found[0] if found else Rates(tuple(sorted(posts)))
            self._write(_State(replace(rates.at(now), open=opened).ended(frozenset(), now), spent))
        return spent

    def begin(self, home: Home, intent: Intent, longest_s: float) -> Attempt | float:
        """The attempt, its intent on the disk; or the seconds until this is worth asking again.

        Raises OverBudget where the money does not suffice, StoreError where that could buy twice.
        """
        answers, wait_s = self.begin_each((Wish(home, intent, longest_s),))
        if answers and isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0] if answers else wait_s  # type: ignore[return-value]

    def begin_each(
        self,
        wishes: Iterable[Wish],
        over: Iterable[Home] = (),
        told: Callable[[Attempt | Exception], object] = lambda _: None,
    ) -> tuple[list[Attempt | Exception], float]:
        """What the first of the wishes come to, as `begin` returns or raises it, and how long the others have to wait.

        All of that is one look and one page. The homes in `over` are of jobs that are no longer open, as `ended` tells.
        `told` hears of each, in this order, as soon as it is on the disk.
        """
        left = self._left(over)
        with self._locked():
            now = self._now()
            before = state = self._seen(now)
            if left:
                state = replace(state, rates=state.rates.ended(left, now))
            opened = state.rates.open  # before anything of this was reserved
            answers: list[Wish | OverBudget] = []
            wait_s = 0.0
            for wish in wishes:
                refusal = self._purse.refusal(wish.price_usd, self.run_usd, state.spent)
                if not refusal:
                    state, wait_s = self._waited(state, now)
                    if wait_s:
                        break
                    state = self._reserved(state, wish, now)
                answers.append(refusal or wish)
            if state is not before:
                self._write(state)
            return self._begun(state, answers, opened, told), wait_s

    def _waited(self, state: _State, now: float) -> tuple[_State, float]:
        wait_s = state.rates.wait_s(now, self._limits)
        if wait_s and state.rates.full(now, self._limits):
            state = self._looked_after(state)
            wait_s = state.rates.wait_s(now, self._limits)
        return state, wait_s

    def _reserved(self, state: _State, wish: Wish, now: float) -> _State:
        board = wish.intent.storyboard
        self.run_usd += wish.price_usd
        self._own.add(wish.home.name)
        return _State(
            state.rates.sending(now).begun(wish.home.name, now + wish.longest_s),
            {**state.spent, board: state.spent.get(board, NOTHING) + wish.price_usd},
        )

    def _given_back(self, state: _State, wish: Wish, opened: Mapping[str, float]) -> _State:
        job, board = wish.home.name, wish.intent.storyboard
        self.run_usd -= wish.price_usd
        self._own.discard(job)
        others = {other: until for other, until in state.rates.open.items() if other != job}
        as_before = {job: opened[job]} if job in opened else {}
        posts = state.rates.posts[:-1]  # the moment is the same for all that pass together
        rates = replace(state.rates, posts=posts, open={**others, **as_before})
        return _State(rates, {**state.spent, board: state.spent[board] - wish.price_usd})

    def _begun(
        self,
        state: _State,
        answers: list[Wish | OverBudget],
        opened: Mapping[str, float],
        told: Callable[[Attempt | Exception], object],
    ) -> list[Attempt | Exception]:
        """The attempts that are begun; what was reserved for those that can't be is given back."""
        found: list[Attempt | Exception] = []
        for answer in answers:
            if isinstance(answer, OverBudget):
                found.append(answer)
            else:
                try:
                    found.append(answer.home.begin(answer.intent))
                except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
                    state = self._given_back(state, answer, opened)
                    self._write(state)
                    found.append(error)
            told(found[-1])
        return found

    def again(self) -> float:
        """0 where what the API turned away by rule may be sent once more now, else the seconds to wait."""
        with self._locked():
            now = self._now()
            state = self._seen(now)
            rates = replace(state.rates, open={})  # it has its place among the open ones already
            wait_s = rates.wait_s(now, self._limits)
            if not wait_s:
                self._write(replace(state, rates=state.rates.sending(now)))
        return wait_s

    @property
    def calm(self) -> bool:
        """Whether, as far as this process has seen, nothing was turned away lately: so nothing is to be opened."""
        rates = self._written[1].rates if self._written else None
        return rates is not None and not rates.refusals and not rates.gap_s

    def accepted(self) -> None:
        """The API took a submission."""
        with self._locked():
            state = self._read()
            if state.rates.accepted() != state.rates:
                self._write(replace(state, rates=state.rates.accepted()))

    def closed(self, asked_s: float | None) -> None:
        """The API said "too many requests"; nobody sends anything until `asked_s` seconds are over."""
        with self._locked():
            state = self._read()
            self._write(replace(state, rates=state.rates.refused(self._now(), asked_s, self._limits)))

    def ended(self, *homes: Home) -> None:
        """Jobs that are no longer open."""
        left = self._left(homes)
        with self._locked():
            state = self._read()
            self._write(replace(state, rates=state.rates.ended(left, self._now())))

    def _left(self, homes: Iterable[Home]) -> frozenset[str]:
        left = frozenset(home.name for home in homes)
        self._own -= left
        return left

    def turned_away(self, home: Home, attempt: Attempt, code: int, message: str) -> None:
        """Ends an attempt that the API took no request for, and gives back what was reserved for it.

        Both under the lock: who counts in between would find it given back already, and it would be so twice.
        """
        with self._locked():
            state = self._read()
            attempt.end("turned_away", code, message)
            self._own.discard(home.name)
            board, price = self._purse.storyboard, attempt.price_usd or NOTHING
            spent = {**state.spent, board: max(NOTHING, state.spent.get(board, NOTHING) - price)}
            self.run_usd -= price
            self._write(_State(state.rates.ended(frozenset({home.name}), self._now()), spent))

    def _looked_after(self, state: _State) -> _State:
        """Without the jobs that dead processes left as open and that have ended, or never began."""
        over = frozenset(job for job in state.rates.open if job not in self._own and not self._runs(job))
        return replace(state, rates=state.rates.ended(over, self._now())) if over else state

    def _runs(self, job: str) -> bool:
        address = Address.of(job)
        folder = folder_of(self._outputs, job)
        return folder is not None and read_home(folder, address)[1].standing in ("uncertain", "submitted")

    def _seen(self, now: float) -> _State:
        """The state at this moment. Where a clock was set back, that is written down: it is so only once."""
        found = self._read()
        state = replace(found, rates=found.rates.at(now))
        if state.rates.posts[-1:] != found.rates.posts[-1:] or state.rates.closed_until != found.rates.closed_until:
            self._write(state)
        return state

    def _read(self) -> _State:
        content = read(self._file)
        if self._written and self._written[0] == content:
            return self._written[1]  # nobody else has been here: to read it is quicker than to understand it
        found = read_gate(content)
        if found is None:
            raise StoreError(f"{self._file}: it is gone or damaged", hint="run the command again: it is made anew")
        return _State(*found)

    def _write(self, state: _State) -> None:
        content = gate_record(self._clock(), state.rates, state.spent)
        rotate(self._file, content)
        self._written = content, state

    def _now(self) -> float:
        return self._clock().timestamp()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._turn:
            make_folder(self._file.parent, durable=True)
            with waiting_for(self._file.with_suffix(".lock")):
                yield
