"""A prompt holds a wording that its model is known to pass over.

Each model's file lists what it ignores: seconds within a shot ("0-3s: ..."; it follows the order of shots, not
times), flags and charms of other tools (`--ar 16:9`, `(fog:1.4)`, `8k`), what must not be seen ("negative prompt:
blur", "no cars"), slow motion. They cost words, and the film comes out as if they were not there. Say what is seen, in
order. What is spoken is not looked at.

Switch it off where you found that your model does heed such a wording, or where it is meant otherwise, such as a clock
that shows seconds.

```yaml
shots:
  - {id: sh010, prompt: "0-3s: a kettle on the stove. 3-5s: it boils."}
```

```yaml
shots:
  - {id: sh010, prompt: "A kettle on the stove begins to boil."}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pipeline.check.finding import called, warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import prompts_of, shared_by, where
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Storyboard

CODE = "ignored-wording"
_DIGIT = re.compile("[0-9]")
_STEMS = {  # one of them is in whatever a wording of the kind holds, small
    "flags": ("--", "(", "4k", "8k", "16k", "hd", "masterpiece", "best quality", "artstation"),
    "slow-motion": ("slow", "bullet", "ramp", "fps", "慢"),
}
_NUMBER = r"[0-9]{1,2}(?:\.[0-9]{1,2})?"
_UNIT = r"\s?(?:s|secs?|seconds?)\b"
_WORDINGS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "timestamps": (
        re.compile(
            rf"【\s?[0-9][^】\n]{{0,20}}】|\b{_NUMBER}\s?s?\s?(?:-|–|to)\s?{_NUMBER}(?:{_UNIT}|\s?秒)"
            rf"|\b(?:at|after|for|until)\s{_NUMBER}{_UNIT}|\bfirst\s{_NUMBER}{_UNIT}"
            rf"|\bseconds?\s{_NUMBER}\s?(?:-|–|to)\s?{_NUMBER}\b"
            r"|\b[0-9]{1,2}:[0-9]{2}\s?(?:-|–|to)\s?[0-9]{1,2}:[0-9]{2}\b",
            re.IGNORECASE,
        ),
        "say what happens in order; several shots have `shots:`, and lengths `duration`, `in` and `out`",
    ),
    "flags": (
        re.compile(
            r"(?<!\S)--[a-z][a-z-]{0,20}(?:\s[\w:]{1,12}(?:\.[0-9]{1,3})?)?|\([^():]{1,40}:\s?[0-9]\.[0-9]{1,2}\)"
            r"|\b(?:(?:4|8|16)k|ultra[- ]?hd|uhd)\b"
            r"|\b(?:masterpiece|best quality|trending on artstation)\b(?=\s?(?:,|$))",
            re.IGNORECASE,
        ),
        "delete it: shape, length and size are fields of the shot",
    ),
    "negatives": (
        re.compile(
            r"\bnegative prompt\b|\bavoid:|\bno (?:blur|distortions?|extra (?:fingers|limbs)|watermarks?|artifacts)\b"
            # Where a clause begins so: "he leaves without a word" and "no one waits" say what is seen.
            r"|(?:\A|(?<=[.,;:!?] ))(?:no(?! (?:one|longer|sooner|more|matter|doubt)\b)|avoid|never|do not|don['’]t"
            r"|without(?! (?:an?|any|his|her|its|their)\b)) [^\W\d]{1,30}",
            re.IGNORECASE,
        ),
        "say what is seen instead",
    ),
    "slow-motion": (
        re.compile(
            r"\bslow[- ]?mo(?:tion)?\b|\bbullet[- ]time\b|\bspeed ramp(?:s|ed|ing)?\b"
            r"|\b[0-9]{2,4}\s?fps\b|慢动作|慢镜头",
            re.IGNORECASE,
        ),
        "slow it down in the edit",
    ),
}


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    model, entry, prompt = found.asked.model, found.entry, found.composed.prompt
    shared = ((path, text) for path, text in shared_by(board, found) if text)
    for path, text in (*prompts_of(found), *shared):
        for word, hint in _passed_over(text, model.ignores):
            if word in prompt:
                message = f'{called(model)} is known to pass over "{word}"'
                yield warning(board, CODE, where(board, entry, path, word), message, hint, find=word)


@lru_cache(maxsize=10_000)  # the style is read again with every shot
def _passed_over(text: str, ignores: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """The first wording of each kind, and what to do instead."""
    folded = text.lower()
    kinds = [kind for kind in _WORDINGS if kind in ignores and _may_hold(kind, folded)]
    found = ((_WORDINGS[kind][0].search(text), _WORDINGS[kind][1]) for kind in kinds)
    return tuple((match[0].strip(), hint) for match, hint in found if match)


def _may_hold(kind: str, folded: str) -> bool:
    """A cheap look, since nearly no prompt holds any of them."""
    if kind == "timestamps":
        return bool(_DIGIT.search(folded))
    return kind not in _STEMS or any(stem in folded for stem in _STEMS[kind])


RULE = Rule(CODE, "A prompt holds a wording that its model is known to ignore.", of_entry=_of_entry)
