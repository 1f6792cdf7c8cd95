"""Words of the cut: what a board says is read over its pictures, in the language of a variant, frame by frame.

They belong to the cut alone. Nothing in here is seen by a prompt, a request or a price, so a language costs nothing.
What a board says in a variant is found by `pipeline.said`.

values    words as they are asked for, and as they stand in the film            Wording, Words, Captions
lines     where a text is broken, and how long it takes to read
laid      when each is shown                                                    laid, Stretch
"""

from pipeline.words.laid import HURRY, Stretch, breadth, hurried, laid, needed_s
from pipeline.words.lines import NARROW, WIDE, broken, columns
from pipeline.words.values import Captions, Kind, Wording, Words

__all__ = [
    "HURRY", "NARROW", "WIDE", "Captions", "Kind", "Stretch", "Wording", "Words", "breadth", "broken", "columns",
    "hurried", "laid", "needed_s",
]  # fmt: skip
