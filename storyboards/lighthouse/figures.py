"""Nothing but fixed seeds enters; the pictures of the keeper and of Mara leave: a face and a full figure of each."""

from __future__ import annotations

import math

import numpy as np
from gouache import Art, Mask, Outline, Point, beam, curve, disc, fill, finish, glow, line, moved, paper, shape
from PIL import Image, ImageChops


def flow(art: Art, root: Outline, tip: Outline, count: int, sway: float = 0.06) -> list[Outline]:
    """Strands of hair from points along one line to the points opposite them along another."""
    start, end = curve(root, closed=False), curve(tip, closed=False)
    strands: list[Outline] = []
    for share in (np.arange(count) + art.rng.uniform(0.1, 0.9, count)) / count:
        a, d = (path[round(share * (len(path) - 1))] for path in (start, end))
        a, d = a + (d - a) * art.rng.uniform(0, 0.45), a + (d - a) * art.rng.uniform(0.75, 1.05)
        side = np.array([-(d - a)[1], (d - a)[0]]) * sway * (1 + 0.4 * art.rng.uniform(-1, 1))
        strands.append([a, a + (d - a) * 0.33 + side, a + (d - a) * 0.7 - side * 0.8, d])
    return strands


def night(art: Art) -> None:
    for y, tint in ((150, "134"), (330, "256"), (560, "277"), (780, "145")):
        a, b = art.rng.uniform(-40, 40, 2)
        low = [(1230, y + 60), (600, y + 70 + b), (-200, y + 90)]
        fill(art, [(-200, y), (300, y - 50 + a), (720, y), (1230, y - 60), *low], tint, dry=26, alpha=0.5)


def keeper_face() -> Image.Image:
    art = paper(1024, 1024, 11, 24, "0 023 0.45 145 0.78 267 1 034")
    night(art)
    beam(art, "1060,40! 1060,330! 300,420! 300,400!", "488", 0.5, 16)
    flap = fill(
        art,
        "300,430 420,330 640,330 770,400! 850,520 884,640 830,704 770,680 700,640! 690,560 420,540 330,600"
        " 270,590 250,500!",
        "a61 322",
        (1, 0.3),
    )
    line(art, "772,404 852,522 884,640 832,702", 6, "6aa", ends=0.2, on=flap, alpha=0.8)
    keeper_shoulders(art)
    head = fill(
        art,
        "346,400 340,480 348,560 368,650 430,740 560,760 650,700 700,600 712,500 706,390 560,340 420,340",
        "ea5 843",
        (1, 0.15),
    )
    keeper_features(art, head)
    keeper_beard(art)
    keeper_hat(art)
    glow(art, 260, 900, 520, "e83", 0.22)
    return finish(art)


def keeper_shoulders(art: Art) -> None:
    body = fill(
        art, "60,1060 100,930 200,850 340,790 500,830 700,790 840,850 940,930 1000,1060 500,1100", "fb2 432", (1, 0.1)
    )
    fill(art, "40,1060 80,930 200,830 330,800 280,900 230,1060", "fc4", on=body, dry=14)
    fill(art, "640,1060 680,900 760,800 960,860 1010,1060", "432 223", on=body, dry=18)
    line(art, "760,812 850,856 944,932 1000,1050", 7, "6aa 366", on=body, ends=0.3, alpha=0.8)
    fill(art, "330,800 380,700 640,700 710,800 640,930 500,990 390,930", "145 012", (1, 0.3))
    left = fill(art, "290,740! 350,700! 392,860 500,1010! 440,1060! 330,980 256,880", "fd6 d82", (0.7, 1))
    fill(art, "690,720! 762,760! 800,890 720,1010 610,1060! 520,1012! 630,900", "952 322", (1, 0.4))
    line(art, "290,742 292,880 345,975 440,1058", 8, "841", on=left, ends=0.4)


def keeper_features(art: Art, head: Mask) -> None:
    fill(art, "600,360 566,470 630,540 596,650 660,760 760,600 740,380", "633 323", on=head, dry=16)
    fill(art, "330,520 396,536 440,590 420,650 340,640", "fc8", on=head, dry=14)
    fill(art, "320,380 720,380 730,470 610,458 480,450 330,466", "323", on=head, soft=9, alpha=0.85)
    fill(art, "694,478 726,458 748,494 734,566 700,596 684,540", "733 323", (1, 0.4))
    fill(art, "378,504 406,470 456,474 466,508 436,532 394,528", "633", on=head, soft=8, alpha=0.8)
    fill(art, "520,508 542,472 600,470 626,500 600,530 546,532", "523", on=head, soft=8, alpha=0.8)
    keeper_eye(art, "394,510! 414,500 438,501 456,513! 432,520 410,519", 426, 507, "380,510 410,495 442,498 462,516")
    keeper_eye(art, "530,514! 550,502 580,500 606,512! 580,521 552,521", 562, 508, "524,518 550,498 584,495 618,514")
    line(
        art,
        "624,516 652,524 670,542; 622,524 644,540 656,562; 534,538 562,548 598,538; 394,536 420,546 448,538;"
        "376,514 362,520 352,534",
        5,
        "522",
        alpha=0.7,
    )
    nose = fill(
        art, "484,466 508,480 518,540 540,590 524,624 482,632 440,620 424,594 442,560 466,515", "fb7 b54", (1, 0.1)
    )
    fill(art, "500,450 488,530 506,590 496,640 560,640 550,540 520,470", "633", on=nose, dry=7)
    fill(art, disc(art, 458, 592, 18, 16), "fda", on=nose, dry=6)
    line(art, "432,614 448,602 460,618", 6, "522")
    for brow, roots, tips, tint in (
        (
            "480,484! 470,462 430,446 384,450 340,496! 390,482 440,482",
            "480,470 470,486 450,480",
            "380,446 330,500 396,480",
            "fec ba9",
        ),
        (
            "500,488! 512,462 560,444 620,446 692,500! 630,482 560,480",
            "500,470 506,484 520,484",
            "640,440 700,508 640,490",
            "dcb 567",
        ),
    ):
        mask = fill(art, brow, tint, (1, 0))
        line(art, flow(art, roots, tips, 7), 7, "ffd bcc", (1, 0))
        line(art, flow(art, roots, tips, 5), 4, "876 456", (1, 0), on=mask, alpha=0.7)


def keeper_eye(art: Art, white: str, x: float, y: float, lid: str) -> None:
    eye = fill(art, shape(art, white), "edb a98", (1, 0))
    fill(art, disc(art, x, y, 12), "134", on=eye)
    fill(art, disc(art, x - 5, y - 1, 3), "ffe")
    line(art, lid, 9, "312")


def keeper_beard(art: Art) -> None:
    beard = fill(
        art,
        "700,470! 726,560 734,680 716,770 684,830! 676,880 616,910! 590,960 540,950! 500,1004 456,950!"
        " 410,950 392,884! 346,860 336,780! 306,730 318,640 334,540! 362,600 392,640 430,636 480,640"
        " 540,636 600,650 644,600 676,540",
        "eda 467",
        (1, 0.15),
    )
    fill(art, "620,560 590,700 640,800 610,1000 780,900 780,480", "356 234", on=beard, dry=26)
    roots, tips = "346,590 400,650 480,660 560,660 640,620 700,510", "310,780 372,900 470,1000 560,960 670,870 730,660"
    line(art, flow(art, roots, tips, 40), 20, "fec 478", (1, 0), on=beard, alpha=0.8)
    line(art, flow(art, roots, tips, 22), 9, "a98 123", (1, 0), on=beard, alpha=0.6)
    line(art, flow(art, "346,600 400,660 460,660", "310,760 380,880 440,960", 14), 12, "ffd", on=beard)
    line(art, "728,560 736,680 716,772 686,830", 9, "7bb", on=beard, ends=0.2, alpha=0.8)
    fill(art, "390,670 480,690 600,680 590,740 480,760 400,730", "434", on=beard, soft=8, alpha=0.75)
    fill(art, "452,702 484,694 526,700 508,712 476,714", "633")
    left = fill(art, "490,630! 450,612 404,630 366,676 336,734! 400,716 446,702 490,690!", "ffd dcb", (0.3, 1))
    right = fill(art, "486,630! 530,612 586,630 640,676 684,742! 610,718 540,704 486,690!", "edc 456", (1, 0.1))
    line(art, flow(art, "480,630 478,650 480,676", "400,650 350,726 420,706", 8), 6, "b97", on=left, alpha=0.7)
    line(art, flow(art, "490,630 490,650 490,676", "600,650 676,734 590,710", 9), 7, "345", on=right, alpha=0.7)


def keeper_hat(art: Art) -> None:
    crown = fill(
        art, "324,420! 330,330 372,250 450,206 556,200 660,236 722,310 742,420! 600,430 440,430", "fc3 952", (1, 0.1)
    )
    fill(art, "590,160 640,260 620,430 780,430 760,220", "732 322", on=crown, dry=24)
    fill(art, "340,400 352,320 396,250 440,234 404,306 396,400", "fe9", on=crown, dry=14)
    line(
        art,
        "486,204 456,270 446,330 450,410; 486,204 570,244 614,320 620,410; 486,204 410,240 366,310 356,400",
        6,
        "631",
        ends=0.5,
        alpha=0.75,
    )
    line(art, "640,222 708,284 740,410", 7, "6aa", on=crown, ends=0.2, alpha=0.7)
    brim = fill(
        art,
        "206,540! 262,440 380,372 520,352 670,366 780,420 856,540! 740,470 620,446 500,440 360,456",
        "fd4 942",
        (1, 0.2),
    )
    fill(art, "630,330 610,456 880,560 850,380", "742 432", on=brim, dry=16)
    line(art, "226,516 300,430 410,382 520,368 660,380 760,426 836,516", 5, "951", alpha=0.7)
    line(art, "208,538 360,458 500,443 620,449 740,473 854,538", 8, "fea 852", (1, 0), ends=0.2, alpha=0.9)


def curls(art: Art, edge: list[Point], inside: list[Point], size: float) -> Mask:
    """A head of curls: the union of discs on the edge and a filling, then hooks of dark and light over it."""
    spots = [(x + art.rng.normal(0, size / 5), y + art.rng.normal(0, size / 5)) for x, y in [*edge, *inside]]
    sizes = size * art.rng.uniform(0.6, 1.15, len(spots))
    mask = shape(art, inside)
    for (x, y), reach in zip(spots, sizes, strict=True):
        mask = ImageChops.lighter(mask, disc(art, x, y, reach))
    fill(art, mask, "523 112", (1, 0.2))
    for tint, share, wide in (("112 011", 0.95, 0.2), ("a53 324", 0.66, 0.22), ("f94 447", 0.42, 0.14)):
        hooks = []
        for (x, y), reach in zip(spots, sizes * share, strict=True):
            turn = art.rng.uniform(0, math.tau) + np.linspace(0, art.rng.uniform(2.4, 4.2), 7)
            spiral = reach * np.linspace(1, 0.5, 7)
            hooks.append(np.stack([x + spiral * np.cos(turn), y + spiral * np.sin(turn)], 1))
        line(art, hooks, size * wide, tint, (1, 0.1), on=mask, alpha=0.85)
    return mask


def spaced(path: str, count: int) -> list[Point]:
    points = curve(path, closed=False)
    return [tuple(points[round(at)]) for at in np.linspace(0, len(points) - 1, count)]


def mara_face() -> Image.Image:
    art = paper(1024, 1024, 23, 24, "0 034 0.4 156 0.75 388 1 145")
    night(art)
    beam(art, "1060,60! 1060,340! 300,420! 300,400!", "488", 0.5, 16)
    curls(
        art,
        spaced("290,700 230,560 240,400 320,270 470,206 620,230 740,310 790,450 780,600 736,710", 34),
        spaced("340,750 290,560 290,430 350,320 480,270 630,290 700,400 730,540 680,750", 22),
        74,
    )
    coat = fill(art, "90,1060 130,930 250,860 400,820 620,820 770,860 900,940 950,1060 500,1100", "257 112", (1, 0.1))
    fill(art, "80,1060 120,930 250,850 330,850 250,940 230,1060", "489", on=coat, dry=14)
    fill(art, "560,880! 700,870! 800,960 700,1060! 560,1060!", "246 112", (1, 0.5))
    fill(art, disc(art, 590, 1000, 21), "fc5 952", (1, 1))
    fill(art, "420,700 420,860 600,860 600,700", "a64 533", (1, 0))
    head = fill(
        art,
        "336,420 326,530 350,640 420,716 500,742 580,716 652,640 676,530 668,420 600,310 410,310",
        "ea6 a54",
        (1, 0.1),
    )
    mara_features(art, head)
    curls(
        art,
        spaced("326,500 350,400 410,340 480,350 540,330 620,360 676,450 690,550", 12),
        spaced("330,440 400,392 470,404 540,384 620,400 690,450", 13),
        50,
    )
    mara_scarf(art)
    glow(art, 150, 520, 520, "e83", 0.16)
    return finish(art)


def mara_features(art: Art, head: Mask) -> None:
    fill(art, "640,300 606,460 650,560 606,660 560,760 720,680 710,380", "844 534", on=head, dry=16)
    fill(art, "320,480 380,540 440,620 430,690 340,640", "fc8", on=head, dry=14)
    fill(art, "330,300 690,300 690,450 560,430 450,420 330,470", "523", on=head, soft=12, alpha=0.7)
    fill(art, disc(art, 404, 628, 46, 32), "f64", on=head, soft=12, alpha=0.55)
    fill(art, disc(art, 604, 628, 42, 32), "c43", on=head, soft=12, alpha=0.5)
    for x, side, white in (
        (424, -1, "378,556! 396,524 430,514 458,532 468,560! 444,576 404,576"),
        (580, 1, "536,560! 546,532 574,514 608,524 626,556! 600,576 560,576"),
    ):
        eye = fill(art, white, "fed dcb", (1, 0))
        fill(art, disc(art, x + 2, 545, 27, 30), "521 942", on=eye)
        fill(art, disc(art, x + 2, 545, 14), "112", on=eye)
        fill(art, disc(art, x - 7, 534, 8), "fff")
        fill(art, disc(art, x + 11, 558, 4), "fc8")
        line(art, [[(x - side * 46, 560), (x - side * 28, 524), (x + side * 6, 511), (x + side * 48, 556)]], 9, "312")
        line(art, [[(x - side * 34, 478), (x + side * 4, 464), (x + side * 42, 476)]], 17, "423", ends=0.35)
    fill(art, "506,590 516,620 530,636 514,646 496,644 500,612", "844", dry=5, alpha=0.7)
    fill(art, disc(art, 494, 626, 12, 10), "fdb", dry=4)
    line(art, "478,640 485,647 494,643; 508,645 517,649 524,640", 6, "723")
    smile = fill(art, "452,668! 480,674 502,676 526,674 552,668! 540,692 502,704 466,692", "622 511")
    fill(art, "468,666 502,672 538,666 534,684 502,688 472,684", "fed", on=smile)
    line(art, "442,662 456,670 480,674 502,676 526,674 548,670 562,662", 6, "612")
    line(art, "480,718 502,724 526,717", 6, "b64", alpha=0.8)
    for x, y in zip(art.rng.normal(0, 1, 24), art.rng.uniform(598, 640, 24), strict=True):
        fill(art, disc(art, 408 + 24 * x if y % 2 < 1 else 600 + 22 * x, y, 3), "954", on=head, alpha=0.7)


def mara_scarf(art: Art) -> None:
    wrap = fill(
        art,
        "300,790! 340,716 420,730 500,756 590,730 670,716 716,790! 730,860 650,910 500,930 370,910 286,860",
        "f53 512",
        (1, 0.15),
    )
    knit(art, wrap, 280, 700, 740, 940)
    fill(art, "560,690 560,800 620,940 760,900 740,690", "612 412", on=wrap, dry=18, alpha=0.6)
    line(art, "300,796 400,840 500,852 610,836 716,792", 16, "401", on=wrap, alpha=0.7)
    tail = fill(art, "360,870! 470,890! 476,1060! 330,1060!", "f64 912", (1, 0.2))
    knit(art, tail, 330, 870, 480, 1060)
    line(art, "470,890 478,960 480,1060", 18, "301", alpha=0.6)


def knit(art: Art, mask: Mask, left: float, top: float, right: float, bottom: float, size: float = 1.0) -> None:
    stitches = [
        [(x + side * 13 * size, y), (x + side * 3 * size, y + 20 * size)]
        for y in np.arange(top, bottom, 17 * size)
        for x in np.arange(left, right, 28 * size)
        for side in (-1, 1)
    ]
    line(art, stitches, 8 * size, "f97 a33", (1, 0), on=mask, ends=0.3, alpha=0.45)


def stage(seed: int, x: float, reach: float) -> Art:
    """A plain graded ground with a soft shadow to the right of someone standing at x."""
    art = paper(832, 1216, seed, 24, "0 145 0.45 388 0.8 8a9 1 cb8")
    fill(art, disc(art, 416, 560, 330, 470), "6bb 277", dry=60, alpha=0.35)
    fill(art, disc(art, x + reach * 0.6, 1128, reach, 26), "334", soft=10, alpha=0.6)
    return art


def lantern(art: Art, x: float, y: float, size: float) -> None:
    """A storm lantern that hangs by its ring from x, y."""
    fill(art, disc(art, x, y + 1.1 * size, 1.2 * size), "f94", soft=0.9 * size, alpha=0.55)
    glow(art, x, y + 1.1 * size, 3.2 * size, "f82", 0.45)
    line(
        art,
        [moved("0,0 -34,18 -36,70", x, y, size / 100), moved("0,0 34,18 36,70", x, y, size / 100)],
        size / 16,
        "211",
        ends=0.7,
    )
    fill(art, moved("-16,40! 16,40! 38,70! -38,70!", x, y, size / 100), "532 211", (1, 0))
    glass = fill(art, moved("-32,70! 32,70! 42,110 32,150! -32,150! -42,110", x, y, size / 100), "ffb f92")
    fill(art, moved("0,84 13,114 0,138 -13,114", x, y, size / 100), "fff ff8", soft=1)
    line(
        art,
        [
            moved("-38,108 0,116 38,108", x, y, size / 100),
            moved("-20,70 -28,110 -20,150", x, y, size / 100),
            moved("20,70 28,110 20,150", x, y, size / 100),
        ],
        size / 22,
        "732",
        ends=0.8,
        on=glass,
        alpha=0.7,
    )
    fill(art, moved("-36,150! 36,150! 46,178! -46,178!", x, y, size / 100), "743 211", (1, 0))
    glow(art, x, y + 1.1 * size, 0.9 * size, "fb5", 0.5)


def keeper_coat() -> Image.Image:
    art = stage(41, 430, 230)
    for boot in (
        "322,930! 318,1040 300,1082 262,1104 250,1132! 406,1134! 414,1080 424,930!",
        "448,930! 452,1080 458,1134! 612,1132! 600,1104 566,1080 552,1030 560,930!",
    ):
        mask = fill(art, boot, "356 012", (1, 0.2))
        fill(art, moved(boot, -62, 4), "a84 356", (1, 0), on=mask, dry=6, alpha=0.6)
        line(art, "230,1130 430,1132 640,1130", 18, "011", on=mask, ends=0.9)
    coat = fill(
        art,
        "352,372! 300,400 276,470 262,620 238,800 210,968! 300,994 430,1002 560,994 666,962! 636,800"
        " 606,620 590,470 566,400 510,372!",
        "fb2 842",
        (1, 0.05),
    )
    fill(art, "470,360 480,560 452,760 470,1010 700,1000 620,380", "a61 532", on=coat, dry=18)
    fill(art, "300,400 268,620 220,960 270,980 290,760 312,560 330,420", "fd6", on=coat, dry=12)
    fill(art, "560,480 590,700 600,1000 700,980 640,640", "432", on=coat, dry=14, alpha=0.8)
    line(
        art,
        "340,560 330,760 310,986; 400,640 396,820 380,994; 540,700 552,860 548,990; 500,620 506,820 500,990",
        9,
        "841 321",
        (1, 0),
        on=coat,
        alpha=0.6,
    )
    line(art, "606,620 636,800 666,962", 9, "6aa", ends=0.3, on=coat, alpha=0.6)
    keeper_front(art, coat)
    arm = fill(art, "548,392 606,440 638,560 654,690 648,728! 578,736! 566,640 544,520 524,440", "a61 322", (1, 0.1))
    fill(art, "586,732 644,728 648,766 628,796 600,792 586,762", "953 422", (1, 0))
    line(art, "556,470 572,600 580,730", 7, "310", on=arm)
    line(art, "628,520 642,580 654,690 648,728", 9, "6aa", ends=0.3, on=arm, alpha=0.8)
    keeper_small_head(art)
    arm = fill(art, "330,392 268,424 200,494 128,536! 150,612! 240,588 316,540 350,470", "fd5 a61", (0.5, 1))
    line(art, "150,612 240,586 316,536 348,474", 12, "841", on=arm, alpha=0.7)
    line(art, "168,512 186,560 190,604", 8, "951", on=arm)
    lantern(art, 128, 582, 104)
    fill(art, "104,548 140,540 152,570 148,604 122,612 104,592", "fc8 b64", (1, 0.5))
    line(art, "106,566 128,562; 106,580 130,577; 110,594 130,592", 4, "733", alpha=0.8)
    return finish(art, 0.25)


def keeper_front(art: Art, coat: Mask) -> None:
    line(art, "440,430 438,700 444,1000", 8, "631", on=coat, ends=0.6)
    for y in range(480, 900, 92):
        line(art, [[(412, y), (466, y + 2)]], 12, "421", ends=0.6)
        fill(art, disc(art, 424, y, 9), "fd8 741", (1, 1))
    for x, tint in ((300, "fc4 b71"), (494, "951 431")):
        fill(art, [(x, 716)] * 2 + [(x + 92, 722)] * 2 + [(x + 92, 758), (x + 46, 768), (x, 752)], tint, (1, 0.5))
        line(art, [[(x, 752), (x + 46, 768), (x + 92, 758)]], 6, "420", ends=0.4, alpha=0.7)


def keeper_small_head(art: Art) -> None:
    fill(art, "376,216 500,210 552,262 566,330 524,340 486,290 380,290 338,310 326,262", "831 322", (1, 0.2))
    fill(art, "340,380! 372,340! 432,400 500,340! 532,382! 520,440 440,476! 356,440", "fd5 852", (1, 0.1))
    head = fill(art, "380,220 376,280 396,330 470,330 492,280 490,220", "eb7 843", (1, 0))
    fill(art, "370,210 500,210 500,250 372,252", "423", on=head, soft=4, alpha=0.8)
    for x in (406, 458):
        fill(art, disc(art, x, 268, 6, 7), "112")
        fill(art, disc(art, x - 2, 266, 2), "ffe")
        line(art, [[(x - 22, 262), (x, 250), (x + 22, 258)]], 13, "ffd 9aa", (1, 0), ends=0.2)
    beard = fill(
        art,
        "372,262! 362,330 372,380 398,424 436,462! 470,424 500,376 508,320 496,262! 480,304 450,296"
        " 432,300 412,296 388,304",
        "feb 467",
        (1, 0.1),
    )
    line(art, flow(art, "376,300 432,320 494,290", "366,390 436,470 506,370", 18), 9, "ffd 578", (1, 0), on=beard)
    line(
        art,
        flow(art, "376,300 432,320 494,290", "366,390 436,470 506,370", 9),
        4,
        "976 234",
        (1, 0),
        on=beard,
        alpha=0.6,
    )
    fill(art, "430,262 440,286 442,304 422,308 412,296 422,280", "fb8 a54", (1, 0))
    fill(art, "430,308! 406,302 386,322 378,346! 410,338 430,330 454,338 486,346! 474,320 452,302", "ffd 789", (1, 0.1))
    crown = fill(art, "364,232! 368,170 402,138 450,134 492,160 506,232!", "fc3 852", (1, 0.1))
    fill(art, "450,120 466,180 460,240 520,240 510,140", "732 422", on=crown, dry=10)
    line(art, "424,136 412,180 414,230; 424,136 456,170 464,230", 4, "631", ends=0.5, alpha=0.7)
    fill(art, "310,272! 346,222 430,204 520,214 572,272! 500,240 430,234 372,242", "fd5 842", (1, 0.1))
    line(art, "312,271 372,243 430,236 500,242 570,271", 5, "fea 741", (1, 0), ends=0.2)


def mara_coat() -> Image.Image:
    art = stage(43, 410, 190)
    for x, side in ((366, -1), (466, 1)):
        leg = fill(
            art,
            [(x - 34, 800), (x + 34, 800), (x + 30, 960), (x + 26, 1060), (x - 26, 1060), (x - 30, 960)],
            "d95 634",
            (1, 0),
        )
        line(art, [[(x - 40, y), (x, y + 8), (x + 40, y)] for y in range(880, 1010, 36)], 12, "ffd 978", (1, 0), on=leg)
        boot = [(x - 36, 990)] * 2 + [(x + 36, 990)] * 2 + [(x + 38, 1080), (x + 40 + 26 * (side > 0), 1110)]
        fill(
            art,
            [
                *boot,
                *[(x + 42 + 26 * (side > 0), 1134)] * 2,
                *[(x - 42 - 26 * (side < 0), 1134)] * 2,
                (x - 40 - 26 * (side < 0), 1110),
                (x - 38, 1080),
            ],
            "953 311",
            (1, 0.2),
        )
        line(art, [[(x - 16, y), (x + 16, y + 6)] for y in range(1012, 1090, 22)], 5, "fc8", ends=0.5)
    coat = fill(
        art,
        "352,480! 318,520 302,640 268,846! 340,872 416,878 490,872 566,846! 532,640 516,520 480,480!",
        "368 112",
        (1, 0.05),
    )
    fill(art, "320,500 300,650 270,850 330,870 336,700 346,540", "6ab", on=coat, dry=10)
    fill(art, "470,470 480,640 462,880 600,880 540,500", "124 012", on=coat, dry=16)
    line(art, "360,640 350,860; 500,660 516,866", 8, "012", on=coat, alpha=0.6)
    line(art, "418,500 420,880", 6, "011", on=coat, ends=0.6)
    for y in range(580, 800, 70):
        line(art, [[(386, y), (450, y)]], 7, "b85 741", ends=0.6)
        line(art, [[(404, y), (434, y)]], 15, "fd9 b74", (1, 0), ends=0.5)
    for x, tint in ((322, "247 235"), (452, "123 012")):
        line(art, [[(x, 740), (x + 36, 746), (x + 70, 740)]], 10, tint, ends=0.7)
    for arm, hand, tint in (
        (
            "330,492 292,540 262,640 250,724! 306,736! 334,640 352,550",
            "250,722 308,734 310,768 288,798 254,790 242,758",
            "59a 124",
        ),
        (
            "500,492 540,540 566,640 580,724! 524,736! 500,640 482,550",
            "522,734 580,722 590,758 578,790 546,798 520,768",
            "235 011",
        ),
    ):
        mask = fill(art, arm, tint, (1, 0.3))
        fill(art, hand, "f53 712", (1, 0.3))
        line(art, "350,560 328,650 304,736; 484,560 502,650 526,736", 6, "011", on=mask)
    mara_small_head(art)
    return finish(art, 0.25)


def mara_small_head(art: Art) -> None:
    curls(
        art,
        spaced("300,440 290,350 320,260 400,206 490,220 560,270 596,350 600,430", 18),
        spaced("340,470 320,320 400,250 500,270 570,350 560,480", 12),
        42,
    )
    tail = fill(
        art, "462,466! 540,440 620,462 690,424 774,436! 782,508! 700,496 630,534 548,508 466,530!", "f53 812", (1, 0.3)
    )
    knit(art, tail, 462, 420, 790, 540, 0.6)
    line(art, [[(774, y), (806, y - 4 + y % 5)] for y in range(440, 512, 11)], 6, "e43", ends=0.4)
    tail = fill(art, "452,486! 520,510 570,570 640,580! 632,644! 552,628 500,580 440,540!", "c32 611", (1, 0.3))
    knit(art, tail, 440, 486, 650, 650, 0.6)
    line(art, [[(634, y), (662, y + 2 + y % 5)] for y in range(584, 644, 11)], 6, "a22", ends=0.4)
    head = fill(art, "336,330 332,390 352,440 416,474 480,440 502,390 498,330 460,280 376,280", "ea6 954", (1, 0.05))
    fill(art, "484,280 470,380 480,440 440,480 520,470 520,300", "744", on=head, dry=8, alpha=0.8)
    fill(art, "330,280 500,280 500,334 336,340", "523", on=head, soft=6, alpha=0.6)
    for x, side in ((380, -1), (452, 1)):
        fill(art, disc(art, x, 386, 11, 14), "213")
        fill(art, disc(art, x - 4, 380, 4), "fff")
        fill(art, disc(art, x + side * 10, 418, 18, 12), "e54", on=head, soft=5, alpha=0.5)
        line(art, [[(x - 18, 354 - side * 2), (x, 345), (x + 18, 354 + side * 2)]], 8, "423", ends=0.3)
    line(art, "412,412 418,418 426,412", 5, "844")
    line(art, "392,436 416,446 442,435", 7, "611", ends=0.2)
    curls(art, spaced("334,360 350,310 400,290 440,286 490,320 504,380", 9), spaced("340,310 420,270 500,320", 4), 28)
    wrap = fill(
        art, "332,486! 350,446 416,470 484,446 502,486! 506,520 470,546 416,552 360,546 326,520", "f64 812", (1, 0.1)
    )
    knit(art, wrap, 320, 440, 510, 560, 0.6)
    line(art, "332,490 416,518 502,488", 9, "501", on=wrap, alpha=0.7)
