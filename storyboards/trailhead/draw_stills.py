"""Fixed seeds enter; the pictures of "The Long Way Up" leave, as JPEG files beside this script.

It borrows the brushes of the first example:
    PYTHONPATH=storyboards/lighthouse python storyboards/trailhead/draw_stills.py
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from gouache import SCALE, Art, Mask, disc, fill, finish, glow, line, mix, moved, paper, polygons
from PIL import Image

WIDE, HIGH = 1470, 630  # 21:9
LEFT_LEDGE = "-20,350! 210,356! 236,390 214,470 240,560 206,660! -20,660!"


def ridge(art: Art, foot: float, high: float, rough: float, tint: str, phase: float) -> tuple[Mask, np.ndarray]:
    """One range of mountains across the picture, and its skyline."""
    x = np.linspace(-20, WIDE + 20, 90)
    wave = np.sin(x / 190 + phase) + 0.6 * np.sin(x / 83 + 2.3 * phase) + 0.3 * np.sin(x / 37 + 4 * phase)
    y = foot - high * (0.5 + 0.28 * wave) - rough * np.abs(art.rng.standard_normal(len(x)))
    skyline = np.stack([x, y], 1)
    mask = polygons(art, [[*map(tuple, skyline), (WIDE + 20, HIGH + 20), (-20, HIGH + 20)]])
    fill(art, mask, tint, dry=3)
    return mask, skyline


def peak(art: Art, x: float, top: float, foot: float, half: float, cool: str, warm: str) -> None:
    """A snow peak, its left face in the sun."""
    ridge_line = [(x, top), (x + 14, top + (foot - top) * 0.25), (x - 16, top + (foot - top) * 0.55), (x + 24, foot)]
    left = [(x - half * 0.3, top + (foot - top) * 0.36), (x - half * 0.55, top + (foot - top) * 0.52), (x - half, foot)]
    right = [(x + half * 0.35, top + (foot - top) * 0.3), (x + half * 0.6, top + (foot - top) * 0.6), (x + half, foot)]
    body = polygons(art, [[(x, top), *right, *left[::-1]]])
    fill(art, body, cool)
    lit = polygons(art, [[*ridge_line, *left[::-1]]])
    fill(art, lit, warm, (0.5, 1), on=body)
    for _ in range(11):
        at = art.rng.uniform(0.3, 1)
        cx, cy = x + art.rng.uniform(-0.8, 0.8) * half * at, top + (foot - top) * at
        reach = art.rng.uniform(20, 70) * at
        rock = [(cx, cy - reach), (cx + reach * 0.4, cy), (cx - reach * 0.3, cy + reach * 0.4)]
        fill(art, polygons(art, [rock]), "457" if cx > x else "a76", on=body, alpha=0.6)


def firs(art: Art, spots: list[tuple[float, float, float]], tint: str, lit: str) -> None:
    for x, y, tall in spots:
        for tier in range(4):
            wide, at = tall * (0.12 + 0.07 * tier), y - tall * (0.95 - 0.24 * tier)
            tree = [(x, at), (x + wide, at + tall * 0.34), (x - wide, at + tall * 0.34)]
            mask = polygons(art, [tree])
            fill(art, mask, tint)
            left = polygons(art, [[(x, at), (x - wide * 0.1, at + tall * 0.34), (x - wide, at + tall * 0.34)]])
            fill(art, left, lit, on=mask, alpha=0.75)


def valley_sky(seed: int) -> Art:
    art = paper(WIDE, HIGH, seed, 10, "0 257 0.3 59a 0.5 ec9 0.62 fc8 1 fb7")
    glow(art, 250, 330, 380, "fc7", 0.6)
    for x, y, wide in ((900, 90, 520), (1250, 150, 420), (420, 130, 380)):
        for band in range(4):
            shift = art.rng.uniform(-60, 60)
            way = [(x - wide / 2 + shift, y + band * 13), (x + shift, y - 8 + band * 12), (x + wide / 2, y + band * 15)]
            line(art, [way], 16 - band * 2, "fdb" if band else "fed", dry=4, ends=0.1, alpha=0.5)
    return art


def hut() -> Image.Image:
    """The hut at the head of the trail, at first light."""
    art = valley_sky(81)
    peak(art, 980, 70, 470, 420, "58a 8ab", "fda e98")
    peak(art, 560, 170, 460, 300, "69a 8ab", "fdb ea9")
    ridge(art, 500, 130, 5, "79a 8ab", 1.2)
    for x, y, wide in ((300, 420, 420), (880, 436, 560), (1300, 410, 380)):
        line(art, [[(x - wide / 2, y), (x, y - 10), (x + wide / 2, y + 4)]], 34, "fed", soft=10, ends=0.2, alpha=0.6)
    ridge(art, 560, 120, 4, "368 477", 3.1)
    firs(
        art,
        [(x, 500 + 16 * math.sin(x), art.rng.uniform(70, 120)) for x in np.linspace(30, 1440, 30)],
        "145 033",
        "387",
    )
    fill(art, "-20,650! -20,520 200,488 480,500 800,480 1100,500 1490,470 1490,650!", "6a5 243")
    fill(art, "-20,560 260,500 520,512 420,650 -20,650", "cc6", dry=22, alpha=0.5)
    fill(art, "640,650! 700,580 640,540 760,508 880,502! 800,530 760,560 860,600 900,650!", "fda b86")
    cabin(art, 1010, 548, 1.0)
    signpost(art, 560, 590)
    firs(art, [(90, 640, 300), (230, 660, 220), (1400, 660, 320), (1290, 650, 200)], "044 022", "275")
    return finish(art, 0.35)


def cabin(art: Art, x: float, foot: float, size: float) -> None:
    def box(path: str) -> Mask:
        return polygons(art, [moved(path, x, foot, size)])

    fill(art, disc(art, x + 40, foot + 2, 190 * size, 14), "132", soft=8, alpha=0.6)
    walls = fill(art, box("-130,0 -130,-96 0,-180 130,-96 130,0"), "a64 421", (1, 0.2))
    for y in range(-170, 0, 15):
        line(art, [moved(f"-140,{y} 140,{y}", x, foot, size)], 3, "421", on=walls, ends=0.9, alpha=0.6)
    fill(art, box("20,-200 40,0 150,0 150,-120"), "312", on=walls, alpha=0.4)
    fill(art, box("-166,-72 -150,-92 0,-200 150,-92 166,-72 0,-178"), "d54 622", (1, 0.1))
    fill(art, box("-140,0 -140,-30 140,-30 140,0"), "998 445", (1, 0.2))
    fill(art, box("62,-150 62,-204 88,-204 88,-132"), "a98 545", (1, 0))
    for path in ("-96,-44 -96,-88 -50,-88 -50,-44", "52,-44 52,-88 98,-88 98,-44"):
        fill(art, box(path), "ffb fa4")
        px, py = moved(path, x, foot, size)[0]
        glow(art, px + 22, py - 22, 60, "fa4", 0.5)
    line(art, [moved("-73,-88 -73,-44", x, foot, size), moved("75,-88 75,-44", x, foot, size)], 4, "421", ends=0.9)
    fill(art, box("-26,0 -26,-84 26,-84 26,0"), "743 311", (1, 0.2))
    for dx, sway in ((75, 20), (80, -16)):
        way = moved(f"{dx},-210 {dx + sway},-260 {dx - sway},-320 {dx + 2 * sway},-390", x, foot, size)
        line(art, [way], 22, "fed", soft=7, ends=0.2, alpha=0.5)


def signpost(art: Art, x: float, foot: float) -> None:
    line(art, [[(x, foot), (x, foot - 150)]], 13, "a74 421", (1, 0), ends=0.9)
    for y, side, tint in ((-134, 1, "fc4 a72"), (-98, -1, "fda b75")):
        board = [(x - 12 * side, foot + y), (x + 84 * side, foot + y), (x + 106 * side, foot + y + 13)]
        board += [(x + 84 * side, foot + y + 26), (x - 12 * side, foot + y + 26)]
        fill(art, polygons(art, [board]), tint, (1, 0.3))


def bridge() -> Image.Image:
    """The rope bridge over the gorge."""
    art = paper(WIDE, HIGH, 83, 10, "0 8bb 0.4 cdc 1 9bb")
    glow(art, 740, 120, 460, "ffe", 0.5)
    peak(art, 760, 90, 420, 300, "8ab 9bc", "eed cba")
    for inset, top, tint in ((70, 110, "9bb abb"), (180, 40, "689 8aa"), (300, -20, "467 578"), (430, -60, "245 356")):
        for side in (-1, 1):
            walls(art, side, inset, top, tint)
        line(art, [[(250, 560), (735, 574), (1220, 560)]], 90, "def", soft=24, ends=0.3, alpha=0.3)
    ledge = "1490,330! 1130,322! 1096,350 1120,420 1090,520 1130,660! 1490,660!"
    for edge, grass in ((ledge, "1116,330 1260,322 1490,332"), (LEFT_LEDGE, "-20,360 90,346 220,362")):
        fill(art, edge, "465 123", (0.3, 1))
        line(art, grass, 26, "7a6 465", (1, 0), ends=0.4)
    deck(art)
    firs(art, [(60, 330, 190), (150, 360, 130), (1420, 340, 200), (1330, 366, 120)], "034 022", "387")
    return finish(art, 0.4)


def walls(art: Art, side: int, inset: float, top: float, tint: str) -> None:
    """One wall of the gorge, its foot and its slabs; `inset` pixels from the middle at its foot."""
    edge = [(735 + side * (inset + 190 - 34 * at + art.rng.uniform(-16, 16)), top + at * 118) for at in range(7)]
    face = polygons(art, [[(735 + side * 760, top - 60), *edge, (735 + side * 760, 760)]])
    fill(art, face, tint)
    for x, y in edge:
        reach = art.rng.uniform(60, 150)
        slab = [(x, y - 8), (x + side * reach, y + 26), (x + side * reach * 0.7, y + 150), (x - side * 20, y + 116)]
        fill(art, polygons(art, [slab]), "fff" if side > 0 else "012", on=face, alpha=0.13)
        ledge = [(x, y), (x + side * reach * 0.6, y + 10), (x + side * reach * 1.4, y + 4)]
        line(art, [ledge], 7, "cdc" if side > 0 else "8aa", on=face, ends=0.2, alpha=0.5)


def deck(art: Art) -> None:
    """Planks and ropes, from the left edge to the ledge on the right."""
    left = np.stack([np.linspace(-30, 1150, 60), 440 - 130 * np.linspace(0, 1, 60) ** 0.8], 1)
    sag = 70 * np.sin(np.linspace(0, np.pi, 60))
    near, far = left + np.stack([0 * sag, sag + 110 * np.linspace(1, 0.12, 60)], 1), left + np.stack([0 * sag, sag], 1)
    for a, b in list(zip(near, far, strict=True))[::1]:
        wide = 4 + 12 * (b[1] - a[1]) / -110
        line(art, [[tuple(a), (b[0] + 14, b[1])]], wide, mix("d96", "853", art.rng.uniform(0, 1)), ends=0.95)
    for edge, lift in ((far, 0.75), (near, 1.0)):
        height = lift * np.linspace(130, 20, 60)
        rope = edge - np.stack([0 * height, height], 1)
        for at in range(0, 60, 3):
            line(art, [[tuple(edge[at]), tuple(rope[at])]], 4 - at / 20, "432", ends=0.9)
        line(art, [[tuple(dot) for dot in rope]], 9, "da7 643", (1, 0), ends=0.4)
        line(art, [[tuple(dot) for dot in edge]], 7, "421", ends=0.4)
        for at in range(4, 58, 9):
            x, y = rope[at]
            size = 0.3 + 0.7 * (60 - at) / 60
            tint = ("e43", "fc4", "fff", "3a9", "47b")[at // 9 % 5]
            fill(art, polygons(art, [moved("-14,2 14,2 8,44 -6,36", x, y, size)]), f"{tint} {mix(tint, '223', 0.4)}")


def pass_() -> Image.Image:
    """The pass with its cairn, in the last light."""
    art = paper(WIDE, HIGH, 87, 10, "0 226 0.3 647 0.52 d75 0.66 fb6 1 fc7")
    glow(art, 1080, 370, 420, "fb5", 0.75)
    fill(art, disc(art, 1080, 372, 44), "ffd", soft=2)
    for x, y, wide, tint in (
        (500, 120, 700, "a57"),
        (1100, 180, 620, "e86"),
        (760, 240, 560, "fa7"),
        (180, 220, 420, "c67"),
    ):
        for band in range(5):
            shift = art.rng.uniform(-80, 80)
            way = [(x - wide / 2 + shift, y + band * 11), (x + shift, y - 8 + band * 11), (x + wide / 2, y + band * 12)]
            line(art, [way], 15 - band * 2, tint, dry=4, ends=0.1, alpha=0.6)
    for foot, high, tint, phase in ((470, 110, "b67 d86", 0.4), (520, 130, "846 a67", 2.0), (580, 150, "535 746", 4.4)):
        _, skyline = ridge(art, foot, high, 6, tint, phase)
        line(art, [[tuple(dot) for dot in skyline[55:80]]], 4, "fc8", ends=0.2, alpha=0.6)
    slope = fill(
        art, "-20,650! -20,300 120,330 260,400 430,452 640,490 900,560 1120,600 1490,650!", "435 213", (0.2, 1)
    )
    fill(art, "60,320 300,410 640,486 1000,580 900,620 500,560 200,470", "a56", on=slope, dry=18, alpha=0.5)
    for _ in range(40):
        x, y = art.rng.uniform(0, 1200), art.rng.uniform(360, 640)
        r = art.rng.uniform(8, 34)
        stone = [(x - r, y), (x - r * 0.3, y - r * 0.7), (x + r * 0.8, y - r * 0.4), (x + r, y + r * 0.2)]
        fill(art, polygons(art, [stone]), "c76 324", (-1, 0.4), on=slope, alpha=0.8)
    cairn(art, 330, 452)
    return finish(art, 0.45)


def cairn(art: Art, x: float, foot: float) -> None:
    for y, half, tall, lean in (
        (0, 88, 44, 0),
        (-40, 70, 40, 6),
        (-76, 56, 36, -8),
        (-108, 40, 32, 4),
        (-136, 28, 30, -2),
    ):
        stone = moved(
            f"-{half},-4 -{half * 0.8},-{tall} {half * 0.3},-{tall + 6} {half},-{tall * 0.6} {half * 0.8},4",
            x + lean,
            foot + y,
        )
        mask = fill(art, stone, "958 324", (-1, 0.5))
        rim = moved(f"{half * 0.3},-{tall + 6} {half},-{tall * 0.6} {half * 0.8},4 {half * 0.5},-8", x + lean, foot + y)
        fill(art, rim, "fa6", on=mask, dry=4, alpha=0.85)
    line(art, [[(x - 4, foot - 166), (x + 4, foot - 300)]], 8, "a65 423", (-1, 0), ends=0.8)
    fill(art, moved("4,-298! 60,-304 110,-284 160,-274! 108,-252 60,-250 6,-236!", x, foot), "f64 912", (-1, 0))


def ines() -> Image.Image:
    """The guide's face, with the first sun on its left; as wide as the film, so that a close shot keeps all of it."""
    art = paper(1780, 780, 89, 20, "0 269 0.5 7ac 0.8 dc9 1 a97")
    glow(art, 420, 420, 560, "fd8", 0.55)
    for x, top, half in ((1560, 130, 460), (1190, 250, 330), (130, 330, 300)):
        peak(art, x, top, 800, half, "69a 8bc", "dcc bcb")
    middle = 474  # pixels from the left edge to the origin of the figure's own paths
    for body, tint, how in (
        ("-60,850! 0,730 170,670 330,640 500,640 660,676 830,740 890,850!", "d43 611", {"along": (1, 0.1)}),
        ("-60,850 10,730 180,670 230,690 150,850", "f75", {"dry": 14, "alpha": 0.8}),
        ("600,850 620,720 700,690 860,780 900,850", "622 311", {"dry": 16, "alpha": 0.8}),
    ):
        fill(art, moved(body, middle, 0), tint, **how)
    figure(part_of(art, middle, 832))
    glow(art, middle + 60, 300, 380, "fc7", 0.22)
    return finish(art, 0.35)


def part_of(art: Art, left: int, wide: int) -> Art:
    """A part of the picture with an origin of its own: what is painted there is painted on the whole."""
    part = np.s_[:, left * SCALE : (left + wide) * SCALE]
    return Art(art.px[part], art.tooth[part], art.wash[part], art.rng)


def figure(art: Art) -> None:
    fill(art, "330,520! 330,640 290,700 416,760 540,700 500,640 500,520!", "b64 632", (1, 0.2))
    collar(art)
    head = fill(
        art, "276,330 270,440 288,530 336,610 412,646 488,614 540,532 558,440 552,330 410,250", "e95 943", (1, 0.1)
    )
    features(art, head)
    braid(art)
    hat(art)


def collar(art: Art) -> None:
    scarf = fill(
        art, "276,640! 330,610 416,668 500,612 560,640! 586,720 500,772 416,786 320,770 252,716", "4ab 145", (1, 0.2)
    )
    for y in (676, 706, 736):
        line(
            art,
            [[(250, y), (330, y + 32), (416, y + 42), (510, y + 30), (590, y)]],
            9,
            "fd8",
            on=scarf,
            ends=0.6,
            alpha=0.75,
        )
    fill(art, "470,640 500,700 480,790 600,760 590,640", "134", on=scarf, dry=16, alpha=0.6)
    line(art, "416,786 420,850", 8, "411", ends=0.7)


def features(art: Art, head: Mask) -> None:
    fill(art, "500,280 480,400 516,470 486,560 440,650 600,600 590,300", "733 422", on=head, dry=15, alpha=0.9)
    fill(art, "262,420 310,440 356,480 350,560 290,560", "fb7", on=head, dry=13)
    fill(art, "260,290 570,290 566,366 420,350 270,372", "422", on=head, soft=10, alpha=0.7)
    fill(art, disc(art, 332, 520, 40, 26), "e64", on=head, soft=11, alpha=0.5)
    fill(art, disc(art, 492, 522, 36, 26), "b43", on=head, soft=11, alpha=0.45)
    for x, side in ((346, -1), (478, 1)):
        eye = fill(art, moved("-42,4! -22,-14 4,-17 28,-8 42,6! 20,15 -18,15", x, 440), "fed dcb", (1, 0))
        fill(art, disc(art, x + 4, 438, 17, 18), "243 475", on=eye)
        fill(art, disc(art, x + 4, 438, 9), "112", on=eye)
        fill(art, disc(art, x - 3, 431, 5), "fff")
        line(art, [moved("-45,8 -24,-14 4,-20 30,-11 46,9", x, 440)], 8, "311", ends=0.2)
        line(art, [moved("-34,24 0,31 34,22", x, 440)], 4, "a54", ends=0.2, alpha=0.7)
        line(art, [[(x - 46, 398 - 4 * side), (x, 380), (x + 46, 398 + 4 * side)]], 13, "bba 667", (1, 0), ends=0.25)
        for fan in (-10, 4, 18):
            line(
                art,
                [[(x + side * 50, 446 + fan * 0.4), (x + side * 72, 442 + fan * 1.5)]],
                4,
                "954",
                on=head,
                alpha=0.8,
            )
    fill(art, "414,440 428,492 440,520 424,536 398,534 402,500", "943", dry=5, alpha=0.7)
    fill(art, disc(art, 402, 514, 11, 10), "fca", dry=4)
    line(art, "392,532 402,538 412,533; 424,536 434,538 441,530", 5, "632")
    fill(art, "362,566! 388,560 410,564 432,560 462,568! 438,590 412,596 386,588", "b44 722", (1, 0.3))
    line(art, "354,562 376,570 412,574 446,570 472,560", 6, "511", ends=0.2)
    line(art, "330,512 318,548 330,584; 496,514 512,548 500,586", 5, "a54", on=head, ends=0.1, alpha=0.75)
    line(art, "352,330 412,322 474,330", 4, "843", on=head, ends=0.1, alpha=0.6)


def braid(art: Art) -> None:
    """Grey hair out from under the hat, and a braid over her shoulder."""
    fill(art, "262,330! 236,400 240,500 262,560 286,520 276,430 300,350!", "ccc 889", (1, 0))
    fill(art, "556,330! 580,400 584,500 566,570 540,520 552,430 530,350!", "778 445", (1, 0))
    for at in range(9):
        x, y = 262 - 26 * math.sin(at / 3), 560 + at * 30
        half = 30 - at * 0.9
        for side, tint in ((-1, "eee 99a"), (1, "bbb 667")):
            knot = moved(f"0,-8! {side * half},-22 {side * half * 1.05},8 {side * half * 0.4},26 0,22!", x, y)
            fill(art, knot, tint, (1, 0.3))
            line(
                art, [moved(f"{side * half * 0.8},-14 {side * half * 0.3},2 0,16", x, y)], 3, "667", ends=0.1, alpha=0.7
            )


def hat(art: Art) -> None:
    crown = fill(art, "254,330! 250,236 300,150 412,116 526,150 580,236 574,330!", "fb3 a52", (1, 0.1))
    fill(art, "470,110 510,220 496,340 600,340 600,160", "842", on=crown, dry=16, alpha=0.7)
    for x in range(236, 600, 28):
        line(
            art,
            [[(x, 330), (x + (412 - x) * 0.2, 220), (412 + (x - 412) * 0.25, 124)]],
            5,
            "c82 631",
            on=crown,
            alpha=0.6,
        )
    band = fill(
        art, "240,290! 330,268 412,262 500,268 588,290! 590,352 500,336 412,330 330,336 238,352", "e54 711", (1, 0.1)
    )
    for x in range(250, 590, 44):
        y = 312 - 24 * math.sin(math.pi * (x - 240) / 348) + 12
        fill(art, polygons(art, [[(x, y - 18), (x + 16, y), (x, y + 18), (x - 16, y)]]), "fed cba", on=band)
    fill(art, disc(art, 412, 104, 40), "dcb 875", (1, 0.4), dry=5)
    for _ in range(130):
        turn, reach = art.rng.uniform(0, math.tau), art.rng.uniform(0.2, 1) * 50
        x, y = 412 + reach * math.cos(turn), 104 + reach * math.sin(turn)
        tuft = [(412 + (x - 412) * 0.6, 104 + (y - 104) * 0.6), (x, y)]
        line(art, [tuft], 9, mix("fed", "a86", (reach * math.cos(turn) + 50) / 100), ends=0.4)


STILLS = {"hut": hut, "bridge": bridge, "pass": pass_, "ines": ines}


def main() -> None:
    for name, draw in STILLS.items():
        draw().save(Path(__file__).with_name(f"{name}.jpg"), quality=84, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
