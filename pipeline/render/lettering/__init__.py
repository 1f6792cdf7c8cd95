"""Words of the cut come in; pictures with these words on them go out, and what no font here could write.

plate     letters and their shadows, laid over planes
blocks    lines in letters as large as fit
credits   lines of credits, beside and under each other
setting   where each kind of words stands, and how large
shown     the words of one cut, frame by frame       Lettering
"""

from pipeline.letters.faces import forget
from pipeline.render.lettering.shown import Lettering, described, missing

__all__ = ["Lettering", "described", "forget", "missing"]
