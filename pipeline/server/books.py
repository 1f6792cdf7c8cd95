"""What an account is told: the models, prices, its balance, its bills; and the ledger, which no API has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import wire
from pipeline.catalog import Model
from pipeline.server import asking, pages, prices
from pipeline.server.request import Refusal, checked_inputs
from pipeline.wire import Quote


async def models(request: Request) -> Response:
    """GET /models."""
    known: Mapping[str, Model] = request.app.state.catalogue
    return JSONResponse(wire.envelope([_listed(model, asking.hosts(request).api) for model in known.values()]))


async def price(request: Request) -> Response:
    """POST /model/price: a quote, as it is now."""
    model, quote = await _quoted(request)
    return JSONResponse(wire.envelope(wire.price_data(model.id, quote)))


async def pricing(request: Request) -> Response:
    """POST /model/pricing: the same in the older form."""
    model, quote = await _quoted(request)
    return JSONResponse(wire.envelope({"model_id": model.id, "unit_price": float(quote.usd), "currency": "USD"}))


async def balance(request: Request) -> Response:
    """GET /balance, under both of its addresses."""
    return JSONResponse(wire.envelope(wire.balance_data(asking.studio(request).account.balance)))


async def bills(request: Request) -> Response:
    """POST /billings/search."""
    asked = await asking.fields(request)
    return JSONResponse(wire.envelope(pages.bills(asking.studio(request).ledger, asked)))


async def usage(request: Request) -> Response:
    """POST /user/usage_stats."""
    asked = await asking.fields(request)
    return JSONResponse(wire.envelope(pages.usage(asking.studio(request).ledger, asked)))


async def secret(request: Request) -> Response:
    """GET /webhook/secret; no page says what its field is called."""
    return JSONResponse(wire.envelope({"secret": asking.studio(request).webhooks.secret}))


async def ledger(request: Request) -> Response:
    """GET of everything that was accepted, charged and asked; it does not count itself."""
    return JSONResponse(asking.studio(request).ledger.as_json())


async def _quoted(request: Request) -> tuple[Model, Quote]:
    asked = await asking.fields(request)
    name, inputs = asked.get("model_id"), asked.get("inputs", {})
    if not isinstance(name, str) or not isinstance(inputs, dict):
        raise Refusal(400, "model_id must be a text and inputs an object", wire.INVALID)
    model = asking.model(request, name)
    return model, await asking.studio(request).quote(model, checked_inputs(model, inputs, partly=True))


def _listed(model: Model, origin: str) -> dict[str, Any]:
    """One row of the catalogue, in the API's shape; `base_price` is that of a request with nothing but defaults."""
    api = {
        "type": "model_run",
        "method": "POST",
        "server": origin,
        "api_path": wire.submit_path(model.id),
        "request_schema": model.request,
    }
    return {
        "model_id": model.id,
        "name": model.id,
        "description": model.title,
        "type": model.id.rpartition("/")[2],
        "base_price": float(prices.usual_price(model)),
        "formula": prices.formula(model),
        "api_schema": {"api_schemas": [api]},
    }
