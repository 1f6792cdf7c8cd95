"""A row of the API's catalogue and what was known before enter; a model file leaves, and what has changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from pipeline.catalog.model import FRAME_WORDS, MEDIA_WORDS

_GUESSED = {  # what parameters of other models are called, by the word that feeds them
    "prompt": ("prompt",),
    "images": ("reference_images", "images"),
    "videos": ("reference_videos", "videos"),
    "audios": ("reference_audios", "audios"),
    "first_frame": ("image", "first_frame", "first_image", "start_image"),
    "last_frame": ("last_image", "last_frame", "end_image", "end_frame"),
    "aspect_ratio": ("aspect_ratio",),
    "resolution": ("resolution",),
    "size": ("size",),
    "duration": ("duration",),
    "enable_web_search": ("enable_web_search",),
    "generate_audio": ("generate_audio", "sound"),
}
_TYPES = {"duration": "integer", "enable_web_search": "boolean", "generate_audio": "boolean"} | dict.fromkeys(
    MEDIA_WORDS.values(), "array"
)
_CHOSEN = ("aspect_ratio", "resolution", "size")  # of a list, or we don't know what may be asked for
_COMPARED = ("type", "enum", "minimum", "maximum", "maxItems", "maxLength", "default")
_MOST_PX = 4096  # of a side
_USUAL_PX = 720  # short side, where the name of a resolution says nothing


def renewed(known: Mapping[str, Any], request: Mapping[str, Any], day: str) -> dict[str, Any]:
    """A known model's file with the request as the API has it now; `day` is ISO-8601.

    Which word feeds which parameter stays: another one would be sent from now on, and old takes would no longer fit.
    """
    data = deepcopy(dict(known))
    data["request"], data["source"] = dict(request), {**known["source"], "date": day}
    names = request["properties"]
    data["dialect"] = {word: name for word, name in known["dialect"].items() if word == "tokens" or name in names}
    data["limits"] = {word: limits for word, limits in known["limits"].items() if word in _taken(data["dialect"])}
    sizes = _sizes(data["dialect"], names, known["output"]["sizes"])
    if sizes != known["output"]["sizes"]:
        notes = "Sizes that were not known are guessed from the names of resolution and ratio."
        data["output"] = {**known["output"], "sizes": sizes, "notes": _with(known["output"].get("notes", ""), notes)}
    return data


def guessed(model: str, row: Mapping[str, Any], request: Mapping[str, Any], day: str) -> dict[str, Any]:
    """The file of a model of which nothing is known but its row, with notes that say what is guessed."""
    maker, _, rest = model.partition("/")
    dialect = dict(_dialect(request["properties"]))
    tokens = {kind: f"@{kind.title()}{{n}}" for kind, word in MEDIA_WORDS.items() if word in dialect}
    price = row.get("base_price")
    priced = f" Its base price, for a request with nothing but defaults, was {price} dollars." if price else ""
    notes = f"Written from the API's catalogue, which tells the parameters only; the rest is guessed.{priced}"
    return {
        "id": model,
        "title": re.sub(r"[-_]", " ", rest.replace("/", ", ")).capitalize(),
        "maker": maker.capitalize(),
        "source": {"url": f"https://wavespeed.ai/models/{model}", "date": day, "notes": notes},
        "request": dict(request),
        "dialect": {**dialect, "tokens": tokens},
        "limits": {},
        "output": {
            "frame_rate": "24",
            "sizes": _sizes(dialect, request["properties"], {}),
            "notes": "Guessed: 24 frames a second, and sizes from the names of resolution and ratio.",
        },
        "timing": {"usual_s": 120, "longest_s": 1800, "notes": "Guessed; nothing is known of this model."},
    }


def differences(known: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the API says otherwise than the file: "new", "gone", "limit" or "default", and the words for it.

    A limit that the API does not tell is no difference.
    """
    before, now = known["request"]["properties"], request["properties"]
    yield from (("new", f"{name}: a parameter of type {now[name]['type']}") for name in now if name not in before)
    yield from (("gone", f"{name}: no parameter any more") for name in before if name not in now)
    for name in now:
        for key in _COMPARED if name in before else ():
            old, new = before[name].get(key), now[name].get(key)
            if new is not None and _comparable(old) != _comparable(new):
                yield "default" if key == "default" else "limit", f"{name}: {key} is {_shown(new)}, here {_shown(old)}"
    required = set(request.get("required", ())) - set(known["request"].get("required", ()))
    yield from (("limit", f"{name}: required") for name in sorted(required & before.keys()))


def _comparable(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _dialect(properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for word, names in _GUESSED.items():
        fitting = (name for name in names if name in properties and _fits(word, properties[name]))
        if name := next(fitting, ""):
            yield word, name


def _fits(word: str, rule: Mapping[str, Any]) -> bool:
    if rule["type"] != _TYPES.get(word, "string"):
        return False
    if word == "size" and not all(re.fullmatch(r"[0-9]+\*[0-9]+", str(value)) for value in rule.get("enum", ())):
        return False
    return word not in _CHOSEN or bool(rule.get("enum"))


def _taken(dialect: Mapping[str, Any]) -> frozenset[str]:
    return frozenset({"prompt", *dialect, *(["frames"] if any(word in dialect for word in FRAME_WORDS) else ())})


def _sizes(dialect: Mapping[str, str], properties: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Pixels of everything that can be asked for: as known, else guessed."""
    if "size" in dialect:
        asked = properties[dialect["size"]]["enum"]
        return dict(known) if _same_sizes(asked, known) else _sized(asked)
    usual = list(known) or [f"{_USUAL_PX}p"]
    ratios = list(next(iter(known.values()), {})) or ["16:9"]
    resolutions = properties[dialect["resolution"]]["enum"] if "resolution" in dialect else usual[:1]
    if "aspect_ratio" in dialect:
        ratios = properties[dialect["aspect_ratio"]]["enum"]
    return {
        resolution: {ratio: known.get(resolution, {}).get(ratio) or _pixels(resolution, ratio) for ratio in ratios}
        for resolution in resolutions
    }


def _same_sizes(asked: list[str], known: Mapping[str, Any]) -> bool:
    return set(asked) == {f"{w}*{h}" for row in known.values() for w, h in row.values()}


def _sized(asked: list[str]) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    for width, height in (map(int, each.split("*")) for each in asked):
        part = math.gcd(width, height)
        ratio, name = f"{width // part}:{height // part}", f"{min(width, height)}p"
        found.setdefault(name if ratio not in found.get(name, {}) else f"{width}x{height}", {})[ratio] = [width, height]
    return found


def _pixels(resolution: str, ratio: str) -> list[int]:
    short = _short_px(resolution)
    match = re.fullmatch(r"([1-9][0-9]{0,2}):([1-9][0-9]{0,2})", ratio)
    wide, high = (int(match[1]), int(match[2])) if match else (16, 9)
    scale = min(short / min(wide, high), _MOST_PX / max(wide, high))
    return [max(32, 2 * round(side * scale / 2)) for side in (wide, high)]


def _short_px(resolution: str) -> int:
    if lines := re.fullmatch(r"([0-9]{3,4})[pP]?", resolution):
        return int(lines[1])
    return {"1k": 1080, "2k": 1440, "4k": 2160}.get(resolution.lower(), _USUAL_PX)


def _with(notes: str, more: str) -> str:
    return notes if more in notes else f"{notes} {more}".strip()
