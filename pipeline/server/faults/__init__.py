"""What can go wrong at the paid API, on demand and by seed.

kinds         every kind, and what it does
fate          one that was drawn for one prediction
chance        which strike, and when
connection    replies below HTTP: reset, cut, silence
answers       what stands in for an answer
"""

from pipeline.server.faults.chance import Chance
from pipeline.server.faults.kinds import KINDS

__all__ = ["KINDS", "Chance"]
