"""The words that start a program in bubblewrap: namespaces of its own, and of the file system only what is planned."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sessions.floor.scope import Network
from sessions.stations.boundary import groups, seccomp, system
from sessions.stations.boundary.bounds import Bounds, Limits
from sessions.stations.boundary.mounts import Access, Mount, Plan

OUTER = """\
filter=$1; knock=$2; group=$3; most=$4; memory=$5; place=$6; names=$7; here=$PWD; shift 7
while [ "$names" -gt 0 ]; do
  at=$place/$1
  [ -d "$at" ] || { [ ! -h "$at" ] && at=${at%/*}; }
  cd -P "$at" 2>/dev/null && [ "$PWD" = "$at" ] || { echo "a link has come to $1 of the place" >&2; exit 125; }
  names=$((names-1)); shift
done
cd "$here"; unset OLDPWD
[ "$knock" ] || exec 8>&-
enter() {
  [ -d "$group" ] || mkdir "$group"
  echo "$most" > "$group/pids.max" && echo $$ > "$group/cgroup.procs"
}
if [ "$group" ]; then
  enter 2>/dev/null || enter || exit 125  # it may have been taken away just now
  [ -w "$group/memory.max" ] && echo "$memory" > "$group/memory.max"
fi
exec 3>&- 4>&- 5>&- 6>&- 7>&- 9<"$filter" && exec "$@"
"""
"""Starts nothing where a link lies in the place on the way to a mount: bubblewrap would follow it out there. A program
of older, wider bounds may have put it there since these were drawn; by now none of them runs.

Closes what the starter may have left open, but for the door's own; opens the filter, which bubblewrap closes.
"""
INNER = """\
limit() { ulimit "$@" 2>/dev/null; }
{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null
limit -c 0; limit -f "$1"; limit -n "$2"; limit -u "$3" || limit -p "$3"
shift 3
exec "$@"
"""
"""Limits for what runs inside. Processes are counted in here, where there are no others of the operator's.

When the machine is out of memory the kernel ends what runs here before what does not (see proc(5), `oom_score_adj`).
"""
_BLOCK = 512
"""Bytes in the unit of `ulimit -f` (POSIX)."""
_HOST = system.HOST
WITHOUT_USERS, SIZED = (0, 8), (0, 7)
"""The versions of bubblewrap that keep programs from making namespaces, and that bound directories in memory."""
_VAR_TMP = Path("/var/tmp")
_RESOLVER = Path("/etc/resolv.conf")


def words(
    bounds: Bounds, plan: Plan, program: str, version: tuple[int, ...], before: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """All words that stand before a program. `before` stands before it inside."""
    filter_ = seccomp.written(bounds.private)
    opened = ("--seccomp", "9") if filter_ else ()
    group = str(groups.group(bounds.place) or "")
    counted = (group, str(bounds.limits.processes), str(bounds.limits.memory or half_of_it()))
    places = _below(bounds.place, plan)
    outer = ("/bin/sh", "-c", OUTER, "sh", str(filter_ or os.devnull), "knock" if before else "", *counted, *places)
    return (
        *outer,
        program,
        *_namespaces(bounds, version, filter_ is not None),
        *opened,
        *_machine(bounds, version >= SIZED),
        *_further_tmp(bounds, plan, version >= SIZED),
        *(word for mount in plan.mounts for word in _mount(mount, nothing(bounds.private) if plan.unread else Path())),
        *(word for mount in plan.mounts if mount.access is Access.HIDDEN for word in ("--remount-ro", str(mount.path))),
        *("--remount-ro", "/", "--chdir", str(bounds.place), "--"),
        *_limits(bounds.limits),
        *before,
    )


def _below(place: Path, plan: Plan) -> tuple[str, ...]:
    """Where the place lies, how many mounts are made in it, and at which paths."""
    below = [mount.path.relative_to(place) for mount in plan.mounts if place in mount.path.parents]
    return os.path.realpath(place), str(len(below)), *map(str, below)


def _namespaces(bounds: Bounds, version: tuple[int, ...], filtered: bool) -> Iterator[str]:
    yield from ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    if bounds.scope.network is not Network.OPEN:
        yield "--unshare-net"
    if version >= WITHOUT_USERS:
        yield "--disable-userns"  # the filter refuses them too
    yield from ("--hostname", _HOST, "--cap-drop", "ALL", "--die-with-parent")
    if not (bounds.terminal and filtered):
        # Without a filter a program could type into the terminal that it was started from.
        yield "--new-session"


def _machine(bounds: Bounds, sized: bool) -> Iterator[str]:
    for target, path in system.links():
        yield from ("--symlink", str(target), str(path))
    for path in system.directories():
        yield from ("--ro-bind", str(path), str(path))
    yield from ("--ro-bind", str(system.settings(bounds.shared or bounds.private)), "/etc")
    if bounds.scope.network is Network.OPEN and _RESOLVER.exists():
        yield from ("--ro-bind", str(_RESOLVER), str(_RESOLVER))
    yield from ("--proc", "/proc", "--dev", "/dev")
    if os.getuid() == 0:
        # The kernel's settings belong to root, whatever its rights are in here, and bubblewrap covers them for others.
        yield from ("--ro-bind", "/proc/sys", "/proc/sys")
    yield from _memory("/dev/shm", bounds.limits.shared_memory, sized)
    yield from ("--remount-ro", "/dev")
    yield from _tmp(bounds, "/tmp", sized)
    yield from ("--dir", "/run")


def _further_tmp(bounds: Bounds, plan: Plan, sized: bool) -> Iterator[str]:
    """The same directory by its other name; nothing can be mounted in it where that is a link."""
    if any(mount.path.is_relative_to(_VAR_TMP) for mount in plan.mounts):
        yield from _tmp(bounds, str(_VAR_TMP), sized)
    else:
        yield from ("--symlink", "/tmp", str(_VAR_TMP))


def _tmp(bounds: Bounds, path: str, sized: bool) -> Iterator[str]:
    if bounds.tmp is not None:
        yield from ("--bind", str(bounds.tmp), path)
    else:
        yield from _memory(path, bounds.limits.memory_files, sized)


def _memory(path: str, size: int, sized: bool) -> Iterator[str]:
    """A directory in memory."""
    if sized:
        yield from ("--size", str(size))
    yield from ("--perms", "1777", "--tmpfs", path)


def half_of_it() -> int:
    """Bytes: half of the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def nothing(private: Path) -> Path:
    """A file that nobody can open."""
    path = private / "nothing"
    if not path.exists():
        path.touch(mode=0)
    return path


def _mount(mount: Mount, nothing: Path) -> Iterator[str]:
    if mount.access is Access.LINK:
        yield from ("--symlink", str(mount.path.readlink()), str(mount.path))
    elif mount.access is Access.HIDDEN:
        yield from ("--tmpfs", str(mount.path))  # read-only when all that lies in it is there
    elif mount.access is Access.CLOSED:
        yield from ("--ro-bind", str(nothing), str(mount.path))
    else:
        yield "--bind" if mount.access is Access.WRITE else "--ro-bind"
        yield from (str(mount.path), str(mount.path))


def _limits(limits: Limits) -> Iterator[str]:
    numbers = (limits.file_bytes // _BLOCK, limits.open_files, limits.processes)
    yield from ("/bin/sh", "-c", INNER, "sh", *map(str, numbers))
