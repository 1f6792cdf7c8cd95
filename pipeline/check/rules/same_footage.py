"""Two shots of one film come to the same request, so that both show the same take.

The same prompt with the same references, length and shape is the same request, and a request is generated once. That
is fine where a film comes back to a picture on purpose, with other in and out points; where the spans overlap it
shows the same footage twice. Say what is different in one of the two, or set their points apart.

Switch it off where a picture is meant to come back as it was.

```yaml
shots:
  - {id: sh010, prompt: The sea.}
  - {id: sh020, prompt: A gull.}
  - {id: sh030, prompt: The sea.}
```

```yaml
shots:
  - {id: sh010, prompt: The sea., out: 2}
  - {id: sh020, prompt: A gull.}
  - {id: sh030, prompt: The sea., in: 2}
```
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import Compositions, Variant, points
from pipeline.storyboard import Shot

CODE = "same-footage"


def _of_film(compositions: Compositions, variant: Variant) -> Iterator[Problem]:
    shown: dict[object, dict[int, list[Shot]]] = {}  # by request, and by the entry that comes to it
    requests: dict[int, object] = {}
    for shot in variant.shots:
        if shot.entry not in requests:
            requests[shot.entry] = request(compositions, variant, shot.entry)
        shown.setdefault(requests[shot.entry], {}).setdefault(shot.entry, []).append(shot)
    for by_entry in shown.values():
        if len(by_entry) > 1:  # the shots of one entry divide its take among them
            yield from _overlapping(compositions, variant, [shot for shots in by_entry.values() for shot in shots])


def _overlapping(compositions: Compositions, variant: Variant, shots: Sequence[Shot]) -> Iterator[Problem]:
    """The shots of one take that show what an earlier one shows."""
    board = compositions.board
    earlier: list[tuple[Shot, Fraction, Fraction]] = []
    for shot in shots:
        in_s, out_s = points(shot, compositions.asked(variant, board.entries[shot.entry]).duration_s)
        other = next((one for one, from_s, to_s in earlier if in_s < to_s and from_s < out_s), None)
        if other:
            message = f"it shows the same footage as {other.id}: their requests are the same"
            yield warning(board, CODE, (*shot.path, "id"), message, "say what is different in one of them")
        earlier.append((shot, in_s, out_s))


def request(compositions: Compositions, variant: Variant, index: int) -> object:
    """What makes the request of an entry: two entries that agree in it come to the same take."""
    entry = compositions.board.entries[index]
    composed = compositions.of(variant, index)
    files = tuple(item.reference.file if item.reference else "" for item in composed.cited)
    frames = tuple(frame.file if frame else "" for frame in (entry.first_frame, entry.last_frame))
    return composed.prompt, compositions.asked(variant, entry), files, frames, entry.continue_from


RULE = Rule(CODE, "Two shots of one film show the same footage.", of_film=_of_film)
