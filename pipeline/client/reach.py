"""An address that a reply named enters; how it is reached leaves, where it is the endpoint's own or a public one."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import urllib.request
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pipeline import wire
from pipeline.client.endpoint import Endpoint
from pipeline.client.verdict import Unsent
from pipeline.errors import UnreachableApi

_MOST_TRIED = 4  # addresses of one name
_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}\.?")
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)\.?")  # 127.1, 2130706433, 0x7f.1: numbers to a resolver, no names
_LOCAL = re.compile(r"(.*\.)?(localhost|local|internal|home\.arpa)\.?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Way:
    """How an address is reached that has been checked."""

    urls: tuple[str, ...]  # to try in turn until one can be connected to
    host: str = ""  # for the Host header where the urls have a number in its place; "": as the url has it
    name: str = ""  # that the certificate must be for, likewise
    proxy: str = ""  # that looks the name up and goes there; "": none
    owned: bool = False  # by the endpoint


async def way_to(endpoint: Endpoint, address: str) -> Way:
    """The way to an address. Raises UnreachableApi for one that we don't go to, Unsent for a name that isn't found.

    A name is looked up once, and the numbers that were checked are the ones that are connected to: another answer a
    moment later leads nowhere.
    """
    if not endpoint.may_send_to(address):
        raise UnreachableApi("the API named an address that is neither its own nor https")
    parts = urlsplit(address)
    if endpoint.app is not None or parts.scheme == "http" or endpoint.owns(address):
        netloc = wire.origin_of(address).partition("//")[2]
        return Way((_url(parts, netloc),), owned=True)
    host, port = parts.hostname or "", parts.port or 443
    proxy = "" if endpoint.direct else _proxy(host)
    numeric = _is_number(host)
    if not numeric:
        _refuse_local(host)
        if proxy:
            return Way((_url(parts, _netloc(host, port)),), proxy=proxy)  # here its name may mean nothing
    found = (host,) if numeric else await resolve(host, port)
    if not found or not all(map(is_public, found)):
        raise UnreachableApi(f"the API named an address inside a private network: {host}")
    urls = tuple(_url(parts, _netloc(number, port)) for number in found[:_MOST_TRIED])
    return Way(urls, _netloc(host, port), host.removesuffix("."), proxy)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Numeric addresses of a host, in the order in which they are best tried. Raises Unsent where there are none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Unsent(f"{host} has no address: {reason}") from error
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))


def is_public(number: str) -> bool:
    """Whether a numeric address is one of the internet, and no other kind is hidden in it."""
    address = ipaddress.ip_address(number)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def _proxy(host: str) -> str:
    """The proxy that the environment has for https to a host; "" where there is none."""
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all") or ""
    if not proxy or urllib.request.proxy_bypass(host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _refuse_local(host: str) -> None:
    if _NUMBER.fullmatch(host) or _LOCAL.fullmatch(host):
        raise UnreachableApi(f"the API named an address inside a private network: {host}")
    if not _NAME.fullmatch(host):
        raise UnreachableApi("the API named an address without a public host name")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _netloc(host: str, port: int) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == 443 else f"{bracketed}:{port}"


def _url(parts: SplitResult, netloc: str) -> str:
    # Put together anew: no two parsers can then disagree about which part of it was the host.
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
