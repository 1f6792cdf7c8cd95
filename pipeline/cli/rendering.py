"""`render`: the cuts are made while their progress is shown."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from pipeline import produce
from pipeline.cli import show
from pipeline.cli.flags import flag_fields, show_flags
from pipeline.cli.sources import source_of
from pipeline.frames import plain_seconds
from pipeline.memory import keep_memory
from pipeline.produce import FinishedCut, Rendered

FINE, SOME_FAILED = 0, 1


def render(arguments: argparse.Namespace) -> int:
    """Make the cuts."""
    from pipeline.cli.progress import progress  # here: it loads rich

    keep_memory()
    with progress(quiet=arguments.json, as_json=arguments.events) as shown:
        source, engine = source_of(arguments), arguments.engine
        done = produce.render(source, variants=arguments.variant, engine=engine, tell=shown.tell)
    for text in done.notes:
        show.note(text)
    if arguments.json:
        show.result(rendered_fields(done))
    else:
        for cut in done.cuts:
            show_cut(cut)
        show_flags(done.flags)
    return SOME_FAILED if any(cut.failed for cut in done.cuts) else FINE


def rendered_fields(done: Rendered) -> Mapping[str, Any]:
    """What `render` made as JSON."""
    cuts, flags = [cut_fields(cut) for cut in done.cuts], [flag_fields(row) for row in done.flags]
    return {"format": 1, "drawn": done.drawn, "cuts": cuts, "flags": flags}


def cut_fields(cut: FinishedCut) -> Mapping[str, Any]:
    """A cut as JSON."""
    failed = [{"shot": shot, "message": error.message, "hint": error.hint} for shot, error in cut.failed.items()]
    return {
        "variant": cut.variant,
        "file": str(cut.file),
        "frames": cut.frames,
        "frame_rate": cut.frame_rate,
        "seconds": float(cut.frames / cut.frame_rate),
        "takes": cut.takes,
        "previs": cut.previs,
        "failed": failed,
        "notes": cut.notes,
        "unchanged": cut.unchanged,
    }


def show_cut(cut: FinishedCut) -> None:
    """A cut in a line, with what is missing in it."""
    length = f"{plain_seconds(cut.frames / cut.frame_rate)} s, {show.count(cut.frames, 'frame')}"
    made_of = [show.count(cut.takes, "take")] if cut.takes else []
    made_of += [f"{cut.previs} previs"] if cut.previs else []
    made_of += [f"{len(cut.failed)} missing"] if cut.failed else []
    state = "unchanged" if cut.unchanged else "ready"
    show.line(f"{show.near(cut.file)}: {state}: {length}, {', '.join(made_of)}")
    for shot, error in cut.failed.items():
        show.note(f"{shot} failed: {error.message}" + (f"\n    {error.hint}" if error.hint else ""))
    for text in cut.notes:
        show.note(f"{cut.variant}: {text}")
