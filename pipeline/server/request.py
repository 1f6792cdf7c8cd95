"""The JSON body of a submission becomes checked inputs with every default filled in, and an order for a worker."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry

from pipeline import catalog, wire
from pipeline.catalog import Model
from pipeline.errors import nearest
from pipeline.frames import frames_in
from pipeline.plain import digest_of

_WORDS_OF_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


class Refusal(Exception):
    """A request that is turned away, as the API would: HTTP status, business code and what is wrong."""

    def __init__(self, status: int, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or status
        self.message = message


def json_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in the bytes. Raises Refusal for anything else, such as what RFC 8785 can't hash."""
    try:
        value = json.loads(raw, parse_constant=_no_number, parse_float=_finite, parse_int=_exact)
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate is no text
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not valid JSON") from None
    if not isinstance(value, dict):
        raise Refusal(400, "the body is not a JSON object")
    return value


def checked_inputs(model: Model, body: Mapping[str, Any], *, partly: bool = False) -> dict[str, Any]:
    """The parameters of the request, defaults filled in; `partly`: some may be missing, as for a quote.

    Raises Refusal that names every parameter at fault.
    """
    rules = model.request["properties"]
    inputs = {name: rule["default"] for name, rule in rules.items() if "default" in rule} | dict(body)
    missing = [name for name in model.request.get("required", ()) if name not in inputs and not partly]
    wrong = list(_complaints(model, inputs))
    if not missing and not wrong:
        return inputs
    sentences = [f"{name} is missing" for name in missing] + wrong
    raise Refusal(400, "; ".join(sentences), wire.MISSING if missing else wire.INVALID)


def media_of(model: Model, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """Our word for each kind of file that goes with the request, and the addresses given."""
    for word in (*catalog.FRAME_WORDS, *catalog.MEDIA_WORDS.values()):
        given = inputs.get(model.dialect.get(word, ""))
        if given:
            yield word, [given] if isinstance(given, str) else given


def seed(model: Model, inputs: Mapping[str, Any], hashes: Mapping[str, str]) -> str:
    """SHA-256, in hex, of the request with each address replaced by the hash of its file.

    `hashes` has the SHA-256 of the file behind each address.
    """
    media = {model.dialect[word] for word, _ in media_of(model, inputs)}
    symbolic = {name: _hashed(value, hashes) if name in media else value for name, value in inputs.items()}
    return digest_of({"model": model.id, "inputs": symbolic})


def order(
    model: Model,
    inputs: Mapping[str, Any],
    *,
    seed: str,
    images: Sequence[Path],
    direction: Mapping[str, Any] | None,
    first_frame: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """What a worker is told to draw, but for the name and place of the clip.

    `images` are the picture that the shot begins with, if it is given, then the references; `first_frame` is the
    width and height of the former in pixels.
    """

    def value(word: str) -> Any:
        return inputs.get(model.dialect.get(word, ""), model.default(word))

    width, height = catalog.size_asked(model, inputs, first_frame)
    return {
        "width": width,
        "height": height,
        "frame_rate": str(model.frame_rate),
        "frames": frames_in(Fraction(value("duration") or model.durations[0]), model.frame_rate),
        "audio": value("generate_audio"),
        "prompt": value("prompt") or "",
        "images": [str(path) for path in images],
        "direction": direction,
        "seed": seed,
    }


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _no_number(digits)


def _exact(digits: str) -> int:
    value = int(digits)
    return value if abs(value) < 2**53 else _no_number(digits)


def _hashed(value: str | Sequence[str], hashes: Mapping[str, str]) -> Any:
    return {"sha256": hashes[value]} if isinstance(value, str) else [_hashed(address, hashes) for address in value]


def _complaints(model: Model, inputs: Mapping[str, Any]) -> Iterator[str]:
    errors = Draft202012Validator(model.request, registry=Registry()).iter_errors(inputs)
    for error in sorted(errors, key=lambda error: error.json_path):
        if error.validator == "additionalProperties":
            yield from (_unknown(model, name) for name in inputs if name not in model.request["properties"])
        elif error.absolute_path or error.validator != "required":
            yield _complaint(error)


def _unknown(model: Model, name: str) -> str:
    meant = nearest(name, model.request["properties"])
    return f"{_shown(name)} is no parameter of {model.id}" + (f", did you mean {meant}?" if meant else "")


def _complaint(error: ValidationError) -> str:
    name, rule, value = error.json_path.removeprefix("$."), cast("dict[str, Any]", error.schema), error.instance
    match error.validator:
        case "type":
            expected = f"must be {_WORDS_OF_TYPES.get(str(rule['type']), rule['type'])}"
        case "enum":
            expected = "must be one of " + ", ".join(map(str, rule["enum"]))
        case "minimum" | "maximum" if "minimum" in rule and "maximum" in rule:
            expected = f"must be {rule['minimum']} to {rule['maximum']}"
        case "minLength" if rule["minLength"] == 1:
            return f"{name} is empty"
        case "maxItems":
            return f"{name} takes at most {rule['maxItems']} files, not {len(cast('list[Any]', value))}"
        case _:
            return f"{name}: {error.message[:200]}"
    return f"{name} {expected}, not {_shown(value)}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
