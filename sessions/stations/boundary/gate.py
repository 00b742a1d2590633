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
    outside = _outside(door.Config(model=bounds.model, hosts=list(listed), outbox=_outbox(bounds), loopback=False))
    python = system.interpreter()
    text = (Path(door.__file__).parent / "knock.py").read_text(encoding="utf-8")
    return Gate(
        outside,
        (str(python.path), "-I", "-S", "-c", text, str(door.KNOCK), *ways, "--"),
        door.proxied(PROXY_PORT) if listed else {},
        f"127.0.0.1:{MODEL_PORT}" if bounds.model else "",
        (python.home,) if python.home else (),
    )


def loopback_gate(bounds: Bounds) -> Gate:
    """The same where a station has no loopback of its own: the door listens on the machine's, at a port of its choice.

    It tells the port in the environment. A model is reached as it is.
    """
    listed = listed_hosts(bounds)
    if not listed:
        return Gate(model=bounds.model)
    config = door.Config(model="", hosts=list(listed), outbox=_outbox(bounds), loopback=True)
    return Gate(_outside(config), model=bounds.model)


def _outside(config: door.Config) -> tuple[str, ...]:
    root = str(Path(sessions.__file__).resolve().parent.parent)
    return (sys.executable, "-I", "-S", "-c", _BEGIN, root, json.dumps(config), "--")


def _outbox(bounds: Bounds) -> str:
    return str(bounds.outbox or "")


def listed_hosts(bounds: Bounds) -> tuple[str, ...]:
    """The hosts that can be reached through the proxy. Raises `FactoryError` for one that can be none."""
    entries = (*bounds.model_hosts, *(bounds.scope.hosts if bounds.scope.network is Network.LISTED else ()))
    for entry in entries:
        if reason := hosts.trouble(entry):
            raise FactoryError(f"the scope names no host: {reason}", "assign another one")
    return entries
