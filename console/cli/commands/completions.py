"""Shell completions, made from the parser itself, so that they cannot fall behind it.

Names of branches come from git and names of stations from the supervisor at the moment the key is pressed. Such names
are foreign: no script here has a shell expand one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.cli.command import InRepository
from console.cli.completing import bash, fish, zsh
from console.cli.completing.described import AGENTS, ASKED, STATIONS, TASKS, commands
from console.cli.output import say
from console.cli.parser import build
from console.cli.words import Parser
from sessions.errors import FactoryError

if TYPE_CHECKING:
    from sessions.floor.state import FloorState
    from sessions.place import Place

SHELLS = ("bash", "zsh", "fish")
PATIENCE_S = 1.0
"""How long a key waits for a supervisor."""


class Completions(InRepository, frozen=True, kw_only=True):
    """Print the completions of one shell, or the stations for them."""

    shell: str = ""

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "shell", choices=(*SHELLS, *ASKED), metavar="|".join(SHELLS), help="the shell that is to complete"
        )
        super().words(parser)

    def run(self) -> int:
        if self.shell == STATIONS:
            return self._stations()
        if self.shell == AGENTS:
            from sessions.stations import kinds

            for name in sorted(kinds.found()):
                say(name)
            return 0
        if self.shell == TASKS:
            return self._tasks()
        write = {"bash": bash.lines, "zsh": zsh.lines, "fish": fish.lines}[self.shell]
        for line in write(list(commands(build()))):
            say(line)
        return 0

    def _stations(self) -> int:
        """Stations, one a line, as the supervisor knows them; where none runs, as of the journal's last checkpoint.

        A key waits for no catching up.
        """
        from sessions.place import place_of

        place = place_of(self.repo)
        for name in _asked(place) or _checkpointed(place):
            if name.isprintable():
                say(name)
        return 0

    def _tasks(self) -> int:
        """Tasks that are not over, or were dropped, one a line, likewise."""
        from sessions.floor.tasks.task import TaskState
        from sessions.place import place_of

        for task in _stored(place_of(self.repo)).tasks.values():
            if task.state is not TaskState.FINISHED:
                say(task.id)
        return 0


def _stored(place: Place) -> FloorState:
    """The floor as of the journal's last checkpoint."""
    from contextlib import closing

    from sessions.journal.reader import JournalReader

    with closing(JournalReader(place.journal)) as reader:
        return reader.readable()


def _asked(place: Place) -> tuple[str, ...]:
    if not place.socket.exists():
        return ()
    from sessions.asking.questions import StationNames
    from sessions.supervisor.wire.asking import ask_once

    try:
        return tuple(name for part in ask_once(place.socket, StationNames(), PATIENCE_S) for name in part.names)
    except (FactoryError, OSError):
        return ()


def _checkpointed(place: Place) -> list[str]:
    return sorted(station.name for station in _stored(place).stations.values())
