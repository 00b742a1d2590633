"""What the operator is told: a line for a while, bells in batches, and what it sends to a terminal."""

from __future__ import annotations

import asyncio
import base64

import pytest
from msgspec.structs import replace

from console.app import FactoryApp
from console.links.link import LinkMode
from console.news import NEWS_S, RING_EVERY_S, News, Opened, news_line, news_text
from console.options import Options
from console.screens.floor.screen import FloorScreen
from console.screens.sampled import SampledScreen
from console.screens.station.screen import StationScreen
from console.terminal import asking as terminal
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.floor.triage.case import Act, Case, Kind
from sessions.views.floor.calls import Call
from tests.support.console import HOSTILE, NOW, StillLink, factory_state
from tests.support.picture import text
from widgets.draw.cells import plain, width

A, B, C, D = (Call(name, name, Status.NEEDS_ME, NOW - 12, "permission for Bash") for name in "abcd")
BROKEN = Call("e", "e", Status.FAILED, NOW - 60, "overloaded")


def asks(*stations: str, at: float = NOW + 1) -> list[ev.Event]:
    return [ev.PersonNeeded(time=at, station=name, reason="may I?") for name in stations]


def test_one_is_told_with_what_and_for_how_long_and_the_way_there() -> None:
    line = news_line([A], NOW, "c goes there", 80)
    assert plain(line).startswith(" ◆ a needs you 10s: permission for Bash ")
    assert plain(line).endswith("  c goes there ")
    guess = Call("a", "a", Status.NEEDS_ME, NOW - 12, "", True)
    assert news_text([guess], NOW) == "a needs you? 10s"


def test_many_are_told_together() -> None:
    assert news_text([A, B, C], NOW) == "3 stations need you: a, b, c"
    assert news_text([A, B, C, D, BROKEN], NOW) == "4 stations need you: a, b, c and 1 more; e failed 1m: overloaded"


@pytest.mark.parametrize("cells", [20, 40, 80, 200])
def test_it_fits_and_foreign_words_do_no_harm(cells: int) -> None:
    hostile = [Call("x", HOSTILE, Status.NEEDS_ME, NOW, HOSTILE), Call("y", HOSTILE + "x", Status.FAILED, NOW, HOSTILE)]
    line = news_line(hostile, NOW, "c goes there", cells)
    assert width(plain(line)) == cells
    assert "◆" in plain(line)
    assert plain(line).isprintable()
    for how in ("osc9", "osc777"):
        sequence = terminal.notification(news_text(hostile, NOW), how, {})
        assert sequence[2:-1].isprintable()
        assert len(sequence) < 300


def watched(*states: FloorState) -> News:
    news = News()
    for second, state in enumerate(states):
        news.look(state, NOW + second, 100.0 + second)
    return news


def test_the_line_says_it_for_a_while_and_not_longer_than_it_is_so() -> None:
    state = fold_all(EMPTY, asks("a", "b"))
    news = watched(EMPTY, state)
    assert [item.station for item in news.told(102) if isinstance(item, Call)] == ["a", "b"]
    news.look(fold_all(state, [ev.TurnStarted(time=NOW + 3, station="a")]), NOW + 3, 103)
    assert [item.station for item in news.told(103) if isinstance(item, Call)] == ["b"]
    news.hold(110)
    assert news.told(110 + NEWS_S - 1)
    assert not news.told(110 + NEWS_S)


def test_bells_are_rung_for_all_that_came_together() -> None:
    first = fold_all(EMPTY, asks("a"))
    news = watched(EMPTY, first)
    assert len(news.to_ring(101)) == 1
    news.look(fold_all(first, asks("b", "c", at=NOW + 2)), NOW + 2, 102)
    assert news.to_ring(102) == []
    assert len(news.to_ring(101 + RING_EVERY_S)) == 2
    assert news.to_ring(200) == []


def opened(*names: str, kind: Kind = Kind.STUCK) -> list[ev.Event]:
    cases = [Case(f"{name}:{kind.value}", kind, name, title="the same call again") for name in names]
    return [ev.CaseOpened(time=NOW, station=case.station, what=case) for case in cases]


def test_what_no_status_tells_is_told_once_a_case_and_while_it_is_open() -> None:
    first = fold_all(EMPTY, opened("old"))
    state = fold_all(first, opened("a", "b"))
    news = watched(first, state, state)
    assert news_text(news.told(102), NOW) == "2 cases: a, b"
    assert len(news.to_ring(102)) == 2 and news.to_ring(200) == []
    closed = fold_all(state, [ev.CaseClosed(time=NOW, station="a", case="a:stuck", why="it gets on again")])
    news.look(closed, NOW + 3, 103)
    assert news_text(news.told(103), NOW) == "b: the same call again"
    line = news_line([Opened("x", HOSTILE, HOSTILE)], NOW, "3 goes there", 80)
    assert plain(line).isprintable() and width(plain(line)) == 80


def test_of_a_station_that_calls_and_of_a_collision_nothing_is_told_twice() -> None:
    state = fold_all(EMPTY, [*asks("a"), *opened("a"), *opened("b", kind=Kind.CONFLICT)])
    told = watched(EMPTY, state).told(101)
    assert [type(item) for item in told] == [Call]


def test_nobody_is_rung_for_who_works_the_queue() -> None:
    before = fold_all(EMPTY, opened("old"))
    settled = ev.CaseSettled(time=NOW, station="old", case="old:stuck", act=Act.SEEN, who="mara@box")
    working = fold_all(before, [settled, *opened("a")])
    news = watched(before, working)
    assert news.told(101) and news.to_ring(150) == []
    assert news.rest(NOW + 1, 101) <= 59
    news.look(working, NOW + 61, 161)
    assert len(news.to_ring(161)) == 1
    by_rule = fold_all(before, [replace(settled, rule="again", who="rule:again"), *opened("a")])
    assert len(watched(before, by_rule).to_ring(150)) == 1


def test_callers_are_gone_to_in_the_order_of_their_calls_and_then_round() -> None:
    news = watched(EMPTY, fold_all(EMPTY, [*asks("b"), *asks("a", at=NOW + 2)]))
    assert [news.next_caller(), news.next_caller("b"), news.next_caller("a"), news.next_caller("b")] == list("baba")
    assert watched(EMPTY).next_caller() == ""


def test_the_sequences() -> None:
    assert terminal.notification("a needs you", "osc9", {}) == "\x1b]9;factory-tui: a needs you\x07"
    assert terminal.notification("a needs you", "osc777", {}) == "\x1b]777;notify;factory-tui;a needs you\x07"
    inside = terminal.notification("a", "osc9", {"TMUX": "/tmp/x"})
    assert inside == "\x1bPtmux;\x1b\x1b]9;factory-tui: a\x07\x1b\\"
    assert base64.b64decode(terminal.clipboard("grün")[7:-1]).decode() == "grün"


def test_a_title_is_put_aside_once_and_given_back() -> None:
    sent: list[str] = []
    window = terminal.WindowTitle(sent.append)
    window.give_back()
    for name in ("one", "one", "two\x07\x1b]52;"):
        window.show(name)
    window.give_back()
    assert sent == [terminal.SAVE_TITLE + "\x1b]2;one\x07", "\x1b]2;two\x07", terminal.RESTORE_TITLE]


WAYS_IN = {"floor": (), "station": ("enter",), "conflicts": ("2",), "help": ("question_mark",), "palette": ("colon",)}


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
@pytest.mark.parametrize("place", WAYS_IN)
def test_every_screen_has_the_counters_and_says_once_who_calls(place: str, size: tuple[int, int]) -> None:
    async def run() -> None:
        link = StillLink(factory_state())
        app = FactoryApp(link, Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=size) as pilot:
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.press(*WAYS_IN[place])
            await pilot.pause()
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.pause()
            assert "◆1 ✖3 ◐2" in text(app)
            assert "may I?" not in text(app)
            link.state = fold_all(link.state, asks("tests-02"))
            link.clock = NOW + 2
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.pause()
            assert "◆ tests-02 needs you 1s: may I?" in text(app)
            assert "C goes there" in text(app)
            if (place, size) == ("floor", (80, 24)):
                lines = text(app).splitlines()
                assert "C goes there" in lines[1] and "enter open" in lines[-1], "no key is hidden"
            app.telling.tell(app.screen, ascii_only=False)
            if isinstance(app.screen, SampledScreen):
                app.screen.sample()
            await pilot.pause()
            assert "◆2 ✖3 ◐1" in text(app).splitlines()[0] or place == "palette"

    asyncio.run(run())


@pytest.mark.parametrize("place", ["floor", "station", "conflicts", "help"])
def test_one_key_goes_to_the_caller_from_everywhere(place: str) -> None:
    async def run() -> None:
        link = StillLink(factory_state())
        app = FactoryApp(link, Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=(120, 40)) as pilot:
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.press(*WAYS_IN[place])
            await pilot.pause()
            link.state = fold_all(link.state, asks("tests-02"))
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.press("C")
            await pilot.pause()
            assert isinstance(app.screen, StationScreen)
            assert app.screen.station == "tests-02"
            await pilot.press("q")
            await pilot.pause()
            (floor,) = app.screen_stack
            assert isinstance(floor, FloorScreen)
            assert floor.wall.cursor is not None
            assert floor.wall.cursor.station == "tests-02"

    asyncio.run(run())


@pytest.mark.parametrize(("attention", "told", "rings"), [("quiet", False, 0), ("note", True, 0), ("bell", True, 1)])
def test_attention_says_how_loudly(attention: str, told: bool, rings: int) -> None:
    async def run() -> None:
        link, rung = StillLink(factory_state()), []
        app = FactoryApp(link, Options(theme="dark", ascii_only=False, attention=frozenset({attention})))
        app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
        async with app.run_test(size=(120, 40)) as pilot:
            app.telling.tell(app.screen, ascii_only=False)
            link.state = fold_all(link.state, asks("tests-02", "ship-03"))
            app.telling.tell(app.screen, ascii_only=False)
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.pause()
            assert ("2 stations need you: ship-03, tests-02" in text(app)) is told
            assert len(rung) == rings

    asyncio.run(run())


def test_a_replay_counts_and_tells_no_news() -> None:
    news = News(tells=False)
    news.look(EMPTY, NOW, 100)
    state = fold_all(EMPTY, asks("a"))
    assert news.counts(state, NOW + 2, 101) == {Status.NEEDS_ME: 1}
    assert news.told(101) == news.to_ring(101) == []
    assert FactoryApp(StillLink(state, mode=LinkMode.REPLAY)).telling._news._tells is False


def test_nothing_is_said_of_the_station_that_is_looked_at() -> None:
    async def run() -> None:
        link = StillLink(factory_state())
        app = FactoryApp(link, Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=(120, 40)) as pilot:
            app.telling.tell(app.screen, ascii_only=False)
            await app.open_station("tests-02")
            link.state = fold_all(link.state, asks("tests-02"))
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.pause()
            assert "C goes there" not in text(app)
            assert "i prompt" in text(app).splitlines()[-1] or "? help" in text(app).splitlines()[-1]
            link.state = fold_all(link.state, asks("ship-03"))
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.pause()
            assert "ship-03 needs you" in text(app).splitlines()[-1]
            await app.action_floor()
            app.telling.tell(app.screen, ascii_only=False)
            await pilot.pause()
            assert "2 stations need you" in text(app)

    asyncio.run(run())
