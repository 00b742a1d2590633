"""`factory-tui` without a command: the floor of a repository, as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.cli.command import Look, OfFloor
from console.cli.imports import importing

if TYPE_CHECKING:
    from sessions.supervisor.process import Options


class Live(OfFloor, frozen=True, kw_only=True):
    """Open the floor."""

    look: Look = Look()

    def run(self) -> int:
        with importing():
            from console.cli.show import need_terminal, show

        need_terminal("`factory-tui status` prints the floor without one")
        with importing():
            from console.links.live import LiveLink

        if self.sessions:
            from console.cli.source import check_places

            check_places(self.sessions)
        return show(LiveLink(self.repo, self._options), self.look)

    def _options(self) -> Options:
        """What the supervisor is started with, which the first paint does not need to know."""
        from sessions.supervisor.process import Options

        return Options(base=self.base, sessions=self.places)
