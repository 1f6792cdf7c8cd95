"""One variant's footage becomes its Cut: whole frames, in order, and what is heard; nothing drawn and nothing read.

cut         the picture: which frames of which clip are on screen
sound       what is asked of the sound, and what is heard, as values
laying      what is heard when: takes with their leads and lags, cues at their times
ducking     music gives way to those who speak
reading     what is read when, over which shot
assembling  all of it together
"""

from pipeline.edit.assembling import assemble
from pipeline.edit.cut import DISSOLVE, Cut, Direction, Fit, Footage, Joint, Kind, Segment, frames_available
from pipeline.edit.sound import Cue, Fade, Level, Mix, Own, Role, Sound

__all__ = [
    "DISSOLVE", "Cue", "Cut", "Direction", "Fade", "Fit", "Footage", "Joint", "Kind", "Level", "Mix", "Own", "Role",
    "Segment", "Sound", "assemble", "frames_available",
]  # fmt: skip
