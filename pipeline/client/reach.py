"""Whether we go to an address that a reply named: the endpoint's own, or one of the public internet by https."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import urllib.request
from urllib.parse import urlsplit

from pipeline.client.endpoint import Endpoint
from pipeline.client.verdict import Unsent
from pipeline.errors import UnreachableApi


async def admit(endpoint: Endpoint, address: str) -> None:
    """Nothing, for an address we go to. Raises UnreachableApi for another one, Unsent for a name that isn't found.

    The connection looks the name up again. An answer that changes in between leads nowhere: a machine of our own
    network has no certificate for a name that somebody else holds, and over plain http we go to the endpoint only.
    """
    if not endpoint.may_send_to(address):
        raise UnreachableApi("the API named an address that is neither its own nor https")
    parts = urlsplit(address)
    host = parts.hostname or ""
    if endpoint.app is not None or parts.scheme == "http" or endpoint.owns(address):
        return
    if not endpoint.direct and _is_name(host) and urllib.request.getproxies().get("https"):
        return  # the proxy looks the name up; here it may mean nothing
    if not all(ipaddress.ip_address(found).is_global for found in await _lookup(host, parts.port or 443)):
        raise UnreachableApi(f"the API named an address inside a private network: {host}")


async def _lookup(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unsent(f"{host} has no address: {error}") from error
    return [str(row[4][0]) for row in found]


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
