"""A reference goes with a shot that never names it, or belongs to somebody whom no shot shows.

The recipe names each reference with its role. A raw prompt and a `prompt_template` of your own do not, and a picture
that the prompt never names may come into the film in any way, or in none. A character with pictures that no shot
mentions is most often a mention that was forgotten. What included files define is left alone, since other storyboards
share it.

```yaml
shots:
  - id: sh010
    prompt: {raw: A ball rolls down the hill.}
    references: [{image: ball.png, role: the ball}]
```

```yaml
shots:
  - id: sh010
    prompt: {raw: "@Image1, a ball, rolls down the hill."}
    references: [{image: ball.png, role: the ball}]
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.prompts import shown
from pipeline.storyboard import Storyboard

CODE = "unmentioned-reference"


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    for item in found.composed.cited:
        if item.token and not re.search(re.escape(item.token) + "(?![0-9])", found.composed.prompt):
            entry = found.entry
            path = (*item.reference.path, item.kind) if item.reference else (*entry.path, "continue_from")
            message = f"it goes with {entry.id} as {item.token}, and the prompt never names it"
            yield warning(board, CODE, path, message, f"say in the prompt what {item.token} is, or leave it out")


def _of_board(board: Storyboard) -> Iterator[Problem]:
    named = shown(board)
    for subject in board.subjects.values():
        node = board.source.node(subject.path)
        if subject.references and subject.key not in named and node.text is board.source.text:
            message = f"no shot shows the {subject.kind} {subject.key}, so its references go nowhere"
            hint = f"mention it as @{subject.key}, or delete it"
            place = board.source.place(subject.path, key=True)
            yield Problem(CODE, ".".join(map(str, subject.path)), message, hint, place, "warning")


RULE = Rule(CODE, "A reference is never named, or no shot shows whom it belongs to.", _of_board, _of_entry)
