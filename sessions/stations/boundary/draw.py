"""Draws a station's boundary with the best that the machine gives."""

from __future__ import annotations

import os
import platform

from sessions.floor.patterns import EVERYTHING
from sessions.floor.scope import Held, HeldBy, Mode, Network
from sessions.stations.boundary import bubblewrap, groups, landlock, machine, seccomp
from sessions.stations.boundary.bounds import Boundary, Bounds
from sessions.stations.boundary.gate import gate
from sessions.stations.boundary.machine import Machine
from sessions.stations.boundary.mounts import Access, Plan, planned

_IN = ("shims", "bin")
SYSTEM_PATH = (
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
    "/run/current-system/sw/bin",
)
UNBOUNDED = "a full station may do what the operator may; its scope is checked when its work leaves it"


def draw(bounds: Bounds, on: Machine | None = None) -> Boundary:
    """The boundary, not proven yet (see `proof`). Raises `FactoryError` when these bounds can be held by nobody.

    Draw it when nothing runs in the place: a program that still runs inside older bounds could put links where the
    mounts of new ones are about to be made. What is started with its words ends with the thread that started it.
    """
    found = machine.here() if on is None else on
    if bounds.mode is Mode.FULL:
        return Boundary(Held(HeldBy.ADVISORY, UNBOUNDED, bounds.scope.write), (), environment(bounds), bounds.model)
    plan = planned(bounds)
    if found.by is HeldBy.BUBBLEWRAP:
        return _in_bubblewrap(bounds, plan, found)
    if bounds.scope.read != EVERYTHING:
        plan.unheld.append("what it may read of its own place its tools and hooks hold alone")
    if found.by is HeldBy.LANDLOCK:
        confined = landlock.drawn(bounds, plan, found.landlock)
        held = Held(HeldBy.LANDLOCK, found.why, confined.asked, confined.unheld)
        env = {**environment(bounds), **confined.environment}
        return Boundary(held, confined.words, env, confined.model)
    return Boundary(Held(HeldBy.ADVISORY, found.why, bounds.scope.write), (), environment(bounds), bounds.model)


def _in_bubblewrap(bounds: Bounds, plan: Plan, found: Machine) -> Boundary:
    way = gate(bounds)
    if plan.unread:
        plan.unheld.append("what it may not read is hidden, but for what git has of it in its history")
    plan.add(Access.READ, *way.programs)
    words = (*way.outside, *bubblewrap.words(bounds, plan, found.bubblewrap, found.version, way.inside))
    if bounds.scope.network is Network.OPEN:
        plan.unheld.append(f"{landlock.OPEN}, and so can sockets without a file")
    if found.version < bubblewrap.SIZED:
        plan.unheld.append("what it keeps in memory as files is not bounded: this bubblewrap is older than 0.7")
    if not seccomp.program(platform.machine()):
        plan.unheld.append("no system call is refused to it, as those of this processor are not known here")
    if os.getuid() == 0 and groups.group(bounds.place) is None:
        plan.unheld.append("the number of its processes is not bounded for root")
    held = Held(HeldBy.BUBBLEWRAP, "", plan.asked, tuple(plan.unheld))
    return Boundary(held, words, {**environment(bounds), **way.environment}, way.model, plan.unread)


def environment(bounds: Bounds) -> dict[str, str]:
    """All that a program inside needs to know of where it is. Nothing is taken over from the operator but language."""
    names = ("LANG", "LC_ALL", "LC_CTYPE", "TERM", "COLORTERM", "TZ")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    programs = [str(path) for path in bounds.programs if path.name in ("bin", "sbin", "shims")]
    programs += [str(path / name) for path in bounds.programs for name in _IN if (path / name).is_dir()]
    programs += [str(path.parent) for path in bounds.programs if path.is_symlink() or path.is_file()]
    return kept | {
        "HOME": str(bounds.home),
        "PATH": os.pathsep.join(dict.fromkeys([*programs, *SYSTEM_PATH])),
        "SHELL": "/bin/sh",
        "TMPDIR": "/tmp",
        "USER": "station",
        "LOGNAME": "station",
        # The configuration of the clone is pinned: git must not want to write where a new branch comes from.
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "branch.autoSetupMerge",
        "GIT_CONFIG_VALUE_0": "false",
    }
