"""What httpx is told, and what its errors mean to us: surely unsent, or perhaps arrived."""

from __future__ import annotations

import re
import socket
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx

from pipeline.client.endpoint import Endpoint
from pipeline.client.pace import Patience
from pipeline.client.transport import Transport
from pipeline.client.verdict import Lost, Unsent
from pipeline.errors import SetupError

HEADERS = {"User-Agent": "storyreel"}
# httpx looks at each idle connection for every request: twenty of them cost more than the connecting they save.
_FEW = httpx.Limits(max_keepalive_connections=4)
_NONE = httpx.Limits(max_keepalive_connections=0)
# No connection came about; a refused CONNECT is the proxy's, before anything of ours was sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class _NoCookies(httpx.Cookies):
    """What an answer sets is nothing to us, and to look for it takes a fifth of a question."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keeps none."""


class _Plain(httpx.AsyncClient):
    """Keeps no cookies."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None."""
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, _: Any) -> None:
        """Takes none."""


_NO_COOKIES = _NoCookies()


def opened(
    endpoint: Endpoint,
    *,
    fresh: bool = False,
    trust_env: bool = True,
    proxy: str = "",
    headers: Mapping[str, str] = HEADERS,
) -> httpx.AsyncClient:
    """A client of httpx. It repeats nothing: neither transport does, and HTTP/2, which may, is not asked for.

    With `fresh`, no connection is used twice: a kept one that the server is just closing would leave it uncertain
    whether a request arrived, and one that was made for one name may lead to a machine that has others, too.
    """
    if endpoint.app is not None:
        # Every address goes to the application: nothing can leave this process.
        app = httpx.ASGITransport(endpoint.app, raise_app_exceptions=False)
        return _Plain(transport=app, headers=headers)
    surroundings = trust_env and not endpoint.direct
    if not proxy and not (surroundings and _proxies()):
        return _Plain(transport=Transport(_trust(), fresh=fresh), headers=headers, trust_env=False)
    limits = _NONE if fresh else _FEW
    try:
        return _Plain(verify=_trust(), trust_env=surroundings, limits=limits, proxy=proxy or None, headers=headers)
    except (ImportError, ValueError) as error:  # SOCKS without its package; a scheme that no proxy has
        raise SetupError(f"the proxy of the environment can't be used: {str(error)[:200]}") from error


def _proxies() -> bool:
    """Whether the environment names a proxy, for whatever addresses."""
    return any(scheme in ("http", "https", "all") for scheme in urllib.request.getproxies())


def timeout(patience: Patience, read_s: float | None = None) -> httpx.Timeout:
    """How long a connection may take, and a pause between two pieces."""
    return httpx.Timeout(read_s or patience.read_s, connect=patience.connect_s)


@contextmanager
def as_ours() -> Iterator[None]:
    """Raises Unsent or Lost for whatever httpx raises inside."""
    try:
        yield
    except _UNSENT as error:
        raise _unsent(error) from error
    except (httpx.InvalidURL, UnicodeError) as error:  # the latter for half a surrogate pair, which JSON may hold
        raise Unsent("what the API named can't be put into a request", final=True) from error
    except (httpx.HTTPError, TimeoutError) as error:
        raise Lost(_words(error)) from error


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # reads every authority there is: 30 ms, and a client has several pools


def _unsent(error: Exception) -> Unsent:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            hint = "an authority of your own, such as a company's proxy, is named by SSL_CERT_FILE"
            return Unsent(f"its certificate is not trusted: {cause.verify_message}", final=True, hint=hint)
        if isinstance(cause, socket.gaierror):
            return Unsent(f"its name has no address: {cause.strerror}", hint="check the network, and the name")
    return Unsent(_words(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _words(error: Exception) -> str:
    """What httpx says, or where it says nothing (its timeouts do), the name of it: "read timeout"."""
    return str(error)[:200] or re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__).lower()
