"""The file that somebody's review was saved as enters; what it says leaves, each thing with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from pipeline.errors import BadInput, Place
from pipeline.storyboard import reading, shape
from pipeline.storyboard.nodes import Node, Source, fields_of, items_of, place_of

SCHEMA = "review.schema.json"


@dataclass(frozen=True, slots=True)
class Comment:
    """One remark."""

    text: str
    take: int | None  # the take that it is about; None: the shot
    at_s: Fraction | None  # seconds from the start of the take; None: no moment is meant


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What is said of one shot."""

    shot: str  # id
    circle: int | None  # the take to use, by its name
    request: str  # the beginning of the digest of its request and its number there; "" where nobody says
    comments: tuple[Comment, ...]
    path: str  # where in the file it stands: "shots[2]"
    place: Place  # of the id
    circle_place: Place  # of the circle, else of the id


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody said of a film."""

    file: str  # as the user named it
    storyboard: str  # its name
    variant: str  # "" where it has but one
    reviewer: str
    shots: tuple[Reviewed, ...]
    storyboard_place: Place
    variant_place: Place


def parse(file: str, content: bytes) -> Review:
    """The review in a file. Raises BadInput, with all that is wrong, for what is none."""
    source, problems = reading.read(file, content)
    found = [*problems, *(wrong.problem for wrong in shape.problems(source, SCHEMA))]
    if any(problem.severity == "error" for problem in found):
        raise BadInput(found)
    fields = fields_of(source.root)
    return Review(
        file,
        _text(fields.get("storyboard")),
        _text(fields.get("variant")),
        _text(fields.get("reviewer")),
        tuple(_shots(source, fields.get("shots"))),
        source.place(("storyboard",)),
        source.place(("variant",)),
    )


def _shots(source: Source, node: Node | None) -> Iterator[Reviewed]:
    for index, member in items_of(node):
        fields = fields_of(member)
        circle = fields.get("circle")
        yield Reviewed(
            _text(fields.get("shot")),
            circle.value if circle else None,
            _text(fields.get("request")),
            tuple(_comment(each) for _, each in items_of(fields.get("comments"))),
            f"shots[{index}]",
            source.place(("shots", index, "shot")),
            place_of(circle or fields["shot"]),
        )


def _comment(node: Node) -> Comment:
    fields = fields_of(node)
    take, at_s = fields.get("take"), fields.get("at")
    moment = Fraction(str(at_s.value)) if at_s else None
    return Comment(_text(fields.get("text")), take.value if take else None, moment)


def _text(node: Node | None) -> str:
    return str(node.value) if node else ""
