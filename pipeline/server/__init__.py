"""Our own server of the WaveSpeed v3 protocol: requests come in, previs clips go out; nothing is fetched or charged.

In reading order of the modules:

    request     the body of a submission, checked against the model's own schema, becomes an order for a clip
    workers     the processes that draw, one clip at a time each
    shelf       the files that came in by upload or were drawn, under addresses nobody can guess
    studio      the predictions: created, processing, completed or failed
    app         the routes, the key and the envelopes: an ASGI application
    serving     the application on a socket of this machine (`serve`; it alone loads uvicorn)
"""

from pipeline.server.app import local_app, running

__all__ = ["local_app", "running"]
