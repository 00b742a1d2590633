"""The end of a terminal or a conversation beside its case: asked for where the cursor rests, and kept nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.triage import last
from console.screens.triage.screen import TriageScreen
from sessions.asking.asked import Asked
from sessions.asking.question import A, Question
from sessions.asking.questions import FollowSession, FollowTerminal, StationEvents
from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.ours.picture import Picture, Run
from sessions.floor.state import Session
from sessions.journal.past.past import EventList
from tests.console.screens.floor.played import OPTIONS
from tests.console.screens.triage.played import SIZES, go, play
from tests.sessions.asking.test_conversations import said
from tests.support.console import HOSTILE, NOW, state_of
from tests.support.picture import at_rest, text
from tests.support.replay import StillReplay
from tests.support.triage.mixed import DecidingLink, many_events, mixed_events, mixed_link

CASES = 500


class Asking(DecidingLink):
    """Remembers what it was asked; a test tells what terminals show."""

    shown: Asked[object]

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        if not isinstance(question, FollowTerminal):
            return super().ask(question, heard)
        self.questions.append(question)
        asked = Asked(heard)
        self.shown = asked  # type: ignore[assignment]  # what it takes, the test knows
        asked.part(Picture(70, 5, ((Run("$ make"),), (Run("exit 2"),), (), (), ())))  # type: ignore[arg-type]
        return asked


def in_terminal() -> Asking:
    """`tests-04` is stuck in a terminal."""
    runs = ev.LifeChanged(time=NOW - 800, source="factory", station="tests-04", life=Life.RUNNING, host="keeper")
    events = sorted([*mixed_events(), runs], key=lambda event: event.time)
    return Asking(state_of(events), events=events)


@pytest.mark.parametrize("size", SIZES)
def test_the_end_of_its_terminal_is_beside_a_case_as_it_changes(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, Asking)
        await go(screen, pilot, "tests-04")
        await at_rest(pilot)
        assert "exit 2" in text(app)
        terminal = app.link.shown
        assert not terminal.over
        terminal.part(Picture(70, 5, ((Run("$ make again"),), (), (), (), ())))
        screen.draw_news()
        assert "$ make again" in text(app) and "exit 2" not in text(app)
        terminal.part(Picture(70, 5, ((), (), (), (), ())))
        screen.draw_news()
        assert "nothing stands there" in text(app)
        await pilot.press("down")
        await at_rest(pilot)
        assert terminal.trouble is not None and "nothing stands there" not in text(app)

    play(test, in_terminal(), size)


def test_nothing_is_asked_for_cases_that_the_cursor_only_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(last, "monotonic", lambda: clock[0])
    monkeypatch.setattr(last, "REST_S", 0.01)

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, Asking)
        assert len(screen.shown) == CASES and app.link.questions == []
        for key in ["down", "O", "R"] * 3:
            await pilot.press(key)
        assert app.link.questions == []
        clock[0] += 1.0
        await at_rest(pilot)
        assert screen.row is not None
        session, events = app.link.questions
        station = screen.row.stations[0]
        assert isinstance(session, FollowSession) and session.session == f"s-{station}"
        assert isinstance(events, StationEvents) and events.station == station

    link = Asking(state_of(many_events(CASES)))
    monkeypatch.setattr("tests.console.screens.triage.played.at_rest", lambda pilot: pilot.pause())
    play(test, link)


def test_the_end_of_its_conversation_is_read_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(said(i, f"{HOSTILE} word {i}") for i in range(300)))
    link = mixed_link()
    link.state = replace(link.state, sessions={**link.state.sessions, "x": Session("wt-seen", path=str(path))})

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "wt-seen")
        await at_rest(pilot)
        shown = text(app)
        assert "the end of its conversation" in shown and "word 299" in shown and "word 250" not in shown
        assert not any(letter < " " and letter != "\n" for letter in shown)
        assert 0 < len(screen.last._end.entries) <= last.ENTRIES
        screen._show_tab(screen.tab)  # a case that is drawn anew is asked for once
        await at_rest(pilot)
        assert screen.go_to(":disk:300")
        await at_rest(pilot)
        assert screen.last._end.entries == () and "word 299" not in text(app)

    play(test, link, (200, 60))
    assert [each for each in link.questions if isinstance(each, FollowSession) and each.session == "x"]


def test_a_past_has_what_the_journal_told_until_then_and_reads_on_as_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(last, "AGAIN_S", 0.0)
    events = mixed_events()
    later = [ev.TextWritten(time=NOW, source="claude:x", station="wt-seen", session="x", text=f"Later {HOSTILE}")]
    link = StillReplay(EventList([*events, *later]), seq=len(events))

    async def run() -> None:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=(200, 60)) as pilot:
            await pilot.press("3")
            await at_rest(pilot)
            screen = app.screen
            assert isinstance(screen, TriageScreen)
            await go(screen, pilot, "wt-seen")
            await at_rest(pilot)
            assert "I would like to push." in text(app) and "Later" not in text(app)
            link.step(1)
            link.tick()
            screen.draw_news()
            await at_rest(pilot)
            screen.draw_news()
            assert "Later" in text(app) and "\x1b" not in text(app)

    asyncio.run(run())
