"""What a workflow of GitHub Actions knows enters: what it runs for; and one comment on its pull request leaves.

event      what set the workflow off           Event, event
base       what a change is held against       base_of
api        one question to GitHub              Api, Refused
comments   the one comment of a name           Comment, comment

The paid API, its key and the store are none of its business. A token is read only where a comment is written.
"""

from pipeline.github.api import Api, Refused
from pipeline.github.base import base_of
from pipeline.github.comments import Comment, comment
from pipeline.github.event import Event, event

__all__ = ["Api", "Comment", "Event", "Refused", "base_of", "comment", "event"]
