"""Every joint is a function of two pictures and a moment, exact at both ends, and what it is called in between."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.edit import Direction, Joint, Kind
from pipeline.media.canvas import Canvas, split
from pipeline.render.joints import joined
from pipeline.transitions import dipped, eased, edge, whipped

SIZE = (160, 90)
KINDS: tuple[Kind, ...] = get_args(Kind)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
JOINTS = [Joint(kind, way, colour) for kind in KINDS for way in DIRECTIONS for colour in ("black", "white")]
Planes = NDArray[np.uint8]


def textured(seed: int) -> Planes:
    """A picture of which no two places look alike."""
    return np.random.default_rng(seed).integers(16, 236, (SIZE[1] * 3 // 2, SIZE[0]), np.uint8)


def flat(level: int) -> Planes:
    """A grey picture."""
    planes = Canvas(*SIZE, "contain").black.copy()
    planes[: SIZE[1]] = level
    return planes


def luma(planes: Planes) -> Planes:
    return split(planes, *SIZE)[0]


@pytest.mark.parametrize("joint", JOINTS, ids=lambda joint: f"{joint.kind}-{joint.direction}-{joint.through}")
def test_every_joint_begins_with_the_one_picture_and_ends_with_the_other(joint: Joint) -> None:
    leaving, coming = textured(1), textured(2)
    assert np.array_equal(joined(leaving, coming, 0.0, joint, SIZE), leaving)
    assert np.array_equal(joined(leaving, coming, 1.0, joint, SIZE), coming)
    near, far = joined(leaving, coming, 1e-9, joint, SIZE), joined(leaving, coming, 1 - 1e-9, joint, SIZE)
    assert np.abs(near.astype(int) - leaving).max() <= 1
    assert np.abs(far.astype(int) - coming).max() <= 1


@pytest.mark.parametrize("joint", JOINTS, ids=lambda joint: f"{joint.kind}-{joint.direction}-{joint.through}")
def test_no_joint_jumps(joint: Joint) -> None:
    leaving, coming = flat(60), flat(180)
    means = [float(luma(joined(leaving, coming, t, joint, SIZE)).mean()) for t in np.linspace(0, 1, 101)]
    assert max(abs(later - earlier) for earlier, later in pairwise(means)) < 12


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "fade"])
def test_more_and_more_is_seen_of_the_one_that_comes(kind: Kind) -> None:
    means = [luma(joined(flat(40), flat(200), t, Joint(kind), SIZE)).mean() for t in np.linspace(0, 1, 41)]
    assert all(later >= earlier - 0.01 for earlier, later in pairwise(means))


@pytest.mark.parametrize(("through", "level"), [("black", 16), ("white", 235)])
def test_a_fade_is_of_one_colour_in_its_middle(through: str, level: int) -> None:
    middle = joined(textured(1), textured(2), 0.5, Joint("fade", through=through), SIZE)  # type: ignore[arg-type]
    assert set(luma(middle).ravel()) == {level}
    assert set(middle[SIZE[1] :].ravel()) == {128}


def test_a_dissolve_is_the_mean_in_its_middle() -> None:
    leaving, coming = textured(1), textured(2)
    middle = joined(leaving, coming, 0.5, Joint("dissolve"), SIZE)
    assert np.abs(middle - (leaving.astype(float) + coming) / 2).max() <= 0.5


@pytest.mark.parametrize(
    ("direction", "first", "last"),
    [("left", (-1, -1), (0, 0)), ("right", (0, 0), (-1, -1)), ("up", (-1, -1), (0, 0)), ("down", (0, 0), (-1, -1))],
)
@pytest.mark.parametrize("kind", ["wipe", "slide", "push", "whip_pan"])
def test_what_comes_enters_where_it_is_said_to(
    kind: Kind, direction: Direction, first: tuple[int, int], last: tuple[int, int]
) -> None:
    quarter = luma(joined(flat(40), flat(200), 0.4, Joint(kind, direction), SIZE))
    assert quarter[first] == 200
    assert quarter[last] == 40


def test_a_push_moves_both_and_a_slide_only_the_one_that_comes() -> None:
    leaving, coming = textured(1), textured(2)
    gone = round(eased(0.5) * SIZE[0])
    pushed = luma(joined(leaving, coming, 0.5, Joint("push"), SIZE))
    assert np.array_equal(pushed[:, : SIZE[0] - gone], luma(leaving)[:, gone:])
    slid = luma(joined(leaving, coming, 0.5, Joint("slide"), SIZE))
    assert np.array_equal(slid[:, : SIZE[0] - gone], luma(leaving)[:, : SIZE[0] - gone])
    assert np.array_equal(slid[:, SIZE[0] - gone :], luma(coming)[:, :gone])


def test_an_iris_opens_in_the_middle_and_its_corners_come_last() -> None:
    half = luma(joined(flat(40), flat(200), 0.5, Joint("iris"), SIZE))
    assert half[SIZE[1] // 2, SIZE[0] // 2] == 200
    assert {int(half[y, x]) for y in (0, -1) for x in (0, -1)} == {40}
    assert np.array_equal(half, half[::-1, ::-1])


def test_a_whip_pan_smears_while_it_is_quick() -> None:
    stripes = flat(40)
    stripes[: SIZE[1], ::2] = 200
    middle = luma(joined(stripes, stripes, 0.5, Joint("whip_pan"), SIZE))
    assert middle.std() < luma(stripes).std() / 4
    assert abs(middle.mean() - 120) < 1


def test_brightness_and_colour_go_equally_far() -> None:
    leaving, coming = flat(40), flat(200)
    colour = split(coming, *SIZE)[1]
    colour[:] = 90
    for t in np.linspace(0.05, 0.95, 19):
        made = joined(leaving, coming, float(t), Joint("push"), SIZE)
        luma_edge = int((luma(made)[0] == 40).sum())
        assert luma_edge == 2 * int((split(made, *SIZE)[1][0] == 128).sum())


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_moves_never_turns_back(a: float, b: float) -> None:
    early, late = sorted((a, b))
    assert 0 <= eased(early) <= eased(late) <= 1
    assert edge(early) <= edge(late)
    assert whipped(early).gone <= whipped(late).gone
    assert dipped(early)[0] >= dipped(late)[0]
    assert dipped(early)[1] <= dipped(late)[1]
