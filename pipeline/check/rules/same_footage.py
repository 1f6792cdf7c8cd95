"""Two shots of one film come to the same request, so that both show the same take.

The same prompt with the same references, length and shape is the same request, and a request is generated once. That is
fine where a film comes back to a picture on purpose, with other in and out points; where the spans overlap it shows the
same footage twice. Say what is different in one of the two, or set their points apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.plan import Compositions, Variant, points
from pipeline.storyboard import Shot

CODE = "same-footage"


def _of_film(compositions: Compositions, variant: Variant) -> Iterator[Problem]:
    board = compositions.board
    first: dict[object, list[tuple[Shot, Fraction, Fraction]]] = {}
    for shot in variant.shots:
        entry = board.entries[shot.entry]
        asked, composed = compositions.asked(variant, entry), compositions.of(variant, shot.entry)
        files = tuple((item.reference.file if item.reference else entry.continue_from) for item in composed.cited)
        frames = tuple(frame.file for frame in (entry.first_frame, entry.last_frame) if frame)
        request = (composed.prompt, asked, files, frames, entry.continue_from)
        in_s, out_s = points(shot, asked.duration_s)
        for other, from_s, to_s in first.setdefault(request, []):
            if in_s < to_s and from_s < out_s:
                message = f"it shows the same footage as {other.id}: their requests are the same"
                yield warning(board, CODE, (*shot.path, "id"), message, "say what is different in one of them")
                break
        first[request].append((shot, in_s, out_s))


RULE = Rule(CODE, "Two shots of one film show the same footage.", of_film=_of_film)
