"""The prose of a shot says something else of the camera than its fields.

Both go into the prompt, and the model has to choose. Let the fields speak of the camera, and the prompt of what
happens: fields are also what the rehearsal and the slate go by.

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

from collections.abc import Iterator

from pipeline.camera import Said, angle_in, lens_in, movement_in, shot_size_in
from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.texts import prompts_of
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Camera, Storyboard

CODE = "camera-conflict"
# "A close-up" is said of all of them, and who is over a shoulder may be framed in any size.
_KIN = {"CU": {"MCU", "ECU", "insert"}, "WS": {"EWS", "MWS", "FS"}, "MS": {"MWS", "MCU"}}
_BESIDE_OTHERS = {"OTS", "POV", "insert", "handheld", "tracking"}


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    for part, (path, text) in zip(found.entry.parts, prompts_of(found), strict=False):
        if part.camera and not found.entry.raw:
            for field, ours, said in _conflicts(part.camera, text):
                message = f'"{said.word}" is not what camera.{field} says: {ours}'
                yield warning(board, CODE, path, message, "say it in one of them, rather in the field", find=said.word)


def _conflicts(camera: Camera, text: str) -> Iterator[tuple[str, str, Said]]:
    lens = f"{camera.lens_mm.normalize():f}" if camera.lens_mm else ""
    told = (
        ("shot_size", camera.shot_size, shot_size_in),
        ("angle", camera.angle, angle_in),
        ("movement", camera.movement, lambda text: movement_in(text)[0]),
        ("lens_mm", lens, lens_in),
    )
    for field, ours, read in told:
        said = read(text) if ours else None
        if said and ours not in (said.code, *_KIN.get(said.code, ())) and said.code not in _BESIDE_OTHERS:
            yield field, ours, said


RULE = Rule(CODE, "A prompt says something else of the camera than the fields beside it.", of_entry=_of_entry)
