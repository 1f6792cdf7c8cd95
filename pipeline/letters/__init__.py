"""Words come in; they go out in the fonts, the order and the forms in which they are read, whatever their script.

faces     which font has a letter
bidi      in which order letters stand from left to right
arabic    how Arabic letters join where nothing shapes them
runs      a line in the fonts and directions that it takes
"""
