"""The replay link: what it shows after any control is the fold of the past up to there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.links.link import Link, station_events
from console.links.replay import ReplayLink
from sessions.errors import FactoryError, UsageError
from sessions.floor.commands import Stop
from sessions.floor.events import Event, StationEvent, TurnFailed, TurnStarted
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal.past.past import EventList
from tests.support.replay import START, sample_events
from tests.support.supervisor import PATIENCE_S

EVENTS = sample_events()
PAST = EventList(EVENTS, "sample")


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def link(clock: Clock) -> Iterator[ReplayLink]:
    link = ReplayLink(PAST, clock=clock)
    yield link
    link.stop()


def shows_the_past(link: ReplayLink) -> bool:
    return link.state == fold_all(EMPTY, EVENTS[: link.player.seq])


def test_it_begins_paused_at_the_first_event_and_is_a_link(link: ReplayLink) -> None:
    as_link: Link = link
    assert (as_link.title, as_link.now(), link.player.seq, link.player.playing) == ("sample", START, 1, False)
    assert shows_the_past(link)


def test_playing_folds_forward_and_stops_at_the_end(link: ReplayLink, clock: Clock) -> None:
    link.toggle_silence()
    link.toggle()
    link.tick()
    clock.time = 20.0
    link.tick()
    assert link.now() == pytest.approx(START + 20)
    assert link.player.seq == PAST.seq_at(START + 20)
    assert shows_the_past(link)
    clock.time = 1e6
    link.tick()
    assert (link.player.seq, link.player.playing) == (len(EVENTS), False)
    assert shows_the_past(link)


def test_play_at_the_end_begins_again(link: ReplayLink) -> None:
    link.seek_seq(len(EVENTS))
    link.toggle()
    link.tick()
    assert (link.now(), link.player.playing) == (START, True)


def test_steps_go_by_event_turn_and_failure(link: ReplayLink) -> None:
    failures = [i for i, event in enumerate(EVENTS, 1) if type(event).__name__ == "TurnFailed"]
    starts = [i for i, event in enumerate(EVENTS, 1) if type(event).__name__ == "TurnStarted"]

    def after(*controls: Callable[[], None]) -> int:
        for control in controls:
            control()
        link.tick()
        assert shows_the_past(link)
        return link.player.seq

    assert after(lambda: link.step(1), lambda: link.step(1)) == 3
    assert after(lambda: link.step(-1)) == 2
    assert after(lambda: link.step_turn(1)) == starts[0]
    assert after(lambda: link.step_turn(1)) == starts[1]
    assert after(lambda: link.step_turn(-1)) == starts[0]
    assert after(lambda: link.step_failure(1), lambda: link.step_failure(1)) == failures[1]
    assert after(lambda: link.step_failure(-1)) == failures[0]
    assert after(lambda: link.step_failure(-1)) == failures[0]
    assert after(lambda: link.step(-10_000)) == 1


def test_steps_of_a_station_go_by_its_own_events(link: ReplayLink) -> None:
    mine = [i for i, event in enumerate(EVENTS, 1) if isinstance(event, StationEvent) and event.station == "docs-02"]
    turns = [i for i in mine if isinstance(EVENTS[i - 1], TurnStarted)]

    def after(control: Callable[[], None]) -> int:
        control()
        link.tick()
        assert shows_the_past(link)
        return link.player.seq

    assert [after(lambda: link.step(1, "docs-02")) for _ in range(4)] == mine[:4]
    assert [after(lambda: link.step(-1, "docs-02")) for _ in range(3)] == [mine[2], mine[1], mine[0]]
    assert [after(lambda: link.step_turn(1, "docs-02")) for _ in range(2)] == turns[:2]
    assert after(lambda: link.step_turn(-1, "docs-02")) == turns[0]
    assert after(lambda: link.step_turn(-1, "docs-02")) == turns[0]
    assert link.view.missed == "no turn begins here before this moment"


def test_standing_still_it_says_what_happened_and_what_was_looked_for(link: ReplayLink) -> None:
    failures = [i for i, event in enumerate(EVENTS, 1) if isinstance(event, TurnFailed)]
    assert (link.view.event, link.view.sought) == (EVENTS[0], False)
    for seq in failures:
        link.step_failure(1)
        link.tick()
        assert (link.view.event, link.view.sought, link.view.missed) == (EVENTS[seq - 1], True, "")
    link.step_failure(1)
    link.tick()
    assert (link.view.event, link.view.sought) == (EVENTS[failures[-1] - 1], False)
    assert link.view.missed == "nothing fails after this moment"
    link.step(-1)
    link.tick()
    assert (link.view.event, link.view.sought, link.view.missed) == (EVENTS[failures[-1] - 2], False, "")
    link.toggle()
    link.tick()
    assert link.view.event is None


def test_seeks_go_by_time_fraction_and_words(link: ReplayLink) -> None:
    link.seek_time(START + 30)
    link.tick()
    assert (link.now(), link.player.seq) == (START + 30, PAST.seq_at(START + 30))
    link.seek_fraction(1.0)
    link.tick()
    assert link.player.at_end
    link.go_to("12:00:40")
    link.tick()
    assert link.now() == START + 40
    link.go_to("seq 20")
    link.tick()
    assert link.player.seq == 20
    assert shows_the_past(link)
    with pytest.raises(UsageError):
        link.go_to("tomorrow")


def test_of_seeks_in_a_row_only_the_last_is_done(clock: Clock) -> None:
    class Counting(EventList):
        asked = 0

        def seq_at(self, time: float) -> int:
            self.asked += 1
            return super().seq_at(time)

    past = Counting(EVENTS)
    link = ReplayLink(past, clock=clock)
    for percent in range(100):
        link.seek_fraction(percent / 100)
    link.tick()
    assert past.asked == 1
    assert link.now() == pytest.approx(START + 0.99 * (PAST.span.last_time - START))
    link.stop()


@given(st.lists(st.tuples(st.sampled_from("tfsbTFSBq+-."), st.floats(0, 1)), max_size=25))
def test_whatever_is_pressed_it_shows_the_fold_of_the_past(presses: list[tuple[str, float]]) -> None:
    clock = Clock()
    link = ReplayLink(EventList(EVENTS), clock=clock)
    controls: dict[str, Callable[[float], None]] = {
        "t": lambda _: link.step_turn(1),
        "T": lambda _: link.step_turn(-1),
        "f": lambda _: link.step_failure(1),
        "F": lambda _: link.step_failure(-1),
        "s": lambda value: link.step(int(value * 50)),
        "S": lambda value: link.step(-int(value * 50)),
        "b": link.seek_fraction,
        "B": lambda value: link.seek_seq(int(value * 500)),
        "q": lambda _: link.toggle_silence(),
        "+": lambda _: link.faster(1),
        "-": lambda _: link.faster(-1),
        ".": lambda _: link.toggle(),
    }
    for key, value in presses:
        controls[key](value)
        clock.time += value * 10
        link.tick()
        assert shows_the_past(link)
        assert link.now() >= link.state.time
    link.stop()


def test_station_events_are_cut_at_the_moment_shown(link: ReplayLink) -> None:
    def mine(upto: int) -> list[tuple[int, Event]]:
        numbered = enumerate(EVENTS[:upto], 1)
        return [(i, e) for i, e in numbered if isinstance(e, StationEvent) and e.station == "docs-02"]

    link.seek_seq(100)
    link.tick()
    assert [(n.seq, n.event) for n in station_events(link, "docs-02", 1 << 60, 1_000)] == mine(100)
    assert [(n.seq, n.event) for n in station_events(link, "docs-02", 50, 3)] == mine(49)[-3:]
    assert station_events(link, "nobody", 1 << 60, 10) == []


def test_a_replay_changes_nothing(link: ReplayLink) -> None:
    reply = asyncio.run(link.send(Stop()))
    assert not reply.ok
    assert "replay" in reply.reason


def test_its_thread_follows_the_controls_and_ends() -> None:
    seen = threading.Event()

    class Watched(EventList):
        def state_at(self, seq: int) -> FloorState:
            if seq == 42:
                seen.set()
            return super().state_at(seq)

    link = ReplayLink(Watched(EVENTS))
    link.start()
    link.seek_seq(90)
    link.seek_seq(2)
    link.step(80)
    link.step(-40)
    assert seen.wait(PATIENCE_S)
    link.stop()
    assert not any(thread.name == "replay" for thread in threading.enumerate())
    assert link.player.seq == 42


def test_a_past_that_cannot_be_read_is_said_and_not_fatal() -> None:
    reached = threading.Event()

    class Broken(EventList):
        def events(self, after: int, limit: int) -> Sequence[Event]:
            reached.set()
            raise FactoryError("the recording is torn at byte 7")

    link = ReplayLink(Broken(EVENTS), playing=True)
    link.start()
    assert reached.wait(PATIENCE_S)
    link.stop()
    assert "torn at byte 7" in link.health.trouble
    assert not link.health.connected
