"""What a station settles, how its turns are counted, and that what is remembered of it is bounded."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold, fold_all
from sessions.floor.progress import repeats, tally
from sessions.floor.progress.progress import NOTHING, Progress, Wait
from sessions.floor.progress.tally import Tally
from sessions.floor.state import EMPTY
from tests.sessions.floor.working import START, Working, floor
from tests.support.journal import event_lists, sample_stream


def progress_of(station: Working) -> Progress:
    return floor(station).progress[station.name]


def test_a_tally_goes_on_from_all_of_a_progress() -> None:
    every = progress_of(Working("a").ask().edit("src/a.py"))
    for progress in (NOTHING, every, *fold_all(EMPTY, sample_stream(3_000)).progress.values()):
        assert Tally(progress).freeze() == progress


@given(event_lists)
def test_one_by_one_comes_to_the_same_as_all_at_once(events: list[ev.Event]) -> None:
    state = EMPTY
    for event in events:
        state = fold(state, event)
    assert state.progress == fold_all(EMPTY, events).progress


def test_what_is_remembered_is_bounded() -> None:
    station = Working("a").ask()
    for n in range(300):
        station.edit(f"src/{n}.py").run(f"make {n}", 1.0, f"error {n} of the whole build failed").run(f"ls {n}")
        station.run(f"make {n}", 1.0, f"error {n} of the whole build failed").commit()
        station.edit("src/0.py").run(f"make {n}", 1.0, f"error {n} of it all failed")
    for n in range(100):
        station.edit(f"src/{n}.py").run(f"make x{n}", 1.0, f"error {n} of the whole build failed")
    progress = progress_of(station)
    assert (len(progress.known), len(progress.stamps), len(progress.touched)) == (
        repeats.KNOWN,
        tally.STAMPS,
        tally.TOUCHED,
    )
    assert len(progress.failing) <= repeats.FAILING and len(progress.errors) <= repeats.ERRORS
    long = fold_all(EMPTY, sample_stream(20_000))
    for each in long.progress.values():
        assert len(each.known) <= repeats.KNOWN and len(each.failing) <= repeats.FAILING
        assert len(each.cycle) <= repeats.LONGEST >= each.period


def test_its_clock_never_runs_back() -> None:
    for name in sorted({e.station for e in sample_stream(3_000) if isinstance(e, ev.StationEvent)}):
        state, clocks = EMPTY, [0.0]
        for event in sample_stream(3_000):
            state = fold(state, event)
            progress = state.progress.get(name, NOTHING)
            clocks.append(progress.worked - progress.excused)
        assert all(later >= earlier - 1e-6 for earlier, later in pairwise(clocks))


def test_what_comes_in_one_go_is_one_change() -> None:
    station = Working("a").ask().edit("src/a.py").think(100).edit("src/b.py").think(100).commit().think(90)
    assert (progress_of(station).settled, progress_of(station).files, progress_of(station).commits) == (1, 2, 1)
    later = progress_of(station.think(20).edit("src/c.py"))
    assert (later.settled, later.settled_what, later.settled_at) == (2, "file", station.now)


def test_a_file_is_written_first_once_until_it_is_committed() -> None:
    station = Working("a").ask().edit("src/a.py").edit("src/a.py").edit("src/a.py")
    assert (progress_of(station).files, progress_of(station).edits) == (1, 2)
    again = progress_of(station.commit().edit("src/a.py"))
    assert (again.files, again.edits) == (2, 0)


def test_what_failed_was_not_written() -> None:
    assert progress_of(Working("a").ask().use("Edit", "src/a.py", error="no such text", file="src/a.py")).files == 0


def test_what_a_sub_agent_writes_counts() -> None:
    station = (
        Working("a").ask().tell(ev.ToolCalled, tool="Write", detail="src/a.py", file="src/a.py", source="claude:a/1")
    )
    assert progress_of(station).files == 1


def changed(ahead: int, head: str, at: float, merged: bool = False) -> ev.BranchChanged:
    return ev.BranchChanged(time=START + at, branch="station/a", head=head, ahead=ahead, merged=merged)


def commits_of(*changes: ev.BranchChanged, ours: bool = False) -> int:
    return floor(Working("a", ours=ours).ask(), changes).progress["a"].commits


def test_commits_of_a_station_that_is_observed_are_seen_on_its_branch() -> None:
    assert commits_of(changed(1, "a", 1), changed(3, "b", 2)) == 2
    assert commits_of(changed(1, "a", 1)) == 0, "it was so before"
    assert commits_of(changed(1, "a", 1), changed(1, "a", 2)) == 0
    assert commits_of(changed(1, "a", 1), changed(3, "b", 2), ours=True) == 0, "of ours they are told as they arrive"


def test_commits_are_also_seen_after_the_turn_that_wrote_them_in_the_same_batch() -> None:
    station = Working("a", ours=False).ask().edit("src/a.py").end()
    changes = (changed(1, "a", 100), changed(2, "b", 101))
    assert floor(station, changes).progress["a"].commits == 1


def test_commits_that_were_taken_back_and_made_again_stay_what_they_were() -> None:
    back = [changed(n % 2 + 1, f"{n}", n) for n in range(9)]
    assert commits_of(*back) == 1
    landed = [changed(2, "x", 20), changed(0, "y", 21, merged=True), changed(1, "z", 22)]
    assert commits_of(*back, *landed) == 2, "after it landed it begins anew"


def test_waits_are_told_apart_and_end_when_it_goes_on() -> None:
    station = Working("a").ask().think(10).tell(ev.PersonNeeded, reason="asks").rest(100).say("thanks", 0.0).rest(30)
    station.tell(ev.MachineAwaited, reason="429").rest(60).tell(ev.MachineAwaited, reason="429").rest(60)
    station.say("there", 0.0).rest(20).run("ls", 1.0).run("make", 90.0)
    progress = progress_of(station.end())
    assert (progress.waited_person, progress.waited_provider, progress.in_tools) == (100, 120, 90)
    assert (progress.excused, progress.retries, progress.wait) == (310, 2, Wait.NOTHING)
    assert progress.worked == pytest.approx(10 + 100 + 30 + 120 + 20 + 1 + 90)
    assert progress.waited_at == station.now


def test_what_is_waited_for_twice_at_once_is_left_out_once() -> None:
    station = Working("a").ask()
    call = station.call("Bash", "rm -rf build")
    station.rest(5).wait_for_person(200).rest(100).tell(ev.ToolFinished, call=call).end()
    progress = progress_of(station)
    assert (progress.waited_person, progress.in_tools) == (200, 305)
    assert progress.excused == pytest.approx(300, abs=6)
    assert progress.worked == 305


def test_a_turn_without_an_end_ends_when_it_was_last_heard() -> None:
    station = Working("a", ours=False).ask().think(50).say("well", 0.0).rest(50_000).ask("again")
    assert progress_of(station).worked == 50


def test_turns_without_a_change_are_counted_until_there_is_one() -> None:
    station = Working("a")
    for n in range(3):
        station.ask(f"{n}").think().end()
    assert (progress_of(station).idle_turns, progress_of(station).turned_at) == (3, station.now)
    assert progress_of(station.ask("4").edit("src/a.py").end()).idle_turns == 0


def test_its_longest_silence_fades() -> None:
    station = Working("a").ask().rest(100).use("Read", "a").rest(1).use("Read", "b")
    assert progress_of(station).quiet == pytest.approx(98)
    for n in range(100):
        station.rest(5).use("Read", f"{n}")
    assert progress_of(station).quiet < 20


def test_what_it_used_since_is_against_its_meter_then() -> None:
    station = Working("a").ask().think(tokens=500, dollars=0.25).edit("src/a.py").think(tokens=70, dollars=0.5)
    assert (progress_of(station).tokens, progress_of(station).dollars) == (500, 0.25)
    one_by_one = EMPTY
    for event in station.events:
        one_by_one = fold(one_by_one, event)
    assert one_by_one.progress["a"].tokens == 500
