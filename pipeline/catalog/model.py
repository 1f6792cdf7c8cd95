"""What is known of one generation model, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.take import Kind

# What a storyboard calls the references of each kind, and the dialect key that says which parameter takes them.
MEDIA_WORDS: Mapping[Kind, str] = {"image": "images", "video": "videos", "audio": "audios"}
# The dialect keys of the parameters that take the address of one picture each.
FRAME_WORDS = ("first_frame", "last_frame")


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a model takes as a reference of one kind; None or 0 where it sets no limit."""

    formats: tuple[str, ...]
    max_count: int  # files
    max_bytes: int
    min_side_px: int = 0
    max_side_px: int = 0
    min_ratio: float = 0  # width / height
    max_ratio: float = 0
    min_s: int = 0
    max_s: int = 0
    max_total_s: int = 0  # seconds of all of them together
    warn_above: int = 0  # files; the page allows more than the model is known to take
    never_alone: bool = False  # it needs another kind of reference beside it


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One line of a price list."""

    resolution: str  # "" for any
    usd_per_s: Decimal  # dollars for each second generated
    with_videos: bool  # holds where reference videos go with the request
    usd_per_input_s: Decimal  # dollars for each second of the reference videos
    estimate: bool  # not published; inferred
    with_audio: bool | None = None  # holds for requests with sound, or for those without; None: for both


@dataclass(frozen=True, slots=True)
class Model:
    """One generation model."""

    id: str
    title: str
    maker: str
    request: Mapping[str, Any]  # JSON schema of the request's inputs, as the API's catalogue has it
    dialect: Mapping[str, str]  # our word -> the request's parameter
    tokens: Mapping[Kind, str]  # how a prompt names reference n of a kind, e.g. "@Image{n}"
    media: Mapping[Kind, MediaLimits]  # of references
    frames: MediaLimits | None  # of the pictures it begins and ends with; None: it takes none
    prompt_words: int  # recommended at most; 0 for no limit
    frame_rate: Fraction  # frames a second of what it makes
    sizes: Mapping[str, Mapping[str, tuple[int, int]]]  # resolution -> ratio -> width, height in pixels
    audio: bool  # there is sound though no parameter asks for it
    first_frame_model: str  # id of the model for a shot with a given first frame: this one or a sibling; "" for none
    ignores: frozenset[str]  # wordings that it is known to pass over: "timestamps", "flags" ...
    max_shots: int  # shots that one generation can hold
    shot_s: tuple[int, int]  # seconds of each of several shots, least and most recommended; (0, 0): nothing is known
    usual_s: int  # seconds a generation usually takes
    longest_s: int  # seconds after which it is called open, not waited for
    prices: tuple[PriceRow, ...]  # empty: unpriced
    price_source: str
    price_date: str  # ISO-8601
    source: str  # address of the page that all this was read on
    notes: str  # what was doubtful there

    def rule(self, word: str) -> Mapping[str, Any]:
        """JSON schema of the parameter that our word feeds; empty where the model has no such parameter."""
        rule: Mapping[str, Any] = self.request["properties"].get(self.dialect.get(word, ""), {})
        return rule

    def takes(self, word: str) -> bool:
        """Whether the request can say it; `size` says both aspect_ratio and resolution."""
        return word in self.dialect or (word in ("aspect_ratio", "resolution") and "size" in self.dialect)

    def needs(self, word: str) -> bool:
        """Whether there is no request without it."""
        return self.dialect.get(word, "") in self.request.get("required", ())

    def default(self, word: str) -> Any:
        """What holds where nothing is said: the page's default, or what the model always does; None: nobody knows."""
        if (given := self.rule(word).get("default")) is not None:
            return given
        if word == "generate_audio":
            return self.audio
        if word in ("resolution", "aspect_ratio"):
            return self._usual_shape()[word == "aspect_ratio"]
        return None

    def _usual_shape(self) -> tuple[str, str]:
        """Resolution and ratio of the size that is the default; the first ones where there is no such parameter."""
        shapes = [(resolution, ratio) for resolution, row in self.sizes.items() for ratio in row]
        asked = self.rule("size").get("default")
        return next((shape for shape in shapes if size_text(self.sizes[shape[0]][shape[1]]) == asked), shapes[0])

    @property
    def resolutions(self) -> tuple[str, ...]:
        """The resolutions that it makes."""
        return tuple(self.sizes)

    def ratios(self, resolution: str = "") -> tuple[str, ...]:
        """The aspect ratios that it makes in a resolution, or in any."""
        rows = [self.sizes.get(resolution, {})] if resolution else self.sizes.values()
        return tuple(dict.fromkeys(ratio for row in rows for ratio in row))

    @property
    def durations(self) -> tuple[int, ...]:
        """Every length that it makes, in whole seconds, ascending."""
        rule = self.rule("duration")
        return tuple(sorted(rule["enum"] if "enum" in rule else range(rule["minimum"], rule["maximum"] + 1)))

    @property
    def lengths(self) -> str:
        """Its lengths as people say them: `4 to 15 s`, `5, 10 or 15 s`."""
        made = self.durations
        if len(made) > 2 and made[-1] - made[0] == len(made) - 1:
            return f"{made[0]} to {made[-1]} s"
        return " or ".join(filter(None, (", ".join(map(str, made[:-1])), str(made[-1])))) + " s"

    @property
    def follows_first_frame(self) -> bool:
        """Whether the picture has the shape of its first frame where no other is asked for."""
        return (
            "first_frame" in self.dialect and "size" not in self.dialect and "default" not in self.rule("aspect_ratio")
        )


def size_text(size: tuple[int, int]) -> str:
    """A size as the parameters called `size` take it: `1280*720`."""
    return f"{size[0]}*{size[1]}"
