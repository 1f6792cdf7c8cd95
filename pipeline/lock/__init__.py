"""`film.lock.yaml`: what was paid for, and which take each shot uses. Its text enters, a Lock leaves, and back.

Every fact is one line, a key and its JSON, in order of the keys: so two branches merge line by line, with git's union
merge too, and 10,000 takes are read in the time that their lines take. It holds no address, no time and no key.

    page     text becomes sections of lines, and lines become text
    lines    what one line says                                        Use, Points
    lock     what the lines say: uses, requests and takes of one origin
"""

from pipeline.lock.lines import Points, Use
from pipeline.lock.lock import Lock, dump, merged, parse

__all__ = ["Lock", "Points", "Use", "dump", "merged", "parse"]
