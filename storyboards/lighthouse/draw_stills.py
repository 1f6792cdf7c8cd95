"""Fixed seeds enter; the reference stills of "The Last Lighthouse" leave, as JPEG files beside this script."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from figures import keeper_coat, keeper_face, lantern, mara_coat, mara_face
from gouache import Art, Field, Mask, Point, beam, disc, dots, fill, finish, glow, line, mix, moved, paper, polygons
from PIL import Image


def cloud(art: Art, x: float, y: float, wide: float, high: float, tint: str, alpha: float = 1.0) -> None:
    """A bank of cloud, flat below and heaped above, centred on x with its foot at y."""
    heaps = [
        (x + wide * (at / 7 - 0.5), y - high * math.sin(math.pi * at / 7) * art.rng.uniform(0.55, 1.1))
        for at in range(8)
    ]
    foot = [(x + wide * 0.3, y + high * 0.14), (x, y + high * 0.06), (x - wide * 0.32, y + high * 0.16)]
    fill(art, [*heaps, *foot], tint, dry=9, alpha=alpha)


def ripples(
    art: Art, top: float, bottom: float, left: float, right: float, count: int, tint: str, alpha: float = 0.7
) -> None:
    """Short level strokes, longer and thicker towards the viewer."""
    for y in sorted(top + (bottom - top) * art.rng.uniform(0, 1, count) ** 1.6):
        near = (y - top) / (bottom - top)
        long, x = (30 + 190 * near) * art.rng.uniform(0.5, 1.3), art.rng.uniform(left, right)
        wave = [[(x, y), (x + long * 0.3, y - 3 - 5 * near), (x + long * 0.6, y + 2 * near), (x + long, y - 2)]]
        line(art, wave, 2 + 8 * near, tint, alpha=alpha)


def sea(art: Art, horizon: float, tint: str) -> None:
    fill(art, polygons(art, [[(-10, horizon), (1546, horizon), (1546, 900), (-10, 900)]]), tint)


def lighthouse() -> Image.Image:
    art = paper(1536, 864, 31, 6, "0 023 0.22 145 0.42 388 0.56 9b9 0.63 eb6 0.7 fc7 1 fc7")
    glow(art, 330, 590, 520, "f93", 0.5)
    for x, y, wide, high, tint in (
        (150, 90, 1000, 90, "012 134"),
        (1250, 130, 1100, 120, "123 256"),
        (620, 230, 900, 110, "134 367"),
        (-20, 300, 760, 110, "234 577"),
        (1330, 320, 860, 120, "245 588"),
        (760, 400, 700, 80, "356 8a9"),
        (200, 430, 640, 70, "356 b97"),
        (1000, 490, 520, 46, "577 cb8"),
        (440, 510, 560, 34, "677 ea6"),
        (60, 545, 420, 22, "876 fb6"),
    ):
        cloud(art, x, y, wide, high, tint, 0.92)
    fill(art, "-20,600! -20,552 90,546 180,562 300,574 420,592 500,602! 400,612", "467 578")
    sea(art, 594, "7a9 045")
    for base, high, long, phase, tint in (
        (650, 9, 130, 30, "6a9 388"),
        (692, 15, 210, 90, "4a9 277"),
        (748, 24, 330, 10, "399 166"),
        (824, 36, 470, 250, "288 034"),
    ):
        swell(art, base, high, long, phase, tint)
        ripples(art, base + high, base + 2.5 * high, -80, 1200, 12, "5bb", 0.5)
    for reach, foot, count in ((60, 690, 26), (150, 720, 26), (200, 860, 18)):
        ripples(art, 596, foot, 270 - reach, 250 + reach, count, "fc8", 0.75)
    headland(art)
    tower(art, 1130, 432)
    for x, y, size in ((600, 300, 1.0), (660, 340, 0.7), (540, 365, 0.6), (820, 210, 0.8), (470, 250, 0.5)):
        line(art, [moved("-40,-8 -18,-20 0,0", x, y, size), moved("0,0 18,-22 42,-12", x, y, size)], 7 * size, "ffe")
    return finish(art)


def headland(art: Art) -> None:
    cliff = fill(
        art,
        "640,900! 668,830! 720,790! 742,716! 800,690! 822,610! 872,580! 890,520! 950,496! 968,452!"
        " 1040,432! 1200,424! 1340,440! 1440,428! 1560,446! 1560,900!",
        "234 011",
        (0.4, 1),
    )
    for ridge, wide, tint in (
        ("1500,430 1470,520 1500,640 1440,900", 110, "134 112"),
        ("1330,436 1290,500 1310,680 1230,760 1210,900", 130, "134 112"),
        ("1180,426 1160,560 1100,620 1120,740 1050,900", 120, "245 112"),
        ("1075,430 1050,500 1060,600 990,700 1000,800 960,900", 110, "754 222"),
        ("985,446 960,540 968,600 900,690 890,800 850,900", 96, "a65 324"),
        ("900,520 880,600 830,680 820,760 770,900", 84, "c85 435"),
        ("806,690 790,760 740,830 720,900", 80, "b75 324"),
    ):
        crag(art, ridge, wide, tint, cliff)
    line(art, "960,456 1040,434 1200,426 1340,442 1560,444", 22, "686 244", (1, 0), on=cliff, ends=0.4)
    for surge, wide, tint in (
        ("470,850 590,836 660,812 720,822 790,838", 34, "9cc 488"),
        ("420,868 560,862 700,836 830,846 960,868", 40, "fec 9cc"),
        ("400,890 560,872 700,866 830,872 980,892", 56, "9cc 488"),
        ("640,836 672,800 700,780 716,806", 26, "fec 9cc"),
        ("700,840 740,806 762,772 772,820", 22, "fec 7bb"),
        ("560,840 610,824 650,822", 14, "ffe"),
    ):
        line(art, surge, wide, tint, (0.2, 1), dry=3)
    spatter(art, art.rng.normal((710, 800), (50, 26), (90, 2)), 4)


def spatter(art: Art, spots: Field, size: float) -> None:
    sizes = size * art.rng.uniform(0.25, 1, len(spots))
    turn = np.linspace(0, math.tau, 12)
    drops = [np.stack([x + r * np.cos(turn), y + r * np.sin(turn)], 1) for (x, y), r in zip(spots, sizes, strict=True)]
    fill(art, polygons(art, drops), "fed bdd", alpha=0.85)


def crag(art: Art, ridge: str, wide: float, tint: str, cliff: Mask) -> None:
    """The lit left face of one buttress: planes that hang from its ridge, each of another width."""
    edge = dots(ridge)
    left = [(x - wide * art.rng.uniform(0.35, 1), y + wide * art.rng.uniform(0.1, 0.5)) for x, y in edge]
    fill(art, polygons(art, [[*edge, *left[::-1]]]), tint, (0.2, 1), on=cliff)
    for at in range(len(edge) - 1):
        fill(art, polygons(art, [[edge[at], left[at], left[at + 1]]]), "ec8", on=cliff, alpha=0.1)


def tower(art: Art, x: float, foot: float) -> None:
    cottage(art, x + 110, foot)
    body = polygons(art, [[(x - 62, foot + 6), (x - 40, 168), (x + 40, 168), (x + 62, foot + 6)]])
    fill(art, body, "fec dcb", (1, 0))
    for top in (222, 328):
        fill(art, moved("-80,0! 0,10 80,0! 80,52! 0,62 -80,52!", x, top), "d43 a22", (1, 0), on=body)
    fill(
        art,
        [(x + 8, 150), (x + 14, 300), (x + 22, foot + 30), (x + 90, foot + 30), (x + 80, 150)],
        "346",
        on=body,
        dry=9,
        alpha=0.6,
    )
    for dx, y in ((-14, 300), (-8, 196), (-16, 404)):
        fill(art, disc(art, x + dx, y, 7, 12), "234 456")
    line(art, [[(x - 60, 170), (x + 60, 170)]], 14, "345 112", (1, 0), ends=0.9)
    line(
        art,
        [[(x - 58, 140), (x + 58, 140)], *[[(x + dx, 140), (x + dx, 166)] for dx in range(-56, 60, 14)]],
        4,
        "123",
        ends=0.9,
    )
    glow(art, x, 128, 150, "fb5", 0.45)
    fill(art, polygons(art, [[(x - 30, 164), (x - 30, 100), (x + 30, 100), (x + 30, 164)]]), "ffd fb5", (1, 0.4))
    line(art, [[(x + dx, 100), (x + dx, 164)] for dx in (-30, -10, 10, 30)], 4, "422", ends=0.9)
    fill(art, [(x - 40, 102)] * 2 + [(x - 26, 76), (x, 60), (x + 26, 76)] + [(x + 40, 102)] * 2, "e53 722", (1, 0.2))
    line(art, [[(x, 66), (x, 34)]], 5, "422", ends=0.6)
    fill(art, disc(art, x, 56, 7), "742")


def cottage(art: Art, x: float, foot: float) -> None:
    fill(
        art,
        polygons(art, [[(x - 50, foot + 6), (x - 50, 376), (x + 100, 376), (x + 100, foot + 6)]]),
        "dcb 789",
        (1, 0),
    )
    fill(art, polygons(art, [[(x - 66, 382), (x - 40, 338), (x + 88, 338), (x + 116, 382)]]), "745 235", (1, 0))
    fill(art, polygons(art, [[(x + 50, 340), (x + 50, 314), (x + 72, 314), (x + 72, 340)]]), "966 345", (1, 0))
    for dx in (-16, 44):
        fill(art, polygons(art, [[(x + dx, 420), (x + dx, 396), (x + dx + 22, 396), (x + dx + 22, 420)]]), "fd7 f93")


def lamp_room() -> Image.Image:
    art = paper(1536, 864, 47, 8, "0 012 0.25 023 0.45 145 0.56 267 1 267")
    for x, y, wide, high, tint in (
        (200, 220, 700, 90, "023 145"),
        (1300, 180, 760, 110, "023 256"),
        (760, 330, 900, 70, "145 267"),
    ):
        cloud(art, x, y, wide, high, tint, 0.8)
    sea(art, 478, "156 012")
    ripples(art, 484, 660, -80, 1500, 60, "378", 0.5)
    for end in ("-40,170! -40,440! 760,370! 760,330!", "1580,130! 1580,410! 760,370! 760,330!"):
        beam(art, end, "fb6", 0.6, 12)
    gallery(art)
    glow(art, 760, 350, 640, "e82", 0.5)
    pedestal(art)
    lens(art, 760, 350)
    glow(art, 760, 350, 420, "fb5", 0.45)
    return finish(art, 0.45)


def gallery(art: Art) -> None:
    """The iron round of windows: posts crowd together towards the sides, where the wall turns to the viewer."""
    posts = [(math.sin(turn), math.cos(turn)) for turn in np.radians(np.arange(-84, 90, 24))]
    ring = {
        y: [(768 + 800 * side, 430 + (y - 430) * (1 + 0.9 * (1 - depth))) for side, depth in posts]
        for y in (130, 330, 590)
    }
    fill(art, polygons(art, [[*ring[590], (1600, 900), (-60, 900)]]), "345 011")
    fill(art, polygons(art, [[*ring[130], (1600, -60), (-60, -60)]]), "112 534")
    line(art, [[(x, y), (768 + (x - 768) * 0.1, -160)] for x, y in ring[130]], 12, "643 211", ends=0.8)
    for (x, y), (_, low) in zip(ring[130], ring[590], strict=True):
        wide, lit = 26 - 12 * (1 - abs(x - 768) / 800), x + (768 - x) / 80
        line(art, [[(x, y - 10), (x, low + 10)]], wide, "123", ends=0.9)
        line(art, [[(lit, y), (lit, low)]], 5, "b73 742", ends=0.8)
    for y, wide in ((130, 30), (330, 11), (590, 36)):
        line(art, [ring[y]], wide, "234 112", ends=0.9)
        line(
            art,
            [[(x, high + wide * 0.3 * (1 if y < 400 else -1)) for x, high in ring[y]]],
            5,
            "c84",
            ends=0.8,
            alpha=0.8,
        )
    fill(art, disc(art, 760, 880, 760, 150), "643 211")
    fill(art, disc(art, 760, 870, 480, 90), "c84 532", dry=16, alpha=0.8)
    line(art, [[(760 + 0.2 * (x - 760), 740), (x, 900)] for x in range(-600, 2200, 110)], 6, "211", ends=0.5, alpha=0.6)
    for x, y in [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(ring[590], ring[590][1:], strict=False)]:
        fill(art, disc(art, x, y + 1, 7), "c84 421", (1, 1))


def lens(art: Art, x: int, y: int) -> None:
    """The Fresnel lens: a beehive of glass rings round a bull's-eye, held in brass."""

    def half(at: float) -> float:
        return 205 * math.sqrt(max(0.0, 1 - ((at - y - 10) / 300) ** 2)) + 14

    left = [(x - half(at), float(at)) for at in range(y - 255, y + 266, 20)]
    body = fill(art, left + [(2 * x - px, py) for px, py in left[::-1]], "b83 532")
    fill(art, disc(art, x, y, 190, 210), "ffc", on=body, soft=50)
    for at in range(y - 250, y + 270, 17):
        lift = (y + 60 - at) * 0.14
        arc = [(x + half(at) * share, at - lift * (1 - share * share)) for share in (-1.02, -0.55, 0, 0.55, 1.02)]
        line(art, [arc], 6, "a62", on=body, ends=0.8, alpha=0.75)
        line(art, [[(px, py + 6) for px, py in arc]], 5, "fff", on=body, ends=0.8, alpha=0.6)
    bulls_eye(art, x, y)
    for turn in (-78, -46, 46, 78):
        rib = [(x + half(at) * math.sin(math.radians(turn)), at) for at in range(y - 255, y + 270, 30)]
        line(art, [rib], 13, "d94 632", ends=0.8)
        line(art, [[(px - 3, py) for px, py in rib]], 3, "fe9", ends=0.6)
    for at, wide in ((y - 258, 120), (y + 268, 130)):
        line(art, [[(x - wide, at), (x, at + 6), (x + wide, at)]], 26, "da5 742", ends=0.9)
    fill(art, moved("-110,-262! -70,-310 0,-336 70,-310 110,-262!", x, y), "c84 532", (1, 0.2))
    fill(art, disc(art, x, y - 340, 15), "fc6 742", (1, 1))


def bulls_eye(art: Art, x: float, y: float) -> None:
    for reach in range(124, 24, -20):
        fill(art, disc(art, x, y, reach * 0.92, reach), "a62", alpha=0.8)
        fill(art, disc(art, x, y + 1, reach * 0.92 - 5, reach - 5), mix("fff", "fc6", reach / 130))
    fill(art, disc(art, x, y, 24, 28), "fff")


def gear(art: Art, x: float, y: float, reach: float, teeth: int, tint: str) -> None:
    turn = np.linspace(0, math.tau, teeth * 4, endpoint=False)
    rim = reach * (1 + 0.1 * np.where(np.arange(teeth * 4) % 4 < 2, 1, -1))
    fill(art, polygons(art, [np.stack([x + rim * np.cos(turn), y + rim * np.sin(turn)], 1)]), tint, (1, 1))
    fill(art, disc(art, x, y, reach * 0.68), "321 532", (1, 1))
    for at in (0.3, 1.35, 2.4):
        across, down = 0.8 * reach * math.cos(at), 0.8 * reach * math.sin(at)
        line(art, [[(x - across, y - down), (x + across, y + down)]], reach * 0.16, tint, (1, 1), ends=0.9)
    fill(art, disc(art, x, y, reach * 0.2), "fd8 842", (1, 1))


def pedestal(art: Art) -> None:
    fill(art, "640,606! 880,606! 860,650 850,700 900,850! 620,850! 670,700 660,650", "963 211", (1, 0.3))
    fill(art, polygons(art, [[(650, 660), (870, 660), (884, 812), (636, 812)]]), "b74 421", (1, 0.3))
    fill(art, polygons(art, [[(668, 676), (852, 676), (864, 798), (656, 798)]]), "211 322")
    gear(art, 724, 742, 48, 16, "ea5 842")
    gear(art, 804, 722, 30, 11, "c84 631")
    gear(art, 812, 776, 20, 9, "da5 742")
    line(art, [[(876, 730), (950, 726)]], 20, "da5 632", ends=0.9)
    fill(art, disc(art, 962, 726, 26, 30), "fd7 842", (1, 1))
    line(art, [[(962, 726), (1004, 666), (1024, 636)]], 18, "fc6 a62", (1, 1), ends=0.8)
    line(art, [[(1022, 636), (1080, 632)]], 22, "732 311", ends=0.9)
    fill(art, disc(art, 1022, 637, 13), "fd8 842", (1, 1))


def stairs() -> Image.Image:
    """The shaft from below: each step is a wedge of a ring that shrinks as it climbs, drawn from the top down."""
    art = paper(1536, 864, 53, 30, "0 023 0.6 022 1 112")
    top = seen(0, 0, 9.9)
    fill(art, disc(art, *top, 205), "488 377")
    fill(art, disc(art, *top, 93), "ffd 9cb", soft=1)
    for step in range(134, -1, -1):
        flight(art, step)
    glow(art, *top, 190, "ad9", 0.4)
    lantern(art, 1112, 436, 124)
    glow(art, 1112, 570, 560, "d61", 0.3)
    return finish(art, 0.5)


def seen(turn: float, reach: float, height: float) -> Point:
    """Where a point of the shaft is on the picture: `reach` from its axis and `height` above the eye, in radii."""
    scale = 2000 / height
    return 540 + scale * (reach * math.cos(turn) + 0.2), 300 + scale * (reach * math.sin(turn) + 0.12)


def lamplit(cool: str, warm: str, share: float) -> str:
    """From moonlight to lamplight by way of plum: teal mixed straight with amber would turn olive."""
    return mix(mix(cool, "645", min(1, 2 * share)), warm, max(0, 2 * share - 1))


def flight(art: Art, step: int) -> None:
    wedge, rise = math.tau / 26, 1.6 / 26
    turn, height = step * wedge - 0.9, 1.6 + step * rise
    near = math.exp(-((math.remainder(turn - 0.35, math.tau) / 1.3) ** 2) - (height - 1.6) * 0.5)
    far = min(1.0, (height - 1.6) / 8)
    under = lamplit(mix("034", "488", far), "d73", near)
    face = lamplit(mix("267", "bdc", far), "fd7", near**0.7)
    turns, end = np.linspace(turn, turn + wedge * 1.02, 6), turn + wedge
    outer, inner = ([seen(at, reach, height) for at in turns] for reach in (1, 0.45))
    wall = [seen(at, 1, height - 0.6) for at in turns]
    fill(art, polygons(art, [[*wall, *outer[::-1]]]), mix(under, "011", 0.6))
    climb = (-math.sin(turn), math.cos(turn))
    fill(art, polygons(art, [[*outer, *inner[::-1]]]), f"{mix(under, '011', 0.5)} {mix(under, face, 0.25)}", climb)
    riser = [outer[-1], inner[-1], seen(end, 0.45, height + rise), seen(end, 1, height + rise)]
    fill(art, polygons(art, [riser]), face)
    line(art, [[inner[-1], outer[-1]]], 10 / height, face, ends=0.8, alpha=0.7)
    line(art, [inner], 24 / height, face, ends=0.95)
    if step < 108:
        rail = [seen(turn + wedge * part, 0.44, height + 0.42 + rise * part) for part in np.linspace(0, 1.02, 6)]
        line(art, [[inner[0], rail[0]]], 12 / height, "012", ends=0.9)
        line(art, [rail], 22 / height, lamplit("023", "d94", near), ends=0.95)


def swell(art: Art, base: float, high: float, long: float, phase: float, tint: str, lean: float = 0.3) -> None:
    """One row of leaning waves down to the foot of the picture, with foam on its crests."""
    x = np.linspace(-260, 1700, 500)
    crest = (1 - np.abs(np.sin(np.pi * (x + phase) / long))) ** 1.5
    top = np.stack([x + lean * long * crest, base - high * crest + 12 * np.sin(x / 130 + phase)], 1)
    body = polygons(art, [[*map(tuple, top), (1800, 1000), (-300, 1000)]])
    head, foot = base - high - 20, base + high * 1.6
    box = polygons(art, [[(-300, head), (1800, head), (1800, foot), (-300, foot)]])
    fill(art, body, tint.split()[-1])
    fill(art, box, tint, on=body)
    for drop in range(1, 6):
        starts = [at for at in art.rng.integers(0, 430, 14) if np.all(np.diff(top[at : at + 75, 0]) > 1)]
        veins = [np.add(top[at : at + 70 : 6], (high * 0.06 * drop, high * 0.22 * drop)) for at in starts]
        line(art, veins, high * 0.05, "7bb", on=body, alpha=0.4)
    for start in np.flatnonzero(np.diff((crest > 0.35).astype(int)) == 1):
        stop = start + max(9, int(np.argmax(crest[start + 1 :] < 0.22)))
        line(art, [np.add(top[start : stop + 1 : 3], (0, high * 0.04))], high * 0.2, "fed 9cc", (1, 0.3), dry=4)
        if high > 40:
            spread = art.rng.normal((-0.1 * high, -0.3 * high), (0.45 * high, 0.16 * high), (34, 2))
            spatter(art, top[stop] + spread, high / 26)


def harbour() -> Image.Image:
    art = paper(1536, 864, 61, 14, "0 012 0.12 134 0.24 378 0.26 256 1 012")
    cloud(art, 300, 110, 900, 90, "123 256", 0.8)
    cloud(art, 1200, 140, 900, 100, "123 367", 0.8)
    fill(art, "-20,226! -20,150 120,128 260,160 360,190 470,226!", "134 245")
    town(art)
    swell(art, 262, 26, 170, 40, "368 245")
    swell(art, 330, 50, 300, 190, "378 245")
    beam(art, "1580,-60! 1580,90! 380,620! 900,640!", "8a8", 0.35, 20)
    swell(art, 450, 96, 520, 330, "499 145")
    boat(art, 770, 440, 1.15, -13)
    swell(art, 600, 120, 640, 560, "388 034")
    swell(art, 790, 130, 860, 330, "277 023")
    rail(art)
    drops = art.rng.uniform((0, -40), (1560, 860), (110, 2))
    rain = [[(x, y), (x - 18, y + 70)] for x, y in drops]
    line(art, rain, 2.2, "bdd", alpha=0.35)
    return finish(art, 0.4)


def town(art: Art) -> None:
    line(art, "380,232 470,222 620,222", 26, "023 012", ends=0.6)
    fill(art, polygons(art, [[(588, 218), (594, 170), (612, 170), (618, 218)]]), "c43 512", (1, 0))
    glow(art, 603, 162, 50, "fb5", 0.8)
    fill(art, disc(art, 603, 162, 8), "ffe")
    for x, y in zip(np.linspace(-6, 372, 19), art.rng.uniform(186, 222, 19), strict=True):
        wide, tall, lit = art.rng.uniform(11, 17), art.rng.uniform(14, 26), art.rng.uniform(0, 1) > 0.25
        house = [(x - wide, 232), (x - wide, y), (x, y - tall * 0.7), (x + wide, y), (x + wide, 232)]
        fill(art, polygons(art, [house]), "245 012", alpha=0.95)
        if lit:
            fill(art, disc(art, x, y + 7, 3.2, 4), "fd8")
            glow(art, x, y + 7, 24, "e83", 0.6)


def boat(art: Art, x: float, y: float, size: float, tilt: float) -> None:
    def at(path: str) -> list[Point]:
        return moved(path, x, y, size, tilt)

    glow(art, x - 10, y - 60, 330, "e83", 0.5)
    line(art, [at("-10,-60 -6,-230"), at("60,-60 62,-150")], 9, "421 211", ends=0.7)
    line(art, [at("-6,-226 -150,-40"), at("-6,-226 160,-66"), at("62,-150 -8,-180")], 3, "112", ends=0.9)
    hull = fill(art, at("-180,-44! -150,30 -110,90 110,90 160,20 196,-76! 110,-46 0,-34 -100,-36"), "c43 411", (0.2, 1))
    line(art, [at("-180,-40 -100,-30 0,-28 110,-40 194,-72")], 15, "fec b98", (1, 0), on=hull, ends=0.9)
    fill(art, at("-100,-38! -96,-116! 10,-122! 16,-36!"), "edc 889", (1, 0))
    fill(art, at("-110,-114! -106,-130! 22,-136! 20,-120!"), "c43 722", (1, 0))
    for window in ("-86,-72! -84,-102! -54,-104! -54,-73!", "-42,-74! -42,-104! -6,-106! -4,-75!"):
        fill(art, at(window), "ffc fa4")
    for lamp in ("-6,-232", "62,-154", "188,-84"):
        px, py = at(lamp)[0]
        glow(art, px, py, 110, "fa4", 0.9)
        fill(art, disc(art, px, py, 8), "ffe")


def rail(art: Art) -> None:
    line(art, "-40,770 400,744 900,740 1580,782", 30, "011", ends=0.9)
    line(art, "-40,760 400,734 900,730 1580,772", 6, "a74 356", (1, 0), ends=0.9)
    line(
        art,
        [[(x, 735 + abs(x - 720) * 0.04), (x + (x - 720) * 0.1, 900)] for x in range(-20, 1600, 128)],
        18,
        "011 012",
        ends=0.9,
    )
    line(art, "-40,852 400,830 900,826 1580,860", 14, "011", ends=0.9)


STILLS = {
    "keeper-face": keeper_face,
    "keeper-coat": keeper_coat,
    "mara-face": mara_face,
    "mara-coat": mara_coat,
    "lighthouse": lighthouse,
    "lamp-room": lamp_room,
    "stairs": stairs,
    "harbour": harbour,
}


def main() -> None:
    for name, draw in STILLS.items():
        draw().save(Path(__file__).with_name(f"{name}.jpg"), quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
