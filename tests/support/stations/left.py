"""What runs for a live factory, and what is left of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sessions.stations.keeping.processes import everything


def ours(root: Path) -> Iterator[tuple[int, str]]:
    """The program's own processes for a factory at `root`, each with the last word of its module's name."""
    for pid in everything():
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if words[1:2] == ["-m"] and str(root) in "\0".join(words):
                yield pid, words[2].rpartition(".")[2]


def loads_models(pid: int) -> bool:
    """Whether what litellm is made of is in the memory of a process."""
    return "pydantic_core" in Path(f"/proc/{pid}/maps").read_text()


def processes_of(root: Path) -> list[str]:
    """Those that name a directory in their command line or their environment."""
    found = []
    for pid in everything():
        for file in ("cmdline", "environ"):
            with suppress(OSError):
                text = Path(f"/proc/{pid}/{file}").read_bytes()
                if os.fsencode(root) in text:
                    found.append(f"{pid} {file} {text[:200]!r}")
    return found
