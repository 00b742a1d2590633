"""Looking at an agent's terminal: what it shows, as it changes, until one goes back; and why where nothing is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot

from console.app import FactoryApp
from sessions.asking.asked import Asked, UnheardError
from sessions.asking.question import A, Question
from sessions.asking.questions import FollowTerminal
from sessions.floor.ours.picture import Picture, Run
from tests.console.screens.floor.played import OPTIONS
from tests.support.console import StillLink, state_of
from tests.support.picture import text
from tests.support.stations.still import our_events
from tests.support.supervisor import PATIENCE_S


class Showing(StillLink):
    """Tells what a terminal shows, when a test says so."""

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        if not isinstance(question, FollowTerminal):
            return super().ask(question, heard)
        self.questions.append(question)
        asked = Asked(heard)
        self.shown: Asked[object] = asked  # type: ignore[assignment]  # what it takes, the test knows
        return asked


def test_what_a_terminal_shows_is_drawn_as_it_changes() -> None:
    events = our_events()
    link = Showing(state_of(events), events=events)
    station = next(iter(link.state.owned))

    async def run() -> None:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=(90, 24)) as pilot:
            await pilot.pause()
            await app.open_terminal(station)
            await pilot.pause()
            for word in ("first words", "and then others"):
                link.shown.part(Picture(70, 5, ((Run(word),), (), (), (), ())))
                await drawn(app, pilot, word)
            assert "70x5" in text(app)
            first = link.shown
            first.end(UnheardError("the supervisor gave no answer"))
            await until(pilot, lambda: link.shown is not first)
            link.shown.part(Picture(70, 5, ((Run("of the next one"),), (), (), (), ())))
            await drawn(app, pilot, "of the next one")
            link.shown.end()
            await drawn(app, pilot, "ended")
            await pilot.press("escape")
            await pilot.pause()
            assert len(app.screen_stack) == 1
            assert link.questions == [FollowTerminal(station)] * 2

    asyncio.run(run())


def test_why_nothing_is_shown() -> None:
    events = our_events()
    link = StillLink(state_of(events), events=events)

    async def run() -> None:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=(90, 24)) as pilot:
            await pilot.pause()
            await app.open_terminal(next(iter(link.state.owned)))
            await drawn(app, pilot, "no terminals are shown here")

    asyncio.run(run())


async def drawn(app: FactoryApp, pilot: Pilot[None], word: str) -> None:
    await until(pilot, lambda: word in text(app))


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await pilot.pause(0.01)
