"""Runs the commands of one check, one after the other, and ends with all that they started: a process of its own.

It reads what to do as a line of JSON, and tells what became of each command as one. Its input stays open for as long as
somebody wants to know: when that ends, by a word or because the supervisor was killed, it ends everything and itself.
What a command leaves behind comes to it (it is a subreaper), also without parents and marks. Standard library alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TypedDict

from sessions.stations.keeping import processes
from sessions.stations.running import disk

TAIL = 32_000
"""Bytes of what a command printed that are told, of its end."""
LAST_WORDS_S = 1.0
"""For what lies in the pipe when all who could write there have ended."""
LOOK_S = 1.0
"""How often the disk is looked at; and how often a command, where its end cannot be waited for."""
RESTS = 20
"""Counting files takes no more than one part in so many of the time."""
LEAST = disk.Room(1 << 30, 20_000)
"""What must be left on the disk for all others, beside what is allowed to one check."""
_SUBREAPER = 36
_PORTION = 1 << 16


class Asked(TypedDict):
    """What to do."""

    wrap: list[str]
    """The words of a boundary."""
    commands: list[str]
    directory: str
    """Where they run."""
    root: str
    """What counts as theirs on the disk."""
    environment: dict[str, str]
    seconds: float
    """For all together."""
    most: list[int]
    """Bytes and files that they may leave on the disk."""


class Told(TypedDict):
    """What became of one command."""

    code: int
    """Its exit status, negative for a signal."""
    why: str
    """Why it was ended: "late", "disk", "unstarted: reason"; "" when it ended by itself."""
    seconds: float
    output: str


def main() -> None:
    """Run what is asked for."""
    asked: Asked = json.loads(_line(0))
    os.umask(0o022)
    _be_subreaper()
    deadline = time.monotonic() + asked["seconds"]
    for command in asked["commands"]:
        told = _run(asked, command, deadline)
        if told is None:
            return
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if told["code"] or told["why"]:
            return


def _line(source: int) -> bytes:
    """A line, and nothing of what comes after it."""
    found = b""
    while not found.endswith(b"\n") and (portion := os.read(source, _PORTION)):
        found += portion
    return found


def _be_subreaper() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)


def _run(asked: Asked, command: str, deadline: float) -> Told | None:
    """What became of it; None when nobody wants to know any more."""
    began = time.monotonic()
    try:
        process = subprocess.Popen(
            [*asked["wrap"], "/bin/sh", "-c", command],
            cwd=asked["directory"],
            env=asked["environment"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return {"code": 127, "why": f"unstarted: {error}", "seconds": 0.0, "output": ""}
    assert process.stdout is not None
    output, pipe = bytearray(), process.stdout.fileno()
    try:
        why = _until(process, pipe, output, asked, deadline)
    finally:
        end_all(process)
    _last_words(pipe, output)
    process.stdout.close()
    if why == "gone":
        return None
    seconds = time.monotonic() - began
    return {"code": process.returncode, "why": why, "seconds": seconds, "output": output.decode("utf-8", "replace")}


def _until(process: subprocess.Popen[bytes], pipe: int, output: bytearray, asked: Asked, deadline: float) -> str:
    """Take in what it prints until it has ended, "", or must: the reason."""
    end = _end_of(process)
    poll = select.poll()
    for descriptor in {0, pipe, end} - {-1}:
        poll.register(descriptor, select.POLLIN)
    look = time.monotonic() + LOOK_S
    try:
        while (left := deadline - time.monotonic()) > 0:
            ready = {descriptor for descriptor, _ in poll.poll(min(left, LOOK_S) * 1_000)}
            if 0 in ready and not os.read(0, _PORTION):
                return "gone"
            if pipe in ready:
                if data := os.read(pipe, _PORTION):
                    _add(output, data)
                else:
                    poll.unregister(pipe)
            if end in ready or (end < 0 and _is_over(process)):
                return ""
            if (now := time.monotonic()) >= look:
                if _fills(asked):
                    return "disk"
                look = time.monotonic() + max(LOOK_S, RESTS * (time.monotonic() - now))
        return "late"
    finally:
        if end >= 0:
            os.close(end)


def _end_of(process: subprocess.Popen[bytes]) -> int:
    """A descriptor that can be read as soon as it has ended; -1 where the kernel has none."""
    try:
        return os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        return -1


def _is_over(process: subprocess.Popen[bytes]) -> bool:
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _fills(asked: Asked) -> bool:
    """Whether the disk gets full by what the commands write; files are counted only where little is left."""
    try:
        left = disk.left(Path(asked["root"]))
        most = disk.Room(*asked["most"])
        if left.size > most.size + LEAST.size and left.files > most.files + LEAST.files:
            return False
        return disk.too_much(disk.taken(Path(asked["root"]), most), left, most)
    except OSError:
        return False


def end_all(process: subprocess.Popen[bytes]) -> None:
    """End it and all that descends from us, leaves first, and take all of them up."""
    if os.path.isdir("/proc/self"):  # noqa: PTH112 - little is imported
        processes.kill(_below_us)
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _below_us() -> list[processes.Process]:
    found = processes.below([os.getpid()], processes.everything())
    return [each for each in found if each.pid != os.getpid() and not each.over]


def _last_words(pipe: int, output: bytearray) -> None:
    os.set_blocking(pipe, False)
    until = time.monotonic() + LAST_WORDS_S
    with contextlib.suppress(BlockingIOError):
        while time.monotonic() < until and (data := os.read(pipe, _PORTION)):
            _add(output, data)


def _add(output: bytearray, data: bytes) -> None:
    output += data
    del output[:-TAIL]


if __name__ == "__main__":
    main()
