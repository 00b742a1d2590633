"""The floor in a terminal: what it shows at every size and moment, and what it costs to do nothing."""

from __future__ import annotations

from time import monotonic

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkHealth, LinkMode
from console.options import Options
from console.screens.floor.screen import FloorScreen
from console.screens.help.screen import HelpScreen
from sessions.floor import events as ev
from sessions.floor.commands import CancelScan, Progress
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.views.floor.view import QUIET_S
from tests.console.screens.floor.played import play, press
from tests.support.console import HOSTILE, NOW, StillLink, factory_state, state_of
from tests.support.picture import at_rest, text, worked
from widgets.draw.cells import plain
from widgets.floor.topline import trouble_line


def test_the_whole_factory_is_on_one_screen_of_few_nodes() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        shown = text(app)
        for name in app.link.state.stations:
            assert name in shown
        for word in ("acme/api", "31 stations", "◆1", "✖3", "k/s", "today", "of 5G/day", "events 2s ago", "1/48"):
            assert word in shown
        assert len(list(app.screen.walk_children(with_self=True))) <= 60

    play(test)


def test_a_quiet_floor_asks_for_nothing() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        app.link.clock = NOW + 3_600  # type: ignore[attr-defined]
        screen.sample()
        await at_rest(pilot)
        frames: list[object] = []
        app._display = lambda *frame: frames.append(frame)  # type: ignore[method-assign]
        layouts, sent = screen._layout_updates, screen.wall.cells_sent
        for later in (1.0, 5.0, 20.0):
            app.link.clock = NOW + 3_600 + later  # type: ignore[attr-defined]
            screen.sample()
            await pilot.pause()
        assert frames == []
        assert screen.wall.cells_sent == sent
        assert screen._layout_updates == layouts

    play(test)


def test_new_events_are_drawn_at_the_next_tick_without_a_layout() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        link = app.link
        layouts = screen._layout_updates
        assert isinstance(link, StillLink)
        failed = ev.TurnFailed(time=NOW, station="tests-27", reason="disk full")
        link.state = fold_all(link.state, [failed])
        screen.sample()
        await pilot.pause()
        assert "disk full" in text(app)
        assert screen._layout_updates == layouts

    play(test)


def test_a_state_that_lies_where_the_last_one_lay_is_drawn() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        link = app.link
        assert isinstance(link, StillLink)
        screen.sample()
        place = id(link.state)
        link.state = replace(link.state, name="moved")
        kept: list[FloorState] = []
        while len(kept) < 1_000 and id(link.state) != place:
            kept.append(link.state)
            link.state = replace(link.state, name="moved")
        screen.sample()
        await pilot.pause()
        assert "moved" in text(app)

    play(test, StillLink(factory_state(3, 6)))


def test_the_cursor_follows_keys_of_both_kinds() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        places = []
        for key in ("down", "j", "right", "l", "up", "k", "left", "h", "end", "home", "G", "pageup"):
            await press(pilot, key)
            places.append(screen.wall.cursor_slot)
        assert places == [5, 10, 11, 12, 7, 2, 1, 0, 47, 0, 47, 0]

    play(test)


@pytest.mark.parametrize(("value", "colour"), [(None, True), ("", True), ("1", False)])
def test_no_color_counts_only_with_a_value(value: str | None, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    app = FactoryApp(StillLink())
    assert app.look.colour is colour is not app.no_color


def test_the_next_loud_pane_is_one_key_away() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        seen = []
        for _ in range(5):
            await press(pilot, "n")
            assert screen.wall.cursor is not None
            seen.append(screen.wall.cursor.status)
        assert seen == [Status.FAILED] * 3 + [Status.NEEDS_ME, Status.FAILED]

    play(test)


def test_what_cannot_work_says_why() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+x")
        assert "stop reading: nothing is being read" in text(app)

    play(test)


def test_themes_change_every_screen() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "question_mark", "t")
        assert isinstance(app.screen, HelpScreen)
        assert app.look.name == "light"
        await press(pilot, "escape")
        assert screen.wall.look is app.look

    play(test)


@pytest.mark.parametrize("key", ["question_mark", "enter", "colon", "2"])
def test_the_floor_does_not_draw_below_another_screen(key: str) -> None:
    """Textual counts the screen below as visible: what it draws is sent again by the one above."""

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, key)
        assert app.screen is not screen
        before = screen._seen
        assert isinstance(app.link, StillLink)
        app.link.state = fold_all(app.link.state, [ev.TurnFinished(time=NOW + 1, station="proxy-00")])
        screen.sample()
        assert screen._seen == before
        await press(pilot, "escape")
        screen.sample()
        assert screen._seen != before

    play(test)


def test_the_palette_finds_actions_and_stations() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "colon", *"ship-18")
        assert "station ship-18" in text(app)
        await press(pilot, "enter")
        assert app.screen is screen
        assert screen.wall.cursor is not None
        assert screen.wall.cursor.name == "ship-18"

    play(test)


@pytest.mark.parametrize(
    ("state", "health", "words"),
    [
        (EMPTY, LinkHealth(), ("Nothing here yet", "--repo DIR", "factory-tui doctor", "factory-tui demo")),
        (
            state_of([ev.FactoryOpened(time=1, repo="/r", name="acme/api", base="main")]),
            LinkHealth(),
            ("No agent session and no open branch found", "--sessions DIR", "f b"),
        ),
        (
            EMPTY,
            LinkHealth(progress=Progress("reading transcripts", 120, 312, "files")),
            ("Reading what is on disk", "reading transcripts", "120 of 312 files", "x stops"),
        ),
        (
            factory_state(2, 2),
            LinkHealth(connected=False, trouble="the supervisor has ended: press r to start it"),
            ("✖ the supervisor has ended: press r to start it", "proxy-00"),
        ),
        (EMPTY, LinkHealth(connected=False, trouble="no answer"), ("Not connected yet", "✖ no answer")),
        (
            EMPTY,
            LinkHealth(connected=False, progress=Progress("connecting to the supervisor", 0, 0)),
            ("Not connected yet", "connecting to the supervisor"),
        ),
    ],
)
def test_empty_and_troubled_floors_say_what_to_do(
    state: FloorState, health: LinkHealth, words: tuple[str, ...]
) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for word in words:
            assert word in text(app)

    play(test, StillLink(state, health=health), size=(100, 30))


def test_a_long_scan_can_be_stopped() -> None:
    link = StillLink(EMPTY, health=LinkHealth(progress=Progress("reading transcripts", 120, 312, "files")))

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+x")
        assert link.sent == [CancelScan()]
        assert "reading stops" in text(app)

    play(test, link)


def test_a_simulated_floor_says_so() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        assert "SIMULATED" in text(app).splitlines()[0]

    play(test, StillLink(factory_state(3, 3), mode=LinkMode.SIMULATED), size=(80, 24))


def test_ascii_only_sends_ascii_only() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for keys in (("z",), ("z",), ("f",), ("escape", "question_mark")):
            await press(pilot, *keys)
            assert text(app).isascii()

    play(test, options=Options(theme="dark", ascii_only=True))


def test_no_colour_means_no_colour() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                style = segment.style
                assert style is None or all(c is None or c.is_default for c in (style.color, style.bgcolor))

    play(test, options=Options(no_colour=True))


def test_a_hostile_factory_is_harmless_everywhere() -> None:
    state = state_of(
        [
            ev.FactoryOpened(time=1, repo=HOSTILE, name=HOSTILE, base=HOSTILE, base_head=HOSTILE),
            ev.StationOpened(time=2, station=HOSTILE, kind=HOSTILE, branch=HOSTILE, directory=HOSTILE, role=HOSTILE),
            ev.PersonNeeded(time=3, station=HOSTILE, reason=HOSTILE, source=HOSTILE),
            ev.BranchChanged(time=4, branch=HOSTILE + "b", subject=HOSTILE, author=HOSTILE),
        ]
    )
    health = LinkHealth(connected=False, trouble=HOSTILE)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for keys in (("z",), ("z",), ("g", "r"), ("g", "b"), ("slash", "x"), ("enter",), ("colon",)):
            await press(pilot, *keys)
            await worked(app)
            await pilot.pause()
            assert not set(text(app)) & set("\x1b\x07\x9b\u202e\u202c\u200b\u200d\ufe0f")
        assert app.is_running

    play(test, StillLink(state, health=health), size=(120, 30))


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (1, 1), (400, 120)])
def test_no_size_is_too_small(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "z", "down", "f", "escape", "slash", "a", "escape", "question_mark", "escape")
        assert app.is_running

    play(test, size=size)


def test_trouble_says_its_cure_where_there_is_little_room() -> None:
    told = "/home/me/.local/state/factory-tui/repo-3b3cb915c2b2/journal.db: the disk is full: make room"
    assert plain(trouble_line(told, 100)).startswith(" ✖ /home/me/.local")
    assert plain(trouble_line(told, 60)).rstrip() == " ✖ …/journal.db: the disk is full: make room"
    assert plain(trouble_line("no supervisor can be reached", 20)) == " ✖ no supervisor c… "


def test_until_the_first_key_what_needs_me_comes_first_at_once_and_the_cursor_with_it() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        link = app.link
        assert isinstance(link, StillLink)

        def first_after(asks: str, no_longer: str) -> tuple[str, str]:
            news = [ev.PersonNeeded(time=NOW, station=asks, reason="may I?"),
                    ev.TurnFinished(time=NOW, station=no_longer)]  # fmt: skip
            link.state = fold_all(link.state, news)
            screen.sample()
            assert screen.floor is not None
            assert screen.wall.cursor is not None
            return screen.floor.groups[0].panes[0].name, screen.wall.cursor.name

        assert first_after("tests-02", no_longer="proxy-00") == ("tests-02", "tests-02")
        await press(pilot, "down")
        chosen = screen.wall.cursor
        assert chosen is not None
        assert first_after("ship-03", no_longer="tests-02") == ("tests-02", chosen.name)

    play(test)


def test_what_needs_me_comes_to_its_place_also_where_nothing_else_happens() -> None:
    """As in a replay that stands: no event and no clock has it drawn again."""
    calm = [ev.ActivitySeen(time=NOW - 1, station=name) for name in "abc"]

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        def names() -> str:
            assert screen.floor is not None
            return "".join(pane.name for group in screen.floor.groups for pane in group.panes)

        await press(pilot, "down")
        assert isinstance(app.link, StillLink)
        app.link.state = state_of([*calm, ev.TurnFailed(time=NOW, station="c", reason="x")])
        assert screen.sample() <= QUIET_S
        assert names() == "abc"
        screen.last_key, screen.view._sorted_at = monotonic() - QUIET_S, screen.view._sorted_at - QUIET_S
        screen.sample()
        assert names() == "acb", "a is under the cursor"

    play(test, StillLink(state_of(calm)))
