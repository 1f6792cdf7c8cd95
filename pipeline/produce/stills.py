"""Footage enters by its key; single frames of it leave: out of a take, or of a previs that nobody draws whole."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import media, wire
from pipeline.errors import SetupError
from pipeline.frames import frames_in
from pipeline.plain import digest_of
from pipeline.plan import Order, Plan, Rehearsal
from pipeline.produce.reading import Film
from pipeline.store import take_home
from pipeline.wire import FileRef, FrameRef, MediaRef

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Stills:
    """The frames of a film's footage. What is drawn is the frame that `render` would show, and is kept nowhere."""

    film: Film
    plan: Plan
    rehearsal: Rehearsal
    folder: Path  # for pictures that others are drawn from; what lies in it is used again
    _orders: dict[str, Mapping[str, Any]] = field(default_factory=dict, init=False, repr=False)

    def take(self, key: str) -> tuple[str, int] | None:
        """Request digest and number of the take that a key stands for; None for a previs."""
        kind, *rest = key.split(":")
        return (rest[0], int(rest[1])) if kind == "take" else None

    def picture(self, key: str, at_s: Fraction) -> Image.Image:
        """The frame that is on screen so many seconds into the footage, RGB.

        Raises MediaError for a clip or a reference that can't be read, OrderError for a previs that can't be drawn,
        SetupError for a request that no server would take.
        """
        if self.take(key):
            return self._out_of_take(key, at_s)
        order = self.rehearsal.orders[key]
        return self._drawn(order, at_s * self.plan.compositions.models[order.request.model].frame_rate)

    def _out_of_take(self, key: str, at_s: Fraction) -> Image.Image:
        from pipeline.media.pictures import frame_picture  # here: it loads libav

        digest, number = self.take(key) or ("", 0)
        rate = self.plan.frame_rate(digest)
        return frame_picture(self._clip(digest, number), frames_in(at_s, rate), rate)

    def _clip(self, digest: str, number: int) -> Path:
        return self.film.project.outputs / take_home(self.plan.origin, digest, number) / "clip.mp4"

    def _drawn(self, order: Order, frame: Fraction) -> Image.Image:
        from pipeline.previs.intake import parse  # here: they load libav
        from pipeline.previs.picture import draw_frame

        return draw_frame(parse(self.told(order)), int(frame))

    def told(self, order: Order) -> Mapping[str, Any]:
        """What a worker is told to draw the whole clip; `output` is no file yet. Raises as `picture` does."""
        if order.key not in self._orders:
            self._orders[order.key] = self._told(order)
        return self._orders[order.key]

    def _told(self, order: Order) -> Mapping[str, Any]:
        from pipeline.server import request as requests  # here: it loads jsonschema's rules

        model = self.plan.compositions.models[order.request.model]
        files = {_address(ref): self._file(ref, order) for ref in order.request.media}
        try:
            inputs = requests.checked_inputs(model, wire.body(order.request, _address))
        except requests.Refusal as refused:  # of a model whose own rules contradict each other
            raise SetupError(refused.message) from refused
        named = {word: tuple(addresses) for word, addresses in requests.media_of(model, inputs)}
        pictures = [files[address] for word in ("first_frame", "images") for address in named.get(word, ())]
        hashes = {address: media.inspect(file).sha256 for address, file in files.items()}
        first = media.inspect(pictures[0], "image") if "first_frame" in named else None
        told = requests.order(
            model,
            inputs,
            seed=requests.seed(model, inputs, hashes),
            images=pictures,
            direction=order.direction,
            first_frame=(first.width, first.height) if first else None,
        )
        return {**told, "id": order.key, "output": str(self.folder / "none.mp4")}

    def _file(self, ref: MediaRef, order: Order) -> Path:
        if isinstance(ref, FileRef):
            return self.film.locate(ref.path)
        return self._frame(ref, order)

    def _frame(self, ref: FrameRef, order: Order) -> Path:
        """The picture out of other footage that a shot goes on from."""
        source = order.sources[ref]
        file = self.folder / f"{digest_of({'key': source.key, 'frame': ref.frame})[:32]}.png"
        if not file.exists():
            # Several threads may want it. Nothing keeps it, so it need not be small: to pack it well takes long.
            beside = file.with_suffix(f".{threading.get_ident()}.png")
            self.picture(source.key, ref.frame / source.frame_rate).save(beside, compress_level=1)
            beside.replace(file)
        return file


def _address(ref: MediaRef) -> str:
    """A name for a file of a request, where the API would have an address."""
    return f"frame:{ref.digest}:{ref.take}:{ref.frame}" if isinstance(ref, FrameRef) else f"file:{ref.sha256}"
