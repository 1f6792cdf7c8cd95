"""Two plans of one storyboard enter; what was added, removed, moved, changed and cut otherwise leaves, with its price.

side          what one state of the board comes to: jobs, shots, seconds
matching      which entry was which, and what is the least that was moved
recut         what differs in the cut alone, and costs nothing
remixed       what differs in its sound
reading       what differs in the words of the cut, and costs nothing
besides       what differs of an entry and generates nothing now
naming        in which variants
comparison    all of it                                        Difference, Edit, NewJob, Setting, Length
"""

from pipeline.difference.comparison import Difference, Edit, Kind, Length, NewJob, difference
from pipeline.difference.recut import Setting, matched

__all__ = ["Difference", "Edit", "Kind", "Length", "NewJob", "Setting", "difference", "matched"]
