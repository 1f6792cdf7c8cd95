"""`python count_frames.py FILE N`: exits with 1 unless FILE decodes to exactly N frames."""

import sys

import av

with av.open(sys.argv[1]) as film:
    found = sum(1 for _ in film.decode(video=0))
print(f"{sys.argv[1]}: {found} frames")
sys.exit(found != int(sys.argv[2]))
