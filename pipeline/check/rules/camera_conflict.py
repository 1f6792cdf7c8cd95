"""The prose of a shot says something else of the camera than its fields.

Both go into the prompt, and the model has to choose. Prose that says what the field says, too, is left alone ("a wide
shot that ends in a close-up"), and so is what goes with any framing or move. Let the fields speak of the camera, and
the prompt of what happens: fields are also what the rehearsal and the slate go by.

Switch it off for a line where the words are not about the camera: "he pushes in the door".

```yaml
shots:
  - {id: sh010, prompt: A close-up of the kettle., camera: {shot_size: WS}}
```

```yaml
shots:
  - {id: sh010, prompt: The kettle boils., camera: {shot_size: CU}}
```
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pipeline.camera import Said, angle_in, lens_in, movement_in, shot_size_in
from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import prompts_of, where
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Camera, Storyboard

CODE = "camera-conflict"
# What prose may say beside a field: "a close-up" is said of all of them.
_KIN = {
    "CU": {"MCU", "ECU", "insert"}, "WS": {"EWS", "MWS", "FS"}, "MS": {"MWS", "MCU"}, "high": {"overhead"},
    "low": {"ground"}, "truck_left": {"tracking"}, "truck_right": {"tracking"},
}  # fmt: skip
_BESIDE_OTHERS = {"OTS", "POV", "insert", "handheld", "tracking"}  # framed in any size, moved in any way
_VIEW = re.compile(r"(?:\A|[.,;:] )(from (above|below))\b", re.IGNORECASE)  # of the camera, where a clause begins so
_MOST = 4  # things said of one field that are looked at


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    for part, (path, text) in zip(found.entry.parts, prompts_of(found), strict=False):
        if part.camera and not found.entry.raw:
            for field, ours, word in _conflicts(part.camera, text):
                at = where(board, found.entry, path, word)
                message = f'"{word}" is not what camera.{field} says: {ours}'
                yield warning(board, CODE, at, message, "say it in one of them, rather in the field", find=word)


def _conflicts(camera: Camera, text: str) -> Iterator[tuple[str, str, str]]:
    """Each field that prose contradicts, what it says, and the words of prose."""
    lens = f"{camera.lens_mm.normalize():f}" if camera.lens_mm else ""
    read: tuple[tuple[str, str, Callable[[str], Said | None]], ...] = (
        ("shot_size", camera.shot_size, shot_size_in),
        ("angle", camera.angle, _angle_in),
        ("movement", camera.movement, lambda words: movement_in(words)[0]),
        ("speed", camera.speed, lambda words: movement_in(words)[1]),
        ("lens_mm", lens, lens_in),
    )
    for field, ours, said_in in read:
        said = _all_said(said_in, text) if ours else []
        if said and not any(_agrees(one.code, ours) for one in said):
            yield field, ours, said[0].word


def _agrees(said: str, ours: str) -> bool:
    moves = said in _BESIDE_OTHERS and ours != "static"
    return said == ours or moves or ours in _KIN.get(said, ())


def _all_said(said_in: Callable[[str], Said | None], text: str) -> list[Said]:
    """What is said of one field, the first few times: "a wide shot that ends in a close-up"."""
    found: list[Said] = []
    while len(found) < _MOST and (said := said_in(text)):
        found.append(said)
        text = text.replace(said.word, "\n")
    return found


def _angle_in(text: str) -> Said | None:
    if said := angle_in(text):
        return said
    view = _VIEW.search(text)
    code = "high" if view and view[2].casefold() == "above" else "low"
    return Said(code, view[1], view.start(1)) if view else None


RULE = Rule(CODE, "A prompt says something else of the camera than the fields beside it.", of_entry=_of_entry)
