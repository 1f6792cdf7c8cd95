"""Fixed seeds enter; the reference stills of "First Cup" leave, as JPEG files beside this script.

It borrows the brushes of the first example:
    PYTHONPATH=storyboards/lighthouse python storyboards/espresso/draw_stills.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from gouache import Art, Point, beam, disc, fill, finish, glow, line, mix, moved, paper, polygons
from PIL import Image

Put = Callable[[str], list[Point]]  # a path round the machine's own origin, the middle of its foot, onto the picture

ENAMEL, WALNUT, STEEL, BRASS = "ffe b96", "b64 311", "eee 456", "fd8 842"


def machine() -> Image.Image:
    """All of it, on a plain ground."""
    art = paper(832, 1216, 71, 18, "0 3a9 0.45 7cb 0.765 cec 1 cec")
    glow(art, 180, 300, 560, "fea", 0.4)
    fill(art, polygons(art, [[(-10, 984), (842, 984), (842, 1226), (-10, 1226)]]), "eb6 742")
    line(art, "-10,986 842,986", 9, "fd9", ends=0.9)
    fill(art, disc(art, 500, 1104, 350, 34), "412", soft=14, alpha=0.6)
    tamburina(art, 408, 1096, 1.12)
    return finish(art, 0.3)


def tamburina(art: Art, x: float, foot: float, size: float) -> None:
    def put(path: str) -> list[Point]:
        return moved(path, x, foot, size)

    housing(art, put, size)
    tray(art, put, size)
    drum(art, put, size)
    gauge(art, *put("-150,-545")[0], 58 * size)
    group(art, put, size)
    lever(art, put, size)


def flat(art: Art, put: Put, path: str, tint: str, along: tuple[float, float] = (0, 1)) -> Image.Image:
    """An area with straight sides."""
    return fill(art, polygons(art, [put(path)]), tint, along)


def housing(art: Art, put: Put, size: float) -> None:
    """The enamel body with the arch in which the cup stands."""
    body = fill(art, put("-214,-30! -222,-240 -200,-450! 200,-450! 222,-240 214,-30!"), ENAMEL, (1, 0.2))
    fill(art, put("110,-460 140,-300 120,-20 260,-20 260,-460"), "a85 743", on=body, dry=20 * size, alpha=0.7)
    fill(art, put("-230,-450 -178,-450 -186,-240 -176,-20 -240,-20"), "fff", on=body, dry=10 * size, alpha=0.9)
    line(art, [put("216,-60 222,-240 204,-430")], 7 * size, "7cb", ends=0.3, on=body, alpha=0.8)
    arch = fill(art, put("-136,-30! -140,-220 -110,-330 0,-370 110,-330 140,-220 136,-30!"), "312 743", (0.4, 1))
    fill(art, put("-140,-30 -150,-230 -110,-350 10,-380 -60,-300 -90,-200 -88,-30"), "201", on=arch, dry=16 * size)
    fill(art, put("70,-30 80,-200 60,-300 120,-300 150,-200 150,-30"), "b75", on=arch, dry=14 * size, alpha=0.6)
    line(art, [put("-136,-34 -140,-220 -110,-330 0,-370 110,-330 140,-220 136,-34")], 9 * size, BRASS, ends=0.9)


def tray(art: Art, put: Put, size: float) -> None:
    flat(art, put, "-236,-58 236,-58 262,-22 -262,-22", "da8 a75", (1, 0.2))
    flat(art, put, "-150,-56 150,-56 174,-26 -174,-26", "311 423")
    for at in range(-140, 150, 20):
        line(art, [put(f"{at},-56 {at * 1.15},-26")], 7 * size, STEEL, (1, 0.2), ends=0.9)
    flat(art, put, "-262,-24 262,-24 258,0 -258,0", "b64 522", (1, 0.2))
    line(art, [put("-258,-22 258,-22")], 6 * size, BRASS, (1, 0), ends=0.9)


def drum(art: Art, put: Put, size: float) -> None:
    """The boiler: a copper barrel that lies across the body, between rims of brass."""
    barrel = flat(art, put, "-236,-640 236,-640 236,-430 -236,-430", "e84 611")
    for top, foot, tint, dry in (
        (-640, -612, "fb8", 5),
        (-608, -572, "fec", 6),
        (-560, -510, "e95", 10),
        (-478, -452, "511", 8),
        (-446, -430, "c75", 4),
    ):
        band = f"-240,{top} 0,{top} 240,{top} 240,{foot} 0,{foot} -240,{foot}"
        fill(art, put(band), tint, on=barrel, dry=dry * size, alpha=0.85)
    fill(art, put("80,-650 130,-540 100,-420 250,-420 250,-650"), "612 401", on=barrel, dry=26 * size, alpha=0.55)
    dents = art.rng.uniform((-215, -600), (60, -520), (44, 2))
    for a, b in dents:
        fill(art, disc(art, *put(f"{a},{b}")[0], 7 * size, 3 * size), "fca", on=barrel, soft=3, alpha=0.35)
    for x in (-236, 236):
        fill(
            art, put(f"{x - 15},-646! {x + 15},-646! {x + 19},-535 {x + 15},-424! {x - 15},-424! {x - 19},-535"), BRASS
        )
        line(art, [put(f"{x - 5},-636 {x - 9},-535 {x - 5},-440")], 5 * size, "fff", ends=0.2, alpha=0.8)
    for x in (-196, 196):
        for y in (-618, -535, -452):
            fill(art, disc(art, *put(f"{x},{y}")[0], 6 * size), "fd9 842", (1, 1))
    flat(art, put, "-60,-664 60,-664 52,-638 -52,-638", BRASS, (1, 0))
    fill(art, put("-26,-664! -20,-690 0,-700 20,-690 26,-664!"), WALNUT, (1, 0.2))


def gauge(art: Art, x: float, y: float, reach: float) -> None:
    fill(art, disc(art, x + 4, y + 7, reach * 1.1), "301", soft=5, alpha=0.6)
    fill(art, disc(art, x, y, reach * 1.06), BRASS, (1, 1))
    fill(art, disc(art, x, y, reach * 0.86), "ffe edb")
    for turn in np.radians(np.arange(-220, 41, 26)):
        ends = [(x + reach * r * np.cos(turn), y + reach * r * np.sin(turn)) for r in (0.62, 0.76)]
        line(art, [ends], reach * 0.06, "423", ends=0.9)
    hot = np.radians(np.arange(-20, 41, 10))
    line(
        art, [[(x + reach * 0.7 * np.cos(at), y + reach * 0.7 * np.sin(at)) for at in hot]], reach * 0.1, "d42", ends=1
    )
    line(
        art,
        [[(x - reach * 0.16, y + reach * 0.14), (x + reach * 0.5, y - reach * 0.42)]],
        reach * 0.09,
        "c32",
        ends=0.4,
    )
    fill(art, disc(art, x, y, reach * 0.12), "423")
    fill(art, disc(art, x - reach * 0.3, y - reach * 0.42, reach * 0.3, reach * 0.16), "fff", soft=5, alpha=0.8)


def group(art: Art, put: Put, size: float) -> None:
    """The brewing group with its portafilter, in front of the drum."""
    fill(art, put("-50,-480! -50,-350! 70,-350! 80,-480!"), "301", soft=9 * size, alpha=0.5)
    for top, foot, half in ((-560, -420, 44), (-424, -386, 58), (-388, -340, 68)):
        part = flat(art, put, f"-{half},{top} {half},{top} {half},{foot} -{half},{foot}", "dee 345", (1, 0))
        wide = f"{-half * 0.72},{top} {-half * 0.3},{top} {-half * 0.3},{foot} {-half * 0.72},{foot}"
        flat(art, put, wide, "fff")
        edge = f"{half * 0.62},{top} {half * 0.82},{top} {half * 0.82},{foot} {half * 0.62},{foot}"
        fill(art, polygons(art, [put(edge)]), "c75", on=part, alpha=0.8)
        line(art, [put(f"-{half},{foot} {half},{foot}")], 5 * size, "223", ends=0.9, alpha=0.7)
    fill(art, put("-44,-560! -34,-584 0,-592 34,-584 44,-560!"), STEEL, (1, 0.2))
    flat(art, put, "-62,-342 62,-342 54,-306 -54,-306", BRASS, (1, 0))
    fill(art, put("-20,-308! 20,-308! 44,-262! 24,-256! 0,-284 -24,-256! -44,-262!"), BRASS, (1, 0.2))
    fill(art, put("-40,-330! -110,-296 -196,-246 -204,-226 -188,-214 -168,-218 -90,-262 -30,-306!"), WALNUT, (0.3, 1))
    line(art, [put("-52,-318 -112,-286 -182,-242")], 6 * size, "fb8", ends=0.2, alpha=0.8)
    line(art, [put("-44,-330 -32,-304")], 14 * size, BRASS, ends=0.8)


def lever(art: Art, put: Put, size: float) -> None:
    line(art, [put("0,-578 60,-676 116,-770")], 26 * size, STEEL, (1, 0.3), ends=0.9)
    line(art, [put("-6,-582 54,-680 110,-774")], 6 * size, "fff", ends=0.6)
    fill(art, disc(art, *put("0,-580")[0], 24 * size), BRASS, (1, 1))
    fill(art, disc(art, *put("0,-580")[0], 9 * size), "531")
    fill(art, put("100,-756! 92,-800 128,-872 158,-896 188,-884 190,-852 158,-796 132,-744!"), WALNUT, (1, 0.5))
    line(art, [put("112,-800 138,-856 160,-880")], 9 * size, "fb8", ends=0.2, alpha=0.85)
    line(art, [put("96,-766 134,-744")], 16 * size, BRASS, (1, 0), ends=0.8)


def spout() -> Image.Image:
    """The portafilter close to, while it pours. No cup: each market has its own."""
    art = paper(1024, 1024, 73, 18, "0 7cb 1 cec")
    foot, size = 1300, 2.6
    tamburina(art, 520, foot, size)
    glow(art, 300, 800, 420, "fa5", 0.25)
    for x, bend in ((-33, 9), (33, -9)):
        stream = moved(f"{x},-262 {x + bend * 0.5},-222 {x + bend},-170 {x + bend},-90", 520, foot, size)
        line(art, [stream], 15, "a52 311", ends=0.7)
        line(art, [[(a - 3, b) for a, b in stream]], 4, "fb6", ends=0.4)
    steam(art, 520, 860, 1.25)
    return finish(art, 0.35)


def steam(art: Art, x: float, y: float, size: float) -> None:
    for dx, sway in ((-124, 30), (150, -26)):
        way = moved(f"{dx},40 {dx + sway},-60 {dx - sway},-170 {dx + sway * 0.6},-290", x, y, size)
        line(art, [way], 34 * size, "fed", dry=0, soft=11, ends=0.1, alpha=0.3)


def kitchen() -> Image.Image:
    """The counter at the window on which the machine stands, before anybody is up."""
    art = paper(832, 1216, 79, 12, "0 465 0.5 798 0.7 8a9 1 8a9")
    window(art)
    for y in np.arange(560, 770, 52):
        shift = 40 if round(y / 52) % 2 else 0
        for x in np.arange(-40 - shift, 860, 80):
            tint = mix("9cb", "6a9", art.rng.uniform(0, 1))
            fill(art, polygons(art, [[(x, y), (x + 76, y), (x + 76, y + 48), (x, y + 48)]]), tint, alpha=0.9)
    shelf(art)
    fill(art, polygons(art, [[(-10, 772), (842, 772), (842, 900), (-10, 900)]]), "fed cb9", (0.3, 1))
    line(art, [[(-10, 776), (842, 776)]], 8, "fff", ends=0.9)
    for vein in range(9):
        x, y = art.rng.uniform(-60, 800), art.rng.uniform(790, 880)
        line(art, [[(x, y), (x + 70, y + 12), (x + 150, y - 6), (x + 220, y + 16)]], 3, "ba9", alpha=0.7 - vein * 0.03)
    fill(art, polygons(art, [[(-10, 900), (842, 900), (842, 936), (-10, 936)]]), "cba 876")
    cupboards(art)
    bowl_and_bag(art)
    for left in (60, 210, 360):
        beam(art, f"{left},500! {left + 90},500! {left + 420},940! {left + 290},940!", "fc6", 0.3, 12)
    glow(art, 270, 250, 520, "fd8", 0.45)
    return finish(art, 0.4)


def window(art: Art) -> None:
    view = polygons(art, [[(110, 60), (500, 60), (500, 500), (110, 500)]])
    fill(art, view, "fd9 fb6")
    fill(art, disc(art, 250, 300, 60), "ffe", on=view, soft=4)
    for x, top, wide, tint in (
        (80, 330, 120, "c86"),
        (190, 380, 90, "b75"),
        (270, 300, 110, "a66"),
        (380, 350, 160, "b76"),
    ):
        roof = [(x, 520), (x, top), (x + wide / 2, top - 50), (x + wide, top), (x + wide, 520)]
        fill(art, polygons(art, [roof]), f"{tint} 655", on=view)
        for dx in (0.25, 0.6):
            spot = disc(art, x + wide * dx, top + 60, 8, 13)
            fill(art, spot, "fe9", on=view)
    for x in (110, 305, 500):
        line(art, [[(x, 50), (x, 510)]], 20, "edc 876", (1, 0), ends=0.9)
    for y in (60, 280, 500):
        line(art, [[(100, y), (510, y)]], 18, "fed a98", ends=0.9)
    fill(art, polygons(art, [[(80, 500), (530, 500), (546, 532), (64, 532)]]), "fed 987")
    pot = [(430, 440), (494, 440), (484, 500), (440, 500)]
    for tip in ("-70,-60", "-46,-120", "4,-150", "50,-110", "74,-50"):
        dx, dy = (float(at) for at in tip.split(","))
        leaf = [
            (462, 446),
            (462 + dx * 0.4 - 12, 446 + dy * 0.6),
            (462 + dx, 446 + dy),
            (462 + dx * 0.6 + 10, 446 + dy * 0.5),
        ]
        fill(art, leaf, "5a6 143", (1, 0.4))
    fill(art, polygons(art, [pot]), "d64 721", (1, 0.2))


def shelf(art: Art) -> None:
    line(art, [[(570, 300), (842, 300)]], 20, "a64 421", ends=0.9)
    line(art, [[(570, 480), (842, 480)]], 20, "a64 421", ends=0.9)
    for x, y, tint in ((620, 290, "fff 99a"), (710, 290, "e96 832"), (796, 290, "fff 99a")):
        fill(art, moved("-34,-50! -28,-8 -16,0! 16,0! 28,-8 34,-50!", x, y), tint, (1, 0.2))
        line(art, [moved("30,-40 50,-38 48,-16 26,-12", x, y)], 7, tint, (1, 0.2), ends=0.9)
    for x, tall, tint in ((614, 110, "843 311"), (690, 84, "da6 853"), (770, 124, "6a9 265")):
        jar = moved(f"-30,0! -32,-{tall - 16} -26,-{tall}! 26,-{tall}! 32,-{tall - 16} 30,0!", x, 470)
        fill(art, jar, tint, (1, 0.1))
        line(art, [moved(f"-20,-8 -21,-{tall - 18}", x, 470)], 6, "ffe", ends=0.3, alpha=0.6)
        fill(art, polygons(art, [moved(f"-30,-{tall} 30,-{tall} 28,-{tall + 16} -28,-{tall + 16}", x, 470)]), "b85 632")


def cupboards(art: Art) -> None:
    fill(art, polygons(art, [[(-10, 936), (842, 936), (842, 1226), (-10, 1226)]]), "396 133")
    for x in (-120, 170, 460, 750):
        door = [(x + 14, 958), (x + 276, 958), (x + 276, 1226), (x + 14, 1226)]
        fill(art, polygons(art, [door]), "4a8 244", (0.4, 1))
        inner = [[(x + 50, 1226), *[(x + 50, 994)] * 2, *[(x + 240, 994)] * 2, (x + 240, 1226)]]
        line(art, inner, 7, "275", ends=0.9)
        fill(art, disc(art, x + 254, 1010, 9), "fd8 742", (1, 1))
    fill(art, polygons(art, [[(-10, 936), (842, 936), (842, 952), (-10, 952)]]), "033", alpha=0.5)


def bowl_and_bag(art: Art) -> None:
    fill(art, disc(art, 690, 846, 120, 16), "421", soft=8, alpha=0.5)
    fill(art, moved("-74,0! -80,-150 -62,-176! 62,-176! 80,-150 74,0!", 700, 846), "c96 742", (1, 0.2))
    fill(art, moved("-62,-176! -66,-206! 66,-206! 62,-176!", 700, 846), "da7 853", (1, 0.2))
    fill(art, disc(art, 700, 770, 36), "fed")
    fill(art, moved("-14,0 -4,-20 14,-18 16,2 4,20 -12,18", 700, 770), "842 421")
    line(art, [moved("-6,16 0,2 8,-14", 700, 770)], 4, "ec9")
    for x, y in zip(art.rng.uniform(520, 640, 14), art.rng.uniform(850, 884, 14), strict=True):
        fill(art, disc(art, x, y, 11, 7), "853 311", (1, 1))
        line(art, [[(x - 8, y + 1), (x + 8, y - 1)]], 2.5, "210")


STILLS = {"machine": machine, "spout": spout, "kitchen": kitchen}


def main() -> None:
    for name, draw in STILLS.items():
        draw().save(Path(__file__).with_name(f"{name}.jpg"), quality=86, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
