"""`stop`: end the supervisor of the repository."""

from __future__ import annotations

from console.cli.command import OfFloor
from console.cli.output import say


class Stop(OfFloor, frozen=True, kw_only=True):
    """End the supervisor."""

    def run(self) -> int:
        from sessions.supervisor import process

        pid = process.stop(self.repo)
        say("no supervisor was running" if pid is None else f"the supervisor (process {pid}) has ended")
        return 0
