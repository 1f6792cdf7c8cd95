"""The WaveSpeed v3 protocol as values: requests and their digests, envelopes built and parsed. No input or output.

    requests     what is asked of a model, how it is known, and the JSON that is sent
    lenient      what somebody else's JSON holds
    envelopes    predictions, uploads and refusals
    account      prices, balance, history and bills

Facts: the model's own API page and the official clients' sources; read leniently, written as the page has it.
"""

from pipeline.wire.account import (
    BALANCE_PATH,
    BILLINGS_PATH,
    HISTORY_PATH,
    LARGEST_PAGE,
    MODELS_PATH,
    PRICE_PATH,
    Bill,
    Listed,
    Quote,
    balance_data,
    bill_data,
    bills_data,
    history_data,
    parse_balance,
    parse_bills,
    parse_history,
    parse_models,
    parse_quote,
    price_data,
)
from pipeline.wire.envelopes import (
    API_ROOT,
    DIRECTION_HEADER,
    FAILED,
    INTERNAL,
    INVALID,
    LOCAL_ORIGIN,
    MEANING,
    MISSING,
    MODERATED,
    NO_CREDIT,
    TERMINAL,
    TIMED_OUT,
    UNREACHABLE_MEDIA,
    UPLOADS_PATH,
    Prediction,
    Ticket,
    envelope,
    origin_of,
    pack_direction,
    parse_prediction,
    parse_ticket,
    prediction_data,
    prediction_in,
    refusal,
    refused,
    result_path,
    submit_path,
    ticket_data,
    unpack_direction,
)
from pipeline.wire.requests import (
    FileRef,
    FrameRef,
    MediaRef,
    Request,
    Value,
    as_digested,
    body,
    from_digested,
    request_digest,
)

__all__ = [
    "API_ROOT", "BALANCE_PATH", "BILLINGS_PATH", "DIRECTION_HEADER", "FAILED", "HISTORY_PATH", "INTERNAL", "INVALID",
    "LARGEST_PAGE", "LOCAL_ORIGIN", "MEANING", "MISSING", "MODELS_PATH", "MODERATED", "NO_CREDIT", "PRICE_PATH",
    "TERMINAL", "TIMED_OUT", "UNREACHABLE_MEDIA", "UPLOADS_PATH", "Bill", "FileRef", "FrameRef", "Listed", "MediaRef",
    "Prediction", "Quote", "Request", "Ticket", "Value", "as_digested", "balance_data", "bill_data", "bills_data",
    "body", "envelope", "from_digested", "history_data", "origin_of", "pack_direction", "parse_balance",
    "parse_bills", "parse_history", "parse_models", "parse_prediction", "parse_quote", "parse_ticket",
    "prediction_data", "prediction_in", "price_data", "refusal", "refused", "request_digest", "result_path",
    "submit_path", "ticket_data", "unpack_direction",
]  # fmt: skip
