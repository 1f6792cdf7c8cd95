"""Failures and successes enter; whether one more repetition is still a help, and not part of the trouble, leaves.

The rule of the AWS SDKs: where much fails, repeating everything several times would only add to what a server suffers
from. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html (2026-11): 500, 5 a repetition.
"""

from __future__ import annotations

_COST = 5  # of a repetition; given back by its success, as a success at the first try gives back 1


class Quota:
    """Repetitions that all tasks of a client share."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size

    def spend(self) -> bool:
        """Whether there is enough for one more repetition, which is then spent."""
        if self._left < _COST:
            return False
        self._left -= _COST
        return True

    def earn(self, *, repeated: bool) -> None:
        """A request succeeded, at the first try or when it was repeated."""
        self._left = min(self._size, self._left + (_COST if repeated else 1))
