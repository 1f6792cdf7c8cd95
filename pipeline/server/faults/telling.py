"""What is told of a prediction, and its faults, become what is told of it instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeline.server.faults.fate import Fate

_Data = dict[str, Any]
_WORDS = ("queued", "warming_up", "postprocessing", "", "COMPLETING")  # statuses that the API may have tomorrow
_NULL_WHILE_EMPTY = ("error", "code", "timings", "urls", "outputs", "has_nsfw_contents")


def is_found(fates: Iterable[Fate]) -> bool:
    """Whether a GET of the prediction finds it on this occasion."""
    return not any(fate.kind == "late_404" and fate.shows() for fate in fates)


def told(fates: Iterable[Fate], data: _Data) -> _Data:
    """`data` of the answer to a GET of the prediction, as it is told on this occasion."""
    for fate in fates:
        if fate.kind in _STATUS:
            data = _STATUS[fate.kind](fate, data)
    return shaped(fates, data)


def shaped(fates: Iterable[Fate], data: _Data) -> _Data:
    """`data` wherever it is told, in the form that the faults give it."""
    for fate in fates:
        if fate.kind in _FORM and fate.shows():
            data = _FORM[fate.kind](data)
    return data


def _flapping(fate: Fate, data: _Data) -> _Data:
    if not fate.shows() or fate.seen % 3 == 0:
        return data
    return {**data, "status": "completed" if fate.seen % 3 == 1 else "processing", "outputs": []}


def _unknown(fate: Fate, data: _Data) -> _Data:
    return {**data, "status": fate.choose.choice(_WORDS), "outputs": []} if fate.shows() else data


def _empty(fate: Fate, data: _Data) -> _Data:
    return {**data, "outputs": []} if data["status"] == "completed" and fate.shows() else data


def _objects(data: _Data) -> _Data:
    return {**data, "outputs": [{"type": "video", "url": address} for address in data["outputs"] or ()]}


def _nanoseconds(data: _Data) -> _Data:
    whole, _, rest = data["created_at"].rstrip("Z").partition(".")
    return {**data, "created_at": f"{whole}.{(rest + '268264001')[:9]}Z"}


def _nulls(data: _Data) -> _Data:
    done = data["status"] == "completed"
    nothing = {name: None for name in _NULL_WHILE_EMPTY if not (done and name == "outputs") and not data.get("error")}
    return {**data, **nothing}


_STATUS: Mapping[str, Callable[[Fate, _Data], _Data]] = {
    "flapping": _flapping,
    "unknown_status": _unknown,
    "empty_outputs": _empty,
}
_FORM: Mapping[str, Callable[[_Data], _Data]] = {
    "object_outputs": _objects,
    "nanosecond_times": _nanoseconds,
    "null_fields": _nulls,
}
KINDS_TOLD = frozenset({"late_404", *_STATUS, *_FORM})
