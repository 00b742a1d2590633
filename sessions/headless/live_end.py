"""`python -m sessions.headless.live_end ROOT`: the process beside a live demo.

It speaks as the models, and takes all of the demo away as soon as its standard input ends: that is when whoever runs
the demo has gone, in good order, by SIGKILL or with the end of SSH.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

from sessions.errors import FactoryError
from sessions.paths import socket_path
from sessions.place import place_of
from sessions.simulation.provider.script import load
from sessions.simulation.provider.server import Logged, Provider
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.starting import socket_of
from sessions.supervisor import process

SCRIPT, SHOP = "script.json", "shop"
"""Within the demo's directory: what its models say, and its repository."""
LAUNCHED = b"-m\0sessions.supervisor"


async def live(root: Path) -> None:
    """Serve until the end, and make it. The first line of output is where the models are."""
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    loop.add_reader(sys.stdin.fileno(), over.set)  # nobody writes there: it becomes readable by its end
    provider = Provider(load(root / SCRIPT), _unlogged)
    print(await provider.listen(), flush=True)
    await over.wait()
    loop.remove_reader(sys.stdin.fileno())
    if (root / SHOP / ".git").exists():
        await _end(root / SHOP)
    await provider.close()
    await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)


async def _end(repo: Path) -> None:
    """End the supervisor, and the keeper with all that it keeps: hosts and agents."""
    state_dir = place_of(repo).state_dir
    with contextlib.suppress(FactoryError):
        await asyncio.to_thread(process.stop, repo)
    for pid in await asyncio.to_thread(_beginning, repo):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    if socket_of(state_dir).exists():
        with contextlib.suppress(OSError, FactoryError):
            keeper = await Keeper.open(state_dir, scoped=False)
            try:
                await keeper.stop("the demo is over")
            finally:
                await keeper.close()
    socket = socket_path(state_dir)
    if socket.parent != state_dir:  # where sockets lie whose path would be too long
        for left in await asyncio.to_thread(lambda: [*socket.parent.glob(f"{socket.stem}*")]):
            left.unlink(missing_ok=True)


def _beginning(repo: Path) -> list[int]:
    """Supervisors of the repository that nobody reaches yet: whoever started one was killed over it."""
    wanted = b"--repo=" + os.fsencode(repo)
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = file.read_bytes()
            if LAUNCHED in words and wanted in words.split(b"\0"):
                found.append(int(file.parent.name))
    return found


def _unlogged(call: Logged) -> None:
    """What a call used is on the floor."""


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1])))
