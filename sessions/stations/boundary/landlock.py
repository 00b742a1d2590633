"""The words that start a program confined by Landlock: what is not named can be neither read nor written.

It knows directories and what lies below them, no namespaces: processes, memory and interfaces of others are in sight,
and what lies in a directory that can be written cannot be shut again.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
from pathlib import Path

import msgspec

from sessions.errors import FactoryError
from sessions.floor.scope import Network
from sessions.stations.boundary import seccomp, system
from sessions.stations.boundary.apart import confine
from sessions.stations.boundary.bounds import Bounds
from sessions.stations.boundary.gate import Gate, loopback_gate
from sessions.stations.boundary.mounts import Access, Plan

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")
NET_SINCE = 4
OPEN = "with an open network the services on this machine's loopback can be reached too"
SCOPED_SINCE = 6


class Drawn(msgspec.Struct, frozen=True):
    """A boundary of Landlock."""

    words: tuple[str, ...]
    environment: dict[str, str]
    asked: tuple[str, ...]
    unheld: tuple[str, ...]
    model: str = ""


def drawn(bounds: Bounds, plan: Plan, version: int) -> Drawn:
    """The boundary of a plan. Raises `FactoryError`."""
    tmp = bounds.tmp or bounds.home / "tmp"
    if tmp.is_symlink():
        tmp.unlink()
    tmp.mkdir(mode=0o700, exist_ok=True)
    gate, ports = _network(bounds)
    shut = [mount.path for mount in plan.mounts if mount.access is Access.READ]
    write = [mount.path for mount in plan.mounts if mount.access is Access.WRITE]
    within = [path for path in shut if any(path.is_relative_to(above) for above in write)]
    config = confine.Config(
        # Resolved here, where they can be trusted: a link that is found at a start leads elsewhere.
        read=[os.path.realpath(path) for path in (*system.directories(), *system.files(), Path("/proc"), *shut)],
        write=[os.path.realpath(path) for path in (*write, tmp)],
        devices=[f"/dev/{name}" for name in _DEVICES],
        ports=ports,
        filter=str(seccomp.written(bounds.private, _sockets(bounds, bool(ports) or bool(gate.outside))) or ""),
        limits=[bounds.limits.file_bytes, bounds.limits.open_files, _tasks() + bounds.limits.processes],
        terminal=bounds.terminal,
    )
    words = (sys.executable, "-I", "-S", confine.__file__, json.dumps(config), "--")
    return Drawn(
        (*gate.outside, *words),
        {**gate.environment, "TMPDIR": str(tmp)},
        bounds.scope.write if within else plan.asked,
        (*plan.unheld, *_unheld(bounds, within, version)),
        gate.model,
    )


def _tasks() -> int:
    """Processes and threads of the operator as of now: the kernel counts those of a station among them."""
    found = 0
    with os.scandir("/proc") as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                    found += len(os.listdir(f"/proc/{entry.name}/task"))  # noqa: PTH208 - names only
    return found


def _network(bounds: Bounds) -> tuple[Gate, list[int] | None]:
    """The way to the model and the listed hosts, and the ports that can be connected to as they are; None for all."""
    if bounds.scope.network is Network.OPEN:
        return Gate(model=bounds.model), None
    gate = loopback_gate(bounds)
    if not bounds.model:
        return gate, []
    host, _, port = bounds.model.rpartition(":")
    if host not in ("127.0.0.1", "localhost", "[::1]"):
        raise FactoryError(
            f"with Landlock a model is reached on this machine's loopback, not at {bounds.model}",
            "install bubblewrap, or name its host among the hosts of the scope",
        )
    return gate, [int(port)]


def _sockets(bounds: Bounds, connects: bool) -> seccomp.Sockets:
    if bounds.scope.network is Network.OPEN:
        return seccomp.Sockets.NETWORK
    return seccomp.Sockets.STREAMS if connects else seccomp.Sockets.NONE


def _unheld(bounds: Bounds, within: list[Path], version: int) -> list[str]:
    found = ["its own git settings and hooks can be changed; the host does not go by them"]
    if any(not path.is_relative_to(bounds.git_dir) for path in within):
        found.append("what its scope takes away again, and pinned files, can be written")
    found.append("other processes can be seen" + ", and the number of its own is not bounded" * (os.getuid() == 0))
    found.append("/dev/shm is the machine's own")
    if bounds.scope.network is Network.OPEN:
        found.append(OPEN)
    if version < NET_SINCE and (bounds.model or bounds.scope.network is Network.LISTED):
        found.append("this kernel cannot hold what it connects to")
    if bounds.scope.network is Network.LISTED:
        found.append("a server elsewhere at the proxy's own port could be reached")
    if not seccomp.program(platform.machine()):
        found.append("sockets are not held, as the system calls of this processor are not known here")
    if version < SCOPED_SINCE:
        found.append("it can send signals to the operator's processes")
    return found
