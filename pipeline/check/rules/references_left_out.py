"""A character's pictures or voice do not go with a shot, since its model has no place for them.

Such a shot shows whatever the words make of the character, and will not match the others. Take a model that takes
references, or begin the shot with a frame of another one (`continue_from: {shot: ..., as: first_frame}`): then the
frame shows who it is, and nothing is warned of.

Switch it off where such a model is tried on purpose, with descriptions that carry the likeness.

```yaml
characters: {anna: {description: a girl, references: [{image: anna.png, role: face}]}}
shots:
  - {id: sh010, prompt: "@anna runs.", model: kwaivgi/kling-v3.0-std/text-to-video}
```

```yaml
characters: {anna: {description: a girl, references: [{image: anna.png, role: face}]}}
shots:
  - {id: sh010, prompt: "@anna runs."}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import called, warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import Composition, begins_with_a_frame
from pipeline.storyboard import Storyboard

CODE = "references-left-out"


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    entry, left_out = found.entry, found.composed.left_out
    if left_out and not begins_with_a_frame(entry):
        kinds = " and ".join(dict.fromkeys(reference.kind for reference in left_out))
        owners = ", ".join(dict.fromkeys(str(reference.path[1]) for reference in left_out))
        message = f"{called(found.asked.model)} takes no {kinds} references, so those of {owners} are left out"
        path = (*entry.path, "model" if entry.settings.model else "id")
        yield warning(board, CODE, path, message, "take a model that takes them, or begin with a frame of another shot")


RULE = Rule(CODE, "A character's references have no place in a shot's model.", of_entry=_of_entry)
