"""Control groups (version 2): where the keeper has one of its own, each child gets one in it, and nothing leaves that.

Standard library only: the keeper uses it too. Without one, marks and descent tell what belongs to a child.
"""

from __future__ import annotations

import os

UNIT = "factory-tui-keeper"
"""How the name of the keeper's own scope begins: in no other group anything is made."""
PROCESSES = "cgroup.procs"


def own() -> str:
    """The directory of this process's group, where that is a scope of a keeper and may be written; else ""."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:  # noqa: PTH123 - the keeper does without pathlib
            path = next((line[3:].rstrip("\n") for line in file if line.startswith("0::")), "")
        with open("/proc/self/mountinfo", encoding="utf-8") as file:  # noqa: PTH123
            mounts = [line.split() for line in file]
    except OSError:
        return ""
    if not path.rpartition("/")[2].startswith(UNIT):
        return ""
    for fields in mounts:
        directory = fields[4] + path
        if "cgroup2" in fields and fields[3] == "/" and os.access(directory, os.W_OK):
            return directory
    return ""


def make(parent: str, name: str) -> str:
    """A new group; "" where none can be made."""
    directory = f"{parent}/{name}"
    try:
        os.mkdir(directory)  # noqa: PTH102
    except OSError:
        return ""
    return directory


def enter(directory: str) -> None:
    """Go on in a group, with all that is started from here. Raises OSError."""
    with open(f"{directory}/{PROCESSES}", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("0")


def members(directory: str) -> set[int]:
    """The processes in a group and in those below it."""
    found: set[int] = set()
    for place, _, files in os.walk(directory):
        if PROCESSES not in files:
            continue
        try:
            with open(f"{place}/{PROCESSES}", encoding="utf-8") as file:  # noqa: PTH123
                found.update(map(int, file.read().split()))
        except (OSError, ValueError):
            continue
    return found


def remove(directory: str) -> None:
    """Take away a group that is empty, with those below it; one that is not stays."""
    for place, _, _ in os.walk(directory, topdown=False):
        try:
            os.rmdir(place)  # noqa: PTH106
        except OSError:
            return
