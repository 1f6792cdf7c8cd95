"""A cut comes in; the words that are drawn go out, and its captions as a track and as the files that players read."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pipeline.edit import Cut
from pipeline.media.languages import three_letters
from pipeline.media.tracks import Caption, Track
from pipeline.words import Words

if TYPE_CHECKING:
    from pysubs2 import SSAFile

ENDINGS = ("srt", "vtt", "ass")
_SIZE = Fraction(65, 1000)  # of the shorter side: the letters that are burned in, as libass measures them
_LOW, _LOW_TALL = Fraction(5, 100), Fraction(20, 100)  # of the height, under the lowest line
# pysubs2 takes braces and backslashes for marks of its own; characters that nobody writes stand in for them.
_HELD = str.maketrans({"{": "\ue000", "}": "\ue001", "\\": "\ue002"})
_AS_THEY_ARE = str.maketrans({"\ue000": "{", "\ue001": "}", "\ue002": "\\"})
_IN_ASS = str.maketrans({"\ue000": "\\{", "\ue001": "\\}", "\ue002": "\\\u2060"})  # as libass reads them
_AUTOMATIC = -1  # of a style's encoding: the direction of a line is that of its first letter (libass)


def captions(cut: Cut) -> tuple[Words, ...]:
    """What is read of what is said in the cut."""
    wanted = cut.captions.burn or cut.captions.soft
    return tuple(words for words in cut.words if words.kind == "caption") if wanted else ()


def over(cut: Cut) -> tuple[Words, ...]:
    """The words that are drawn over pictures of the cut."""
    burned = cut.captions.burn
    return tuple(words for words in cut.words if not words.alone and (words.kind != "caption" or burned))


def seen(cut: Cut) -> tuple[Words, ...]:
    """All words that are drawn: over pictures, and on grounds of their own."""
    drawn = over(cut)
    return tuple(words for words in cut.words if words.alone or words in drawn)


def soft_track(cut: Cut) -> Track | None:
    """The track that players can switch on; None where the film has none."""
    found = captions(cut) if cut.captions.soft else ()
    rows = tuple(Caption(words.start, words.length, words.text) for words in found)
    return Track(three_letters(cut.captions.language), rows) if rows else None


def files(cut: Cut, title: str) -> dict[str, str]:
    """The captions as files, by their ending; none where the cut has no captions."""
    found = captions(cut)
    if not found:
        return {}
    made = _subtitles(cut, found, title)
    return {form: _written(made, form) for form in ENDINGS}


def _subtitles(cut: Cut, found: tuple[Words, ...], title: str) -> SSAFile:
    import pysubs2  # here: of all films only those with captions need it

    made = pysubs2.SSAFile()
    made.info = {"Title": title, "PlayResX": str(cut.width), "PlayResY": str(cut.height), "WrapStyle": "2"}
    made.info |= {"ScaledBorderAndShadow": "yes"}
    tall, box = cut.height > cut.width, cut.captions.style == "box"
    made.styles["Default"] = pysubs2.SSAStyle(
        fontname="Inter",
        fontsize=round(min(cut.width, cut.height) * _SIZE),
        outline=min(cut.width, cut.height) * (6 if box else 3) / 1000,
        shadow=0,
        borderstyle=3 if box else 1,
        outlinecolor=pysubs2.Color(0, 0, 0, 80 if box else 0),
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=round(cut.width / 20),
        marginr=round(cut.width / 20),
        marginv=round(cut.height * (_LOW_TALL if tall else _LOW)),
        encoding=_AUTOMATIC,
    )
    for words in found:
        start, end = (round(frame * 1000 / cut.frame_rate) for frame in (words.start, words.stop))
        event = pysubs2.SSAEvent(start=start, end=end, name=words.speaker.replace(",", " "))
        event.plaintext = words.text.translate(_HELD)
        made.append(event)
    return made


def _written(made: SSAFile, form: str) -> str:
    """One file, with the texts as the form has them."""
    from html import escape  # here, as above

    copy = made.__class__()
    copy.info, copy.styles = made.info, made.styles
    for event in made:
        own = event.copy()
        own.plaintext = escape(event.plaintext, quote=False) if form == "vtt" else event.plaintext
        copy.append(own)
    return copy.to_string(form).translate(_IN_ASS if form == "ass" else _AS_THEY_ARE)
