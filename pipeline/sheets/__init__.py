"""Frames of two states of a shot enter; pictures of them side by side leave, one a pair, all on a sheet and on a page.

pair      what stands side by side                                 Pair, Side
drawing   pairs become pictures, labelled, both sides of one size
sheet     several of them on one picture
page      all of them on a page for a browser
folder    the files of all that                                    save

This door is light; behind it the other modules load Pillow.
"""

from pipeline.sheets.pair import Kind, Pair, Side

__all__ = ["Kind", "Pair", "Side"]
