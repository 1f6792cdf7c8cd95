"""A model's price list and a request become dollars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline.catalog.model import Model, PriceRow


@dataclass(frozen=True, slots=True)
class Price:
    """What one job costs."""

    usd: Decimal
    estimate: bool  # True where only a live quote would be exact


def price(model: Model, resolution: str, duration_s: int, video_s: Fraction, audio: bool = True) -> Price | None:
    """Dollars for one job of `duration_s` seconds with `video_s` seconds of reference videos; None when unpriced.

    `audio` says whether sound is made with it.
    """
    for row in model.prices:
        if _fits(row, resolution, video_s > 0, audio):
            usd = row.usd_per_s * duration_s + row.usd_per_input_s * _decimal(video_s)
            return Price(usd.quantize(Decimal("0.0001")).normalize() + Decimal("0.00"), row.estimate)
    return None


def _fits(row: PriceRow, resolution: str, videos: bool, audio: bool) -> bool:
    return row.resolution in ("", resolution) and row.with_videos == videos and row.with_audio in (None, audio)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
