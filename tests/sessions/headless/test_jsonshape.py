"""What headless JSON promises: the fixed names, sums that hold, and lines that are harmless on a terminal."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.cli.told.status import print_status
from sessions.asking.figures import used_of
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, Branch, FloorState
from sessions.floor.tokens import By, Certainty, Tokens
from sessions.headless import floor_shape as jsonshape
from sessions.headless import meters_shape
from sessions.headless.line import text
from sessions.simulation import simulate
from tests.support.chance import of_hundred
from tests.support.console import NOW, state_of
from tests.support.stations.still import our_events

M = {"tokens", "calls", "sessions", "cost_usd", "certainty"}
TOKENS = {"input", "cache_write_5m", "cache_write_1h", "cache_read", "output"}


@cache
def floor(events: int = 6_000, seed: int = 2) -> FloorState:
    return fold_all(EMPTY, islice(simulate(seed), events))


def meters_of(state: FloorState, by: By) -> meters_shape.Meters:
    return meters_shape.meters(used_of(state, by), by)


def used(station: str, tokens: Tokens, **more: object) -> ev.TokensUsed:
    return ev.TokensUsed(time=100.0, station=station, session=f"s-{station}", tokens=tokens, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", list(By))
def test_meters_have_the_fixed_shape(by: By) -> None:
    shape = json.loads(text(meters_of(floor(), by)))
    assert shape["version"] == 1
    assert set(shape["total"]) == M
    assert set(shape["total"]["tokens"]) == TOKENS
    assert shape["groups"]
    for group in shape["groups"]:
        assert set(group) >= M | {"key"}
        assert set(group["tokens"]) == TOKENS


def test_status_has_the_fixed_shape() -> None:
    state = floor()
    shape = json.loads(text(jsonshape.status(state, state.time)))
    assert {"version", "repo", "base", "stations", "branches", "seq", "time"} <= set(shape)
    wanted = {"name", "kind", "branch", "directory", "status", "status_age_s", "status_source", "model"} | M
    assert all(wanted <= set(station) for station in shape["stations"])
    assert len(shape["stations"]) == 30
    wanted = {"name", "head", "ahead", "behind", "dirty", "worktree"}
    assert all(wanted <= set(branch) for branch in shape["branches"])
    assert len(shape["branches"]) == 48
    assert all(station["status_age_s"] >= 0 for station in shape["stations"])


def test_stations_of_ours_tell_their_life_boundary_and_questions() -> None:
    shape = json.loads(text(jsonshape.status(state_of(our_events()), NOW)))
    assert shape["frozen"] is False
    told = {station["name"]: station["ours"] for station in shape["stations"]}
    assert told["seen"] is None
    fixer, worker = told["fixer"], told["worker"]
    assert (fixer["life"], fixer["mode"], fixer["held_by"]) == ("running", "safe", "advisory")
    assert fixer["held_why"].endswith("install bubblewrap")
    assert fixer["scope"]["write"] == ["src/**"]
    assert [(q["id"], q["tool"], q["always"], q["age_s"]) for q in fixer["questions"]] == [("q3", "Edit", True, 60.0)]
    assert fixer["questions"][0]["text"].startswith("/state/places/fixer/work/src/pool.py\n@@")
    assert (worker["violations"], worker["violated"]) == (2, "commit .github/ci.yml")
    assert (worker["outside"], worker["scope_by"]) == ({"docs/index.md": 1, ".github/ci.yml": 1}, "ann@box")
    assert worker["kept"] == ["refs/factory-tui/kept/worker/1"]
    assert worker["budget"] == {"tokens": 110_000, "dollars": 0.0, "seconds": 0.0, "turns": 3}
    assert (worker["budget_used_share"], worker["budget_used_of"]) == (0.86, "tokens")
    assert (worker["scope"]["network"], worker["scope"]["hosts"]) == ("listed", ["pypi.org"])
    assert told["next"]["held_by"] is None
    assert told["stuck"]["life_reason"] == "it failed 3 times: exit 1"
    helper = next(station for station in shape["stations"] if station["name"] == "helper")
    assert helper["parent"] == "worker"


def test_what_is_asked_at_length_ends_in_a_sign_of_that() -> None:
    asked = ev.QuestionAsked(time=NOW, station="helper", question="q9", tool="Bash", text="echo and " * 40)
    shape = jsonshape.status(fold_all(state_of(our_events()), [asked]), NOW)
    (helper,) = (station for station in shape.stations if station.name == "helper")
    assert helper.status_reason.startswith("Bash echo and") and helper.status_reason.endswith("…")


@settings(max_examples=of_hundred(10), deadline=None)
@given(by=st.sampled_from(By), events=st.integers(0, 4_000), seed=st.integers(0, 5))
def test_groups_add_up_to_the_total(by: By, events: int, seed: int) -> None:
    shape = json.loads(text(meters_of(floor(events, seed), by)))
    groups, total = shape["groups"], shape["total"]
    for kind in TOKENS:
        assert sum(group["tokens"][kind] for group in groups) == total["tokens"][kind]
    assert sum(group["calls"] for group in groups) == total["calls"]
    assert sum(group["cost_usd"] or 0.0 for group in groups) == pytest.approx(total["cost_usd"] or 0.0)


def test_elsewhere_is_in_the_total_and_not_in_here() -> None:
    events = [
        ev.StationOpened(time=1.0, station="near", kind="claude"),
        ev.StationOpened(time=1.0, station="far", kind="claude", elsewhere=True),
        used("near", Tokens(input=10), cost=1.0),
        used("far", Tokens(input=5), cost=0.5),
    ]
    shape = meters_of(fold_all(EMPTY, events), By.STATION)
    assert (shape.total.tokens.input, shape.here.tokens.input) == (15, 10)
    assert {group.key: group.elsewhere for group in shape.groups} == {"near": False, "far": True}


def test_a_group_from_which_everything_was_moved_is_none() -> None:
    """A call whose model was told late was counted without one before."""
    tokens = Tokens(5)
    moved = [
        used("a", tokens),
        used("a", Tokens() - tokens, calls=-1),
        used("a", tokens, model="m", cost=1.0),
    ]
    groups = meters_of(fold_all(EMPTY, moved), By.MODEL).groups
    assert [(group.key, group.calls, group.tokens.input) for group in groups] == [("m", 1, 5)]


def test_groups_stand_by_what_they_cost_and_unpriced_ones_by_their_size() -> None:
    events = [
        used("cheap", Tokens(input=90), cost=0.1),
        used("small", Tokens(input=10)),
        used("dear", Tokens(input=5), cost=2.0),
        used("large", Tokens(output=50)),
    ]
    shape = meters_of(fold_all(EMPTY, events), By.STATION)
    assert [group.key for group in shape.groups] == ["dear", "cheap", "large", "small"]


def test_the_age_of_a_status_is_since_it_was_heard_where_it_works_and_since_it_began_where_it_rests() -> None:
    events = [
        *(ev.StationOpened(time=1.0, station=name, kind="claude") for name in ("busy", "done")),
        *(ev.TurnStarted(time=10.0, station=name, text="go") for name in ("busy", "done")),
        ev.TurnFinished(time=50.0, station="done"),
        ev.TextWritten(time=90.0, station="busy", text="going"),
    ]
    found = {shape.name: shape for shape in jsonshape.status(fold_all(EMPTY, events), 100.0).stations}
    assert {name: (shape.status, shape.status_age_s) for name, shape in found.items()} == {
        "busy": ("working", 10.0),
        "done": ("idle", 50.0),
    }


def test_what_was_not_counted_is_null_and_never_zero() -> None:
    shape = jsonshape.branch_shape(Branch("ship", ahead=0, behind=-1, dirty=2))
    assert (shape.ahead, shape.behind, shape.dirty) == (0, None, 2)


def test_status_for_people_says_why_a_station_does_not_work(capsys: pytest.CaptureFixture[str]) -> None:
    events = [
        *(ev.StationOpened(time=1.0, station=name, kind="claude") for name in ("asks", "broke", "done")),
        ev.PersonNeeded(time=2.0, station="asks", reason="permission for Bash", guess=True),
        ev.TurnFailed(time=2.0, station="broke", reason="API \x1b[31merror 529"),
        ev.TurnFinished(time=2.0, station="done"),
        ev.StationOpened(time=2.0, station="make", kind="command"),
    ]
    state = fold_all(EMPTY, events)
    print_status(state, 62.0, as_json=False)
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert lines["station"].endswith("dollars  why")
    assert "? needs_me" in lines["asks"] and lines["asks"].endswith("$0.00  permission for Bash")
    assert lines["broke"].endswith("$0.00  API error 529")
    assert lines["done"].endswith("$0.00")
    assert lines["make"].split()[-3:] == ["—"] * 3, "nobody tells what it uses"
    costs = {shape.name: shape.cost_usd for shape in jsonshape.status(state, 62.0).stations}
    assert costs == {"asks": 0.0, "broke": 0.0, "done": 0.0, "make": None}


def test_status_of_commands_alone_tells_no_sum(capsys: pytest.CaptureFixture[str]) -> None:
    make, claude = (ev.StationOpened(time=2.0, station=kind, kind=kind) for kind in ("command", "claude"))
    for events, told in (([], "0 tokens, $0.00"), ([make], "— tokens, —"), ([make, claude], "0 tokens, $0.00")):
        print_status(fold_all(EMPTY, events), 62.0, as_json=False)
        assert capsys.readouterr().out.splitlines()[0].endswith(f"base -, {told}")


def test_an_unknown_price_is_null_and_never_zero() -> None:
    state = fold_all(EMPTY, [used("a", Tokens(input=10)), used("b", Tokens(input=10), cost=0.25)])
    shape = meters_of(state, By.STATION)
    assert {group.key: group.cost_usd for group in shape.groups} == {"a": None, "b": 0.25}
    assert shape.total.cost_usd == 0.25


@pytest.mark.parametrize(
    ("certainties", "said"),
    [
        ([Certainty.EXACT], "exact"),
        ([Certainty.REPORTED, Certainty.REPORTED], "reported"),
        ([Certainty.UNDERCOUNTED], "estimated"),
        ([Certainty.ESTIMATED, Certainty.UNDERCOUNTED], "estimated"),
        ([Certainty.EXACT, Certainty.REPORTED], "mixed"),
        ([Certainty.REPORTED, Certainty.ESTIMATED], "mixed"),
    ],
)
def test_certainty_says_how_sure_the_worst_is(certainties: list[Certainty], said: str) -> None:
    events = [used("a", Tokens(input=1), certainty=certainty) for certainty in certainties]
    assert meters_of(fold_all(EMPTY, events), By.MODEL).total.certainty == said


@given(name=st.text(max_size=40))
def test_a_line_of_json_is_harmless_and_true(name: str) -> None:
    shape = jsonshape.NumberedEvent(1, ev.BranchRemoved(time=1.0, branch=name))
    line = text(shape)
    assert line.isprintable()
    assert json.loads(line)["event"]["branch"] == name


def test_a_path_that_is_no_text_is_escaped() -> None:
    shape = jsonshape.NumberedEvent(1, ev.BranchRemoved(time=1.0, branch="a\udcff"))
    assert json.loads(text(shape))["event"]["branch"] == "a\udcff"
