"""A prompt names a reference that does not go with the shot, or in a form that does not bind.

The model binds `@Image1` to the first picture of the request, `@Video1` to its first clip and `@Audio1` to its first
sound. A number too high binds to nothing and is read as a word; so is `[Image1]` in brackets. Mostly there is no need
to write them: a reference with a `role` is named by the prompt itself.

```yaml
shots:
  - id: sh010
    prompt: {raw: "@Image1 rolls down the hill, @Image2 behind it."}
    references: [{image: ball.png, role: the ball}]
```

```yaml
shots:
  - id: sh010
    prompt: {raw: "@Image1 rolls down the hill."}
    references: [{image: ball.png, role: the ball}]
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.check.finding import called, warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import prompts_of
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Storyboard

CODE = "unbound-token"
_BRACKETS = re.compile(r"\[(image|video|audio)\s?([0-9]{1,3})\]", re.IGNORECASE)


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    model = found.asked.model
    for path, text in prompts_of(found):
        if "@" not in text and "[" not in text:
            continue
        for kind, pattern in model.tokens.items():
            count = sum(1 for item in found.composed.cited if item.kind == kind)
            before, after = (re.escape(piece) for piece in pattern.split("{n}"))
            for match in re.finditer(rf"(?<!\w){before}([0-9]{{1,3}}){after}(?![0-9])", text, re.IGNORECASE):
                token = pattern.format(n=int(match[1]))
                if not 1 <= int(match[1]) <= count:
                    files = f"{count} {kind} reference goes" if count == 1 else f"{count or 'no'} {kind} references go"
                    message = f"{match[0]} is bound to nothing: {files} with the shot"
                    yield warning(board, CODE, path, message, "add the reference, or name another", find=match[0])
                elif match[0] != token:
                    message = f"{called(model)} binds {token}, not {match[0]}"
                    yield warning(board, CODE, path, message, f"write {token}", find=match[0])
        for match in _BRACKETS.finditer(text):
            tokens = {str(kind): pattern for kind, pattern in model.tokens.items()}
            if match[1].casefold() in tokens:
                token = tokens[match[1].casefold()].format(n=int(match[2]))
                message = f"{match[0]} in brackets does not bind"
                yield warning(board, CODE, path, message, f"write {token}", find=match[0])


RULE = Rule(CODE, "A prompt names a reference that does not go with the shot.", of_entry=_of_entry)
