"""How a station reaches its model, and the hosts of its scope, with no network: words around its program.

Outside stands the door (`apart.door`), inside there is one step (`apart.knock`). Both sockets listen on the loopback
that only this program and what it starts have, so their ports never clash.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

import sessions
from sessions.errors import FactoryError
from sessions.floor.scope import Network
from sessions.stations.boundary import system
from sessions.stations.boundary.apart import door, hosts
from sessions.stations.boundary.bounds import Bounds

MODEL_PORT, PROXY_PORT = 47_100, 47_101
_BEGIN = "import sys; sys.path.append(sys.argv.pop(1)); from sessions.stations.boundary.apart.door import main; main()"


class Gate(msgspec.Struct, frozen=True):
    """What stands around a program for it."""

    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    model: str = ""
    """`host:port` of the model, as seen inside."""
    programs: tuple[Path, ...] = ()
    """What must be visible inside for it."""


def gate(bounds: Bounds) -> Gate:
    """The words. With an open network there are none: all is reached as it is. Raises `FactoryError`."""
    listed = listed_hosts(bounds)
    if bounds.scope.network is Network.OPEN:
        if "/" in bounds.model:
            raise FactoryError("with an open network a model has no way through a socket", "name it as host:port")
        return Gate(model=bounds.model)
    ways = [f"model:{MODEL_PORT}"] * bool(bounds.model) + [f"proxy:{PROXY_PORT}"] * bool(listed)
    if not ways:
        return Gate()
    config = door.Config(model=bounds.model, hosts=list(listed), outbox=str(bounds.outbox or ""))
    root = str(Path(sessions.__file__).resolve().parent.parent)
    outside = (sys.executable, "-I", "-S", "-c", _BEGIN, root, json.dumps(config), "--")
    python = system.interpreter()
    text = (Path(door.__file__).parent / "knock.py").read_text(encoding="utf-8")
    return Gate(
        outside,
        (str(python.path), "-I", "-S", "-c", text, str(door.KNOCK), *ways, "--"),
        proxied(f"http://127.0.0.1:{PROXY_PORT}") if listed else {},
        f"127.0.0.1:{MODEL_PORT}" if bounds.model else "",
        (python.home,) if python.home else (),
    )


def listed_hosts(bounds: Bounds) -> tuple[str, ...]:
    """The hosts that can be reached through the proxy. Raises `FactoryError` for one that can be none."""
    entries = (*bounds.model_hosts, *(bounds.scope.hosts if bounds.scope.network is Network.LISTED else ()))
    for entry in entries:
        if reason := hosts.trouble(entry):
            raise FactoryError(f"the scope names no host: {reason}", "assign another one")
    return entries


def proxied(address: str) -> dict[str, str]:
    """The variables by which programs find a proxy."""
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    here = "127.0.0.1,localhost,::1"
    return dict.fromkeys(names, address) | {"no_proxy": here, "NO_PROXY": here, "NODE_USE_ENV_PROXY": "1"}
