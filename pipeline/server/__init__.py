"""Our own server of the WaveSpeed v3 protocol: requests come in, previs clips go out; nothing is fetched or charged.

With a conduct of its own it is a double of the paid API: an account, a ledger that is exact, and faults on demand.
In reading order of the modules:

    conduct     how the server behaves, and the file that says so
    faults      what can go wrong, drawn by seed
    request     the body of a submission, checked against the model's own schema, becomes an order for a clip
    shelf       the files that came in by upload or were drawn, under addresses nobody can guess
    canned      clips that are drawn once for each size and length
    ledger      what was accepted, charged and asked
    account     tier, balance and bills
    prices      what a request costs
    making      a commission becomes a clip
    webhooks    who is told of the end
    studio      the predictions: created, processing, completed or failed
    front       what every request passes: the name it was sent to, the key, the count
    asking      what a request over HTTP says
    pages       the ledger, page by page
    generating  the routes of predictions and clips; uploading: of uploads; books: of everything about the account
    app         all of it: an ASGI application
    serving     the application on a socket of this machine (`serve`; it alone loads uvicorn)
"""

from pipeline.server.app import local_app, running

__all__ = ["local_app", "running"]
