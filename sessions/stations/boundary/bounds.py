"""What a boundary is drawn around, and what comes of it: values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from sessions.floor.scope import Held, HeldBy, Mode, Scope

MIB = 1 << 20


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one program started for a station, with all that it starts, can use up. Each is a bound of the kernel."""

    file_bytes: int = 8_192 * MIB
    """The longest file. How many there are, only the disk bounds."""
    processes: int = 4_096
    """Processes and threads; for root of all that runs in a place, by a control group. Not held before Linux 5.14. By
    Landlock, beside those that the operator has when the boundary is drawn, and not for root."""
    memory: int = 0
    """Bytes of all that runs in a place; 0 is half of the machine's. For root, with control groups of version 2."""
    open_files: int = 65_536
    """Of one process."""
    memory_files: int = 2_048 * MIB
    """Bytes in `/tmp` where the station has no directory for it."""
    shared_memory: int = 512 * MIB
    """Bytes in `/dev/shm`."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A station's surroundings. All paths are absolute; what does not exist is left out, except for the first four."""

    place: Path
    """Its work tree. Inside the boundary everything has the path that it has outside."""
    git_dir: Path
    """The git directory of its private clone, with the pins (see `sessions.stations.places`)."""
    home: Path
    """Its own home directory."""
    private: Path
    """A directory for files of the boundary itself. It is not there inside."""
    shared: Path | None = None
    """One for those that all stations of a factory have alike."""
    readable: tuple[Path, ...] = ()
    """What git reads in its clone beside that: see `sessions.stations.places.origin.readable`."""
    scope: Scope = Scope()
    mode: Mode = Mode.SAFE
    tmp: Path | None = None
    """The station's own `/tmp`, on the disk; without it `/tmp` lies in memory and is each program's own."""
    outbox: Path | None = None
    """Where its hooks leave their signals; writable. Refused connections are told there too."""
    programs: tuple[Path, ...] = ()
    """Directories and files that its programs need, read-only (see `sessions.stations.boundary.needed`)."""
    pinned: tuple[str, ...] = ()
    """Files and directories that stay as they are, though the scope allows them; relative ones lie in the place."""
    model: str = ""
    """Where its model is reached from outside: `host:port`, or the path of a socket; "" when it needs none."""
    model_hosts: tuple[str, ...] = ()
    """Hosts that its model is reached at through the proxy, whatever its scope says of the network."""
    terminal: bool = False
    """It has a terminal of its own, and so keeps its session."""
    limits: Limits = Limits()


class Boundary(msgspec.Struct, frozen=True):
    """What holds a station."""

    held: Held
    words: tuple[str, ...] = ()
    """Stand before the words of every program that is started for the station."""
    environment: Mapping[str, str] = {}
    """What a program inside needs to know, and all that it should have besides what its own kind adds."""
    model: str = ""
    """`host:port` at which the model is reached inside; "" where none was asked for."""
    unread: tuple[str, ...] = ()
    """Files and directories of its place that it cannot read, relative to its root."""

    @property
    def kernel(self) -> bool:
        """Whether the kernel holds it."""
        return self.held.by is not HeldBy.ADVISORY

    def wrap(self, argv: Sequence[str]) -> tuple[str, ...]:
        """The words that start a program inside."""
        return (*self.words, *argv)
