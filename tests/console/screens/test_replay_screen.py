"""The floor of a past: keys move through it, and everything on the screen is as of the moment shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.options import Options
from console.screens import sampled
from console.screens.replay.screen import ReplayScreen
from console.screens.station.screen import StationScreen
from console.terminal import slowlink
from sessions.floor.events import LifeChanged, TurnFailed
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.state import EMPTY
from sessions.journal.past.past import EventList, Past
from sessions.journal.recording.record import write
from sessions.journal.recording.recording import Recording
from tests.support.picture import text_of, worked
from tests.support.replay import START, StillReplay, sample_events
from tests.support.stations.still import our_events, ours
from widgets.draw.cells import Line
from widgets.floor.timeline import SHORT, TALL, Timeline
from widgets.floor.topline import TopLine
from widgets.parts.footer import Footer

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
EVENTS = sample_events()
Script = Callable[[ReplayScreen, Pilot[None]], Awaitable[None]]


def with_replay(link: StillReplay, script: Script, size: tuple[int, int] = (120, 40)) -> None:
    async def run() -> None:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await worked(app)
            screen = app.screen
            assert isinstance(screen, ReplayScreen)
            await script(screen, pilot)

    asyncio.run(run())


async def press(screen: ReplayScreen, pilot: Pilot[None], *keys: str) -> None:
    """Press keys, let the replay tick and the screen sample."""
    for key in keys:
        await pilot.press(key)
        link = screen.replay
        with link._reading:
            link.tick()
        screen.sample()
        await pilot.pause()


def strip(screen: ReplayScreen) -> list[str]:
    return text_of(screen.timeline._lines)


def pasts(tmp_path: Path) -> list[Past]:
    """The same events in memory and in a recording."""
    target = tmp_path / "sample.ftr"
    write(EventList(EVENTS), target, 1, len(EVENTS), redact=False)
    return [EventList(EVENTS), Recording(target)]


@pytest.mark.parametrize("kind", [0, 1])
def test_keys_move_through_any_past(tmp_path: Path, kind: int) -> None:
    both = pasts(tmp_path)
    link = StillReplay(both.pop(kind))
    both[0].close()
    failures = [i for i, event in enumerate(EVENTS, 1) if type(event).__name__ == "TurnFailed"]

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        async def at(*keys: str) -> int:
            await press(screen, pilot, *keys)
            assert link.state == fold_all(EMPTY, EVENTS[: link.player.seq])
            return link.player.seq

        assert await at("full_stop", "full_stop", "comma") == 2
        assert await at("w") == failures[0]
        assert f"seq {failures[0]} / 301" in strip(screen)[0]
        failed = EVENTS[failures[0] - 1]
        assert isinstance(failed, TurnFailed)
        assert f"{failed.station} failed API error 529: overloaded" in strip(screen)[0]
        assert screen.wall.cursor and screen.wall.cursor.station == failed.station
        assert await at("w", "W") == failures[0]
        turn = await at("greater_than_sign")
        assert turn > failures[0]
        assert await at("greater_than_sign", "less_than_sign") == turn
        assert await at("T", *"50%", "enter") == both_seq(0.5)
        await at("T", *"end", "enter")
        assert " at the end " in strip(screen)[0]
        await at("w")
        assert "nothing fails after this moment" in text_of(screen.query_one(Footer)._lines)[0]
        assert await at("T", *"seq 20", "enter") == 20
        await press(screen, pilot, "T", *"whenever", "enter")
        assert "names no place" in text_of(screen.query_one(Footer)._lines)[0]
        assert link.player.seq == 20

    with_replay(link, script)


def both_seq(fraction: float) -> int:
    past = EventList(EVENTS)
    return past.seq_at(past.span.first_time + fraction * (past.span.last_time - past.span.first_time))


def test_a_terminal_that_cannot_keep_up_is_sent_no_timeline_either(monkeypatch: pytest.MonkeyPatch) -> None:
    backlog = 0
    monkeypatch.setattr(sampled, "backlog_of", lambda driver: backlog)

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        nonlocal backlog
        before, backlog = strip(screen), slowlink.BACKLOG
        await press(screen, pilot, "full_stop")
        assert strip(screen) == before
        backlog = 0
        screen.sample()
        assert strip(screen) != before

    with_replay(StillReplay(EventList(EVENTS), seq=100), script)


def test_playing_moves_the_floor_and_the_timeline() -> None:
    link = StillReplay(EventList(EVENTS))

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        await press(screen, pilot, "right_square_bracket", "right_square_bracket", "H", "p")
        assert "▶ 5×   " in strip(screen)[0]
        assert "silence played" in strip(screen)[0]
        link.time = 10.0
        await press(screen, pilot)
        link.tick()
        screen.sample()
        await pilot.pause()
        assert link.now() == pytest.approx(START + 50)
        assert "12:00:50.0" in strip(screen)[0]
        assert screen.floor is not None
        assert screen.floor.totals.stations == 4
        await press(screen, pilot, "p")
        assert "║ 5×" in strip(screen)[0]

    with_replay(link, script)


def test_a_click_on_the_timeline_goes_there() -> None:
    link = StillReplay(EventList(EVENTS))

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        await pilot.click(Timeline, offset=(118, 1))
        await press(screen, pilot, "comma")
        assert link.player.seq == len(EVENTS) - 1

    with_replay(link, script)


def test_its_timeline_shows_where_it_was_busy_and_failed() -> None:
    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        assert screen.timeline.size.height == TALL
        lines = strip(screen)
        assert "5 failures" in lines[0]
        assert "█" in lines[2]
        assert "✖" in lines[3]
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        await worked(screen.app)
        await pilot.pause()
        assert screen.timeline.size.height == SHORT
        assert len(screen.timeline._slots) == 78
        assert "✖" in strip(screen)[2]

    with_replay(StillReplay(EventList(EVENTS)), script)


def test_stations_of_ours_that_were_held_back_or_lost_are_failures_and_its_footer_has_what_works() -> None:
    events = sorted([*our_events(), *ours("gone", life=Life.LOST)], key=lambda event: event.time)

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        assert "2 failures" in strip(screen)[0]
        await press(screen, pilot, "w")
        event = screen.replay.view.event
        assert isinstance(event, LifeChanged)
        assert event.life in (Life.HELD, Life.LOST)
        screen.go_to_station(event.station)
        await pilot.pause()
        footer = text_of(screen.query_one(Footer)._lines)[0]
        assert all(word in footer for word in ("play", "event", "turn", "failure", "faster"))
        assert not any(word in footer for word in ("prompt", "stop", "kill", "bring back", "allow", "scope"))

    with_replay(StillReplay(EventList(events), seq=1), script)


def test_it_says_that_it_is_a_replay_and_whether_it_is_simulated() -> None:
    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        top = text_of(screen.query_one(TopLine)._lines)[0]
        assert "REPLAY SIMULATED" in top

    with_replay(StillReplay(EventList(sample_events(simulated=True)), seq=100), script)


def test_enter_goes_into_the_station_as_of_that_moment() -> None:
    link = StillReplay(EventList(EVENTS), seq=100)

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await pilot.pause()
        station = screen.app.screen
        assert isinstance(station, StationScreen)
        await worked(station.app)
        await pilot.pause()
        assert 0 < station.view.count < 40
        await pilot.press("escape")
        await pilot.pause()
        assert screen.app.screen is screen

    with_replay(link, script)


def test_a_paused_replay_is_still() -> None:
    link = StillReplay(EventList(EVENTS), seq=100)

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        await press(screen, pilot)
        screen.sample()
        sent: list[int] = []
        show = screen.timeline.show

        def noted(drawn: Sequence[Line]) -> int:
            sent.append(show(drawn))
            return sent[-1]

        screen.timeline.show = noted  # type: ignore[assignment, method-assign]  # looks on, and does the same
        for _ in range(5):
            link.time += 1
            link.tick()
            screen.sample()
            await pilot.pause()
        assert sum(sent) == 0

    with_replay(link, script)


def test_a_damaged_past_is_said_on_the_timeline() -> None:
    link = StillReplay(EventList(EVENTS))

    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        link._trouble = "the recording is torn"
        screen.draw()
        assert "the recording is torn" in strip(screen)[0]

    with_replay(link, script)


def test_before_anything_happened_it_says_so_and_what_goes_on() -> None:
    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        wall = [screen.wall.render_line(y).text for y in range(screen.wall.size.height)]
        shown = "\n".join(line.strip() for line in wall)
        assert "Nothing had happened yet at this moment" in shown
        assert "start an agent" not in shown
        assert [word for word in shown.split() if word in ("p", "w", ">", "T")] == ["p", "w", ">", "T"]

    with_replay(StillReplay(EventList(EVENTS), seq=1), script)


def test_the_top_line_says_as_of_when() -> None:
    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        top = text_of(screen.query_one(TopLine)._lines)[0]
        assert "as of 12:" in top
        assert "live" not in top

    with_replay(StillReplay(EventList(EVENTS), seq=100), script)


def test_an_empty_past_can_be_shown() -> None:
    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        await press(screen, pilot, "p", "full_stop", "w", "greater_than_sign", "less_than_sign", "right_square_bracket")
        assert "seq 0 / 0" in strip(screen)[0]

    with_replay(StillReplay(EventList([])), script)


def test_the_footer_names_what_the_key_would_do() -> None:
    async def script(screen: ReplayScreen, pilot: Pilot[None]) -> None:
        seen = []
        for key in ("home", "p", "p"):
            await press(screen, pilot, key)
            seen.append("p pause" in text_of(screen.query_one(Footer)._lines)[0])
        assert seen == [False, True, False]

    with_replay(StillReplay(EventList(EVENTS)), script)
