"""Two states of a page enter; what differs leaves, so that a page draws anew only that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

State = Mapping[str, Any]  # plain JSON; "panels" is a mapping by id, in the order of the cut

PANELS, ORDER, GONE = "panels", "order", "gone"


def news(before: State, now: State) -> State:
    """The members that differ; of the panels those that do, with the order of all where that differs.

    From nothing to a state it is the whole state. {} where nothing differs. A member that is gone is null.
    """
    found = {key: value for key, value in now.items() if key != PANELS and before.get(key, _NOTHING) != value}
    found |= dict.fromkeys(before.keys() - now.keys() - {PANELS})
    old, new = before.get(PANELS, {}), now.get(PANELS, {})
    panels = {name: panel for name, panel in new.items() if old.get(name) != panel}
    if panels:
        found[PANELS] = panels
    if list(old) != list(new):
        found[ORDER] = list(new)
    return found


_NOTHING = object()
