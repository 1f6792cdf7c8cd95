"""Frames that a cut only repeats are the very packets of their clips; whatever is not surely understood is drawn."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import av
import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import halting
from pipeline.edit import Direction, Joint, Kind, Own
from pipeline.errors import MediaError
from pipeline.media.avc import joined, sets_of
from pipeline.media.coded import Coded, coded
from pipeline.render import encoding, render
from pipeline.render.parts import Copied, Drawn, parts
from pipeline.words import Wording
from tests.clips import Spec, heard, luma, names, noise, tone, write_clip
from tests.cuts import Edit
from tests.test_render import expected

SHORT_GROUPS = (("preset", "medium"), ("crf", "18"), ("g", "8"), ("sc_threshold", "0"))
ONE_GROUP = (("preset", "medium"), ("crf", "18"), ("g", "250"), ("sc_threshold", "0"))


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path)


def copied(edit: Edit) -> list[Copied]:
    """The parts of the edit's cut that are copied."""
    return [part for part in laid(edit) if isinstance(part, Copied)]


def laid(edit: Edit) -> tuple[Copied | Drawn, ...]:
    cut = edit.cut()
    found = parts(cut, {each.source: coded(edit.outputs / each.source) for each in cut.segments if each.source})
    assert [part.start for part in found] == [0, *(part.start + part.length for part in found)][:-1]
    assert sum(part.length for part in found) == cut.frame_count
    return found


def hashes(path: Path) -> list[str]:
    """Of every frame of a film, as it is decoded."""
    with av.open(str(path)) as container:
        return [hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest() for frame in container.decode(video=0)]


def decoded_without_complaint(path: Path) -> None:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    strict = ["-v", "warning", "-xerror", "-err_detect", "explode"]
    done = subprocess.run([ffmpeg, *strict, "-i", str(path), "-f", "null", "-"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


# --- what is copied


def test_frames_that_are_only_repeated_are_those_of_their_clips_bit_for_bit(edit: Edit) -> None:
    for number in range(3):
        edit.add(Spec(number, options=ONE_GROUP, sound=tone(300, 1)))
    edit.render()
    assert [part.length for part in copied(edit)] == [24, 24, 24]
    assert hashes(edit.target) == [each for used in edit.footage for each in hashes(edit.outputs / used.source)]
    assert not [name for name in edit.kept() if name.endswith(".mp4")]


def test_a_cut_that_only_copies_loads_no_moviepy(edit: Edit) -> None:
    edit.add(Spec(0, sound=tone(300, 1)))
    edit.add(Spec(1, sound=tone(400, 1)))
    code = """
import sys, pickle
from pathlib import Path
from pipeline.render import encoding, render
cut = pickle.loads(bytes.fromhex(sys.argv[3]))
render(cut, Path(sys.argv[1]), Path(sys.argv[2]))
print("moviepy" in sys.modules)
"""
    import pickle

    words = [str(edit.outputs), str(edit.target), pickle.dumps(edit.cut()).hex()]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_take_that_is_left_early_is_copied_up_to_what_its_order_allows(edit: Edit) -> None:
    edit.add(Spec(0, options=ONE_GROUP), out_s=Fraction(17, 24))
    edit.add(Spec(1, options=ONE_GROUP))
    first = copied(edit)[0]
    assert first.start == 0
    assert 12 <= first.length <= 17
    assert names(edit.render()) == [(0, frame) for frame in range(17)] + [(1, frame) for frame in range(24)]
    assert hashes(edit.target)[: first.length] == hashes(edit.outputs / edit.footage[0].source)[: first.length]


def test_a_take_that_is_entered_late_is_copied_from_its_next_key_frame_on(edit: Edit) -> None:
    edit.add(Spec(0, options=SHORT_GROUPS), in_s=Fraction(3, 24))
    assert copied(edit) == [Copied(5, 16, edit.footage[0].source, 8)]
    assert names(edit.render()) == [(0, frame) for frame in range(3, 24)]
    assert hashes(edit.target)[5:] == hashes(edit.outputs / edit.footage[0].source)[8:]


def test_clips_of_other_parameter_sets_share_a_film_where_their_numbers_differ(edit: Edit) -> None:
    edit.add(Spec(0, options=(*ONE_GROUP, ("x264-params", "sps-id=3:ref=2"))))
    edit.add(Spec(1, options=ONE_GROUP), overlap_s=Fraction(4, 24))
    assert [part.source for part in copied(edit)] == [edit.footage[0].source]
    edit.add(Spec(2, options=ONE_GROUP))
    assert [part.source for part in copied(edit)] == [edit.footage[0].source, edit.footage[2].source]
    edit.render()
    decoded_without_complaint(edit.target)
    length = copied(edit)[0].length
    assert hashes(edit.target)[:length] == hashes(edit.outputs / edit.footage[0].source)[:length]


def test_of_clips_whose_sets_have_one_number_and_differ_the_longer_are_copied(edit: Edit) -> None:
    edit.add(Spec(0, options=(*ONE_GROUP, ("x264-params", "ref=2:bframes=0"))))
    edit.add(Spec(1, options=ONE_GROUP))
    edit.add(Spec(2, options=ONE_GROUP))
    assert [part.source for part in copied(edit)] == [used.source for used in edit.footage[1:]]
    assert names(edit.render()) == [(number, frame) for number in range(3) for frame in range(24)]
    decoded_without_complaint(edit.target)


# --- what is not


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (Spec(codec="libx265", options=(("x265-params", "log-level=none"),)), "hevc"),
        (Spec(pixels="yuv420p10le"), "yuv420p10le"),
        (Spec(pixels="yuv444p"), "yuv444p"),
        (Spec(matrix=5), "BT.709"),
        (Spec(full_range=True), "yuvj420p"),
        (Spec(tagged=False), "BT.709"),
        (Spec(options=(("x264-params", "interlaced=1"),)), "interlaced"),
        (Spec(options=(("x264-params", "sar=4/3"),)), "square"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_be_copied_is_drawn_and_shows_the_right_frames(edit: Edit, spec: Spec, why: str) -> None:
    edit.add(spec)
    found = coded(edit.outputs / edit.footage[0].source)
    assert isinstance(found, str)
    assert why in found
    assert laid(edit) == (Drawn(0, 24),)
    assert names(edit.render()) == [(0, frame) for frame in range(24)]


def test_a_group_that_leans_on_the_one_before_is_never_where_copying_begins(edit: Edit) -> None:
    leaning = "keyint=8:open-gop=1:bframes=3:b-adapt=0:scenecut=0"
    edit.add(Spec(0, options=(("x264-params", leaning),)), in_s=Fraction(3, 24))
    found = coded(edit.outputs / edit.footage[0].source)
    assert isinstance(found, Coded)
    assert found.keys == (0,)
    assert laid(edit) == (Drawn(0, 21),)


def test_frames_that_are_not_evenly_spaced_are_drawn(edit: Edit, tmp_path: Path) -> None:
    source = write_clip(tmp_path / "even.mp4", Spec(0))
    path = edit.outputs / "takes" / "uneven" / "clip.mp4"
    path.parent.mkdir(parents=True)
    with av.open(str(source)) as even, av.open(str(path), "w") as uneven:
        stream = uneven.add_stream_from_template(even.streams.video[0])
        for number, packet in enumerate(packet for packet in even.demux(video=0) if packet.size):
            packet.stream = stream
            packet.pts = packet.dts = (packet.pts or 0) + (300 if number % 5 == 2 else 0)
            uneven.mux(packet)
    assert coded(path) == "its frames are not evenly spaced"


@pytest.mark.parametrize("size", [(318, 180), (320, 182)])
def test_clips_of_another_size_are_drawn(edit: Edit, size: tuple[int, int]) -> None:
    edit.add(Spec(0, size=size))
    assert not copied(edit)


def test_clips_of_another_rate_are_drawn(edit: Edit) -> None:
    edit.add(Spec(0, rate=Fraction(30), frames=30))
    assert not copied(edit)


def test_a_clip_that_uses_the_number_of_what_is_drawn_is_drawn_itself(edit: Edit) -> None:
    edit.add(Spec(0, options=(*ONE_GROUP, ("x264-params", "sps-id=31"))))
    assert not copied(edit)


# --- what is kept


def test_a_joint_that_was_drawn_is_not_drawn_again(edit: Edit) -> None:
    edit.add(Spec(0, options=SHORT_GROUPS))
    edit.add(Spec(1, options=SHORT_GROUPS), overlap_s=Fraction(6, 24))
    edit.add(Spec(2, options=SHORT_GROUPS), overlap_s=Fraction(6, 24))
    edit.render()
    before = edit.kept()
    edit.add(Spec(3, options=SHORT_GROUPS), overlap_s=Fraction(6, 24))
    edit.render()
    after = edit.kept()
    assert before.keys() <= after.keys()
    assert [name for name in before if before[name] != after[name]] == []
    fresh = [name for name in after.keys() - before.keys() if name.endswith(".mp4")]
    assert 1 <= len(fresh) <= 2  # the new joint, and what the shot before it now ends with


def test_a_kept_joint_that_is_damaged_is_drawn_anew(edit: Edit) -> None:
    edit.add(Spec(0, options=SHORT_GROUPS))
    edit.add(Spec(1, options=SHORT_GROUPS), overlap_s=Fraction(6, 24))
    film = edit.render().read_bytes()
    for path in (edit.target.parents[1] / ".drawn").glob("*.mp4"):
        path.write_bytes(path.read_bytes()[:200])
    assert edit.render().read_bytes() == film


# --- the whole


@dataclass(frozen=True)
class Asked:
    """A shot of any edit, in frames."""

    clip: int  # how it is coded; 3: there is none
    first: int
    stop: int
    overlap: int
    joint: Joint
    lead: int
    lag: int
    titled: bool


WORDS = Wording("title", (("The Sea",),), Fraction(1, 8), Fraction(1, 4))
ANY_SHOT = st.builds(
    Asked,
    clip=st.integers(0, 3),
    first=st.integers(0, 12),
    stop=st.integers(14, 24),
    overlap=st.integers(0, 6),
    joint=st.builds(Joint, st.sampled_from(get_args(Kind)), st.sampled_from(get_args(Direction))),
    lead=st.integers(0, 8),
    lag=st.integers(0, 8),
    titled=st.booleans(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(shots=st.lists(ANY_SHOT, min_size=1, max_size=5))
def test_any_edit_shows_just_its_frames_with_sound_of_the_same_length(
    shots: list[Asked], tmp_path_factory: pytest.TempPathFactory
) -> None:
    edit = Edit(tmp_path_factory.mktemp("edit"))
    sorts = (SHORT_GROUPS, ONE_GROUP, (*SHORT_GROUPS, ("x264-params", "sps-id=2")))
    for number, asked in enumerate(shots):
        spec = Spec(number, options=sorts[asked.clip], sound=noise(number, 1)) if asked.clip < 3 else None
        edit.add(
            spec,
            in_s=Fraction(asked.first, 24),
            out_s=Fraction(asked.stop, 24),
            overlap_s=Fraction(asked.overlap, 24),
            joint=asked.joint,
            own=Own(lead_s=Fraction(asked.lead, 24), lag_s=Fraction(asked.lag, 24)),
            words=(WORDS,) if asked.titled else (),
        )
    cut = edit.cut()
    edit.render(cut)
    joints = sum(segment.overlap for segment in cut.segments)
    assert cut.frame_count == sum(asked.stop - asked.first for asked in shots) - joints
    found = names(edit.target)
    assert len(found) == cut.frame_count
    alone = [(frame, name) for frame, name in enumerate(expected(cut, edit)) if name]
    assert [found[frame] for frame, _ in alone] == [name for _, name in alone]
    decoded_without_complaint(edit.target)
    assert abs(heard(edit.target).shape[1] - cut.frame_count * 2000) < 1024


def test_drawn_frames_are_as_bright_as_the_reference_draws_them(edit: Edit) -> None:
    for number in range(3):
        spec = Spec(number, colour=(60 + 60 * number,) * 3, options=SHORT_GROUPS)
        edit.add(spec, overlap_s=Fraction(6, 24), in_s=Fraction(2, 24))
    copying = [float(frame.mean()) for frame in luma(edit.render())]
    reference = [float(frame.mean()) for frame in luma(edit.render(engine="moviepy"))]
    assert np.abs(np.subtract(copying, reference)).max() < 1


def test_a_clip_that_vanishes_is_named_and_the_old_cut_stays(edit: Edit) -> None:
    edit.add(Spec(0))
    edit.add(Spec(1))
    before = edit.render().read_bytes()
    cut = edit.cut()
    (edit.outputs / edit.footage[1].source).unlink()
    with pytest.raises(MediaError, match=r"is missing \(shot sh020\)"):
        edit.render(cut)
    assert edit.target.read_bytes() == before


def test_a_run_that_is_stopped_leaves_only_whole_parts(edit: Edit) -> None:
    edit.add(Spec(0, options=SHORT_GROUPS))
    edit.add(Spec(1, options=SHORT_GROUPS), overlap_s=Fraction(6, 24))

    def interrupt(done: int, _: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(edit.cut(), edit.outputs, edit.target, progress=interrupt)
    assert edit.left_over() == []
    assert all(not name.startswith(".") for name in edit.kept())


def test_a_run_that_is_asked_to_end_from_elsewhere_ends_while_parts_are_drawn(edit: Edit) -> None:
    edit.add(Spec(0, pixels="yuv444p", frames=48), asked_s=Fraction(2))
    edit.add(Spec(1, pixels="yuv444p", frames=48), asked_s=Fraction(2))
    told, halt = list[int](), halting.Halt()

    def progress(done: int, _: int) -> None:
        halting.look()
        told.append(done)
        halt.ask()

    with halt.over(), pytest.raises(KeyboardInterrupt):
        render(edit.cut(), edit.outputs, edit.target, progress=progress)
    assert told == [1]
    assert edit.left_over() == []


WAYS = {"taken as it comes": (Spec(0), None), "beside drawing": (Spec(0, pixels="yuv444p"), None),
        "to a loudness": (Spec(0), Decimal(-16))}  # fmt: skip


@pytest.mark.parametrize(("spec", "loudness"), WAYS.values(), ids=WAYS)
def test_a_run_that_is_asked_to_end_waits_for_no_sound(
    edit: Edit, monkeypatch: pytest.MonkeyPatch, spec: Spec, loudness: Decimal | None
) -> None:
    edit.add(replace(spec, sound=tone(300, 1)))
    halt, idle = halting.Halt(), threading.Event()

    def endless(*_: object) -> Iterator[np.ndarray]:
        halt.ask()
        for _ in range(3000):
            idle.wait(0.01)
            yield np.zeros((2, 2000), np.float32)

    monkeypatch.setattr(encoding, "mastered", endless)
    with halt.over(), pytest.raises(KeyboardInterrupt):
        render(replace(edit.cut(), loudness_lufs=loudness), edit.outputs, edit.target)
    assert edit.left_over() == []


@pytest.mark.parametrize(("spec", "loudness"), WAYS.values(), ids=WAYS)
def test_a_run_that_is_stopped_waits_for_no_sound(
    edit: Edit, monkeypatch: pytest.MonkeyPatch, spec: Spec, loudness: Decimal | None
) -> None:
    edit.add(replace(spec, sound=tone(300, 1)))
    begun, idle = threading.Event(), threading.Event()

    def endless(*_: object) -> Iterator[np.ndarray]:
        begun.set()
        while not idle.wait(0.01):
            yield np.zeros((2, 2000), np.float32)

    def interrupt(_done: int, _all: int) -> None:
        assert begun.wait(30)
        raise KeyboardInterrupt

    monkeypatch.setattr(encoding, "mastered", endless)
    with pytest.raises(KeyboardInterrupt):
        render(replace(edit.cut(), loudness_lufs=loudness), edit.outputs, edit.target, progress=interrupt)
    assert edit.left_over() == []


def test_sound_that_is_on_its_way_comes_to_the_same_film_as_its_file(edit: Edit) -> None:
    for number in range(3):
        edit.add(Spec(number, sound=tone(300 + 50 * number, 1)))
    edit.render()
    coming = edit.target.read_bytes()
    edit.render()  # its sound is kept now
    assert edit.target.read_bytes() == coming


# --- parameter sets


def test_parameter_sets_come_back_as_they_were(tmp_path: Path) -> None:
    with av.open(str(write_clip(tmp_path / "clip.mp4", Spec(0, options=ONE_GROUP)))) as container:
        configuration = container.streams.video[0].codec_context.extradata
    assert configuration
    sets = sets_of(configuration)
    assert sets
    assert joined([sets, sets]) == configuration


@pytest.mark.parametrize("cut_at", range(12))
def test_a_configuration_that_is_cut_short_is_not_understood(tmp_path: Path, cut_at: int) -> None:
    with av.open(str(write_clip(tmp_path / "clip.mp4", Spec(0)))) as container:
        configuration: Any = container.streams.video[0].codec_context.extradata
    assert sets_of(configuration[:cut_at]) is None


frames = st.permutations(range(6)).filter(lambda order: order[0] == 0)


@given(st.lists(frames, min_size=1, max_size=4), st.integers(0, 24), st.integers(0, 24))
def test_a_run_of_packets_holds_just_frames_that_follow_each_other(groups: list[list[int]], a: int, b: int) -> None:
    shown = tuple(6 * number + frame for number, group in enumerate(groups) for frame in group)
    clip = Coded(shown, tuple(range(0, len(shown), 6)), None, Fraction(24), (2, 2))  # type: ignore[arg-type]
    first, stop = min(a, b), min(max(a, b), len(shown))
    run = clip.run(first, stop)
    if run is None:
        return
    packet, count = run
    there = sorted(shown[packet : packet + count])
    assert there[0] >= first
    assert there[-1] < stop
    assert all(later == earlier + 1 for earlier, later in pairwise(there))
    assert all(
        frame - there[0] + clip.delay(packet, count) >= n for n, frame in enumerate(shown[packet : packet + count])
    )
