"""The console: which screens there are and how they are wired to the link. A table of contents, no more."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from console.frame.undoing import UndoingApp
from console.garbage import Garbage
from console.links.link import Link, LinkMode
from console.options import Options
from console.pulse import NEVER, Pulse
from console.remembered import Preferences
from console.screens.base import FactoryScreen
from console.screens.conflicts.board import Board
from console.screens.sampled import SampledScreen
from console.screens.ways import WAYS
from console.telling import Telling
from console.terminal import asking as terminal
from console.terminal import theme as themes
from console.terminal.driver import QuietDriver
from console.terminal.frames import Shown, erases
from console.terminal.slowlink import LinkWatch

if TYPE_CHECKING:
    from textual.screen import Screen

    from console.screens.factory import Factory
    from console.screens.floor.screen import FloorScreen
    from console.terminal.faults import Faults

RETRY_S = 1.0
"""After a look that failed."""
FAULT_S = 30.0
"""How long a fault stays in the footer."""


class FactoryApp(UndoingApp):
    """The console over a link: a supervisor's, a recording's, or a simulation's."""

    TITLE = "factory-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    ALLOW_SELECT = False
    PAUSE_GC_ON_SCROLL = True

    def __init__(self, link: Link, options: Options | None = None) -> None:
        self.options = options = options or Options()
        if not os.environ.get("NO_COLOR"):
            os.environ.pop("NO_COLOR", None)  # an empty one means nothing, but to Textual
        colour = not ("NO_COLOR" in os.environ if options.no_colour is None else options.no_colour)
        # Without colour, or with 16 of them, what reaches the terminal are its own colours, and no others.
        super().__init__(ansi_color=None if colour and options.colours > 16 else True)
        # What is said stands in the footer: no screen needs Textual's (8.2.8) two widgets for tooltips and notices.
        self._disable_tooltips = self._disable_notifications = True
        self.link = link
        self.link_watch = LinkWatch(options.slow_link)
        self.pulse = Pulse(self._look, lambda: self.link_watch.rhythm.period_s)
        self.garbage = Garbage(self._quiet_s)
        self.user_keys = {}
        self.board = Board()
        self._drafts_before: dict[str, str] = {}
        self.drafts: dict[str, str] = {}
        self.marks: set[str] = set()
        self.not_undone: set[str] = set()
        self._floor: FloorScreen | None = None
        self._shown = Shown(erasing=erases(os.environ))
        self.sent = None
        self.faults: Faults | None = None
        """Where faults are kept; without it the first one ends the console, as tests want it."""
        self.telling = Telling(link, options, self)
        ascii_only = not themes.shows_signs(os.environ) if options.ascii_only is None else options.ascii_only
        self.memory = Preferences(options.remembered)
        known = self.memory.known.theme
        name = options.theme or (known if known in themes.THEMES else themes.first_theme(os.environ))
        self.look = themes.make_look(name, ascii_only=ascii_only, colour=colour, colours=options.colours)
        self._dress(first=True)

    if TYPE_CHECKING:

        def as_factory(self) -> Factory:
            """Strict types make sure that screens find here all that they may ask for."""
            return self

    def get_driver_class(self) -> type[Driver]:
        """Textual's own for this system, but one that sleeps where it may."""
        chosen = super().get_driver_class()
        return QuietDriver if chosen is LinuxDriver else chosen

    def get_default_screen(self) -> Screen[None]:
        """The first screen: the floor, or the floor of a past with its timeline."""
        if self.link.mode is LinkMode.REPLAY:
            from console.screens.replay.screen import ReplayScreen

            return ReplayScreen()
        from console.screens.floor.screen import FloorScreen

        self._floor = FloorScreen()
        return self._floor

    def on_mount(self) -> None:
        # What the shell drew in the meantime is not known: everything is sent again.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self.take_keymap()
        if self.telling.in_title:
            self.app_suspend_signal.subscribe(self, lambda _: self.telling.window.give_back(), immediate=True)
        self.telling.counts()  # whatever begins from now on is news
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first paint, which the link's thread would otherwise slow down."""
        from console import drafts

        self._drafts_before = drafts.read(self.link.drafts)
        self.drafts.update({**self._drafts_before, **self.drafts})
        self.link.listen(self.pulse.stir)
        self.link.start()
        self.pulse.begin()
        self.garbage.begin()

    def on_unmount(self) -> None:
        self.pulse.end()
        self.leave()

    def leave(self) -> None:
        """Let go of the link, after keeping what the floor showed; however the console ends, and once."""
        floor, self._floor = self._floor, None
        if floor is not None:
            floor.keep(self.link)
        if self.drafts != self._drafts_before:
            from console import drafts

            drafts.keep(self.link.drafts, self._drafts_before, self.drafts)
        self.link.stop()

    def _look(self) -> float:
        """Have what is new told and drawn; seconds after which this is due again although nothing changes."""
        try:
            screen = self.screen
            told = self.telling.look(screen, self.look.ascii_only)
            return min(told, screen.sample() if isinstance(screen, SampledScreen) else NEVER)
        except Exception as error:  # whatever it is, the next look comes
            self._handle_exception(error)
            return RETRY_S

    # What calls the operator

    def send(self, sequence: str) -> None:
        """Write to the terminal itself; where none is, nothing."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    async def action_caller(self) -> None:
        """Go to what the station that called asks, else into it, with the floor's cursor on it."""
        present = next((screen.station for screen in reversed(self._screens()) if screen.station), "")
        name = self.telling.next_caller(present)
        if not name:
            self._screens()[-1].say("nothing else needs you")
            return
        await self.action_floor()
        for screen in self._screens():
            screen.go_to_station(name)
        known = self.link.state.owned.get(name)
        await (self.open_question if known is not None and known.questions else self.open_station)(name)

    def _screens(self) -> list[FactoryScreen]:
        """The screens of ours, the floor first."""
        return [screen for screen in self.screen_stack if isinstance(screen, FactoryScreen)]

    async def action_go(self, screen: str) -> None:
        """Go to a screen that stands on the floor."""
        if self.name_of_screen() == screen:
            return
        await self.action_floor()
        if self.link.last is None:
            await self.push_screen(WAYS[screen](self))
        elif isinstance(self.screen, FactoryScreen):
            await self.screen.act(f"app.{screen}")  # the floor does it as soon as it is the present

    # Faults

    def _handle_exception(self, error: Exception) -> None:
        """After the first floor a fault is told, and everything else goes on; before it there is nothing to go on."""
        if self.faults is None:
            super()._handle_exception(error)
            return
        told = self.faults.take(error)
        if not self.is_running or not isinstance(self.screen, FactoryScreen) or not self.screen.lives:
            super()._handle_exception(error)
            return
        try:
            self.screen.say(told, FAULT_S)
        except Exception as worse:  # not even the footer can be drawn
            self.faults.take(worse)

    def _print_error_renderables(self) -> None:
        if self.faults is None:
            super()._print_error_renderables()

    # The supervisor, the terminal, and others

    def action_again(self) -> None:
        """Have the supervisor started again; the floor stays as it is meanwhile."""
        self.link.again()
        if isinstance(self.screen, FactoryScreen):
            self.screen.say("starting the supervisor again; one that hangs is given some seconds to end", 10)

    def copy_to_clipboard(self, text: str) -> None:
        """Have the terminal take a text into its clipboard, where it is allowed to."""
        self.send(terminal.clipboard(text))

    def lend_terminal(self, use: Callable[[], str]) -> str:
        """Leave the terminal to `use`, which must not raise; returns what it says went wrong.

        The loop stands still meanwhile and draws nothing. The link goes on, on its own thread. Where the terminal is
        gone afterwards, whoever had it was told, and not this process: it ends as if it had been.
        """
        if self._driver is None or not self._driver.can_suspend:
            return "this terminal cannot be left"
        from console import shell

        had = shell.has_terminal()
        with self.batch_update(), self.suspend():
            said = use()
        if had and not shell.has_terminal():
            signal.raise_signal(signal.SIGHUP)
        return said

    def action_suspend(self) -> None:
        """Back to the shell until `fg`; where no shell could bring the console back it stays."""
        if os.getsid(0) == os.getpgrp():
            if isinstance(self.screen, FactoryScreen):
                self.screen.say("there is no shell to go back to")
            return
        self.action_suspend_process()

    def action_help_quit(self) -> None:
        """Ctrl-C where the operator gave `leave` other keys: Textual would only say which other key quits."""
        self.call_later(self.action_leave)
