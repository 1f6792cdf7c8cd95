"""A shot becomes its part of the page: what it is, all takes side by side, prompts, prices, and room to comment."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from pipeline.frames import plain_seconds
from pipeline.plan import Words
from pipeline.report.markup import badge, empty, listed, tag, text
from pipeline.report.values import PREVIS, Picture, Report, ShownShot, ShownTake

_BUTTONS = (  # of the transport: what it does, its sign, its words
    ("back", "−1", "−1 frame"),
    ("play", "Play", "Play all takes"),
    ("on", "+1", "+1 frame"),
)


def shot(report: Report, number: int) -> str:
    """The part of the shot at the index."""
    shown = report.shots[number]
    name = f"shot-{number + 1}"
    return tag(
        "section",
        _slate(report, shown, name),
        _words(shown),
        tag("ul", *(tag("li", _take(report, shown, take)) for take in shown.takes), class_="takes"),
        _transport(shown) if any(take.clip for take in shown.takes) else "",
        "" if report.client else _prompts(shown),
        _comments(shown, name),
        class_="shot panel",
        id=name,
        data_shot=shown.id,
        data_begin=_seconds(shown.begin_s),
        data_end=_seconds(shown.end_s),
        aria_labelledby=f"{name}-name",
    )


def still(picture: Picture, words: str, class_: str | None = None) -> str:
    """A picture in the page."""
    return empty(
        "img",
        src=f"data:image/jpeg;base64,{b64encode(picture.jpeg).decode('ascii')}",
        alt=words,
        width=str(picture.width),
        height=str(picture.height),
        class_=class_,
        loading="lazy",
        decoding="async",
    )


def named(take: ShownTake) -> str:
    """What people call it."""
    return "Previs" if take.name == PREVIS else f"Take {take.name}"


def money(usd: Decimal) -> str:
    """Dollars with cents, and with more digits where they say more."""
    cents = usd.quantize(Decimal("0.01"))
    return f"${cents if usd == cents else usd.normalize():,f}"


def _slate(report: Report, shown: ShownShot, name: str) -> str:
    length_s = shown.end_s - shown.begin_s
    facts = [*shown.camera, f"{plain_seconds(length_s)} s", f"at {shown.timecode}"]
    if shown.continues:
        facts.append(f"continues from {shown.continues}")
    if shown.shares:
        facts.append(f"same take as {', '.join(shown.shares)}")
    if not report.client and shown.spent_usd:
        facts.append(f"{money(shown.spent_usd)} for its takes")
    if shown.price_usd is not None:
        facts.append(f"{money(shown.price_usd)} for the next")
    state = badge(shown.state, shown.state) if shown.state else ""
    return tag(
        "header",
        tag("h3", text(shown.id), id=f"{name}-name", tabindex="-1"),
        state,
        listed(map(text, facts), class_="facts"),
        tag("p", text(shown.reason), class_="soft small") if shown.reason else "",
        class_="slate",
    )


def _words(shown: ShownShot) -> str:
    lines = "".join(tag("p", text(line), dir="auto") for line in shown.dialogue)
    notes = tag("p", tag("b", "Note"), " ", tag("span", text(shown.notes), dir="auto")) if shown.notes else ""
    return tag("div", lines, notes, class_="words") if lines or notes else ""


def _take(report: Report, shown: ShownShot, take: ShownTake) -> str:
    name = named(take)
    alt = f"{name} of {shown.id}, {plain_seconds((take.in_s + take.out_s) / 2)} s into it"
    picture = still(take.picture, alt) if take.picture else ""
    missing = tag("p", text(take.why), class_="missing") if not take.clip and take.why else ""
    width, height = (take.picture.width, take.picture.height) if take.picture else report.size
    return tag(
        "article",
        tag("div", picture, missing, class_="screen", data_wide=str(width), data_high=str(height)),
        tag("div", tag("h4", name), *_badges(take), class_="row"),
        listed(map(text, _facts(report, take)), class_="facts"),
        listed(_flags(take), class_="flags"),
        tag("div", *_controls(shown, take), class_="row controls"),
        class_="take" + (" used" if take.used else ""),
        data_take=str(take.name),
        data_clip=take.clip or None,
        data_in=_seconds(take.in_s),
        data_out=_seconds(take.out_s),
        data_length=_seconds(take.duration_s),
        data_used=take.used,
        data_request=take.request or None,
        aria_label=f"{name} of {shown.id}",
    )


def _badges(take: ShownTake) -> Iterator[str]:
    if take.used and take.name != PREVIS:
        yield badge("in the cut", "take")
    if take.how:
        yield badge(take.how)
    if take.older:
        yield badge("older request", "stale")
    if take.flags:
        yield badge("1 flag" if len(take.flags) == 1 else f"{len(take.flags)} flags", "warn")


def _facts(report: Report, take: ShownTake) -> Iterator[str]:
    if take.duration_s:
        yield f"{plain_seconds(take.duration_s)} s"
        yield f"shown {plain_seconds(take.in_s)} to {plain_seconds(take.out_s)}"
    if take.name != PREVIS and not report.client:
        yield money(take.price_usd) if take.price_usd is not None else "price unknown"
    if take.request:
        yield take.request


def _flags(take: ShownTake) -> Iterator[str]:
    for flag in take.flags:
        yield tag("b", text(flag.code)) + " " + text(flag.message)


def _controls(shown: ShownShot, take: ShownTake) -> Iterator[str]:
    name = named(take).lower()
    if take.name != PREVIS:
        yield tag("button", "Circle", type="button", class_="circle", aria_pressed="false",
                  aria_label=f"Circle {name} of {shown.id}")  # fmt: skip
    if take.clip:
        yield tag("button", "In the cut", type="button", class_="context",
                  aria_label=f"In the cut: {name} of {shown.id}")  # fmt: skip
        if sum(1 for one in shown.takes if one.clip) > 1:
            yield tag("button", "Sound", type="button", class_="sound bare",
                      aria_pressed="true" if take is shown.shown else "false",
                      aria_label=f"Sound of {name} of {shown.id}")  # fmt: skip


def _transport(shown: ShownShot) -> str:
    buttons = (
        tag("button", sign, type="button", class_=kind, aria_label=f"{words}, {shown.id}")
        for kind, sign, words in _BUTTONS
    )
    slider = empty("input", type="range", min="0", value="0", step="any", aria_label=f"Time in the takes of {shown.id}")
    track = tag("div", tag("div", class_="span"), slider, class_="track")
    return tag("div", *buttons, track, tag("output", "0.00 s", class_="small"), class_="transport")


def _prompts(shown: ShownShot) -> str:
    last = next((take for take in reversed(shown.takes) if take.prompt), None)
    inside = [tag("h4", "As it would be sent now"), _prompt(shown.prompt, shown.words)]
    if last and shown.words:
        inside[0] += tag("p", f"Marked is what differs from take {last.name}.", class_="soft small")
    elif last and last.prompt == shown.prompt:
        inside[0] += tag("p", f"Word for word that of take {last.name}.", class_="soft small")
    for take in shown.takes:
        if take.prompt and (take.words or take.prompt != shown.prompt):
            inside += [tag("h4", f"{named(take)}, as it was sent"), _prompt(take.prompt, take.words)]
    changed = badge("words differ", "stale") if shown.words else ""
    return tag("details", tag("summary", "Prompt ", changed), *inside, class_="prompt")


def _prompt(prompt: str, words: tuple[Words, ...]) -> str:
    inside = "".join(_stretch(one) for one in words) if words and len(prompt) < 20_000 else text(prompt)
    return tag("p", inside, class_="sent", dir="auto")


def _stretch(words: Words) -> str:
    if words.same:
        return text(words.after)
    return _edited("del", words.before) + _edited("ins", words.after)


def _edited(name: str, words: str) -> str:
    """Words that were put in or taken out, the space before them outside of the mark."""
    bare = words.lstrip()
    return text(words[: len(words) - len(bare)]) + (tag(name, text(bare)) if bare else "")


def _comments(shown: ShownShot, name: str) -> str:
    """Room for what a reader says; all of it is filled in by the page's script, which some readers don't run."""
    choices = [tag("option", "the whole shot", value="")]
    choices += [tag("option", f"take {take.name}", value=str(take.name)) for take in shown.takes if take.name != PREVIS]
    ids = {word: f"{name}-{word}" for word in ("text", "about", "when")}
    form = tag(
        "form",
        tag("label", f"Comment on {text(shown.id)}", for_=ids["text"]),
        tag("textarea", id=ids["text"], rows="1", placeholder=" ", dir="auto"),
        tag(
            "div",
            tag("label", "about", for_=ids["about"]),
            tag("select", *choices, id=ids["about"]),
            tag("span", empty("input", type="checkbox", id=ids["when"]), " ",
                tag("label", "at this moment", for_=ids["when"])),
            tag("button", "Add comment", type="submit"),
            class_="row",
        ),
    )  # fmt: skip
    return tag("div", tag("ul", class_="said"), form, class_="comments", hidden=True)


def _seconds(at_s: Fraction) -> str:
    return f"{float(at_s):.6f}".rstrip("0").rstrip(".")
