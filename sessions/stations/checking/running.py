"""Has the commands of a check run apart (see `apart.runner`), and ends them when nobody waits any more."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sessions
from sessions.errors import FactoryError
from sessions.sockets.pipes import let_go
from sessions.stations.boundary.bounds import Boundary
from sessions.stations.checking.apart.runner import Asked, Told
from sessions.stations.keeping import processes
from sessions.stations.keeping.marks import Mark
from sessions.stations.places.layout import Place
from sessions.stations.running import disk

END_S = 10.0
"""For the runner to end all that runs, before it is ended itself."""
_ROOT = str(Path(sessions.__file__).resolve().parent.parent)
_LONGEST_LINE = 1 << 20
_BEGIN = (
    "import sys; sys.path.append(sys.argv.pop(1)); from sessions.stations.checking.apart.runner import main; main()"
)


@dataclass(frozen=True)
class Ran:
    """What became of one command."""

    command: str
    code: int
    why: str
    seconds: float
    limit: float
    """Seconds that it had, together with those before it."""
    output: str
    """Not cleaned."""

    @property
    def passed(self) -> bool:
        return self.code == 0 and not self.why


async def run(
    place: Place, boundary: Boundary, mark: Mark, commands: Sequence[str], seconds: float, most: disk.Room = disk.MOST
) -> list[Ran]:
    """Run them one after the other, up to the first that fails. Raises `FactoryError` when nothing can be run.

    Nothing of them runs when it returns, or is cancelled.
    """
    try:
        runner = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-c", _BEGIN, _ROOT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=mark.environment,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
    except OSError as error:
        raise FactoryError(f"no check can be run: {error.strerror}", "see factory-tui doctor") from error
    asked: Asked = {
        "wrap": list(boundary.words),
        "commands": list(commands),
        "directory": str(place.work),
        "root": str(place.root),
        "environment": dict(boundary.environment),
        "seconds": seconds,
        "most": list(most),
    }
    assert runner.stdin is not None and runner.stdout is not None
    found = list[Ran]()
    try:
        with contextlib.suppress(ConnectionError):
            runner.stdin.write(json.dumps(asked).encode() + b"\n")
            await runner.stdin.drain()
        for command in commands:
            line = await runner.stdout.readline()
            if not line:
                raise FactoryError("the check was cut off: what runs its commands was ended", "have it checked again")
            told: Told = json.loads(line)
            found.append(Ran(command, told["code"], told["why"], told["seconds"], seconds, told["output"]))
            if not found[-1].passed:
                break
    finally:
        await _ended(runner, mark)
    return found


async def _ended(runner: asyncio.subprocess.Process, mark: Mark) -> None:
    """Have the runner end with all that it started; whatever becomes of it, nothing with its mark runs on."""
    assert runner.stdin is not None
    runner.stdin.close()
    try:
        async with asyncio.timeout(END_S):
            await runner.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            runner.kill()
        await runner.wait()
    let_go(runner)
    if runner.returncode:
        await asyncio.to_thread(processes.kill, lambda: _of(mark))


def _of(mark: Mark) -> list[processes.Process]:
    among = processes.everything()
    found = [pid for pid in among if processes.mark_of_process(pid) == mark]
    return [each for each in processes.below(found, among) if not each.over]
