"""Sound that is encoded in pieces is what one encoder would have made of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import StoryreelError
from pipeline.frames import SAMPLE_RATE
from pipeline.media import aac
from pipeline.media.aac import write_sound
from pipeline.media.film import SOUND_BITS
from pipeline.media.sound import SoundReader

FRAME, PIECE, RATE = 1024, 40 * 1024, Fraction(24)
Samples = NDArray[np.float32]


def heard(seconds: float) -> Samples:
    """A chord that swells, with a knock every 0.3 s, so that windows of every kind are needed."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * hertz * at) for hertz in (220, 277, 331, 1310)) * (0.04 + 0.02 * np.sin(at))
    knocks = np.random.default_rng(4).normal(0, 0.3, at.size) * np.exp(-((at % 0.3) * 200))
    return np.stack([chord + knocks, chord - 0.5 * knocks]).astype(np.float32)


def in_blocks(samples: Samples, length: int = 2000) -> Iterator[Samples]:
    return (samples[:, at : at + length] for at in range(0, samples.shape[1], length))


def written(target: Path, samples: Samples) -> Path:
    write_sound(target, in_blocks(samples), RATE, SOUND_BITS)
    return target


def packets(path: Path) -> list[tuple[int, int, bytes]]:
    with av.open(str(path)) as container:
        return [(p.pts or 0, p.duration or 0, bytes(p)) for p in container.demux(container.streams.audio[0]) if p.size]


def window(packet: bytes) -> int | None:
    """The sequence of windows of a packet (ISO/IEC 14496-3, 4.4.2.1); None where its channels have one each."""
    bits = "".join(f"{byte:08b}" for byte in packet[:64])
    if bits[:3] == "110":  # filling comes first: how many bytes say 4 bits, or 8 more (4.4.2.7)
        length, escaped = int(bits[3:7], 2), int(bits[7:15], 2)
        bits = bits[7 + 8 * length :] if length < 15 else bits[15 + 8 * (14 + escaped) :]
    return int(bits[9:11], 2) if bits[:3] == "001" and bits[7] == "1" else None


@pytest.fixture
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aac, "_PIECE", PIECE)


@pytest.mark.usefixtures("short_pieces")
def test_pieces_fit_together_as_if_one_encoder_had_made_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = heard(12)
    many = packets(written(tmp_path / "many.m4a", samples))
    monkeypatch.setattr(aac, "_PIECE", 1 << 30)
    one = packets(written(tmp_path / "one.m4a", samples))
    assert [packet[:2] for packet in many] == [packet[:2] for packet in one]
    assert {window(content) for *_, content in one} >= {0, 2}
    assert [window(content) for *_, content in many] == [window(content) for *_, content in one]


@pytest.mark.usefixtures("short_pieces")
def test_nothing_is_heard_of_a_joint(tmp_path: Path) -> None:
    samples = heard(12)
    with SoundReader(written(tmp_path / "s.m4a", samples)) as reader:
        error = np.abs(reader.read(0, samples.shape[1]) - samples).max(axis=0)
    worst = error[: samples.shape[1] // FRAME * FRAME].reshape(-1, FRAME).max(axis=1)
    at_joints = [worst[joint // FRAME - 1 : joint // FRAME + 1].max() for joint in range(PIECE, error.size, PIECE)]
    assert len(at_joints) == 14
    assert max(at_joints) <= np.quantile(worst, 0.99)


@pytest.mark.usefixtures("short_pieces")
@pytest.mark.parametrize("extra", [-PIECE + 1, -1, 0, 1, 4 * FRAME - 1, 4 * FRAME, 12 * FRAME, 12 * FRAME + 1])
def test_a_sound_of_any_length_is_whole(tmp_path: Path, extra: int) -> None:
    length = PIECE + extra
    file = written(tmp_path / "s.m4a", np.full((2, length), 0.25, np.float32))
    assert sum(duration for _, duration, _ in packets(file)) == length + FRAME  # that the encoder begins with
    with SoundReader(file) as reader:
        assert reader.heard_until(length * 2) == pytest.approx(length, abs=FRAME)
        assert reader.read(0, length)[:, length // 2] == pytest.approx(0.25, abs=0.03)


@pytest.mark.usefixtures("short_pieces")
def test_the_number_of_processors_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = set[bytes]()
    for count in (1, 2, 5):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        made.add(written(tmp_path / "s.m4a", heard(5)).read_bytes())
    assert len(made) == 1


@pytest.mark.usefixtures("short_pieces")
def test_no_more_is_taken_than_can_be_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    taken, done = 0, list[int]()
    encode = aac._packets

    def counted(*given: object) -> object:
        done.append(taken)
        return encode(*given)  # type: ignore[arg-type]

    def blocks() -> Iterator[Samples]:
        nonlocal taken
        for block in in_blocks(np.zeros((2, 30 * PIECE), np.float32)):
            taken += block.shape[1]
            yield block

    monkeypatch.setattr(aac, "_packets", counted)
    write_sound(tmp_path / "s.m4a", blocks(), RATE, SOUND_BITS)
    assert len(done) == 30
    assert all(samples - number * PIECE < 5 * PIECE for number, samples in enumerate(done))


def test_what_a_sound_raises_leaves_nothing(tmp_path: Path) -> None:
    def blocks() -> Iterator[Samples]:
        yield np.zeros((2, 100_000), np.float32)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_sound(tmp_path / "s.m4a", blocks(), RATE, SOUND_BITS)
    assert not list(tmp_path.iterdir())


def test_a_target_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoryreelError, match=r"s\.m4a: can't be written"):
        written(tmp_path / "file" / "s.m4a", heard(0.1))
