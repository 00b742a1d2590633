"""Who calls: what is new between two floors, each episode once, and counts that hold at every moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.lives import Life
from sessions.floor.reports import CADENCE_S
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.views.floor.calls import AGAIN_S, COUNTED, Call, CallTracker
from sessions.views.floor.view import FloorView
from sessions.views.status import RESTING_S, TOOL_CADENCE_S
from tests.support.console import NOW, factory_state, state_of
from tests.support.stations.still import our_events

T = NOW


def floor(*events: ev.Event, state: FloorState = EMPTY) -> FloorState:
    return fold_all(state, events)


def asks(at: float, station: str = "a", guess: bool = False) -> ev.Event:
    return ev.PersonNeeded(time=at, station=station, reason="may I?", guess=guess)


def works(at: float, station: str = "a") -> ev.Event:
    return ev.TurnStarted(time=at, station=station)


def fails(at: float, station: str = "a") -> ev.Event:
    return ev.TurnFailed(time=at, station=station, reason="overloaded")


def test_what_stood_there_already_is_counted_and_no_call() -> None:
    watch = CallTracker()
    state = factory_state()
    assert watch.look(state, NOW) == []
    assert watch.counts == {Status.NEEDS_ME: 1, Status.FAILED: 3, Status.WAITING: 2}
    assert watch.look(state, NOW) == []


def test_an_old_transcript_that_is_read_now_tells_no_news() -> None:
    watch = CallTracker()
    watch.look(EMPTY, T)
    assert watch.look(floor(asks(T - 86_400)), T + 1) == []
    assert watch.counts == {Status.NEEDS_ME: 1}


def test_a_station_that_begins_to_ask_calls_once_in_each_episode() -> None:
    watch = CallTracker()
    state = floor(works(T - 5))
    watch.look(state, T)
    asking = floor(asks(T + 1), state=state)
    assert watch.look(asking, T + 2) == [Call("a", "a", Status.NEEDS_ME, T + 1, "may I?")]
    assert watch.look(asking, T + 3) == []
    still = floor(asks(T + 3), state=asking)
    assert watch.look(still, T + 4) == []
    again = floor(works(T + 5), asks(T + 6), state=still)
    assert [call.since for call in watch.look(again, T + 7)] == [T + 6], "also when nobody looked in between"


def test_a_guess_is_told_as_one() -> None:
    watch = CallTracker()
    watch.look(EMPTY, T)
    assert [call.guess for call in watch.look(floor(asks(T + 1, guess=True)), T + 2)] == [True]


def test_a_station_that_fails_again_and_again_calls_once() -> None:
    watch = CallTracker()
    watch.look(EMPTY, T)
    state, told = EMPTY, 0
    for at in (1, 5, 20, 60, 100):
        state = floor(works(T + at), fails(T + at), state=state)
        told += len(watch.look(state, T + at))
    assert told == 1
    later = T + 101 + AGAIN_S
    assert len(watch.look(floor(works(later), fails(later), state=state), later)) == 1


def test_a_station_elsewhere_neither_counts_nor_calls() -> None:
    watch = CallTracker()
    watch.look(EMPTY, T)
    opened = ev.StationOpened(time=T, station="a", kind="claude", elsewhere=True)
    assert watch.look(floor(opened, asks(T + 1)), T + 2) == []
    assert watch.counts == {}
    assert watch.loud == []


def test_calls_come_in_the_order_in_which_they_began_and_the_longest_wait_is_the_first_to_go_to() -> None:
    watch = CallTracker()
    watch.look(EMPTY, T)
    state = floor(fails(T + 1, "f"), asks(T + 2, "b"), asks(T + 3, "a"), fails(T + 4, "g"))
    assert [call.station for call in watch.look(state, T + 5)] == ["f", "b", "a", "g"]
    assert watch.loud == ["b", "a", "g", "f"]
    assert watch.look(floor(works(T + 6, "b"), state=state), T + 7) == []
    assert watch.loud == ["a", "g", "f"]


def test_time_alone_makes_stale_and_a_station_that_is_gone_is_not_counted() -> None:
    watch = CallTracker()
    state = floor(works(T), ev.ToolCalled(time=T, station="b", tool="Bash", call="1"))
    watch.look(state, T)
    watch.look(state, T + CADENCE_S)
    assert watch.counts == {}
    watch.look(state, T + CADENCE_S + 1)
    assert watch.counts == {Status.STALE: 1}
    watch.look(state, T + TOOL_CADENCE_S + 1)
    assert watch.counts == {Status.STALE: 2}
    watch.look(state, T + 1)
    assert watch.counts == {}, "a replay went back"
    watch.look(EMPTY, T + TOOL_CADENCE_S + 1)
    assert watch.counts == {}


def test_a_station_that_rests_is_in_no_count_as_on_the_floor() -> None:
    watch = CallTracker()
    state = floor(works(T))
    watch.look(state, T)
    watch.look(state, T + RESTING_S)
    assert watch.counts == {Status.STALE: 1}
    watch.look(state, T + RESTING_S + 1)
    assert watch.counts == {}
    watch.look(floor(works(T + RESTING_S + 2), state=state), T + RESTING_S + CADENCE_S + 3)
    assert watch.counts == {Status.STALE: 1}, "it was heard of again"


def test_a_look_costs_what_changed() -> None:
    class Counting(dict[str, object]):
        asked = 0

        def __getitem__(self, name: str) -> object:
            self.asked += 1
            return super().__getitem__(name)

    from msgspec.structs import replace

    state = factory_state()
    watch = CallTracker()
    watch.look(state, NOW)
    after = floor(asks(NOW + 1, "proxy-05"), state=state)
    stations = Counting(after.stations)
    assert [call.station for call in watch.look(replace(after, stations=stations), NOW + 2)] == ["proxy-05"]
    assert stations.asked == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(("asks", "works", "fails", "waits", "tool", "done", "opened", "elsewhere", "nothing")),
        st.sampled_from((0.0, 1.0, 50.0, 200.0, 2_000.0, 6_000.0, -300.0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_every_screen_counts_what_the_floor_counts(steps: list[tuple[str, str, float]]) -> None:
    resting_s = 5_000.0
    watch, view, state, now = CallTracker(resting_s), FloorView(resting_s=resting_s), EMPTY, T
    for station, what, later in steps:
        now += later
        match what:
            case "asks":
                state = floor(asks(now, station), state=state)
            case "works":
                state = floor(works(now, station), state=state)
            case "fails":
                state = floor(fails(now, station), state=state)
            case "waits":
                state = floor(ev.MachineAwaited(time=now, station=station, reason="rate limit"), state=state)
            case "tool":
                state = floor(ev.ToolCalled(time=now, station=station, tool="Bash", call="1"), state=state)
            case "done":
                state = floor(ev.TurnFinished(time=now, station=station), state=state)
            case "opened" | "elsewhere":
                away = what == "elsewhere"
                state = floor(ev.StationOpened(time=now, station=station, kind="x", elsewhere=away), state=state)
        watch.look(state, now)
        found = view.look(state, now, 0.0, 0.0).totals.statuses
        assert watch.counts == {status: found[status] for status in COUNTED if status in found}
        assert len(watch._silent) <= 2 * len(state.stations) + 4


def test_a_rest_hides_nobody_who_calls_and_is_no_call() -> None:
    """Whoever freezes the floor does it to look at them."""
    watch, state, names = CallTracker(), state_of(our_events()), ("asker", "fixer", "worker")
    state = floor(fails(NOW - 1, "worker"), state=state)
    assert watch.look(state, NOW) == []
    counts, loud = watch.counts, watch.loud
    assert counts[Status.NEEDS_ME] == 2 and {*names} <= {*loud}
    for at, life in ((NOW + 5, Life.PAUSED), (NOW + 9, Life.RUNNING)):
        state = floor(*(ev.LifeChanged(time=at, station=name, life=life) for name in names), state=state)
        assert watch.look(state, at) == []
        assert (watch.counts, watch.loud) == (counts, loud)
