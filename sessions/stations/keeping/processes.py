"""Processes as the kernel shows them: found by marks and descent, and signalled only when they are still who they were.

Standard library only: the keeper uses it too.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Mapping

from sessions.stations.keeping import cgroups
from sessions.stations.keeping.marks import Mark, in_environment

ROUNDS = 50
"""Looks at a tree that goes on growing while it is halted; each finds fewer."""
MOST = 1 << 20
"""Bytes of an environment that are looked through."""


class Process:
    """A process as it was when it was looked at. Number and start together name it for good."""

    __slots__ = ("group", "parent", "pid", "session", "started", "state", "ticks")

    def __init__(self, pid: int, fields: list[bytes]) -> None:
        """`fields` are those of /proc/PID/stat from the third on (see proc(5))."""
        self.pid = pid
        self.state = fields[0].decode()
        self.parent, self.group, self.session = int(fields[1]), int(fields[2]), int(fields[3])
        self.ticks = int(fields[11]) + int(fields[12])
        """Of the processor that it has used."""
        self.started = int(fields[19])

    @property
    def over(self) -> bool:
        """It has ended, and waits for somebody to ask how."""
        return self.state in "ZX"

    @property
    def halted(self) -> bool:
        """It uses no processor until it is told to go on."""
        return self.state in "TtZX"


def process(pid: int) -> Process | None:
    """The process with this number, if there is one."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - the keeper does without pathlib
            line = file.read()
        return Process(pid, line[line.rindex(b")") + 2 :].split())
    except (OSError, ValueError, IndexError):
        return None


def started(pid: int) -> int:
    """When the process with this number began, as the kernel counts it; 0 when there is none."""
    found = process(pid)
    return 0 if found is None else found.started


def everything() -> dict[int, Process]:
    """Every process that there is, by its number."""
    numbers = (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208
    return {pid: found for pid in numbers if (found := process(pid)) is not None}


def mark_of_process(pid: int) -> Mark | None:
    """The mark that the process was started with; None where it has none or may not be looked at."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123
            return in_environment(file.read(MOST))
    except OSError:
        return None


def below(roots: Iterable[int], among: Mapping[int, Process]) -> list[Process]:
    """What descends from `roots`, these included: each before its parent, so that it can be ended leaves first."""
    children: dict[int, list[Process]] = {}
    for each in among.values():
        children.setdefault(each.parent, []).append(each)
    found = [among[root] for root in roots if root in among]
    known = {each.pid for each in found}
    for each in found:  # it grows meanwhile
        more = [child for child in children.get(each.pid, ()) if child.pid not in known]
        known.update(child.pid for child in more)
        found += more
    return found[::-1]


def tree(root: int, root_started: int, mark: Mark | None, keeper: int, group: str = "") -> list[Process]:
    """All that was started for one child of the keeper and has not ended, leaves first.

    That is what descends from it, and what lost its parents, came to the keeper instead, and bears the child's mark or
    is in its control group.
    """
    among = everything()
    ours = below([keeper], among)
    own = among.get(root)
    roots = {root} if own is not None and own.started == root_started else set[int]()
    if mark is not None:
        roots |= {each.pid for each in ours if each.pid != keeper and mark_of_process(each.pid) == mark}
    if group:
        roots |= cgroups.members(group)
    return [each for each in below(roots, among) if not each.over and each.pid != keeper]


def marked(factory: str, spared: Iterable[int] = (), station: str = "") -> list[Process]:
    """What bears both marks of this factory, of one station or of any, and descends from none that is spared, or us.

    Leaves first. What descends from one of them without its marks is one, too.
    """
    among = everything()
    kept = {each.pid for each in below([os.getpid(), *spared], among)}
    found = [
        pid
        for pid in among
        if pid not in kept
        and (mark := mark_of_process(pid)) is not None
        and mark.factory == factory
        and station in ("", mark.station)
    ]
    return [each for each in below(found, among) if each.pid not in kept and not each.over]


def send(to: Process, number: int) -> bool:
    """Signal it, if it is still the same one; False when that one is no more.

    Between the look at its start and the signal nobody can take its place: the descriptor is that of one process.
    """
    try:
        descriptor = os.pidfd_open(to.pid)
    except OSError:
        return False
    try:
        if started(to.pid) != to.started:
            return False
        signal.pidfd_send_signal(descriptor, number)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def halt(find: Callable[[], list[Process]]) -> bool:
    """Stop all that `find` finds, again and again until there is nothing new; whether all stands still.

    Parents first: a shell that is not stopped yet would see its child stopped, and take the terminal from it.
    """
    for _ in range(ROUNDS):
        moving = [each for each in reversed(find()) if not each.halted]
        if not moving:
            return True
        for each in moving:
            send(each, signal.SIGSTOP)
    return not any(not each.halted for each in find())


def go_on(found: Iterable[Process]) -> None:
    """Have them go on, leaves first."""
    for each in found:
        send(each, signal.SIGCONT)


def kill(find: Callable[[], list[Process]]) -> set[int]:
    """End all that `find` finds at once; returns their numbers.

    They are halted first, so that none gets away by forking.
    """
    killed: set[int] = set()
    for _ in range(ROUNDS):
        found = find()
        if not found:
            break
        if not killed:
            halt(find)
            found = find()
        killed.update(each.pid for each in found if send(each, signal.SIGKILL))
    return killed
