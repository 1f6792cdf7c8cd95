"""Somebody speaks in a shot that is made without sound.

With `generate_audio: false`, or with a model that makes sound only when it is asked to, lips move and nothing is
heard. Ask for sound, or delete the dialogue where the voice comes from elsewhere.

Switch it off where the voice is recorded apart, and lips are all that is wanted.

```yaml
characters: {anna: {description: a girl}}
shots:
  - {id: sh010, prompt: "@anna at the window.", dialogue: [{anna: "Wait."}], generate_audio: false}
```

```yaml
characters: {anna: {description: a girl}}
shots:
  - {id: sh010, prompt: "@anna at the window.", dialogue: [{anna: "Wait."}]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Storyboard

CODE = "silent-dialogue"


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    for part in found.entry.parts if not found.asked.generate_audio else ():
        if part.dialogue:
            message = "the shot is made without sound, so nobody is heard"
            hint = "set generate_audio to true, or delete the dialogue"
            yield warning(board, CODE, (*part.path, "dialogue"), message, hint, key=True)


RULE = Rule(CODE, "Somebody speaks in a shot that is made without sound.", of_entry=_of_entry)
