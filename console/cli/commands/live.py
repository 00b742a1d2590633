"""`factory-tui` without a command: the floor of a repository, as it is now."""

from __future__ import annotations

from console.cli.command import Look, OfFloor
from console.cli.imports import importing


class Live(OfFloor, frozen=True, kw_only=True):
    """Open the floor."""

    look: Look = Look()

    def run(self) -> int:
        with importing():
            from console.cli.screened import need_terminal, show

        need_terminal("`factory-tui status` prints the floor without one")
        with importing():
            from console.cli.source import check_places
            from console.links.live import LiveLink
            from sessions.supervisor.process import Options

        check_places(self.sessions)
        return show(LiveLink(self.repo, Options(base=self.base, sessions=self.places)), self.look)
