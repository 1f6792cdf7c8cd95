"""A prompt asks for words over the picture, while the recipe forbids them.

Composed prompts say "No on-screen text.", since models spell badly and a cut made of takes needs its titles over
the joints. Asked for both, the model shows a title in some takes and none in others. Write a `title`, a `caption` or a
`lower_third` instead, which are drawn over the film. Where the words belong into the take, send the prompt `raw`, or
compose it with a `prompt_template` that leaves out `{{ constraints }}`. Writing inside the scene, such as a sign above
a door, is not meant.

Switch it off where a caption is a thing in the scene, such as a brass plate under a painting.

```yaml
shots:
  - {id: sh010, prompt: The harbour at dawn with a title card that says Chapter One.}
```

```yaml
shots:
  - {id: sh010, prompt: The harbour at dawn. A painted sign says CHANDLER.}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import prompts_of, where
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.prompts import NO_TEXT
from pipeline.storyboard import Storyboard

CODE = "on-screen-text"
_ASKED = re.compile(
    r"\b(?:subtitles?|captions?|(?:title|end) cards?|lower thirds?|text overlays?|on[- ]screen (?:text|titles?)"
    r"|superimposed (?:text|titles?)|(?:opening|closing|end) (?:credits|titles))\b|字幕",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|without|never|free of)\b|[无無没]", re.IGNORECASE)
_BEFORE = 20  # characters before it in which a word denies it


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    for path, text in prompts_of(found) if NO_TEXT in found.composed.prompt else ():
        for match in _ASKED.finditer(text):
            if not _DENIED.search(text, max(0, match.start() - _BEFORE), match.start()):
                at = where(board, found.entry, path, match[0])
                message = f'"{match[0]}" is asked for, and the recipe adds "{NO_TEXT}"'
                yield warning(
                    board, CODE, at, message, "write it as a `title` or a `caption`, drawn over the film", find=match[0]
                )
                break


RULE = Rule(CODE, "A prompt asks for words over the picture, which the recipe forbids.", of_entry=_of_entry)
