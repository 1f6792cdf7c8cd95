"""Frames of shots enter; pictures for people leave: both states of a shot side by side, or a storyboard on paper.

pair        what stands side by side                                 Pair, Side
drawing     pairs become pictures, labelled, both sides of one size
sheet       several of them on one picture
page        all of them on a page for a browser
folder      the files of all that                                    save
panel       what a printed storyboard tells of a shot                Panel, Board
moves       movements of the camera, as artists draw them over a panel
writing     words in type on a page
storyboard  the pages                                                pages
paper       the files of them: pictures, and all in one PDF          files

This door is light; behind it the other modules load Pillow.
"""

from pipeline.sheets.pair import Kind, Pair, Side
from pipeline.sheets.panel import Board, Panel, Paper

__all__ = ["Board", "Kind", "Pair", "Panel", "Paper", "Side"]
