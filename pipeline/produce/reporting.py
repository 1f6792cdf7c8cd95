"""A storyboard's file becomes a page that somebody can look at, comment and send on: its film, shot by shot."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.errors import MediaError, SetupError
from pipeline.plan import Plan, Variant
from pipeline.produce.accounts import status
from pipeline.produce.events import Copying, Tell, unheard
from pipeline.produce.proxies import Wanted, proxies
from pipeline.produce.reading import Film, chosen
from pipeline.produce.reading import plan as planning
from pipeline.produce.rendering import Laid, Rendered, edit_of, render
from pipeline.produce.showing import Showing, shown_variant
from pipeline.produce.veiling import band_top, is_previs, veils
from pipeline.render import KEPT
from pipeline.report import PREVIS, Picture, Report, ShownShot, ShownTake, for_client
from pipeline.report.page import page
from pipeline.store.files import make_folder
from pipeline.take import Take

if TYPE_CHECKING:
    from pipeline.media.proxies import Veil

Veiled = Mapping[Path, tuple["Veil", ...]]  # by film, what is not to be seen of it
Reader = Literal["team", "client"]
MAX_MB = 25
_MB = 1_000_000
_PICTURE_PX, _SMALL_PX = 480, 256  # longer side of a still; the smaller one where there are many
_MANY = 150  # stills
_SLACK = 4_096  # bytes of a page that its films add besides themselves


@dataclass(frozen=True, slots=True)
class Reported:
    """A page that was made."""

    rendered: Rendered
    variant: str
    report: Report
    html: str
    target: Path  # where it belongs, if nobody says otherwise
    notes: tuple[str, ...]  # what had to be lowered or left out


def report(
    file: Path,
    *,
    variant: str | None = None,
    reader: Reader = "team",
    max_mb: float = MAX_MB,
    tell: Tell = unheard,
    environ: Mapping[str, str] = os.environ,
) -> Reported:
    """The page of one variant, the first one where none is named, as it can be shown for nothing: it never spends.

    Raises BadInput where the storyboard has errors, SetupError for a variant that there is not, or too little room.
    """
    names = (variant,) if variant else _first(file, environ)
    rendered = render(file, variants=names, tell=tell, environ=environ)
    film, plan = rendered.film, rendered.plan
    shown = chosen(plan, names)[0]
    laid = edit_of(film, plan, shown)
    target = film.project.outputs / film.board.name / shown.name
    showing = Showing(film, plan, laid)
    bare = _bare(film, laid, tuple(showing.shots()), rendered)
    bare = _priced(bare, plan, shown, status(file, environ).spent_usd)
    if reader == "client":
        bare = for_client(bare)
    veiled = _veiled(showing, target / "cut.mp4") if bare.client else {}
    bare = _with_pictures(bare, showing.clips, veiled)
    bare = replace(bare, captions=_text(target / "cut.vtt"))
    whole, notes = _with_films(bare, showing, target / "cut.mp4", veiled, round(max_mb * _MB), tell)
    name = "report.html" if reader == "team" else "report-client.html"
    return Reported(rendered, shown.name, whole, page(whole), target / name, notes)


def _text(file: Path) -> str:
    """What stands in a file; "" where there is none."""
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _first(file: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    return planning(file, environ)[1].variants.names[:1]


def _bare(film: Film, laid: Laid, shots: tuple[ShownShot, ...], rendered: Rendered) -> Report:
    cut = laid.cut
    return Report(
        title=film.board.title,
        storyboard=film.board.name,
        file=film.file.name,
        variant=shown_variant(laid.variant.name),
        frame_rate=cut.frame_rate,
        duration_s=cut.frame_count / cut.frame_rate,
        cut="",
        size=(cut.width, cut.height),
        shots=shots,
        clips={},
        spent_usd=None,
        to_shoot_usd=None,
        unpriced=0,
        notes=tuple(dict.fromkeys(note for one in rendered.cuts for note in one.notes)),
    )


def _priced(bare: Report, plan: Plan, variant: Variant, spent_usd: Decimal) -> Report:
    """With what the board has cost, and what the film would still cost."""
    own = frozenset(plan.digests(variant).values())
    missing = [job for job in plan.to_buy() if job.digest in own]
    usd = sum((job.price.usd for job in missing if job.price), Decimal("0.00"))
    unpriced = sum(1 for job in missing if job.price is None)
    return replace(bare, spent_usd=spent_usd, to_shoot_usd=usd, unpriced=unpriced)


def _veiled(showing: Showing, cut: Path) -> Veiled:
    """What a client must not read in the pictures themselves: on its slate a previs bears its prompt."""
    from pipeline.media.proxies import Veil  # here: it loads libav

    laid, outputs = showing.laid, showing.film.project.outputs
    found: dict[Path, tuple[Veil, ...]] = {cut: tuple(veils(laid.cut, laid.found, outputs))}
    for take in laid.found.values():
        if isinstance(take, Take) and is_previs(take):
            clip = outputs / take.home / "clip.mp4"
            found[clip] = (Veil(0, take.clip.frame_count, band_top(clip, take.clip)),)
    return found


def _with_pictures(bare: Report, clips: Mapping[str, Path], veiled: Veiled) -> Report:
    """With a still of each take, from the middle of what the shot shows of it."""
    count = sum(len(shot.takes) for shot in bare.shots)
    long_px = _PICTURE_PX if count <= _MANY else _SMALL_PX
    shots = tuple(
        replace(shot, takes=tuple(_pictured(take, clips, veiled, long_px) for take in shot.takes))
        for shot in bare.shots
    )
    return replace(bare, shots=shots)


def _pictured(take: ShownTake, clips: Mapping[str, Path], veiled: Veiled, long_px: int) -> ShownTake:
    from pipeline.media.proxies import picture  # here: it loads libav

    if not take.clip:
        return take
    path, middle_s = clips[take.clip], (take.in_s + take.out_s) / 2
    top = min((veil.top for veil in veiled.get(path, ())), default=Fraction(1))
    try:
        return replace(take, picture=Picture(*picture(path, middle_s, long_px, top)))
    except MediaError as error:
        return replace(take, clip="", why=f"its clip can't be shown: {error.reason}")


def _with_films(
    bare: Report, showing: Showing, cut: Path, veiled: Veiled, most_bytes: int, tell: Tell
) -> tuple[Report, tuple[str, ...]]:
    """With as much of the films as there is room for, once the rest of the page is in it."""
    room = most_bytes - len(page(bare).encode()) - _SLACK
    if room < 0:
        least = -(-(most_bytes - room) // _MB)
        raise SetupError(f"the page is larger than {most_bytes / _MB:g} MB without any film", hint=f"--max-mb {least}")
    wanted = [replace(one, veils=veiled.get(one.path, ())) for one in _wanted(bare, showing, cut)]
    kept = Path(os.path.realpath(showing.film.project.outputs)) / showing.film.board.name / KEPT
    make_folder(kept, durable=False)

    def look(done: int) -> None:
        tell(Copying(showing.laid.variant.name, done, len(wanted)))

    look(0)
    found = proxies(wanted, room * 3 // 4, kept, look)  # in base64 three bytes are four
    shots = tuple(replace(shot, takes=tuple(_filmed(take, found.clips, found.failed) for take in shot.takes))
                  for shot in bare.shots)  # fmt: skip
    key = wanted[0].key
    told = () if bare.client else found.notes
    whole = replace(
        bare,
        cut=key if key in found.clips else "",
        shots=shots,
        clips=dict(found.clips),
        notes=(*bare.notes, *told),
    )
    return whole, found.notes


def _wanted(bare: Report, showing: Showing, cut: Path) -> Iterator[Wanted]:
    """The films, the weightiest first: the cut, what it shows, and of the rest the newest."""
    yield Wanted(showing.key(cut), cut, "the cut", bare.duration_s)
    each = [(shot, take) for shot in bare.shots for take in shot.takes if take.clip]
    each.sort(key=lambda pair: (not pair[1].used, -pair[1].name if not pair[1].used else 0))
    told = set[str]()
    for shot, take in each:
        if take.clip not in told:
            told.add(take.clip)
            name = f"take {take.name} of {shot.id}" if take.name != PREVIS else f"the previs of {shot.id}"
            yield Wanted(take.clip, showing.clips[take.clip], name, take.duration_s)


def _filmed(take: ShownTake, clips: Mapping[str, object], failed: Mapping[str, str]) -> ShownTake:
    if not take.clip or take.clip in clips:
        return take
    why = f"its clip can't be shown: {failed[take.clip]}" if take.clip in failed else "there was no room for its film"
    return replace(take, clip="", why=why)
