"""A letter, a weight and a language come in; the font that draws it goes out, or None where there is none that could.

Inter travels with the package: Latin, Greek and Cyrillic. What it lacks comes from the fonts of this machine, by name
where one is known to be good for the script, else from whichever has the letter.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont, features
from PIL.ImageFont import FreeTypeFont, Layout

Weight = Literal["Medium", "Bold"]
_OWN = Path(__file__).parents[1] / "fonts"
_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
_MOST_FOLDERS = 5_000  # that are looked through for fonts
_MOST_TRIED = 400  # fonts that are opened in search of a letter: each takes a millisecond
_NO_CHARACTER = "\uffff"
_PROBE_PX = 24
# What fonts call a width or an axis, which says nothing of the family: NotoSansArabic[wdth,wght], PingFang-VF.
_AXES = re.compile(r"\[[^\]]*\]|-variablefont.*|-vf$|[ _]")
_CJK_WORDS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH", "KANGXI")
# The faces of a collection of Chinese, Japanese and Korean, by language: each draws the same character its own way.
_REGIONS = {"ja": "JP", "ko": "KR", "zh-hant": "TC", "zh-tw": "TC", "zh-hk": "HK", "zh-mo": "HK", "zh": "SC"}
_KNOWN = {  # good ones of systems that have no Noto, by script; for the bold weight a name of its own
    "CJK": (
        "hiraginosans-w6", "ヒラギノ角ゴシックw6", "ヒラギノ角ゴシックw4", "pingfang", "hiraginosansgb", "yugothb",
        "yugothm", "meiryob", "meiryo", "msyhbd", "msyh", "malgunbd", "malgun", "applesdgothicneo", "wqy-microhei",
        "wqy-zenhei", "droidsansfallbackfull", "droidsansfallback", "ipaexg", "takaopgothic", "nanumgothic",
    ),
    "ARABIC": ("geezapro", "segoeuib", "segoeui", "tahomabd", "tahoma", "dejavusans-bold", "dejavusans"),
    "HEBREW": ("arialhb", "segoeuib", "segoeui", "arialbd", "arial", "dejavusans-bold", "dejavusans"),
    "DEVANAGARI": ("kohinoordevanagari", "nirmalab", "nirmala", "mangal"),
    "THAI": ("thonburi", "leelawadeeuibold", "leelawui", "leelawadee", "garuda-bold", "garuda"),
}  # fmt: skip
_ANY = ("dejavusans-bold", "dejavusans", "arialunicode", "arialunicodems", "arialuni", "freesansbold", "freesans")


@dataclass(frozen=True, slots=True)
class Face:
    """A font of this machine."""

    file: Path
    index: int = 0  # of the face in a collection
    weight: Weight = "Medium"

    @property
    def name(self) -> str:
        """The file that it is, and how long that is: another one draws other letters."""
        return f"{self.file.name}:{self.index}:{self.file.stat().st_size}:{self.weight}"

    def sized(self, size_px: int) -> FreeTypeFont:
        """The font at a size, in pixels."""
        return _opened(self, size_px)


def face_of(char: str, weight: Weight, language: str) -> Face | None:
    """The font that draws a character."""
    own = Face(_OWN / f"Inter-{weight}.otf", weight=weight)
    return own if has(own, char) else _found(char, weight, _region(language))


def script(char: str) -> str:
    """The script of a letter, as Unicode calls it in its name: ARABIC, HEBREW; CJK for all of Chinese and Japanese."""
    first = unicodedata.name(char, "").partition(" ")[0]
    return "CJK" if any(first.startswith(word) for word in _CJK_WORDS) else first


@lru_cache(maxsize=8192)
def has(face: Face, char: str) -> bool:
    """Whether the font can draw the character: those that it can't all look the same."""
    if unicodedata.category(char)[0] in "ZCM":
        return True  # it is not seen, or goes with the letter before it
    try:
        font = _opened(face, _PROBE_PX)
        return bytes(font.getmask(char)) != _blank(face)
    except OSError:
        return False


@lru_cache(maxsize=1)
def installed() -> dict[str, Path]:
    """The fonts of this machine by their plain names."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in _files(folder):
            found.setdefault(_AXES.sub("", path.stem.lower()), path)
    return found


def folders() -> tuple[Path, ...]:
    """Where this system, and its user, keep fonts."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")
    if sys.platform == "win32":
        windows, local = os.environ.get("WINDIR", r"C:\Windows"), os.environ.get("LOCALAPPDATA", "")
        return Path(windows, "Fonts"), *([Path(local, "Microsoft/Windows/Fonts")] if local else [])
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "fonts"
    return own, home / ".fonts", *(Path(each) / "fonts" for each in shared.split(":") if each)


def forget() -> None:
    """Look for fonts anew: others may be installed by now."""
    for cached in (installed, has, _found, _faces, _opened, _blank):
        cached.cache_clear()


def _files(folder: Path) -> Iterator[Path]:
    for number, (base, _, names) in enumerate(os.walk(folder)):
        if number > _MOST_FOLDERS:
            return
        yield from (Path(base, name) for name in sorted(names) if name.lower().endswith(_ENDINGS))


@lru_cache(maxsize=8192)
def _found(char: str, weight: Weight, region: str) -> Face | None:
    for face in _faces(script(char), weight, region):
        if has(face, char):
            return face
    rest = (Face(path, 0, weight) for _, path in sorted(installed().items(), key=_plainness)[:_MOST_TRIED])
    return next((face for face in rest if has(face, char)), None)


def _plainness(item: tuple[str, Path]) -> tuple[bool, bool, str]:
    name = item[0]
    return "sans" not in name and "gothic" not in name, "mono" in name or "italic" in name or "oblique" in name, name


@lru_cache(maxsize=256)
def _faces(kind: str, weight: Weight, region: str) -> tuple[Face, ...]:
    """The fonts that are known to be good for a script, the best first."""
    weights = (weight, "semibold", "regular", "") if weight == "Bold" else (weight, "regular", "", "bold")
    families = [f"notosans{kind.lower()}"]
    if kind == "CJK":
        regions = [region, *(each for each in ("JP", "SC", "TC", "KR") if each != region)]
        families = [f"notosanscjk{regions[0].lower()}", "notosanscjk", "sourcehansans"]
        families += [f"notosans{each.lower()}" for each in regions]
    names = [f"{family}-{each.lower()}" if each else family for family in families for each in weights]
    there = [installed()[name] for name in (*names, *_KNOWN.get(kind, ()), *_ANY) if name in installed()]
    return tuple(Face(path, _index(path, region), weight) for path in dict.fromkeys(there))


def _index(path: Path, region: str) -> int:
    """The face of a collection that is for a region."""
    if path.suffix.lower() not in (".ttc", ".otc") or not region:
        return 0
    for index in range(16):
        try:
            family = ImageFont.truetype(path, _PROBE_PX, index).getname()[0] or ""
        except OSError:
            break
        if family.split()[-1:] == [region] or f" {region} " in f"{family} ":
            return index
    return 0


def _region(language: str) -> str:
    wanted = language.casefold()
    while wanted and wanted not in _REGIONS:
        wanted = wanted.rpartition("-")[0]
    return _REGIONS.get(wanted, "JP")


@lru_cache(maxsize=128)
def _opened(face: Face, size_px: int) -> FreeTypeFont:
    font = ImageFont.truetype(face.file, size_px, face.index, layout_engine=layout())
    try:
        names = font.get_variation_names()
    except (OSError, NotImplementedError):
        return font  # of one weight
    if face.weight.encode() in names:
        font.set_variation_by_name(face.weight)
    return font


def layout() -> Layout:
    """How letters are joined: by Raqm, where Pillow has it and finds FriBiDi on this machine."""
    return ImageFont.Layout.RAQM if shapes() else ImageFont.Layout.BASIC


def shapes() -> bool:
    """Whether Pillow can shape every script."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=512)
def _blank(face: Face) -> bytes:
    return bytes(_opened(face, _PROBE_PX).getmask(_NO_CHARACTER))
