"""The parameter sets of H.264 films come in, as MP4 keeps them; one configuration that holds them all goes out.

ISO/IEC 14496-15, 5.3.3.1: `avcC` lists the sets of a track; each slice names one by its number, and no two sets of a
track may have one number (ISO/IEC 14496-10, 7.4.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LENGTH_4 = 3  # lengthSizeMinusOne of NAL units that are preceded by four bytes of length
_HIGH = (100, 110, 122, 144)  # profiles whose avcC ends with the chroma format and the bit depths


@dataclass(frozen=True, slots=True)
class Sets:
    """The parameter sets that a film's pictures need, by their numbers."""

    profile: int  # profile_idc: 66 baseline, 77 main, 100 high
    compatible: int  # the constraint flags
    level: int  # times ten
    sequence: tuple[tuple[int, bytes], ...]  # number and bytes of each sequence parameter set
    picture: tuple[tuple[int, bytes], ...]  # number and bytes of each picture parameter set
    tail: bytes  # chroma format and bit depths, of high profiles

    def agree(self, other: Sets) -> bool:
        """Whether both may stand in one track: sets of one number are the same."""
        pairs = ((self.sequence, other.sequence), (self.picture, other.picture))
        return all(dict(mine).get(number, each) == each for mine, theirs in pairs for number, each in theirs)


def sets_of(configuration: bytes) -> Sets | None:
    """The sets of an `avcC`; None for one that is not understood, or whose units' lengths are not of four bytes."""
    try:
        version, profile, compatible, level, length_size = configuration[:5]
        if version != 1 or length_size & 3 != _LENGTH_4:
            return None
        sequence, at = _listed(configuration, 6, configuration[5] & 31)
        picture, at = _listed(configuration, at + 1, configuration[at])
    except (IndexError, ValueError):
        return None
    tail = configuration[at:]
    if not sequence or not picture or (tail and profile not in _HIGH):
        return None
    numbered = tuple((_Bits(each[4:]).number(), each) for each in sequence)
    return Sets(profile, compatible, level, numbered, tuple((_Bits(each[1:]).number(), each) for each in picture), tail)


def joined(every: Iterable[Sets]) -> bytes:
    """The `avcC` of a track that holds films of all these sets, which agree."""
    films = tuple(dict.fromkeys(every))
    sequence = dict(pair for film in films for pair in film.sequence)
    picture = dict(pair for film in films for pair in film.picture)
    top = max(films, key=lambda film: film.profile)
    head = bytes((1, top.profile, top.compatible, max(film.level for film in films), 0xFC | _LENGTH_4))
    listed = b"".join(len(each).to_bytes(2, "big") + each for each in sequence.values())
    listed += bytes((len(picture),)) + b"".join(len(each).to_bytes(2, "big") + each for each in picture.values())
    return head + bytes((0xE0 | len(sequence),)) + listed + top.tail


def _listed(configuration: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    found = []
    for _ in range(count):
        length = int.from_bytes(configuration[at : at + 2], "big")
        each = configuration[at + 2 : at + 2 + length]
        if not length or len(each) < length:
            raise ValueError("the list of sets is cut short")
        found.append(each)
        at += 2 + length
    return found, at


class _Bits:
    """The bits of a parameter set, from its first field on."""

    def __init__(self, payload: bytes) -> None:
        # Numbers come first; the bytes that keep start codes out of a payload can not stand before them.
        self._bits, self._at = "".join(f"{byte:08b}" for byte in payload[:16]), 0

    def number(self) -> int:
        """The next field, an Exp-Golomb code (9.1)."""
        zeros = self._bits.index("1", self._at) - self._at
        start = self._at + zeros
        self._at = start + zeros + 1
        return int(self._bits[start : self._at], 2) - 1
