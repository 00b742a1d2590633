"""Tells when a process of an agent ends; the kernel tells, nothing is polled."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable


class ProcessWatch:
    """Holds a descriptor of each process, readable when it has ended. Where there is none, it tells nothing."""

    def __init__(self, ended: Callable[[int], None]) -> None:
        """`ended` is told the number of a process that has ended."""
        self._ended = ended
        self._held: dict[int, int] = {}
        self._told: set[int] = set()

    def hold(self, processes: Iterable[int]) -> None:
        """Watch exactly these from now on; of one that has ended already it is told at once."""
        wanted = set(processes)
        self._told &= wanted
        for pid in self._held.keys() - wanted:
            self._drop(pid)
        for pid in wanted - self._held.keys() - self._told:
            try:
                descriptor = os.pidfd_open(pid)
            except ProcessLookupError:
                self._tell(pid)
                continue
            except (AttributeError, OSError):
                continue
            self._held[pid] = descriptor
            asyncio.get_running_loop().add_reader(descriptor, self._over, pid)

    def close(self) -> None:
        """Let go of all."""
        for pid in [*self._held]:
            self._drop(pid)

    def _over(self, pid: int) -> None:
        self._drop(pid)
        self._tell(pid)

    def _tell(self, pid: int) -> None:
        self._told.add(pid)
        self._ended(pid)

    def _drop(self, pid: int) -> None:
        descriptor = self._held.pop(pid)
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
