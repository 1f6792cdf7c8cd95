"""Words are shown for less time than it takes to read them.

People read about 17 letters a second, and 20 at most; about 7 characters of Chinese or Japanese. What is gone before it
was read is not read at all. Shorten the words, show them for longer, or show more of the shot. Lines of dialogue are
not meant: what can be said in a shot can be read in it.

Switch it off where words are meant as a flash.

```yaml
shots:
  - {id: sh010, prompt: The sea., title: {text: Nobody had seen the keeper since the storm of 1952, duration: 1}}
```

```yaml
shots:
  - {id: sh010, prompt: The sea., title: {text: Nobody had seen the keeper since the storm of 1952, duration: 4}}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule, Shown
from pipeline.errors import Problem
from pipeline.frames import frames_in, plain_seconds, span
from pipeline.plan import Compositions, Variant, points
from pipeline.said import Said
from pipeline.storyboard import FRAME_RATE, Card, Path, Shot
from pipeline.words import HURRY, NARROW, WIDE, Stretch, Words, breadth, columns, hurried, laid

CODE = "reading-pace"


def _of_words(compositions: Compositions, variant: Variant, looked: Shown) -> Iterator[Problem]:
    if not variant.shots:
        return
    said, rate = Said(compositions, variant), variant.cut.frame_rate or FRAME_RATE
    try:
        wide = breadth(*compositions.size(variant))
    except KeyError:
        return  # a shape that the model does not make, which is an error of its own
    for shown, seen in zip(variant.sequence, _stretches(compositions, variant, rate), strict=True):
        for words in laid(said.of(shown), seen, rate, wide) if shown in looked else ():
            if _is_written(shown, words) and hurried(words, rate):
                yield _problem(compositions, shown, words, rate)


def _is_written(shown: Shot | Card, words: Words) -> bool:
    """Whether the words stand there to be read; lines of dialogue are there to be said."""
    return words.kind != "caption" or (isinstance(shown, Shot) and any(one.kind == "caption" for one in shown.words))


def _problem(compositions: Compositions, shown: Shot | Card, words: Words, rate: Fraction) -> Problem:
    width, length_s = columns(words.text), plain_seconds(words.length / rate)
    message = f"{width} letters in {length_s} s: people read at most {HURRY} a second"
    if width > (count := len(words.text)) * 3 // 2:  # Chinese, Japanese, Korean
        message = f"{count} characters in {length_s} s: people read at most {HURRY * NARROW // WIDE + 1} a second"
    hint = f"it takes {plain_seconds(Fraction(-(-width * 2 // HURRY), 2))} s: shorten it, or show it for longer"
    path: Path = (*shown.path, words.kind) if words.kind != "credits" else shown.path
    return warning(compositions.board, CODE, path, message, hint, key=True)


def _stretches(compositions: Compositions, variant: Variant, rate: Fraction) -> Iterator[Stretch]:
    """Where each shot is seen, as long as its take is what was asked for."""
    bounds: list[tuple[str, int, int, int]] = []
    stop = 0
    for shown in variant.sequence:
        overlap = frames_in(shown.transition.duration_s, rate) if shown.transition and bounds else 0
        start, length = stop - overlap, _length(compositions, variant, shown, rate)
        bounds.append((shown.id, start, stop, stop := start + length))
    for (name, start, clear, end), after in zip_longest(bounds, bounds[1:]):
        yield Stretch(name, start, end, (clear, max(clear, after[1]) if after else end))


def _length(compositions: Compositions, variant: Variant, shown: Shot | Card, rate: Fraction) -> int:
    if isinstance(shown, Card):
        return frames_in(shown.duration_s, rate)
    asked = compositions.asked(variant, compositions.board.entries[shown.entry])
    return max(0, span(*points(shown, asked.duration_s), rate)[1])


RULE = Rule(CODE, "Words are shown for less time than it takes to read them.", of_words=_of_words)
