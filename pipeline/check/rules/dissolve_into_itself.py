"""A shot dissolves out of the very frame that it begins with.

A shot that continues from the one before it starts where that one ends: the joint is meant not to be seen. A dissolve
there overlaps the end of the first shot with what already follows it, so that movement is seen twice. Cut hard, or
let the shot stand alone.

Switch it off where the doubled movement is the effect.

```yaml
shots:
  - {id: sh010, prompt: A boat leaves.}
  - id: sh020
    prompt: The boat is far out.
    continue_from: {shot: sh010, as: first_frame}
    transition: {type: dissolve}
```

```yaml
shots:
  - {id: sh010, prompt: A boat leaves.}
  - {id: sh020, prompt: The boat is far out., continue_from: {shot: sh010, as: first_frame}}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import Compositions, Variant

CODE = "dissolve-into-itself"


def _of_edit(compositions: Compositions, variant: Variant) -> Iterator[Problem]:
    board = compositions.board
    for before, shot in pairwise(variant.shots):
        link = board.entries[shot.entry].continue_from
        if shot.transition and link and not shot.part and compositions.targets.get(link.shot) == before:
            path = (*shot.path, "transition")
            message = f"it begins with the frame that {before.id} ends with, and dissolves out of that frame"
            hint = "delete the transition: the joint is seamless"
            yield warning(board, CODE, path, message, hint, key=True)


RULE = Rule(CODE, "A shot dissolves out of the frame that it begins with.", of_edit=_of_edit)
