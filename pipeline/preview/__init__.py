"""A storyboard's file becomes a page on this machine that follows every save; it can't spend.

watching     files change on disk                                        which ones
reading      the storyboard becomes a film, a plan, or what is wrong     Reading
placing      what is wrong stands at the shot that it is about
panels       a variant's shots become panels: prompt, picture, price
references   the files of a shot, small
timeline     the frames of the cut in which each is seen                 Timeline
easel        single pictures and quick clips, drawn by warm workers
footage      whole clips, each made once and kept, by a warm server
cutting      the cut, whenever its footage is there
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
