"""A reference goes with a shot that never names it, or belongs to somebody whom no shot shows.

The recipe names each reference with its role. A raw prompt and a `prompt_template` of your own do not, and a picture
that the prompt never names may come into the film in any way, or in none: say what `@Image1` is, or put `{{
references }}` into the template. A character with pictures that no shot mentions is most often a mention that was
forgotten. What included files define is left alone, since other storyboards share it.

Switch it off while a board is being written, where characters are defined before their shots.

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
from collections import Counter
from collections.abc import Iterator

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.prompts import Cited, shown
from pipeline.storyboard import Storyboard
from pipeline.take import Kind

CODE = "unmentioned-reference"
_CHINESE: dict[Kind, str] = {"image": "图片?", "video": "视频", "audio": "音频"}


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    entry, numbers = found.entry, Counter[Kind]()
    for item in found.composed.cited:
        numbers[item.kind] += 1
        if item.token and not _named(item, numbers[item.kind], found.composed.prompt):
            path = (*item.reference.path, item.kind) if item.reference else (*entry.path, "continue_from")
            message = f"it goes with {entry.id} as {item.token}, and the prompt never names it"
            yield warning(board, CODE, path, message, f"say in the prompt what {item.token} is, or leave it out")


def _named(item: Cited, number: int, prompt: str) -> bool:
    """Whether a prompt names a reference, be it in plain words, which models read too, or in a form that does not
    bind, which is warned of elsewhere."""
    words = rf"(?:{item.kind}|{_CHINESE[item.kind]})\s?{number}"
    return bool(re.search(rf"(?:{re.escape(item.token)}|{words})(?![0-9])", prompt, re.IGNORECASE))


def _of_board(board: Storyboard) -> Iterator[Problem]:
    named = shown(board)
    for subject in board.subjects.values():
        node = board.source.node(subject.path)
        if subject.references and subject.key not in named and node.text is board.source.text:
            message = f"no shot shows the {subject.kind} {subject.key}, so its references go nowhere"
            hint = f"mention it as @{subject.key}, or delete it"
            yield warning(board, CODE, subject.path, message, hint, key=True)


RULE = Rule(CODE, "A reference is never named, or no shot shows whom it belongs to.", _of_board, _of_entry)
