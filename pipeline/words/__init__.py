"""Words of the cut: what a board says is read over its pictures, in the language of a variant, frame by frame.

They belong to the cut alone. Nothing in here is seen by a prompt, a request or a price, so a language costs nothing.

values    words as they are asked for, and as they stand in the film            Wording, Words, Captions
said      a board and a variant become what each shot brings                    Said, Unlike
lines     where a text is broken, and how long it takes to read
laid      when each is shown                                                    laid, Stretch
"""

from pipeline.words.laid import HURRY, Stretch, breadth, hurried, laid, needed_s
from pipeline.words.lines import NARROW, WIDE, broken, columns
from pipeline.words.said import Said, Unlike, captions_of, has_words
from pipeline.words.values import Captions, Kind, Wording, Words

__all__ = [
    "HURRY", "NARROW", "WIDE", "Captions", "Kind", "Said", "Stretch", "Unlike", "Wording", "Words", "breadth", "broken",
    "captions_of", "columns", "has_words", "hurried", "laid", "needed_s",
]  # fmt: skip
