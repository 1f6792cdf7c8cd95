"""A prompt names a reference that does not go with the shot, or in a form that does not bind.

The model binds `@Image1` to the first picture of the request, `@Video1` to its first clip and `@Audio1` to its first
sound. A number too high binds to nothing and is read as a word; so is `[Image1]` in brackets; capitals are part of
the token. Prompts, raw prompts and `prompt_template` are looked at. Mostly there is no need to write them: a
reference with a `role` is named by the prompt itself.

Switch it off where your model is known to bind in another form than its file says.

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
from functools import lru_cache

from pipeline.catalog import MEDIA_WORDS
from pipeline.check.finding import called, warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import prompts_of, where
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.prompts import template_of
from pipeline.storyboard import Path, Storyboard

CODE = "unbound-token"
_SPACE = re.compile(r"\s")
_BRACKETS = re.compile(r"[\[【](image|video|audio)\s?([0-9]{1,3})[\]】]", re.IGNORECASE)


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    entry = found.entry
    for path, text in (*prompts_of(found), *_template(board, found)):
        for word, message, hint in _unbound(found, text):
            yield warning(board, CODE, where(board, entry, path, word), message, hint, find=word)


def _template(board: Storyboard, found: Composition) -> Iterator[tuple[Path, str]]:
    path, text = template_of(board, found.entry)
    if text and not found.entry.raw:
        yield path, text


def _unbound(found: Composition, text: str) -> Iterator[tuple[str, str, str]]:
    """Each token that does not bind, what is wrong with it, and how to mend it."""
    model = found.asked.model
    tokens: dict[str, str] = {kind: model.tokens.get(kind, f"@{kind.title()}{{n}}") for kind in MEDIA_WORDS}
    folded = text.lower()
    for kind, pattern in tokens.items():
        if pattern.partition("{n}")[0].lower() not in folded:
            continue
        count = sum(1 for item in found.composed.cited if item.kind == kind)
        for match in _spelt(pattern).finditer(text):
            token = pattern.format(n=int(match[1]))
            if not 1 <= int(match[1]) <= count:
                files = f"{count} {kind} reference goes" if count == 1 else f"{count or 'no'} {kind} references go"
                message = f"{match[0]} is bound to nothing: {files} with the shot"
                yield match[0], message, "add the reference, or name another"
            elif _SPACE.sub("", match[0]) != token:
                yield match[0], f"{called(model)} binds {token}, not {match[0]}", f"write {token}"
    for match in _BRACKETS.finditer(text) if "[" in text or "【" in text else ():
        kind = match[1].casefold()
        bound = f"write {tokens[kind].format(n=int(match[2]))}" if kind in model.tokens else "say what is seen"
        yield match[0], f"{match[0]} in brackets does not bind", bound


@lru_cache
def _spelt(pattern: str) -> re.Pattern[str]:
    """A token in any case, with a space before its number or without: some write "@Image 1", and it binds."""
    before, after = (re.escape(piece) for piece in pattern.split("{n}"))
    return re.compile(rf"(?<![A-Za-z0-9_@]){before}\s?([0-9]{{1,3}}){after}(?![0-9])", re.IGNORECASE)


RULE = Rule(CODE, "A prompt names a reference that does not go with the shot.", of_entry=_of_entry)
