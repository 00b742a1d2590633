"""What a screen may ask of the console that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from textual.screen import Screen

from console.links.link import Link
from console.options import Options
from console.pulse import Pulse
from console.remembered import Preferences
from console.screens.conflicts.board import Board
from console.terminal.slowlink import LinkWatch
from sessions.floor.state import Status
from widgets.draw.cells import Line
from widgets.draw.look import Look

if TYPE_CHECKING:
    from console.screens.station.goal import Goal


class News(Protocol):
    """What calls the operator, whatever screen is shown (see `console.telling`)."""

    @property
    def calls(self) -> bool:
        """Somebody needs a person or has failed, since whenever."""
        ...

    @property
    def cases(self) -> int:
        """How many cases need a person."""
        ...

    def counts(self) -> Mapping[Status, int]:
        """How many stations of this repository need somebody, failed, wait and are stale."""
        ...

    def line(self, cells: int, keymap: dict[str, str], present: str = "") -> Line:
        """What is new in one line, with the key that goes there; of the `present` station nothing is told."""
        ...


class Factory(Protocol):
    """The console as its screens know it: the link, how things look, the other screens, the terminal."""

    link: Link
    link_watch: LinkWatch
    pulse: Pulse
    """Has the screen in front look at the link."""
    look: Look
    options: Options
    memory: Preferences
    user_keys: dict[str, str]
    board: Board
    """What was wished of the order in which branches land."""

    @property
    def telling(self) -> News:
        """What calls the operator."""
        ...

    sent: Screen[object] | None
    """The screen whose picture is on the terminal."""

    drafts: dict[str, str]
    """Requests that were written and not sent, by the stations that they are for."""
    not_undone: set[str]
    """Commands whose undoing was refused: what was done before them is undone next."""
    marks: set[str]
    """Keys of the panes that are marked."""

    async def open_station(self, name: str, goal: Goal | None = None) -> None: ...

    async def open_question(self, station: str, hurried: bool = False) -> None: ...

    async def open_terminal(self, station: str) -> None: ...

    async def open_branch(self, name: str) -> None: ...

    def copy_to_clipboard(self, text: str) -> None:
        """Have the terminal take a text into its clipboard, where it is allowed to."""
        ...

    def lend_terminal(self, use: Callable[[], str]) -> str:
        """Leave the terminal to `use`, which must not raise; returns what it says went wrong."""
        ...
