"""Orders enter; what the API would charge for each at this moment leaves, asked once for all that cost the same."""

from __future__ import annotations

import asyncio
import hashlib
import json
import mimetypes
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pipeline import wire
from pipeline.catalog import Model, Price
from pipeline.client import Client, Endpoint
from pipeline.errors import KeyRefused, RefusedByApi, UnreachableApi
from pipeline.plan import Order
from pipeline.produce.offering import Offer
from pipeline.wire import FileRef, MediaRef

_STAND_IN = "https://storyreel.invalid/file"  # pictures and sounds cost nothing: that there is one is all that counts


async def quotes(
    offer: Offer, endpoint: Endpoint, connect: Callable[[Endpoint], Client] | None
) -> tuple[Mapping[str, Price], tuple[str, ...]]:
    """Prices by request digest, and what is to be said of them. Raises RefusedByApi where the key is refused."""
    alike: dict[str, list[Order]] = {}
    for order in offer.purchase.to_pay:
        alike.setdefault(_driver(offer, order), []).append(order)
    async with (connect or Client)(endpoint) as client:
        found = await asyncio.gather(*(_asked(client, offer, orders[0]) for orders in alike.values()))
    prices = {
        order.digest: Price(usd, estimate=False)
        for orders, usd in zip(alike.values(), found, strict=True)
        if isinstance(usd, Decimal)
        for order in orders
    }
    refused = next((error for error in found if not isinstance(error, Decimal)), None)
    if refused is None:
        return prices, ()
    return prices, (f"the API told no live price ({refused.message}); the list price of the model's file is used",)


async def _asked(client: Client, offer: Offer, order: Order) -> Decimal | RefusedByApi | UnreachableApi:
    try:
        addresses = {ref: await _address(client, offer, order, ref) for ref in order.request.media}
        quote = await client.quote(order.request.model, wire.body(order.request, addresses.__getitem__))
    except KeyRefused:
        raise
    except (RefusedByApi, UnreachableApi) as error:
        return error
    return quote.usd


async def _address(client: Client, offer: Offer, order: Order, ref: MediaRef) -> str:
    """A stand-in, but for videos, whose length is measured where they lie: they are uploaded, once."""
    videos = order.request.inputs.get(_model(offer, order).dialect.get("videos", ""), ())
    if not isinstance(ref, FileRef) or not isinstance(videos, tuple) or ref not in videos:
        return _STAND_IN
    uploads = offer.film.store.uploads(offer.plan.origin)
    if address := uploads.find(ref.sha256):
        return address
    path = offer.film.locate(ref.path)
    data = await asyncio.to_thread(path.read_bytes)
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        raise UnreachableApi(f"{ref.path} changed while the run was under way")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    address = await client.upload(data, path.name, kind)
    uploads.keep(ref.sha256, address)
    return address


def _driver(offer: Offer, order: Order) -> str:
    """What the price can depend on: everything but the words; of pictures and sounds how many there are."""
    model = _model(offer, order)
    videos, words = model.dialect.get("videos", ""), {model.dialect.get("prompt", ""), "prompt", "negative_prompt"}
    told: dict[str, Any] = {"model": order.request.model}
    digested = wire.as_digested(order.request)["inputs"]
    for name, value in digested.items():
        if name == videos:
            told[name] = value
        elif name not in words:
            told[name] = len(value) if isinstance(value, list) else "file" if isinstance(value, Mapping) else value
    return json.dumps(told, sort_keys=True)


def _model(offer: Offer, order: Order) -> Model:
    return offer.plan.compositions.models[order.request.model]
