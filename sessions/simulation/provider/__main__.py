"""`python -m sessions.simulation.provider`: the scripted provider as a process; its first line is its address."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.simulation.provider.script import Script, load
from sessions.simulation.provider.server import Logged, Provider


def main(words: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m sessions.simulation.provider", description=__doc__)
    parser.add_argument("--script", type=Path, required=True, help="a file of JSON (see script.py)")
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0: any that is free")
    parser.add_argument("--log", type=Path, help="a line of JSON for every call")
    asked = parser.parse_args(words)
    try:
        script = load(asked.script)
    except FactoryError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILURE
    asyncio.run(_serve(script, asked.port, asked.log))
    return 0


async def _serve(script: Script, port: int, path: Path | None) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if path else -1

    def log(call: Logged) -> None:
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.write(fd, msgspec.json.encode(call) + b"\n")

    provider = Provider(script, log)
    print(await provider.listen(port), flush=True)
    await over.wait()
    await provider.close()


if __name__ == "__main__":
    sys.exit(main())
