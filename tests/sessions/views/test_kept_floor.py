"""A floor that is kept from look to look is the one that would be made anew, and costs what has changed."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.floor.tokens import Tokens
from sessions.views.floor.arrange import Choice, Grouping, SortKey
from sessions.views.floor.book import PaneBook
from sessions.views.floor.view import FloorView
from tests.support.chance import of_hundred
from tests.support.console import NOW, factory_state
from tests.support.floor_anew import AnewView

DAY = 86_400.0
RESTING_S = 2 * DAY
NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
BRANCHES = st.sampled_from(["main", "x", "y", "z/one", "z/two"])


def happened(kind: int, station: str, branch: str, other: str, flag: bool, time: float) -> ev.Event:
    """One of the events that change what is on the floor."""
    told: dict[str, Any] = {"time": time, "station": station, "session": f"s-{other}" if flag else f"s-{station}"}
    of_station = [
        ev.StationOpened(kind="claude" if flag else "codex", directory=f"/w/{branch}", branch=branch, role=other[:1],
                         elsewhere=flag and station == "e", **told),
        ev.StationRenamed(name=f"{station}-{other}", **told),
        ev.SessionOpened(title=f"about {branch}", **told),
        ev.BranchEntered(branch=branch, directory=f"/w/{branch}", **told),
        ev.PersonNeeded(reason="yes?", **told),
        ev.TurnFailed(reason="broke", **told),
        ev.TurnFinished(**told),
        ev.ToolCalled(tool="Bash", detail=branch, call=other, file=f"{branch}.py", **told),
        ev.ToolFinished(call=other, **told),
        ev.TextWritten(text=f"on {branch}", **told),
        ev.TokensUsed(tokens=Tokens(100), cost=0.5, model="opus", **told),
    ]  # fmt: skip
    outcome = (Outcome.CONFLICT, Outcome.CLEAN)[flag]
    of_branch = [
        ev.BranchChanged(time=time, branch=branch, head="a", ahead=3, committed=time, author=station,
                         worktree=f"/w/{branch}" * flag, dirty=int(flag), merged=other == "x"),
        ev.BranchRemoved(time=time, branch=branch),
        ev.BranchCompared(time=time, branch=branch, head="a", tree="b"),
        ev.VerdictReached(time=time, a=branch, b="" if other == branch else other, outcome=outcome,
                          files=(FileConflict("f", "content", len(other)),) * (not flag)),
        ev.BaseChosen(time=time, base=other),
    ]  # fmt: skip
    return [*of_station, *of_branch][kind]


EVENTS = st.builds(
    happened, st.integers(0, 15), NAMES, BRANCHES, BRANCHES, st.booleans(), st.sampled_from([NOW - 9, NOW, NOW + 50])
)
CHOICES = st.builds(
    Choice,
    order=st.sampled_from(SortKey),
    grouping=st.sampled_from(Grouping),
    statuses=st.sampled_from([frozenset(), frozenset({Status.NEEDS_ME, Status.FAILED})]),
    search=st.sampled_from(["", "", "x"]),
    every_branch=st.booleans(),
    unfolded=st.booleans(),
)
LOOKS = st.lists(
    st.tuples(
        st.lists(EVENTS, max_size=8),
        st.sampled_from([0.0, 1.0, 1.0, 200.0, 4_000.0, DAY, 3 * DAY, -20.0]),  # seconds until then
        st.sampled_from([0.0, 1.0, 9.0, 60.0]),  # since the last key
        st.booleans(),  # nobody has touched it yet
        st.none() | CHOICES,
    ),
    min_size=1,
    max_size=8,
)
Looks = list[tuple[list[ev.Event], float, float, bool, Choice | None]]


@given(LOOKS)
def test_panes_that_are_kept_are_those_made_anew(looks: Looks) -> None:
    kept, state, now, choice = PaneBook(RESTING_S), EMPTY, NOW, Choice()
    for events, seconds, _, _, chosen in looks:
        state, now, choice = fold_all(state, events), now + seconds, chosen or choice
        how = (choice.every_branch, choice.unfolded)
        fresh = PaneBook(RESTING_S)
        before = {pane.key: pane for pane in kept.every}
        changed = kept.look(state, now, *how)
        assert kept.every == fresh.panes(state, now, *how)
        assert (kept.hidden, vars(kept.counts)) == (fresh.hidden, vars(fresh.counts))
        for pane in kept.every:
            known = before.get(pane.key)
            assert known is pane or known != pane, "a pane that is the same again is the same object"
        if changed is not None:
            assert [pane.key for pane in kept.every] == [*before]
            assert {pane.key for pane in changed} == {p.key for p in kept.every if before[p.key] is not p}


@settings(max_examples=of_hundred(200))
@given(LOOKS)
def test_a_floor_that_is_kept_is_the_one_made_anew(looks: Looks) -> None:
    kept, anew, state, now, moment = FloorView(resting_s=RESTING_S), AnewView(RESTING_S), EMPTY, NOW, 100.0
    for events, seconds, quiet_s, untouched, chosen in looks:
        state, now, moment = fold_all(state, events), now + seconds, moment + abs(seconds)
        if chosen is not None:
            kept.choose(**{name: getattr(chosen, name) for name in Choice.__struct_fields__})
            anew.choice, anew.stale = kept.choice, True
        how = (state, now, moment, quiet_s, "station:b", untouched)
        assert msgspec.to_builtins(kept.look(*how)) == msgspec.to_builtins(anew.look(*how))


def test_a_pane_tells_the_worst_by_the_name_that_it_has_now() -> None:
    """Another branch of the same last part has it, and the base, called by their whole names."""

    def collides(one: str, other: str = "") -> ev.Event:
        file = FileConflict("f", "content", 1)
        return ev.VerdictReached(time=NOW, a=one, b=other, outcome=Outcome.CONFLICT, files=(file,))

    names = ("one", "other", "against", "feature/rewrite", "bugfixes/rewrite", "hot/summer-of-25")
    branches = [ev.BranchChanged(time=NOW, branch=name, head="a", ahead=1) for name in names]
    opened = ev.FactoryOpened(time=NOW, repo="/r", name="r", base="release/summer-of-25")
    stations = [ev.StationOpened(time=NOW, station=name, kind="claude", branch=name) for name in ("one", "against")]
    state = fold_all(EMPTY, [opened, *branches, *stations, collides("feature/rewrite", "one"), collides("against")])
    book, told = PaneBook(), list[list[str]]()
    for event in ([], [collides("bugfixes/rewrite", "other")], [collides("hot/summer-of-25", "other")]):
        state = fold_all(state, event)
        book.look(state, NOW)
        panes = {pane.station: pane for pane in book.every}
        told.append([panes[name].clash_with for name in ("one", "against")])
    assert told == [
        ["rewrite", "summer-of-25"],
        ["feature/rewrite", "summer-of-25"],
        ["feature/rewrite", "release/summer-of-25"],
    ]


def crowd(stations: int = 300) -> FloorState:
    return fold_all(factory_state(stations, stations), [ev.ActivitySeen(time=NOW, station="first", session="s")])


def test_a_look_makes_as_many_panes_as_stations_have_changed() -> None:
    view, state = FloorView(), crowd()
    first = view.look(state, NOW, 100.0)
    made, arranged = view.panes_made, view.arranged
    said = [
        ev.TextWritten(time=NOW + 1, station=f"{name}", session="s", text="on it") for name in [*state.stations][:3]
    ]
    state = fold_all(state, said)
    second = view.look(state, NOW + 1, 101.0, 1.0)
    assert (view.panes_made - made, view.arranged - arranged) == (3, 0)
    assert second.groups != first.groups
    for later in (2, 2):  # also at the very same moment
        view.look(state, NOW + later, 100.0 + later, 2.0)
        assert (view.panes_made - made, view.arranged - arranged) == (3, 0)


def test_time_alone_makes_no_pane_but_of_a_status_that_ends() -> None:
    """Rates are figured out when they are drawn: that five seconds have passed changes no pane."""
    view, state = FloorView(), fold_all(crowd(), [ev.TokensUsed(time=NOW, station="t", session="t", tokens=Tokens(9))])
    view.look(state, NOW, 100.0)
    made = view.panes_made
    view.look(state, NOW + 5, 105.0, 1.0)
    assert view.panes_made == made
    view.look(state, NOW + 4_000, 4_100.0, 1.0)
    assert view.panes_made > made


def test_a_sort_ranks_what_has_changed() -> None:
    view, state = FloorView(), crowd()
    view.look(state, NOW, 100.0, untouched=True)
    ranked = view.ranked
    state = fold_all(state, [ev.TurnFailed(time=NOW + 1, station="first", session="s", reason="broke")])
    floor = view.look(state, NOW + 1, 101.0, untouched=True)
    assert view.ranked - ranked == 1
    assert "first" in [pane.station for pane in floor.groups[0].panes if pane.status is Status.FAILED]
