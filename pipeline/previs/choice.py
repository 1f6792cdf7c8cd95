"""The shots of a clip and its reference pictures enter; the picture that each is drawn on leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.previs.order import Direction, PrevisOrder, Reference

CLOSE_SIZES = ("MCU", "CU", "ECU", "insert")
_WIDE_SIZES = ("EWS", "WS", "FS", "MWS")
# A portrait fills the frame of a close-up; a wider shot shows more of it than a lying frame has room for.
_LOOSEN = {"MS": 0.9, "MCU": 0.75, "CU": 0.3}
# What a picture of the shot itself is called where people are in it already.
_COMPOSED = re.compile(r"compos|frame|pose|sketch|layout|concept|storyboard|panel|people|figures|cast", re.IGNORECASE)
_TIGHTEN = {"MWS": 1.05, "MS": 1.1, "OTS": 1.1, "MCU": 1.18, "CU": 1.32, "ECU": 1.6, "insert": 1.25}
# A picture that a clip shows again is framed closer and off its middle, from one side and then from the other.
_CLOSER, _ASIDE = 1.22, 0.7


@dataclass(frozen=True, slots=True)
class Still:
    """A reference picture chosen as the ground of a shot."""

    path: str
    tighten: float  # how much closer than need be it is cropped
    aside: float = 0.0  # where: -1 at its left edge, 0 around its middle, 1 at its right edge
    loosen: float = 0.0  # how much of what filling the frame crops is shown all the same
    empty: bool = False  # it shows where the shot plays and not those who are in it
    goes_on: bool = False  # it is the frame that the shot begins with


@dataclass(frozen=True, slots=True)
class _Picture:
    """A reference picture that a shot could be drawn on."""

    path: str
    number: int  # in the request, from 1
    reference: Reference
    rank: int  # 0 the frame continued from, 1 a picture of the shot itself, then those of what it shows
    person: bool = False  # it is a character's


def choose(order: PrevisOrder, direction: Direction) -> Still | None:
    """The picture to draw on: the frame continued from, else one of the shot itself, else one of what it shows."""
    if order.direction is None:
        return Still(order.images[0], 1.0) if order.images else None
    picture = min(_pictures(order, direction), key=lambda picture: picture.rank, default=None)
    return _framed(picture, direction) if picture else None


def choose_each(shots: Sequence[tuple[PrevisOrder, Direction]]) -> tuple[Still | None, ...]:
    """The picture of every shot of one clip: as `choose`, but what has been shown comes after what has not."""
    if len(shots) == 1:
        return (choose(*shots[0]),)
    chosen: list[Still | None] = []
    for order, direction in shots:
        pictures = _pictures(order, direction)
        # The frame that a clip continues from is what its first shot shows, and none of the others.
        pictures = [picture for picture in pictures if picture.rank or not chosen]
        chosen.append(_fresh(pictures, direction, [still.path for still in chosen if still]))
    return tuple(chosen)


def _fresh(pictures: Sequence[_Picture], direction: Direction, shown: Sequence[str]) -> Still | None:
    close = direction.camera.shot_size in CLOSE_SIZES

    def order_of(picture: _Picture) -> tuple[bool, bool, int, int, bool]:
        unmentioned = not re.search(rf"@image{picture.number}\b", direction.action, re.IGNORECASE)
        misfit = picture.person and ("face" in picture.reference.role) != close
        return picture.rank > 0, unmentioned, shown.count(picture.path), picture.rank, misfit

    picture = min(pictures, key=order_of, default=None)
    if picture is None:
        return None
    times = shown.count(picture.path)
    # A wide shot shows where its people are, which a portrait seen before does not.
    if times and picture.person and not close:
        return None
    return _framed(picture, direction, times)


def _framed(picture: _Picture, direction: Direction, times: int = 0) -> Still:
    size, role = direction.camera.shot_size, picture.reference.role
    portrait = picture.person and "face" in role
    tighten = _TIGHTEN.get(size, 1.0) if picture.rank else 1.0
    aside = (_ASIDE if times % 2 else -_ASIDE) if times else 0.0
    empty = picture.rank > 0 and not picture.person and size not in ("insert", "POV") and not _COMPOSED.search(role)
    return Still(
        picture.path,
        tighten * _CLOSER ** min(times, 3) if not portrait or size == "ECU" or times else 1.0,
        aside,
        _LOOSEN.get(size, 0.0) if portrait and not times else 0.0,
        empty,
        picture.rank == 0,
    )


def _pictures(order: PrevisOrder, direction: Direction) -> list[_Picture]:
    pairs = tuple(enumerate(zip(direction.images, order.images, strict=False), start=1))
    fitting = direction.camera.shot_size in CLOSE_SIZES or len(direction.figures) == 1
    names = [figure.name for figure in direction.figures] if fitting else []
    pictures = [_Picture(path, number, role, 0) for number, (role, path) in pairs if role.role == "continues"]
    pictures += [_Picture(path, number, role, 1) for number, (role, path) in pairs if role.of == ""]
    # A wide shot shows where it plays, another who is in it or what it is about: people are painted rather than left
    # out of the picture of an empty place.
    wide = direction.camera.shot_size in _WIDE_SIZES
    ranks = ("place", "prop", "person") if wide else ("person", "prop", "place")
    rank = {kind: number for number, kind in enumerate(ranks, start=2)}
    people = [(path, number, role) for name in names for number, (role, path) in pairs if role.of == name]
    pictures += [_Picture(path, number, role, rank["person"], True) for path, number, role in people]
    things = [
        _Picture(path, number, role, rank[kind])
        for number, (role, path) in pairs
        if (kind := _kind_of_thing(role, direction)) and (kind == "prop" or wide or not direction.figures)
    ]
    # What shows the part that the words name comes before what shows the whole, and that before other parts.
    return pictures + sorted(things, key=lambda thing: _told(thing.reference.role, direction))


def _kind_of_thing(reference: Reference, direction: Direction) -> str:
    """Whether a picture shows the place of the shot or a prop that its words name; "" for neither."""
    of = reference.of
    if not of or reference.role == "continues" or of in [figure.name for figure in direction.figures]:
        return ""
    if f"{direction.place},".startswith(f"{of},"):
        return "place"
    return "prop" if re.search(rf"\b{re.escape(of)}\b", direction.action, re.IGNORECASE) else ""


def _told(role: str, direction: Direction) -> int:
    if not role:
        return 1
    return 0 if role.lower() in direction.action.lower() else 2
