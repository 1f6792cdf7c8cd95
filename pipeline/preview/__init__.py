"""A storyboard's file becomes a page on this machine that follows every save; it can't spend.

watching     files change on disk                                        which ones
reading      the storyboard becomes a film, a plan, or what is wrong     Reading
placing      what is wrong stands at the shot that it is about
panels       a variant's shots become panels: prompt, picture, price
references   the files of a shot, small
timeline     the frames of the cut in which each is seen                 Timeline
views        all of what a page shows of a variant, and what is behind it  View, Gallery
once         files made when they are asked for, the newest wish first
easel        single pictures and quick clips, drawn by warm workers
footage      whole clips, each made once and kept, by a warm server
cutting      one variant's cut, held open for its players                 Reel
cutter       the cuts that somebody looks at, one after another
choosing     a take is circled, its points are set
news         what differs between two states of a page
session      all of it together, for as many pages as look
guarding     who may ask: this machine, this page, with this token
ranges       files as players ask for them
pages        addresses become answers
serving      a socket, until it is told to stop                          serve
"""

from pipeline.preview.serving import Opened, serve

__all__ = ["Opened", "serve"]
