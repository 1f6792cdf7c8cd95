"""Footage and a moment enter; a small picture of it leaves, or a quick clip: drawn by workers that stay warm."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline import media
from pipeline.errors import GenerationError
from pipeline.plan import Order
from pipeline.preview.once import Once, Places
from pipeline.previs.workers import WorkerDied, Workers
from pipeline.produce.stills import Stills
from pipeline.store import take_home

SIDE = 640  # pixels of the longer side of a picture: half of the time that 720p takes
_CLIP_SIDE = 480  # of a quick clip, likewise: a third of the time that 720p takes
_HEAD_START_S = 0.25  # that clips give to pictures at most: those are seen first
_SMALLEST = 32  # pixels of a side, as previs draws it
_QUALITY = 88  # of a JPEG
_PICTURES, _CLIPS = 5_000, 100  # that are kept at most: some 200 MB


@dataclass(frozen=True, slots=True)
class Shown:
    """The footage of a shot, as it can be drawn."""

    key: str
    stills: Stills
    clip: Path | None  # that is kept whole; None for a previs that nobody drew yet

    @property
    def order(self) -> Order | None:
        """What it is drawn by; None for a take."""
        return self.stills.rehearsal.orders.get(self.key)


class Easel:
    """Draws into a folder, each thing once. Pictures do not wait for clips."""

    def __init__(self, folder: Path) -> None:
        self._pictures, self._clips = Once(folder, "jpg", _PICTURES), Once(folder, "mp4", _CLIPS)
        self._for_pictures, self._for_clips = _Hands(), _Hands()

    async def start(self) -> None:
        """Start the workers, so that the first drawing need not wait for that."""
        await asyncio.gather(self._for_pictures.start(), self._for_clips.start())

    def end(self) -> None:
        """Draw nothing more."""
        self._pictures.end()
        self._clips.end()

    async def close(self) -> None:
        """End every worker."""
        self.end()
        await asyncio.gather(self._for_pictures.close(), self._for_clips.close())

    async def picture(self, shown: Shown, frame: int) -> Path:
        """The frame of that number, counted in the footage's own rate, as a JPEG. Raises StoryreelError."""

        async def make(target: Path) -> None:
            if shown.order:
                await self._for_pictures.draw(shown, {"frame": frame}, SIDE, target)
            else:
                await asyncio.to_thread(_out_of_take, shown, frame, target)

        return await self._pictures.get(f"{shown.key} {frame}", make)

    async def clip(self, shown: Shown) -> Path:
        """The clip: whole where it is kept, else a quick one, with fewer pixels. Raises StoryreelError."""

        async def make(target: Path) -> None:
            await self._for_pictures.places.rest(_HEAD_START_S)
            await self._for_clips.draw(shown, {}, _CLIP_SIDE, target)

        return shown.clip or await self._clips.get(shown.key, make)

    async def written(self, name: str, write: Callable[[Path], object]) -> Path:
        """A picture that `write` writes, in a thread, to the path that it is given. Raises what that raises."""
        return await self._pictures.get(name, lambda target: asyncio.to_thread(write, target))


class _Hands:
    """One worker, which stays."""

    def __init__(self) -> None:
        self.places, self._workers = Places(1), Workers(1)

    async def start(self) -> None:
        await self._workers.begin(1)

    async def close(self) -> None:
        await self._workers.close()

    async def draw(self, shown: Shown, more: Mapping[str, Any], side: int, target: Path) -> None:
        """Raises StoryreelError where it can't be drawn."""
        assert shown.order
        told = await asyncio.to_thread(shown.stills.told, shown.order)
        order = {**told, **_small(told["width"], told["height"], side), **more, "output": str(target)}
        try:
            async with self.places.one(), self._workers.one() as worker:
                wrong = await worker.draw(order)
        except WorkerDied as died:
            raise GenerationError(str(died)) from died
        if wrong:
            raise GenerationError(wrong)


def _small(width: int, height: int, side: int) -> Mapping[str, int]:
    """A size of the same shape that is drawn quickly."""
    scale = min(Fraction(1), Fraction(side, max(width, height)))
    sides = {"width": width, "height": height}
    return {name: max(_SMALLEST, round(pixels * scale / 2) * 2) for name, pixels in sides.items()}


def _out_of_take(shown: Shown, frame: int, target: Path) -> None:
    from PIL import Image  # here: a board without takes needs none of it

    take, stills = shown.stills.take(shown.key), shown.stills
    assert take
    clip = stills.film.project.outputs / take_home(stills.plan.origin, *take) / "clip.mp4"
    picture = Image.open(io.BytesIO(media.frame_png(clip, frame, stills.plan.frame_rate(take[0]))))
    picture.thumbnail((SIDE, SIDE))
    picture.save(target, "JPEG", quality=_QUALITY)
