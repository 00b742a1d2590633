"""Where one can go in the console: screens stand on each other, the floor below all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.frame.keyed import KeyedApp
from console.screens.base import FactoryScreen

if TYPE_CHECKING:
    from console.screens.station.goal import Goal


class GoingApp(KeyedApp):
    """Opens screens, and comes out of them; each is imported when it is first opened."""

    async def open_station(self, name: str, goal: Goal | None = None) -> None:
        """Go into a station, to the `goal` in its conversations where one is given."""
        from console.screens.station.screen import StationScreen

        await self.push_screen(StationScreen(name, goal))

    async def open_question(self, station: str, hurried: bool = False) -> None:
        """Look at what a station asks; `hurried` who was about to answer what was not seen."""
        from console.screens.question.screen import QuestionScreen

        await self.push_screen(QuestionScreen(station, hurried))

    async def open_terminal(self, station: str) -> None:
        """Look at the terminal of a station."""
        from console.screens.terminal.screen import TerminalScreen

        await self.push_screen(TerminalScreen(station))

    async def open_branch(self, name: str) -> None:
        """Go into a branch."""
        from console.screens.branch.screen import BranchScreen

        await self.push_screen(BranchScreen(name))

    def name_of_screen(self) -> str:
        """The screen that is shown, as the registry calls it."""
        return self.screen.SPEC.name if isinstance(self.screen, FactoryScreen) else ""

    def action_help(self) -> None:
        from console.screens.help.screen import HelpScreen

        self.push_screen(HelpScreen(self.name_of_screen()))

    async def action_palette(self) -> None:
        """Choose by typing what to do or where to go."""
        from console.screens.palette.screen import PaletteScreen

        if isinstance(self.screen, FactoryScreen):
            await self.push_screen(PaletteScreen(self.screen))

    async def action_back(self) -> None:
        """Come out of this screen."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()

    async def action_floor(self) -> None:
        """Come out of everything, down to the floor."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()
