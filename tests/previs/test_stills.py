from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.previs.choice import Still, choose, choose_each
from pipeline.previs.order import Camera, Direction, Figure, PrevisOrder, Reference
from pipeline.previs.stills import cover, open_still

RED, BLUE = (200, 30, 30), (30, 30, 200)


def halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def png_that_claims(path: Path, width: int, height: int) -> Path:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


@pytest.mark.parametrize("size", [(50_000, 50_000), (9_000, 9_000), (13_000, 13_000)])
def test_a_picture_bomb_is_refused_before_it_is_opened(tmp_path: Path, size: tuple[int, int]) -> None:
    bomb = png_that_claims(tmp_path / "bomb.png", *size)
    with pytest.raises(MediaError, match=r"bomb\.png: .*80 megapixels"):
        open_still(str(bomb), (160, 90))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tiff", "gif"])
def test_the_usual_kinds_of_picture_are_opened(tmp_path: Path, suffix: str) -> None:
    halves(64, 48).save(tmp_path / f"a.{suffix}")
    picture = open_still(str(tmp_path / f"a.{suffix}"), (160, 90))
    assert picture.mode == "RGB"
    assert picture.size == (64, 48)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_any_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tiff" if mode == "CMYK" else "a.png")
    if mode == "I;16":
        Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(path)
    else:
        halves(8, 8).convert(mode).save(path)
    picture = open_still(str(path), (16, 16))
    assert picture.mode == "RGB"
    if mode == "I;16":
        assert picture.getpixel((2, 2)) == (156, 156, 156)


def test_a_picture_taken_sideways_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate a quarter clockwise
    halves(64, 48).save(tmp_path / "a.jpg", exif=exif)
    picture = open_still(str(tmp_path / "a.jpg"), (64, 64))
    assert picture.size == (48, 64)
    red, _, blue = picture.getpixel((24, 4))  # type: ignore[misc]
    assert red > blue


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"ffconcat version 1.0\nfile a.mp4\n"]
)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(MediaError, match=r"a\.png: not a readable"):
        open_still(str(tmp_path / "a.png"), (16, 16))


def test_a_truncated_picture_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:2000])
    with pytest.raises(MediaError, match="not a readable"):
        open_still(str(tmp_path / "a.png"), (16, 16))


@pytest.mark.parametrize("name", ["missing.png", ".", "https://example.com/a.png", "concat:a|b"])
def test_only_files_are_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(MediaError, match="no such picture"):
        open_still(str(tmp_path / name), (16, 16))


@pytest.mark.parametrize("size", [(64, 48), (48, 64), (1, 1), (2000, 3), (3, 2000), (177, 99)])
@pytest.mark.parametrize("wanted", [(160, 90), (90, 160), (400, 90)])
def test_any_shape_of_picture_fills_any_shape_of_frame(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    picture = cover(Image.new("RGB", size, RED), wanted, 1.3)
    assert picture.size == wanted
    assert picture.getextrema() == ((200, 200), (30, 30), (30, 30))


def shot(size: str, figures: tuple[str, ...], *images: tuple[str, str]) -> Direction:
    return Direction(
        camera=Camera(shot_size=size),
        figures=tuple(Figure(name, index) for index, name in enumerate(figures)),
        images=tuple(Reference(role, of) for role, of in images),
    )


FACE, PLACE, LAST = ("face", "Ann"), ("the map", ""), ("continues", "sh010")


@pytest.mark.parametrize(
    ("direction", "chosen"),
    [
        (shot("WS", ("Ann",), FACE, PLACE, LAST), 2),
        (shot("WS", ("Ann",), FACE, PLACE), 1),
        (shot("WS", ("Ann",), FACE), 0),
        (shot("CU", ("Bob", "Ann"), FACE), 0),
        (shot("WS", ("Bob", "Ann"), FACE), None),
        (shot("CU", ("Bob",), FACE), None),
        (shot("CU", ("Ann",)), None),
    ],
)
def test_the_ground_is_the_picture_closest_to_the_shot(
    order: Callable[..., PrevisOrder], direction: Direction, chosen: int | None
) -> None:
    images = tuple(f"/{index}.png" for index in range(len(direction.images)))
    still = choose(order(direction=direction, images=images), direction)
    assert (still and still.path) == (None if chosen is None else f"/{chosen}.png")


HUT, DRUM, SPOUT = ("", "the hut"), ("", "the drum"), ("spout", "the drum")


@pytest.mark.parametrize(
    ("size", "action", "place", "chosen"),
    [
        pytest.param("WS", "Ann waits.", "the hut, of logs", HUT, id="a-wide-shot-shows-the-place"),
        pytest.param("WS", "The drum turns.", "the hut, of logs", HUT, id="even-with-a-prop"),
        pytest.param("CU", "Ann waits.", "the hut, of logs", FACE, id="a-close-one-who-is-in-it"),
        pytest.param("CU", "Bob waits.", "the hut, of logs", None, id="who-has-no-picture-is-painted"),
        pytest.param("CU", "A stone.", "the hut, of logs", HUT, id="the-place-where-nobody-is"),
        pytest.param("CU", "The drum turns.", "the hut, of logs", DRUM, id="or-what-it-is-about"),
        pytest.param("CU", "It runs from the spout of the drum.", "", SPOUT, id="the-part-that-is-named"),
        pytest.param("WS", "The drum turns.", "", DRUM, id="the-prop-where-there-is-no-place"),
        pytest.param("WS", "A drummer.", "the hut on the hill, of logs", None, id="neither-by-half-a-name"),
    ],
)
def test_a_shot_is_drawn_on_the_place_or_the_prop_that_it_shows(
    order: Callable[..., PrevisOrder], size: str, action: str, place: str, chosen: tuple[str, str] | None
) -> None:
    figures = tuple(name for name in ("Ann", "Bob") if name in action)
    given = replace(shot(size, figures, FACE, SPOUT, DRUM, HUT), action=action, place=place)
    still = choose(order(direction=given, images=("/face", "/spout", "/drum", "/hut")), given)
    wanted = {FACE: "/face", SPOUT: "/spout", DRUM: "/drum", HUT: "/hut", None: None}
    assert (still and still.path) == wanted[chosen]


def test_without_a_direction_the_first_picture_is_the_ground(order: Callable[..., PrevisOrder]) -> None:
    assert choose(order(images=("/a.png", "/b.png")), Direction()) == Still("/a.png", 1.0)


COAT = ("costume", "Ann")


@pytest.mark.parametrize(
    ("images", "sizes", "chosen"),
    [
        ((LAST, PLACE, FACE), ("WS", "CU", "WS"), (0, 1, 2)),  # a clip continues from a frame at its start only
        ((PLACE, FACE), ("WS", "CU", "WS"), (0, 1, 0)),
        ((FACE, COAT), ("WS", "CU"), (1, 0)),
        ((FACE, COAT), ("CU", "WS"), (0, 1)),
        ((PLACE,), ("WS", "CU", "WS"), (0, 0, 0)),
        ((FACE,), ("CU", "WS", "CU"), (0, None, 0)),  # a wide shot is rather painted than on the same portrait again
        ((LAST,), ("WS", "CU"), (0, None)),
        ((), ("WS", "CU"), (None, None)),
    ],
)
def test_the_shots_of_a_clip_show_first_what_no_other_has_shown(
    order: Callable[..., PrevisOrder],
    images: tuple[tuple[str, str], ...],
    sizes: tuple[str, ...],
    chosen: tuple[int | None, ...],
) -> None:
    directions = [shot(size, ("Ann",), *images) for size in sizes]
    paths = tuple(f"/{index}.png" for index in range(len(images)))
    stills = choose_each([(order(direction=own, images=paths), own) for own in directions])
    assert [still and still.path for still in stills] == [None if index is None else paths[index] for index in chosen]


def test_a_shot_is_drawn_on_the_picture_that_its_words_mention(order: Callable[..., PrevisOrder]) -> None:
    told = [Direction(action=action, images=(Reference("", ""),) * 2) for action in ("On @Image2.", "@image2 again.")]
    stills = choose_each([(order(direction=own, images=("/a.png", "/b.png")), own) for own in told])
    assert [still and still.path for still in stills] == ["/b.png", "/b.png"]


def test_a_picture_shown_again_is_framed_in_another_way(order: Callable[..., PrevisOrder]) -> None:
    own = shot("WS", ("Ann",), PLACE)
    stills = choose_each([(order(direction=own, images=("/a.png",)), own)] * 6)
    assert all(still and 1 <= still.tighten < 2 for still in stills)
    assert all(before != after for before, after in pairwise(stills))
    assert len(set(stills)) >= 4


def test_a_picture_can_be_cropped_at_its_edges() -> None:
    picture = halves(200, 100)
    assert cover(picture, (50, 50), 2.0, -1.0).getextrema() == ((200, 200), (30, 30), (30, 30))
    assert cover(picture, (50, 50), 2.0, 1.0).getextrema() == ((30, 30), (30, 30), (200, 200))
