"""A generation request becomes a previs clip: a labelled animatic of its shots, in the size and length asked for.

`python -m pipeline.previs` is the worker: an order a line on stdin (`order`), a reply a line on stdout (`worker`);
`workers` starts some of them and hands them orders.
The walk of one order, in reading order of the modules:

    intake -> order    the order read and checked
          -> parts     an order for each shot of its clip; where only a prompt tells of them: sections
          -> shots     all that is decided before anything is drawn, shot by shot:
          -> brief     what the shot is: the direction given, its gaps filled from the prompt's words
          -> setting   where and when it plays, from the same words
          -> choice    which reference picture it is drawn on, if any
          -> move      where the camera goes and looks on every frame
          -> ground    what it looks at: a still (stills, unslate, tint), or a painted scene with depth (stage,
                       backdrop; sky, land, shore, town, interior, overhead; people, figures; light, canvas)
          -> stack     what a view sees of all of it (planes: sheets of video planes; pieces: what of them is empty
                       or hides everything; warp, phases: to a fraction of a pixel)
          -> weather   rain and snow that fall between it and the lens
          -> slate     what is written over it, and when (layout, lettering, overlay, signs, speech)
          -> picture   any one frame of it, drawn when it is asked for
          -> sound     the guide track (tones of places, effects that words name, voices or a murmur)
          -> clip      frames and samples into an mp4
"""

# The version of the drawing, part of a previs clip's key in the store: raised whenever pictures or sound change.
DRAWING = 7
