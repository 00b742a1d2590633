"""Which hosts a station may reach by its scope. Standard library alone.

An entry is a name, `*.` in front for all below it, an address, with `:port` for another port than those of the web.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

WEB = (80, 443)
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")


def trouble(entry: str) -> str:
    """Why an entry can match no host; "" when it can."""
    host, port = split(entry)
    if port is None:
        return f"{entry}: the port is no number from 1 to 65535"
    bare = host.removeprefix("*.")
    if _address(bare) is not None:
        return f"{entry}: an address has nothing below it" if host != bare else ""
    if "/" in entry or "@" in entry:
        return f"{entry} is an address of the web: write the host alone, such as example.com"
    return "" if _NAME.fullmatch(bare) else f"{entry!r} is no name of a host"


def split(text: str, default: int = 0) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port`, `[::1]:port`: the host as it is compared, the port None if it is none."""
    text = text.strip()
    host, colon, port = text.rpartition(":")
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        colon, port = rest[:1], rest[1:]
    elif not colon or ":" in host:
        host, colon, port = text, "", ""
    host = plain(host)
    if not colon:
        return host, default
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    return host, number if 0 < number < 65_536 else None


def plain(host: str) -> str:
    """A name as it is compared: small letters, no last dot, other scripts as the name system writes them."""
    host = host.rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""


def allowed(entries: Sequence[str], host: str, port: int) -> bool:
    """Whether one of the entries names this host, which is as `split` gives it, and port."""
    if not host:
        return False
    for entry in entries:
        named, at = split(entry)
        if at is None or not (port == at if at else port in WEB):
            continue
        if named.startswith("*."):
            if host.endswith(named[1:]) and host != named[1:]:
                return True
        elif named == host:
            return True
    return False


def is_inward(address: str) -> bool:
    """Whether an address leads to this machine itself, or to what only it can see; a name of the web never should."""
    found = _address(address.partition("%")[0])
    if found is None:
        return True
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None:
        found = mapped
    return found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast or found.is_reserved


def is_literal(host: str) -> bool:
    """Whether a host says by itself that it means an address, or this machine."""
    return host == "localhost" or _address(host) is not None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
