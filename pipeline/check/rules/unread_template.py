"""A text with a template in it stands where none is filled in.

Templates are filled in once: values of variables, names, roles and raw prompts are taken as they stand, and so are
the lines of a table. `{{` would go to the model as two braces.

Switch it off for a line where two braces are what the model shall read.

```yaml
vars: {place: "a {{ kind }} harbour", kind: small}
shots:
  - {id: sh010, prompt: "The roofs of {{ place }}."}
```

```yaml
vars: {kind: small}
shots:
  - {id: sh010, prompt: "The roofs of a {{ kind }} harbour."}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.storyboard import Path, Storyboard
from pipeline.templates import Data

CODE = "unread-template"


def _of_board(board: Storyboard) -> Iterator[Problem]:
    for path, text in _taken_as_they_stand(board):
        for opening in ("{{", "{%"):
            if opening in text:
                message = f"templates are not filled in here: {opening} goes to the model as it stands"
                hint = "write the words themselves, here or in the text that uses them"
                yield warning(board, CODE, path, message, hint, find=opening)


def _taken_as_they_stand(board: Storyboard) -> Iterator[tuple[Path, str]]:
    for name, value in board.vars.items():
        yield from _texts(("vars", name), value)
    for name, values in board.variants.matrix.items() if board.variants else ():
        for value in values.values():
            yield ("variants", "matrix", name), str(value)
    for index, change in enumerate(board.variants.changes if board.variants else ()):
        for name, value in change.vars.items():
            yield from _texts(("variants", "change", index, "vars", name), value)
    for subject in board.subjects.values():
        yield (*subject.path, "name"), subject.name
        for reference in subject.references:
            yield (*reference.path, "role"), reference.role
    for entry in board.entries:
        if entry.raw:
            yield (*entry.path, "prompt", "raw"), entry.prompt
        for reference in entry.references:
            yield (*reference.path, "role"), reference.role


def _texts(path: Path, value: Data) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts((*path, index), item)
    elif not isinstance(value, int):
        for key, item in value.items():
            yield from _texts((*path, key), item)


RULE = Rule(CODE, "A template stands where none is filled in.", _of_board)
