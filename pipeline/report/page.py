"""A Report becomes one page that holds everything it shows: opened from a disk, it asks nothing of anybody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import resources

from pipeline.frames import frames_in, timecode
from pipeline.report.markup import badge, empty, listed, tag, text
from pipeline.report.shots import money, named, shot, still
from pipeline.report.values import PREVIS, Report, ShownShot

_STYLES = ("look.css", "page.css")
_SCRIPTS = ("clips.js", "takes.js", "context.js", "notes.js", "keys.js")
_KEYS = (
    ("Space", "play or stop"),
    ("← →", "one frame back, or on"),
    ("J K L", "back, stop, on; again: faster"),
    ("↑ ↓", "the shot before, or after"),
    ("1 – 9", "circle a take"),
    ("C", "play it in the cut"),
    ("N", "write a comment"),
    ("?", "show these keys"),
)


def page(report: Report) -> str:
    """The whole page."""
    style, script = _style(), _script()
    policy = (
        f"default-src 'none'; img-src data: blob:; media-src data: blob:; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    return "\n".join([
        "<!doctype html>",
        '<html lang="en">',
        tag(
            "head",
            empty("meta", charset="utf-8"),
            empty("meta", http_equiv="Content-Security-Policy", content=policy),
            empty("meta", name="viewport", content="width=device-width, initial-scale=1"),
            empty("meta", name="color-scheme", content="light dark"),
            tag("title", text(_title(report))),
            f"<style>{style}</style>",
        ),
        "<body>",
        tag("a", "To the shots", href="#shots", class_="unseen skip"),
        _header(report),
        tag("main", _film(report), _sheet(report), _shots(report), class_="middle", **_data(report)),
        _dialogs(),
        tag("p", class_="unseen", id="said", role="status"),
        *(
            f'<script type="text/plain" id="{key}">{b64encode(content).decode("ascii")}</script>'
            for key, content in _contents(report)
        ),
        f"<script>{script}</script>",
        "</body></html>\n",
    ])  # fmt: skip


def _contents(report: Report) -> Iterator[tuple[str, bytes]]:
    """What the script makes files of, by its id in the page."""
    yield from ((key, clip.mp4) for key, clip in report.clips.items())
    if report.captions and report.cut:
        yield "captions", report.captions.encode()


def _title(report: Report) -> str:
    return f"{report.title} ({report.variant})" if report.variant else report.title


def _data(report: Report) -> dict[str, str]:
    return {
        "data_storyboard": report.storyboard,
        "data_variant": report.variant,
        "data_file": report.file,
        "data_rate": str(report.frame_rate),
        "data_cut": report.cut,
        "data_length": f"{float(report.duration_s):.6f}",
    }


def _header(report: Report) -> str:
    takes = sum(1 for one in report.shots for take in one.takes if take.name != PREVIS)
    frames = frames_in(report.duration_s, report.frame_rate)
    facts = {
        "Length": timecode(frames, report.frame_rate),
        "Shots": str(len(report.shots)),
        "Takes": str(takes),
    }
    if report.spent_usd is not None:
        facts["Spent"] = money(report.spent_usd)
    if report.to_shoot_usd is not None:
        more = f" and {report.unpriced} unpriced" if report.unpriced else ""
        facts["Still to shoot"] = money(report.to_shoot_usd) + more
    told = "".join(tag("div", tag("dt", name), tag("dd", text(value))) for name, value in facts.items())
    about = tag("p", text(report.variant), class_="soft") if report.variant else ""
    notes = tag("aside", listed(map(text, report.notes)), aria_label="Notes", class_="notes") if report.notes else ""
    return tag(
        "header",
        tag("div", tag("div", tag("h1", text(report.title), dir="auto"), about), tag("dl", told), class_="title"),
        notes,
        tag("noscript", tag("p", "To play takes, comment and circle, this page needs its script.", class_="notes")),
        tag("div", _review(), class_="bar", hidden=True, role="region", aria_label="Your review"),
        class_="middle top",
    )


def _review() -> str:
    return "".join([
        tag("label", "Your name", for_="reviewer"),
        empty("input", type="text", id="reviewer", autocomplete="name"),
        tag("p", "No comments yet", id="count", class_="soft small"),
        tag("button", "Load a review", type="button", id="load", class_="bare"),
        empty("input", type="file", id="file", accept=".yaml,.yml", hidden=True, aria_label="A review file"),
        tag("button", "Keys", type="button", id="show-keys", class_="bare"),
        tag("button", "Save review", type="button", id="save", class_="first"),
    ])  # fmt: skip


def _film(report: Report) -> str:
    if not report.cut:
        return ""
    width, height = report.size
    screen = tag("div", class_="screen", id="film", data_wide=str(width), data_high=str(height))
    return tag(
        "section", tag("h2", "The cut", id="cut-name"), screen, class_="film", aria_labelledby="cut-name", hidden=True
    )


def _sheet(report: Report) -> str:
    cells = (_cell(one, number) for number, one in enumerate(report.shots, 1))
    return tag(
        "section",
        tag("h2", "Contact sheet", id="sheet-name"),
        listed(cells, ordered=True, class_="sheet"),
        aria_labelledby="sheet-name",
    )


def _cell(one: ShownShot, number: int) -> str:
    take = one.shown
    picture = still(take.picture, "") if take and take.picture else tag("span", class_="blank")
    kind = "take" if take and take.name != PREVIS else "previs"
    what = badge(named(take).lower(), kind) if take else ""
    flags = badge("flag", "warn") if any(each.used and each.flags for each in one.takes) else ""
    label = tag("span", tag("b", text(one.id)), tag("span", one.timecode, class_="soft"), class_="row small")
    return tag("a", picture, label, tag("span", what, flags, class_="row"), href=f"#shot-{number}")


def _shots(report: Report) -> str:
    parts = (shot(report, number) for number in range(len(report.shots)))
    return tag("section", tag("h2", "Shots", id="shots-name"), *parts, id="shots", aria_labelledby="shots-name")


def _dialogs() -> str:
    rows = "".join(tag("div", tag("dt", *_caps(keys)), tag("dd", words)) for keys, words in _KEYS)
    keys = tag(
        "dialog",
        tag("h2", "Keys", id="keys-name"),
        tag("dl", rows, class_="keys"),
        tag("p", empty("input", type="checkbox", id="keys-on", checked=True), " ",
            tag("label", "keys are on", for_="keys-on")),
        tag("button", "Close", type="button", class_="close first"),
        id="keys",
        aria_labelledby="keys-name",
    )  # fmt: skip
    context = tag(
        "dialog",
        tag("div", tag("h2", "In the cut", id="context-name"), tag("p", class_="soft", id="context-now"), class_="row"),
        tag("div", class_="screen"),
        tag("div", class_="pieces", aria_hidden="true"),
        tag(
            "div",
            tag("button", "Play", type="button", class_="play first"),
            tag("span", class_="row choices"),
            tag("button", "Shot before", type="button", class_="before bare"),
            tag("button", "Shot after", type="button", class_="after bare"),
            tag("button", "Close", type="button", class_="close"),
            class_="row",
        ),
        id="context",
        aria_labelledby="context-name",
    )
    return context + keys


def _caps(keys: str) -> Iterator[str]:
    for key in keys.split():
        yield f" {key} " if key == "–" else tag("kbd", text(key))


@cache
def _style() -> str:
    return "".join(_asset(name) for name in _STYLES)


@cache
def _script() -> str:
    return '"use strict";(()=>{\n' + "".join(_asset("script", name) for name in _SCRIPTS) + "})()"


def _asset(*steps: str) -> str:
    return resources.files("pipeline.report").joinpath(*steps).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode('ascii')}"
