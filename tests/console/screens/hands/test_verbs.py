"""Keys on stations of ours: what is asked of the supervisor, what is asked before, and what cannot be done."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkMode
from console.screens import base
from console.screens.floor.screen import FloorScreen
from console.screens.question import screen as question
from console.screens.question.screen import QuestionScreen
from console.screens.refused import RefusedScreen
from console.screens.station.screen import StationScreen
from sessions.floor.commands import AnswerQuestion, AnyWish, ChangeLife, FreezeFloor, Reply
from sessions.floor.ours.lives import Change, Life
from sessions.views.hands import OBSERVED, ONE_ALONE
from tests.console.screens.floor.played import OPTIONS, play, press
from tests.support.console import StillLink, state_of
from tests.support.picture import at_rest, text, worked
from tests.support.stations.still import our_events, ours


class Refusing(StillLink):
    """Refuses whatever is asked of one station."""

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        await super().send(command)
        ok = getattr(command, "station", "") != "worker"
        return Reply(ok) if ok else Reply(False, "it is \x1b[31mbusy", "wait")


def link(kind: type[StillLink] = StillLink, mode: LinkMode = LinkMode.LIVE) -> StillLink:
    return kind(state_of([*our_events(), *ours("program", kind="command")]), mode=mode)


async def go(screen: FloorScreen, pilot: Pilot[None], *stations: str) -> None:
    """Put the cursor on a station, or mark several."""
    for station in stations:
        screen.go_to_station(station)
        await pilot.pause()
        if len(stations) > 1:
            await press(pilot, "space")


async def done(pilot: Pilot[None]) -> None:
    await worked(pilot.app)
    await pilot.pause()


def last_line(app: FactoryApp) -> str:
    return text(app).splitlines()[-1]


WISHES: tuple[tuple[str, tuple[str, ...], list[AnyWish]], ...] = (
    ("asker", ("a",), [AnswerQuestion("asker", "q1", "allow")]),
    ("asker", ("A",), [AnswerQuestion("asker", "q1", "always")]),
    ("asker", ("d", *"not now", "enter"), [AnswerQuestion("asker", "q1", "deny", "not now")]),
    ("asker", ("d", "enter"), [AnswerQuestion("asker", "q1", "deny")]),
    ("asker", ("d", "escape"), []),
    ("worker", ("I",), [ChangeLife("worker", Change.INTERRUPT)]),
    ("worker", ("p",), [ChangeLife("worker", Change.PAUSE)]),
    ("rests", ("p",), [ChangeLife("rests", Change.RESUME)]),
    ("asker", ("x",), [ChangeLife("asker", Change.STOP)]),
    ("worker", ("x", "y"), [ChangeLife("worker", Change.STOP)]),
    ("worker", ("x", "F"), [ChangeLife("worker", Change.STOP), ChangeLife("helper", Change.STOP)]),
    ("worker", ("x", "n"), []),
    ("worker", ("X", "y"), [ChangeLife("worker", Change.KILL)]),
    ("worker", ("X", "F"), [ChangeLife("worker", Change.KILL), ChangeLife("helper", Change.KILL)]),
    ("worker", ("X", "n"), []),
    ("worker", ("X", "X"), []),
    ("stuck", ("R", "R"), [ChangeLife("stuck", Change.RESUME)]),
    ("stuck", ("R", "enter"), [ChangeLife("stuck", Change.RESUME)]),
    ("worker", ("X", "enter"), []),
    ("over", ("R", "f"), [ChangeLife("over", Change.RESUME, fresh=True)]),
    ("over", ("R", "escape"), []),
    ("over", ("delete", "y"), [ChangeLife("over", Change.REMOVE)]),
    ("worker", ("P",), [FreezeFloor(True)]),
)
"""On which station which keys ask for what."""
REASONS = (
    ("seen", "i", OBSERVED),
    ("seen", "X", OBSERVED),
    ("worker", "a", "it asks nothing"),
    ("worker", "Q", "it asks nothing"),
    ("over", "i", "it is stopped: bring it back first"),
    ("over", "x", "it is stopped"),
    ("program", "i", "a command takes no prompts: v attaches"),
    ("program", "I", "what ends a turn of a command is not known"),
    ("worker", "delete", "it is running: stop it first"),
    ("worker", "R", "it is running"),
    ("next", "p", "it is waiting"),
)
"""On which station which key cannot be, and why."""


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is refused may go on at once, as after a moment."""
    monkeypatch.setattr(base, "UNHEARD_S", 0.0)
    monkeypatch.setattr(base, "TYPING_S", 0.0)


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("inside", [False, True])
def test_a_key_asks_for_what_it_says_on_the_floor_and_in_the_station(inside: bool) -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for station, keys, wishes in WISHES[::3] if inside else WISHES:  # both have them of one table
            it.sent.clear()
            await go(screen, pilot, station)
            if inside:
                await app.open_station(station)
                await done(pilot)
                assert isinstance(app.screen, StationScreen)
            await press(pilot, *keys)
            await done(pilot)
            assert it.sent == wishes, (station, keys)
            if screen.is_current:
                await press(pilot, "escape")  # what is still asked
            await app.action_floor()

    play(test, it)


@pytest.mark.usefixtures("fast")
def test_what_cannot_be_done_says_why_and_asks_nobody() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for station, key, reason in REASONS:
            await go(screen, pilot, station)
            await press(pilot, key)
            await done(pilot)
            assert reason in last_line(app), (station, key)
            assert it.sent == []

    play(test, it)


def test_what_stays_of_a_station_is_said_before_its_place_goes() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "over")
        await press(pilot, "delete")
        assert "kept: commits of station/over, and for 30 days uncommitted work" in last_line(app)

    play(test, link())


@pytest.mark.parametrize(
    ("mode", "reason"), [(LinkMode.REPLAY, "a replay shows what was"), (LinkMode.SIMULATED, "a simulated factory")]
)
def test_a_past_and_a_simulation_obey_nobody(mode: LinkMode, reason: str) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        app.link.mode = mode
        await go(screen, pilot, "worker")
        for key in ("i", "I", "x", "X", "a", "R", "P", "v"):
            await press(pilot, key)
            assert reason in last_line(app), key
        assert it.sent == []

    it = link()
    play(test, it)


def test_what_is_killed_names_what_is_kept() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "asker")
        await press(pilot, "X")
        assert "kill asker?" in last_line(app)
        assert "kept: station/asker" in last_line(app)
        assert "uncommitted work" in last_line(app)

    play(test, link(), size=(120, 40))


@pytest.mark.parametrize("key", ["x", "X"])
def test_who_would_work_on_for_it_is_named_before_it_is_ended(key: str) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker")
        await press(pilot, key)
        assert "worker?  helper works on for it" in last_line(app)
        assert "F all its family" in last_line(app)
        await press(pilot, "n", "F", key)
        assert "works on for it" not in last_line(app), "folded into it, it is ended with it"

    play(test, link(), size=(80, 24))


def test_what_others_still_work_for_is_not_removed() -> None:
    it = StillLink(state_of([*our_events(), *ours("lead", life=Life.STOPPED), *ours("hand", parent="lead")]))

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "lead")
        await press(pilot, "delete")
        await done(pilot)
        assert "hand works for it: stop that first" in last_line(app)
        assert it.sent == []

    play(test, it)


def test_on_the_smallest_screen_the_question_still_says_its_keys() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "asker")
        await press(pilot, "X")
        assert "y kill" in last_line(app)
        assert "n leave it" in last_line(app)
        assert "kill asker?  kept: station/asker" in last_line(app)

    play(test, link(), size=(80, 24))


def test_a_verb_is_done_to_all_that_are_marked_and_says_of_whom_it_could_not() -> None:
    it = link(Refusing)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "asker", "worker", "helper", "over")
        assert "4 marked" in last_line(app)
        await press(pilot, "x")
        await done(pilot)
        assert it.sent == [ChangeLife(name, Change.STOP) for name in ("asker", "helper", "worker")]
        said = last_line(app)
        assert "2 stations: each was stopped: R brings it back; over: it is stopped" in said
        assert "worker: it is busy: wait" in said
        await press(pilot, "M")
        await pilot.pause()
        assert "marked" not in text(app)

    play(test, it)


def test_every_refusal_can_be_read_and_the_rest_is_done() -> None:
    it = link(Refusing)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+a", "a")
        assert f"{len(it.state.stations)} marked" in last_line(app)
        await press(pilot, "x")
        await done(pilot)
        assert isinstance(app.screen, RefusedScreen)
        await at_rest(pilot)
        shown = text(app)
        went = {wish.station for wish in it.sent if isinstance(wish, ChangeLife)} - {"worker"}
        assert f"stop: done to {len(went)} of {len(it.state.stations)}, not to these" in shown
        assert len(went) > 1 and f"{len(it.state.stations) - len(went)} not done" in last_line(app)
        told = [line.split()[0] for line in shown.splitlines() if "  " in line.strip()]
        assert it.state.stations.keys() - went <= {*told}, "each has a line of its own"
        assert OBSERVED in shown and "it is busy: wait" in shown and "\x1b" not in shown
        await press(pilot, "x", "down", "escape")
        assert screen.is_active and len(it.sent) == len(went) + 1

    play(test, it, (100, 24))


def test_where_some_run_pausing_lets_all_rest_and_then_all_go_on() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "worker", "rests")
        await press(pilot, "p")
        await done(pilot)
        assert it.sent == [ChangeLife("worker", Change.PAUSE)]
        assert "rests: it rests already" in last_line(app)

    play(test, it)


def test_marks_are_seen_counted_and_dropped_before_anything_else() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "asker", "rests")
        assert text(app).count("▶") == 2
        await press(pilot, "slash", *"rests", "enter")
        assert "2 marked, 1 not shown" in last_line(app)
        await press(pilot, "escape")
        assert "marked" not in last_line(app)
        assert screen.view.choice.search == "rests"
        await press(pilot, "escape")
        assert screen.view.choice.search == ""

    play(test, link())


def test_none_of_the_marked_ones_can() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "over", "stuck")
        await press(pilot, "i")
        assert "none of the 2 marked ones can: it is stopped" in last_line(app)

    play(test, link())


@pytest.mark.parametrize("key", ["v", "V"])
def test_nobody_goes_into_a_terminal_of_several_marked_ones(key: str) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "asker", "worker")
        await press(pilot, key)
        assert ONE_ALONE in last_line(app)
        assert it.attached == [] and app.screen is screen

    it = link()
    play(test, it, size=(120, 40))


def test_the_footer_has_the_verbs_where_one_of_ours_is_at_hand() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "seen")
        assert "prompt" not in last_line(app)
        await go(screen, pilot, "worker")
        assert "i prompt" in last_line(app)
        assert "allow" not in last_line(app)
        await go(screen, pilot, "asker")
        assert "a allow" in last_line(app)

    play(test, link())


@pytest.mark.parametrize("key", ["Q", "enter"])
def test_a_key_that_looks_at_the_question_opens_it(key: str) -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "asker")
        await press(pilot, key)
        assert isinstance(app.screen, QuestionScreen)
        assert app.screen.station == "asker"

    play(test, link(), options=OPTIONS)


def test_a_family_is_folded_and_stopped_together() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "helper")
        await press(pilot, "F")
        assert "station:helper" not in screen.wall
        assert screen.wall.cursor is not None
        assert (screen.wall.cursor.station, screen.wall.cursor.within) == ("worker", 1)
        await press(pilot, "i")
        assert "prompt worker" in last_line(app), "what is asked is asked of it alone"
        await press(pilot, "escape", "x")
        await done(pilot)
        assert it.sent == [ChangeLife("worker", Change.STOP), ChangeLife("helper", Change.STOP)]
        screen.go_to_station("helper")
        assert "station:helper" in screen.wall, "who is gone to is unfolded"
        await press(pilot, "F", "F")
        assert "station:helper" in screen.wall
        await go(screen, pilot, "asker")
        await press(pilot, "F")
        assert "it has no family" in last_line(app)

    play(test, it)


def test_families_are_a_way_to_group() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "g", "f")
        assert screen.floor is not None
        groups = {group.title: {pane.station for pane in group.panes} for group in screen.floor.groups}
        assert groups["worker"] == {"worker", "helper"}
        assert "asker" in groups["no family"]

    play(test, link())


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(("station", "size", "seen"), [("asker", (200, 60), True), ("fixer", (200, 60), False)])
def test_what_is_not_seen_whole_is_shown_before_it_is_allowed(
    station: str, size: tuple[int, int], seen: bool, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question, "UNSEEN_S", 600.0)
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, station)
        if inside:
            await app.open_station(station)
            await done(pilot)
        await press(pilot, "a")
        await done(pilot)
        shown = app.screen_stack[-1]
        assert len(it.sent) == seen
        assert isinstance(shown, QuestionScreen) is not seen
        if not seen:
            await press(pilot, "a")
            await done(pilot)
            assert it.sent == [], "a key that is pressed twice has read nothing"
            assert "look at it, then answer" in last_line(app)

    play(test, it, size=size)


def test_in_a_preview_without_room_nothing_is_seen_whole() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "asker")
        await press(pilot, "b", "a")
        await done(pilot)
        assert isinstance(app.screen, QuestionScreen)
        assert it.sent == []

    play(test, it)


@pytest.mark.parametrize(("station", "key"), [("program", "i"), ("helper", "v"), ("seen", "S"), ("worker", "d")])
def test_what_is_typed_on_after_a_refused_place_to_write_in_does_nothing(
    station: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = link()
    monkeypatch.setattr(base, "UNHEARD_S", 600.0)
    monkeypatch.setattr(base, "TYPING_S", 600.0)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, station)
        await press(pilot, key)
        refused = last_line(app)
        await press(pilot, *"prompt: x it, Xy", "enter")
        await done(pilot)
        assert (it.sent, app.screen, last_line(app)) == ([], screen, refused)
        screen._unheard_until = screen.last_key
        await press(pilot, "P")  # the moment is over, but not the sentence
        await done(pilot)
        assert it.sent == []
        monkeypatch.setattr(base, "TYPING_S", 0.0)
        await press(pilot, "P")
        await done(pilot)
        assert it.sent == [FreezeFloor(True)]

    play(test, it)


def test_a_key_that_opens_no_place_to_write_in_stops_no_other() -> None:
    it = link()

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "seen")
        await press(pilot, "X", "P")
        await done(pilot)
        assert it.sent == [FreezeFloor(True)]

    play(test, it)


def test_the_caller_is_gone_to_at_its_question() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "C")
        assert isinstance(app.screen, QuestionScreen)
        assert app.screen.station == "asker"
        await press(pilot, "escape")
        assert app.screen_stack == [screen]
        assert screen.wall.cursor is not None
        assert screen.wall.cursor.station == "asker"

    play(test, link())
