"""More than three shots in a row continue from each other.

Each shot that goes on from another one's last frame drifts a little: colours, faces, sharpness. After three of them
it shows. Start anew from pictures of the characters and the place, or make several shots in one generation.

Switch it off where the drift does not matter, such as in fog or in the dark.

```yaml
shots:
  - {id: sh010, prompt: Step one.}
  - {id: sh020, prompt: Step two., continue_from: {shot: sh010}}
  - {id: sh030, prompt: Step three., continue_from: {shot: sh020}}
  - {id: sh040, prompt: Step four., continue_from: {shot: sh030}}
  - {id: sh050, prompt: Step five., continue_from: {shot: sh040}}
```

```yaml
shots:
  - {id: sh010, prompt: Step one.}
  - {id: sh020, prompt: Step two., continue_from: {shot: sh010}}
  - {id: sh030, prompt: Step three., continue_from: {shot: sh020}}
  - {id: sh040, prompt: Step four., continue_from: {shot: sh030}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import targets
from pipeline.storyboard import Storyboard

CODE = "long-chain"
LONGEST = 3  # links


def _of_board(board: Storyboard) -> Iterator[Problem]:
    known = targets(board)
    for entry in board.entries:
        links, at = 0, entry
        while at.continue_from and at.continue_from.shot in known and links <= LONGEST + 1:
            links, at = links + 1, board.entries[known[at.continue_from.shot].entry]
        if links == LONGEST + 1:  # of a longer chain the first link too many, once
            message = f"it is the end of {links} shots that continue from each other, from {at.id} on"
            hint = "let it begin from pictures again, or make several shots in one generation"
            yield warning(board, CODE, (*entry.path, "continue_from", "shot"), message, hint)


RULE = Rule(CODE, "More than three shots in a row continue from each other.", _of_board)
