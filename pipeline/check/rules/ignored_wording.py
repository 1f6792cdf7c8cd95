"""A prompt holds a wording that its model is known to pass over.

Each model's file lists what it ignores: seconds within a shot ("0-3s: ..."; it follows the order of shots, not
times), flags of other tools (`--ar 16:9`, weights such as `(fog:1.4)`), lists of what must not be seen ("negative
prompt: blur"), slow motion. They cost words, and the film comes out as if they were not there. Say what is seen, in
order.

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

from pipeline.check.finding import called, warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import prompts_of
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Storyboard

CODE = "ignored-wording"
_DIGIT = re.compile("[0-9]")
_NUMBER = r"[0-9]{1,2}(?:\.[0-9]{1,2})?"
_SECONDS = r"\s?(?:s|secs?|seconds?)\b"
_WORDINGS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "timestamps": (
        re.compile(
            rf"【[^】\n]{{0,20}}[0-9][^】\n]{{0,20}}】|\b{_NUMBER}\s?s?\s?(?:-|–|to)\s?{_NUMBER}{_SECONDS}"
            rf"|\b(?:at|after|for|until)\s{_NUMBER}{_SECONDS}",
            re.IGNORECASE,
        ),
        "say what happens in order; several shots have `shots:`, and lengths `duration`, `in` and `out`",
    ),
    "flags": (
        re.compile(
            r"(?<!\S)--[a-z][a-z-]{0,20}(?:\s[\w:]{1,12}(?:\.[0-9]{1,3})?)?|\([^():]{1,40}:\s?[0-9]\.[0-9]{1,2}\)",
            re.IGNORECASE,
        ),
        "delete it: shape, length and size are fields of the shot",
    ),
    "negatives": (
        re.compile(
            r"\bnegative prompt\b|\bavoid:|\bno (?:blur|distortions?|extra (?:fingers|limbs)|watermarks?|artifacts)\b",
            re.IGNORECASE,
        ),
        "say what is seen instead",
    ),
    "slow-motion": (
        re.compile(r"\bslow[- ]?mo(?:tion)?\b|\bbullet[- ]time\b", re.IGNORECASE),
        "slow it down in the edit",
    ),
}


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    model = found.asked.model
    for path, text in prompts_of(found):
        for kind, (pattern, hint) in _WORDINGS.items():
            match = pattern.search(text) if kind in model.ignores and _may_hold(kind, text) else None
            if match:
                message = f'{called(model)} is known to pass over "{match[0].strip()}"'
                yield warning(board, CODE, path, message, hint, find=match[0].strip())


def _may_hold(kind: str, text: str) -> bool:
    """A cheap look, since nearly no prompt holds any of them."""
    if kind == "timestamps":
        return bool(_DIGIT.search(text))
    if kind == "flags":
        return "--" in text or "(" in text
    return kind != "slow-motion" or "slow" in (folded := text.casefold()) or "bullet" in folded


RULE = Rule(CODE, "A prompt holds a wording that its model is known to ignore.", of_entry=_of_entry)
