"""Kept takes come in; what is odd about them goes out as flags, written down beside their clips. It costs nothing.

asked      what the request of a take asked for                 Asked
built_in   length, size, black, frozen, bars and silence
programs   own checks: one run of one program                   Program
exchange   what a program is told and what it answers, as JSON
screening  all takes of a run, behind whatever else is done     Screening
"""

from pipeline.screening.programs import Program
from pipeline.screening.screening import Screening, load

__all__ = ["Program", "Screening", "load"]
