"""A composed prompt is longer than its model reads well.

Models read so many words and lose the thread, or the rest, of more. The count is that of the whole prompt, with
references, cast, style and dialogue: `storyreel prompt FILE SHOT` shows it. Shorten descriptions first, since they go
into every shot.

Switch it off where long prompts were tried and came out well.

```yaml
vars: {words: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
shots:
  - id: sh010
    prompt: "{% for a in words %}{% for b in words %}{% for c in range(11) %}word {% endfor %}{% endfor %}{% endfor %}"
```

```yaml
shots:
  - {id: sh010, prompt: The kettle boils.}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import called, warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import word_count
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Storyboard

CODE = "prompt-length"
_CHARACTERS_A_WORD = 2  # the makers name 500 Chinese characters beside 1,000 English words


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    limit, entry, prompt = found.asked.model.prompt_words, found.entry, found.composed.prompt
    # A word has a letter and a space at least, and what is ASCII has no characters that count by themselves.
    if not limit or len(prompt) <= (2 * limit if prompt.isascii() else limit // _CHARACTERS_A_WORD):
        return
    words, characters = word_count(prompt)
    if words + _CHARACTERS_A_WORD * characters > limit:
        counted = f"{words:,} words" if words else ""
        counted += (" and " if words and characters else "") + (f"{characters:,} characters" if characters else "")
        most = f"{limit // _CHARACTERS_A_WORD:,} characters" if characters > words else f"{limit:,} words"
        message = f"the composed prompt has {counted}; {called(found.asked.model)} reads about {most}"
        path = (*entry.path, "id" if entry.several else "prompt")
        yield warning(board, CODE, path, message, "say less, or split the shot")


RULE = Rule(CODE, "A composed prompt is longer than its model reads.", of_entry=_of_entry)
