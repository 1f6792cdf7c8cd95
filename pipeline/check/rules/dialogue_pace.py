"""More is said in a shot than can be said in its time.

People speak about two and a half words a second, and about four and a half characters of Chinese, Japanese or Korean.
What does not fit is hurried, cut off or left out, and lips come apart from the voice. The time is what the film shows
of the shot, from in to out.

Switch it off where somebody is meant to speak fast.

```yaml
characters: {anna: {description: a girl}}
shots:
  - id: sh010
    prompt: "@anna at the window."
    dialogue: [{anna: "I always knew that you would come back one day, and now that you are here I say nothing."}]
    out: 4
```

```yaml
characters: {anna: {description: a girl}}
shots:
  - id: sh010
    prompt: "@anna at the window."
    dialogue: [{anna: "I always knew that you would come back."}]
    out: 4
```
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import word_count
from pipeline.errors import Problem
from pipeline.frames import plain_seconds
from pipeline.plan import Composition, points
from pipeline.storyboard import Path, Storyboard

CODE = "dialogue-pace"
WORDS_A_SECOND, CHARACTERS_A_SECOND = Fraction(5, 2), Fraction(9, 2)
_HURRY = Fraction(11, 10)  # times as fast as usual: nobody hears a tenth


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    for path, said, length_s in _said(found) if any(found.composed.spoken) else ():
        words, characters = word_count(said)
        needed_s = words / WORDS_A_SECOND + characters / CHARACTERS_A_SECOND
        if length_s > 0 and needed_s > _HURRY * length_s:
            counted = f"{words} words" if words >= characters else f"{characters} characters"
            usual = "2.5 words" if words >= characters else "4.5 characters"
            message = f"{counted} in {plain_seconds(length_s)} s: people say about {usual} a second"
            takes = plain_seconds(Fraction(math.ceil(needed_s * 2), 2))
            hint = f"it takes about {takes} s: shorten the lines, or show more of the shot"
            yield warning(board, CODE, path, message, hint, key=True)


def _said(found: Composition) -> Iterator[tuple[Path, str, Fraction]]:
    """What is said, where that stands, and how long the film shows of it: shot by shot, or of a kept take at once."""
    entry, spoken = found.entry, found.composed.spoken
    lengths = [out_s - in_s for in_s, out_s in (points(shot, found.asked.duration_s) for shot in entry.shots)]
    if len(lengths) == len(entry.parts):
        for part, said, length_s in zip(entry.parts, spoken, lengths, strict=True):
            yield (*part.path, "dialogue"), said, length_s
    else:
        first = next((part for part in entry.parts if part.dialogue), entry.parts[0])
        yield (*first.path, "dialogue"), " ".join(spoken), lengths[0]


RULE = Rule(CODE, "More is said in a shot than fits its length.", of_entry=_of_entry)
