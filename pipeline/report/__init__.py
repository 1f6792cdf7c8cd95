"""Values of a film enter; a page that a browser shows without a network leaves. `look.css` is how every page looks.

values    a film, its shots and their takes                  Report, for_client
markup    text of unknown worth becomes HTML
page      the whole page                                     page
shots     a shot and its takes in it
review    what somebody said of them, as a file              Review
"""

from pipeline.report.values import PREVIS, Clip, Picture, Report, ShownShot, ShownTake, for_client

__all__ = ["PREVIS", "Clip", "Picture", "Report", "ShownShot", "ShownTake", "for_client"]
