"""The station screen over a still link and over a replay: what it shows, its keys, and what it costs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import Link, LinkHealth, LinkMode
from console.options import Options
from console.screens import sampled
from console.screens.branch.screen import BranchScreen
from console.screens.floor.screen import FloorScreen
from console.screens.station.screen import StationScreen
from console.terminal import slowlink
from sessions.floor import events as ev
from sessions.floor.events import Event
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.tokens import Tokens
from sessions.journal.past.past import EventList
from tests.support.console import HOSTILE, StillLink, factory_events
from tests.support.picture import text_of, worked
from tests.support.replay import START, StillReplay, sample_events
from widgets.draw.cells import Line
from widgets.parts.footer import Footer
from widgets.parts.lined import Lined
from widgets.parts.panel import Bar, Panel

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
Script = Callable[[StationScreen, Pilot[None]], Awaitable[None]]
WIDE, SMALL = (200, 60), (80, 24)


def still(events: list[Event], mode: LinkMode = LinkMode.LIVE) -> StillLink:
    state = fold_all(EMPTY, events)
    return StillLink(state, mode=mode, now=state.time + 2, events=events)


def with_station(
    link: Link, name: str, script: Script, size: tuple[int, int] = WIDE, options: Options = OPTIONS
) -> None:
    """Run a script on the screen of a station."""

    async def run() -> None:
        app = FactoryApp(link, options)
        async with app.run_test(size=size) as pilot:
            await app.open_station(name)
            await pilot.pause()
            await worked(app)
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, StationScreen)
            await laid_out(screen, pilot)
            await script(screen, pilot)

    asyncio.run(run())


async def laid_out(screen: StationScreen, pilot: Pilot[None]) -> None:
    """Wait until the panels have the heights that they were given."""
    for _ in range(50):
        await pilot.pause()
        panels = [panel for panel in screen.side.panels if panel.display and screen.wide]
        heights = [str(panel.styles.height) for panel in panels]
        if all(height == "1fr" or height == str(p.size.height) for height, p in zip(heights, panels, strict=True)):
            return
    raise AssertionError("the panels never came to rest")


def page(screen: StationScreen) -> list[str]:
    """The screen's conversation."""
    return text_of(screen.view._lines)


def panel(screen: StationScreen, name: str) -> str:
    return "\n".join(text_of(screen.query_one("#" + name, Panel)._lines))


def transcript(tmp_path: Path, length: int = 60) -> Path:
    """A transcript of requests; every tenth speaks of a needle."""
    path = tmp_path / "session-1.jsonl"
    with path.open("w") as file:
        for i in range(length):
            text = f"request {i}" + (" with a needle" if i % 10 == 0 else "")
            stamp = f"2025-11-21T12:{i // 60:02d}:{i % 60:02d}Z"
            message = {"role": "user", "content": text}
            row = {"type": "user", "uuid": f"u{i}", "sessionId": "s", "timestamp": stamp, "message": message}
            file.write(json.dumps(row) + "\n")
    return path


def with_path(events: list[Event], path: Path) -> list[Event]:
    """The same events, with a transcript for docs-02."""
    opened = ev.SessionOpened(time=START, station="docs-02", session="session-1", path=str(path))
    return [events[0], *events[1:10], opened, *events[10:]]


def test_it_shows_the_conversation_and_everything_beside_it() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        shown = "\n".join(page(screen))
        assert "from the journal's excerpts: no transcript is known" in shown
        assert "▌ Please mend retry number 11" in shown
        assert "Edit       src/docs/pool_2.py" in shown
        assert "station/docs-02  ↑4 ↓1" in panel(screen, "station")
        assert "12 turns" in panel(screen, "station")
        assert "█" in panel(screen, "plot")
        assert "4  src/docs/pool_0.py" in panel(screen, "files")
        assert "its turn" in panel(screen, "events")

    with_station(still(sample_events()), "docs-02", script)


def test_a_small_screen_shows_one_panel_at_a_time() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        def shown() -> list[str]:
            return [str(widget.id) for widget in [screen.view, *screen.side.panels] if widget.region.area]

        order = []
        for _ in range(6):
            order.append(shown())
            await pilot.press("tab")
            await pilot.pause()
        assert order == [["conversation"], ["station"], ["plot"], ["files"], ["events"], ["conversation"]]
        await pilot.press("shift+tab")
        await pilot.pause()
        assert shown() == ["conversation"]
        await pilot.click("#bar", offset=(78, 0))
        await pilot.pause()
        assert shown() == ["events"]
        assert "finished" in panel(screen, "events")

    with_station(still(sample_events()), "docs-02", script, SMALL)


@pytest.mark.parametrize("size", [SMALL, (60, 15)])
def test_a_small_screen_keeps_to_whole_words_in_the_bar_and_says_what_is_wrong_below(size: tuple[int, int]) -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        bar = text_of(screen.query_one(Bar)._lines)[0]
        assert "docs-02" in bar
        assert "…" not in bar
        assert "conversation  station  plot  files  events" in bar
        assert bar.endswith("✖1")
        assert "✖ the supervisor" in text_of(screen.query_one(Footer)._lines)[0]

    link = still(sample_events())
    link.health = LinkHealth(connected=False, trouble="the supervisor has died; a new one is started")
    with_station(link, "docs-02", script, size)


def test_while_it_still_connects_nothing_has_failed() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        assert "✖ " not in text_of(screen.query_one(Bar)._lines)[0]

    link = still(sample_events())
    link.health = LinkHealth(connected=False)
    with_station(link, "docs-02", script)


def test_a_link_that_turns_slow_is_noticed_in_a_station_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        backlog = slowlink.BACKLOG
        monkeypatch.setattr(sampled, "backlog_of", lambda driver: backlog)
        for _ in range(slowlink.SLOW_TICKS):
            screen.sample()
        backlog = 0
        screen.sample()
        assert "slow link" in text_of(screen.query_one(Footer)._lines)[0]
        assert screen._rhythm is slowlink.SLOW
        floor = screen.app.screen_stack[0]
        assert isinstance(floor, FloorScreen)
        await pilot.press("escape")
        await pilot.pause()
        floor.sample()
        assert floor.wall.budget == slowlink.SLOW.budget

    with_station(still(sample_events()), "docs-02", script, options=Options(theme="dark", ascii_only=False))


def test_a_small_screen_says_that_it_is_a_replay_and_of_when() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        assert "REPLAY " in text_of(screen.query_one(Footer)._lines)[0]
        assert "║ 1×" in text_of(screen.query_one(Footer)._lines)[0]

    with_station(StillReplay(EventList(sample_events()), seq=160), "docs-02", script, SMALL)


def test_a_match_is_shown_from_whatever_panel_it_was_asked_for() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"retry", "enter")
        await worked(screen.app)
        await pilot.press("tab", "tab")
        await pilot.pause()
        assert not screen.view.region.area
        await pilot.press("n")
        await worked(screen.app)
        await pilot.pause()
        assert screen.view.region.area

    with_station(still(sample_events()), "docs-02", script, SMALL)


def test_it_says_what_is_read_from_the_transcript_and_searches_it(tmp_path: Path) -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        async def keys(*pressed: str) -> int:
            await pilot.press(*pressed)
            await worked(screen.app)
            await pilot.pause()
            return screen.view.cursor

        assert "from the transcript" in page(screen)[0]
        assert await keys("slash", *"needle", "enter") == 50
        assert not screen.view.following
        assert await keys("N") == 40
        assert await keys("N") == 30
        assert await keys("n") == 40
        assert await keys("n", "n", "n") in (0, 10)
        assert await keys("slash", *"nowhere", "enter") in (0, 10)
        assert screen._said == "“needlenowhere” is not in this conversation"
        await keys("escape")
        assert screen.pattern == ""
        assert await keys("slash", *"request 40", "enter") == 40
        assert screen._said.startswith("“request 40” in entry 41 of ")
        assert await keys("n") == 40
        assert screen._said.endswith("; there is no other")
        await keys("escape")
        assert await keys("slash", *"request 2", "enter") == 2
        assert screen._said.endswith(", on from the beginning")

    with_station(still(with_path(sample_events(), transcript(tmp_path))), "docs-02", script)


def test_errors_are_gone_to() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        await pilot.press("home", "w")
        await worked(screen.app)
        first = screen.view.found
        assert first is not None
        assert screen.view.text.entry(first).failed
        await pilot.press("w")
        await worked(screen.app)
        second = screen.view.found
        assert second is not None
        assert second > first
        assert screen.view.text.entry(second).failed
        assert screen._said == f"error in entry {second + 1} of {screen.view.count}"

    with_station(still(sample_events(40)), "docs-02", script)


def test_g_follows_the_conversation_from_any_panel_and_end_goes_to_the_end_of_the_chosen_one(tmp_path: Path) -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        await pilot.press("home", "tab", "end")
        assert screen.chosen is not screen.view
        assert not screen.view.following
        await pilot.press("G")
        assert screen.chosen is screen.view
        assert screen.view.following

    with_station(still(with_path(sample_events(), transcript(tmp_path))), "docs-02", script)


def test_it_follows_a_session_that_goes_on(tmp_path: Path) -> None:
    path = transcript(tmp_path)
    events = with_path(sample_events(), path)
    link = still(events)

    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        before = screen.view.count
        stamp = "2025-11-21T13:30:00Z"
        row = {"type": "user", "uuid": "new", "timestamp": stamp, "message": {"role": "user", "content": "one more"}}
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        said = ev.TextWritten(time=link.clock, station="docs-02", session="session-1", text="one more")
        events.extend([said, ev.TurnFailed(time=link.clock, station="docs-02", reason="overloaded once more")])
        link.state = fold_all(link.state, events[-2:])
        screen.sample()
        await worked(screen.app)
        assert screen.view.count == before + 1
        assert "one more" in "\n".join(page(screen))
        assert "overloaded once more" in panel(screen, "events")
        assert " said " not in panel(screen, "events"), "the conversation shows it"

    with_station(link, "docs-02", script)


def test_a_quiet_station_sends_nothing_and_a_tick_lays_nothing_out() -> None:
    link = still(factory_events())

    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        screen.sample()
        await pilot.pause()
        sent: list[int] = []
        laid: list[bool] = []

        def watch(widget: Lined) -> None:
            show = widget.show

            def noted(drawn: Sequence[Line]) -> int:
                sent.append(show(drawn))
                return sent[-1]

            widget.show = noted  # type: ignore[assignment, method-assign]  # looks on, and does the same

        for widget in [screen.view, *screen.side.panels]:
            watch(widget)
        screen.screen_layout_refresh_signal.subscribe(screen, lambda _: laid.append(True))
        for _ in range(5):
            screen.sample()
            await pilot.pause()
        assert sent == []
        link.clock += 1
        screen.sample()
        await pilot.pause()
        assert 0 <= sum(sent) < 60
        assert laid == []
        assert len(screen.query("*")) <= 20

    with_station(link, "tests-02", script)


def test_the_plot_changes_its_meter() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        titles = []
        for _ in range(5):
            titles.append(panel(screen, "plot").split()[0])
            await pilot.press("m")
        assert titles == ["tokens/s", "$/h", "tokens/s,", "$/h,", "tokens/s"]

    with_station(still(sample_events()), "docs-02", script)


def test_a_meter_that_is_asked_for_where_no_plot_is_seen_is_shown() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        assert not panel(screen, "plot").strip()
        await pilot.press("m")
        await laid_out(screen, pilot)
        assert panel(screen, "plot").split()[0] == "$/h"

    with_station(still(sample_events()), "docs-02", script, SMALL)


def test_a_plot_of_several_days_says_which() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        assert panel(screen, "plot").split()[-4:] == ["11-21", "12:00", "11-23", "12:00"]

    used = ev.TokensUsed(time=START + 2 * 86_400, station="docs-02", tokens=Tokens(100), cost=0.5)
    with_station(still([*sample_events(), used]), "docs-02", script)


def test_in_a_replay_everything_is_as_of_the_moment() -> None:
    link = StillReplay(EventList(sample_events()), seq=100)

    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        async def settle() -> None:
            for _ in range(3):
                link.tick()
                screen.sample()
                await worked(screen.app)
                await pilot.pause()

        await settle()
        count = screen.view.count
        turns = link.state.stations["docs-02"].turns
        assert f"{turns} turns" in panel(screen, "station")
        assert "REPLAY" in text_of(screen.query_one(Bar)._lines)[0]
        await pilot.press("greater_than_sign", "greater_than_sign", "greater_than_sign", "greater_than_sign")
        link.seek_seq(160)
        await settle()
        assert screen.view.count > count
        later = screen.view.count
        link.seek_seq(100)
        await settle()
        assert screen.view.count == count
        assert f"{turns} turns" in panel(screen, "station")
        link.seek_seq(160)
        await settle()
        assert screen.view.count == later
        link.seek_seq(1)
        await settle()
        assert "not on the floor at this moment" in "\n".join(page(screen))
        for name in ("station", "plot", "files", "events"):
            assert "".join(text_of(screen.query_one("#" + name, Panel)._lines)[1:]) == ""

    with_station(link, "docs-02", script)


def test_live_keys_of_a_replay_say_why_they_do_nothing() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        await pilot.press("full_stop")
        assert screen._said == "next event: this is no replay"

    with_station(still(sample_events()), "docs-02", script)


def test_escape_drops_the_search_and_then_comes_out() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"retry", "enter")
        await worked(screen.app)
        await pilot.press("escape")
        assert screen.app.screen is screen
        await pilot.press("escape")
        assert screen.app.screen is not screen

    with_station(still(sample_events()), "docs-02", script)


def hostile_events() -> list[Event]:
    """A station whose every word is hostile."""
    name = HOSTILE
    return [
        ev.StationOpened(time=START, station=name, kind=name, directory=name, branch=name, role=name),
        ev.SessionOpened(time=START, station=name, session=name, title=name, version=name, path=name[:500]),
        ev.TurnStarted(time=START, station=name, session=name, text=name),
        ev.ToolCalled(time=START, station=name, session=name, tool=name, detail=name, file=name, call=name),
        ev.ToolFinished(time=START, station=name, session=name, call=name, failed=True, detail=name),
        ev.TurnFailed(time=START, station=name, session=name, reason=name),
    ]


@pytest.mark.parametrize("size", [WIDE, SMALL, (30, 8), (121, 20)])
def test_hostile_text_is_harmless_at_any_size(size: tuple[int, int]) -> None:
    events, name = hostile_events(), HOSTILE

    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        for key in ("tab", "tab", "tab", "tab", "tab", "home", "enter", "w", "G"):
            await pilot.press(key)
        await worked(screen.app)
        for widget in [screen.view, *screen.side.panels]:
            for line in text_of(widget._lines):
                assert line.isprintable()
            for y in range(widget.size.height):
                assert widget.render_line(y).cell_length == widget.size.width

    with_station(still(events), name, script, size)


def accented(widget: Lined) -> bool:
    """Whether the widget's title has the mark of the focus."""
    return any(style == "bold accent" for _, style in widget._lines[0])


def test_only_the_panel_that_keys_are_about_has_the_accent_and_at_once() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        panels: list[Lined] = [screen.view, *screen.side.panels]
        assert [accented(panel) for panel in panels] == [True, False, False, False, False]
        for at in (1, 2, 3, 4, 0):
            screen.set_focus(panels[at], scroll_visible=False)
            await pilot.pause()
            assert [accented(panel) for panel in panels] == [i == at for i in range(5)]

    with_station(still(sample_events()), "docs-02", script)


def test_its_branch_is_one_key_away() -> None:
    async def script(screen: StationScreen, pilot: Pilot[None]) -> None:
        await pilot.press("D")
        await pilot.pause()
        assert isinstance(screen.app.screen, BranchScreen)
        assert screen.app.screen.branch == "station/docs-02"

    with_station(still(sample_events(), LinkMode.SIMULATED), "docs-02", script)
