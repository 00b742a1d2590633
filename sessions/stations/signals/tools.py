"""What a station is given to speak with the factory: a directory that is bound into it read-only, and its environment.

It holds copies, so that agents that run do not notice when the program is changed or taken away, and so that nothing
else of the program, nor of the home it lies in, has to be visible to them.
"""

from __future__ import annotations

import os
import py_compile
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sessions.floor import patterns
from sessions.paths import PROGRAM, private_dir
from sessions.stations.boundary import violations
from sessions.stations.signals import hook, rules
from sessions.stations.signals.hook import HOOK, OUTBOX, STATION_FILE

STATION = "FACTORY_TUI_STATION"


class Tools(msgspec.Struct, frozen=True):
    """Where they lie, and what else they need."""

    directory: Path
    """To be seen inside at the same path; first in the PATH, so that `factory-tui hook` and `ask` are found."""
    python: Path
    """What they run with."""

    @property
    def needs(self) -> tuple[Path, ...]:
        """Directories that must be readable inside."""
        return (self.directory, *{Path(os.path.realpath(sys.base_prefix)), self.python.parent.parent})

    @property
    def hook(self) -> tuple[str, ...]:
        """What an agent runs as its hook, with its JSON on the standard input."""
        return (str(self.python), "-I", "-S", str(self.directory / "hook.py"), "hook")

    @property
    def command(self) -> str:
        """The same as one line of a shell."""
        return shlex.join(self.hook)

    def environment(self, station: str, outbox: Path, station_file: Path, path: str) -> Mapping[str, str]:
        """What a station's programs are told; `path` is their PATH without these tools."""
        return {
            STATION: station,
            HOOK: self.command,
            OUTBOX: str(outbox),
            STATION_FILE: str(station_file),
            "PATH": f"{self.directory}:{path}" if path else str(self.directory),
        }


def install(directory: Path) -> Tools:
    """Put the tools into a directory of ours, over older ones. Raises `FactoryError` where it cannot be used."""
    tools = Tools(private_dir(directory), Path(os.path.realpath(sys.executable)))
    for module in (hook, rules, patterns, violations):
        assert module.__file__ is not None
        source = Path(module.__file__)
        _put(directory / source.name, source.read_bytes(), 0o500)
        if module is not hook:
            py_compile.compile(str(directory / source.name), doraise=True)
    start = shlex.join([str(tools.python), "-I", "-S", str(directory / "hook.py")])
    _put(directory / PROGRAM, f'#!/bin/sh\nexec {start} "$@"\n'.encode(), 0o500)
    return tools


def _put(path: Path, body: bytes, mode: int) -> None:
    """Written beside it and renamed: an agent may be starting it at this moment."""
    hidden = path.with_name(f".{path.name}.{os.getpid()}")
    hidden.unlink(missing_ok=True)
    hidden.touch(mode=0o600)
    hidden.write_bytes(body)
    hidden.chmod(mode)
    hidden.replace(path)
