"""The folder of a home enters; its take and how far its newest attempt has come leave. Nothing is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.errors import StoreError
from pipeline.store.files import examine, numbers_in
from pipeline.store.locks import is_held
from pipeline.store.places import Address
from pipeline.store.records import AttemptState, damaged, has_clip, read_attempt, read_take
from pipeline.take import Take


def folder_of(outputs: Path, relative: str) -> Path | None:
    """The folder at a path below the outputs folder; None where there is none, StoreError where a link leads there."""
    folder = outputs
    for name in relative.split("/"):
        folder /= name
        if examine(folder) is None:
            return None
    return folder


def read_home(folder: Path, address: Address) -> tuple[Take | None, AttemptState]:
    """The take, whether or not its clip is here, and the newest attempt."""
    take = read_take(folder, address)
    last = _last(folder, address)
    if take is None and last.outcome == "done":
        # A neighbour may have kept it between the two looks.
        take = read_take(folder, address)
        if take is None:
            raise damaged(folder / "take.json", f"it is missing, and attempt {last.number} ended with a take")
    if take is None or last.standing in ("none", "ended"):
        return take, last
    if take.prediction != last.prediction:
        raise damaged(folder / "take.json", f"it is of prediction {take.prediction}, attempt {last.number} of another")
    # take.json is what ends an attempt well; a process can die before it writes the end as well.
    return take, replace(last, standing="ended", outcome="done")


def read_with_lock(folder: Path, address: Address, lock: Path) -> tuple[Take | None, AttemptState, bool]:
    """As `read_home`, and whether an intent without an answer is that of a live neighbour."""
    while True:
        take, last = read_home(folder, address)
        if last.standing != "uncertain":
            return take, last, False
        if is_held(lock):
            return take, last, True
        # Who let the lock go before the look may have written after the read.
        if read_home(folder, address) == (take, last):
            return take, last, False


def kept_take(outputs: Path, address: Address) -> Take | None:
    """The take with its clip; None where either is not here."""
    try:
        folder = folder_of(outputs, address.home)
        take = read_take(folder, address) if folder else None
        return take if folder and take and has_clip(folder, take) else None
    except StoreError:
        # Previs is written without waiting for the disk, so a power cut may garble it; drawing it again costs nothing.
        if address.paid:
            raise
        return None


def unresolved_sibling(folder: Path, address: Address) -> tuple[int, AttemptState] | None:
    """Another take of the same request, by its number, whose attempt has not ended."""
    for number in numbers_in(folder.parent):
        if number != address.number:
            sibling = Address.of(f"{address.home.rpartition('/')[0]}/{number}")
            _, last = read_home(folder.parent / str(number), sibling)
            if last.standing in ("uncertain", "submitted"):
                return number, last
    return None


def _last(folder: Path, address: Address) -> AttemptState:
    shelf = folder / "attempts"
    states = [read_attempt(_plain(shelf / str(number)), address, number) for number in numbers_in(shelf)]
    # A process can die between the folder and the intent in it: nothing was sent, the number is free.
    if states and states[-1] is None:
        states.pop()
    if not states:
        return AttemptState()
    for number, state in enumerate(states, start=1):
        if state is None or state.number != number or (number < len(states) and state.standing != "ended"):
            raise damaged(shelf / str(number), "the attempt is missing or did not end, and a later one is there")
    last = states[-1]
    assert last is not None
    return last


def _plain(folder: Path) -> Path:
    examine(folder)
    return folder
