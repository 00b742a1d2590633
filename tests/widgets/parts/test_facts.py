"""What stands beside a conversation: goldens as plain text."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, Evidence, FloorState, Status
from sessions.floor.tokens import Certainty, Tokens
from sessions.floor.zone import Zone
from sessions.views.floor.panes import Pane, station_pane
from sessions.views.status import status_at
from tests.support.console import HOSTILE
from tests.support.folds import made
from tests.support.picture import text_of
from tests.support.replay import NAMES, START, sample_events
from widgets.draw.cells import Line, line_width, width
from widgets.floor.pane_text import cost_text, tokens_text
from widgets.parts.facts import SubAgent, event_lines, files, head, meters, sub_agents

CELLS = 62
STATE = fold_all(EMPTY, sample_events(3))
NOW = STATE.time + 2


def pane_of(name: str, state: FloorState = STATE) -> Pane:
    station = state.stations[name]
    session = state.sessions.get(station.session)
    evidence = status_at(station, NOW)
    return station_pane(name, station, state.branches.get(station.branch), session, evidence, state.repo, NOW)


def texts(lines: list[Line], cells: int = CELLS) -> list[str]:
    assert all(line_width(line) <= cells for line in lines)
    return text_of(lines)


def test_the_head_says_who_why_where_and_with_what() -> None:
    assert texts(head(pane_of("docs-02"), "session-1", STATE.sessions["session-1"], NOW, CELLS)) == [
        "   status     ○ idle 10s",
        "   because    turn finished",
        "   heard      claude:1 · 10s ago",
        "   branch     station/docs-02  ↑4 ↓1 ±1",
        "   directory  ../api-docs-02",
        "   model      haiku-4.5  claude  2.1.198",
        "   session    session-1",
    ]


def test_a_guess_and_a_failure_look_like_one() -> None:
    pane = replace(pane_of("docs-02"), status=Status.FAILED, reason="API error 529", guess=True, role="document")
    lines = head(pane, "", None, NOW, CELLS)
    shown = texts(lines)
    assert shown[1] == "   because    API error 529"
    assert ("API error 529", "failed") in lines[1]
    assert shown[2].endswith("guessed")
    assert shown[3] == "   role       document"
    assert shown[-1] == "   session    none yet"


def test_what_is_asked_is_read_in_full_and_nothing_touches_the_margin() -> None:
    asked = "allow: curl -sS https://example.org/api/v1/stations/17/restart --data reason=hung --header accept=json ?"
    session = replace(STATE.sessions["session-1"], version="2.1.198-beta.20261121")
    pane = replace(
        pane_of("docs-02"), status=Status.NEEDS_ME, reason=asked, title="Keep the retries of the pool apart",
        model="gpt-5.1-codex-max-with-a-very-long-name-17", branch="station/" + "x" * 60 + "-17",
        directory="../" + "deep/" * 20 + "docs-02",
    )  # fmt: skip
    lines = head(pane, "01a1fef8-fd5d-7453-9615-3d0b2ddaaf3d", session, NOW, 64)
    shown = texts(lines, 64)
    assert max(width(line) for line in shown) == 63
    said = " ".join(line[14:] for line in shown[1:4])
    assert said == asked
    assert [line[1][1] for line in lines[1:4]] == ["needs_me"] * 3
    assert any(line.endswith("-17") for line in shown if line.startswith("   branch"))
    assert any(line.endswith("docs-02") for line in shown if line.startswith("   directory"))
    longer = replace(pane, reason=asked * 6)
    told = texts(head(longer, "s", session, NOW, 64), 64)
    assert told[8].endswith("…")
    assert len(told) == len(lines) + 5
    calm = replace(longer, status=Status.IDLE)
    assert len(head(calm, "s", session, NOW, 64)) == len(lines) - 2


def test_meters_align() -> None:
    assert texts(meters(pane_of("docs-02"), CELLS, NOW)) == [
        "   fresh input             603   now                 2.33k/s",
        "   write 5 min           3.00k   1 min               1.44k/s",
        "   write 1 h                 0   10 min                144/s",
        "   cache read             123k   per hour              $0.48",
        "   output                1.92k   model calls               3",
        "     thinking              300",
        "   all tokens             128k   cost                  $0.12",
        "",
        "   context    ━━━━━━───────────────────── 21%  42.8k of 200k",
        "   work       3 turns  3 tools  3 files  0 errors",
    ]
    once = replace(pane_of("docs-02"), turns=1, tool_calls=1, file_count=1, errors=1)
    assert texts(meters(once, CELLS, NOW))[-1] == "   work       1 turn  1 tool  1 file  1 error"


@pytest.mark.parametrize(
    ("certainty", "mark", "said"),
    [
        (Certainty.REPORTED, "°", "summed up"),
        (Certainty.ESTIMATED, "~", "estimated"),
        (Certainty.UNDERCOUNTED, "≥", "known to miss some"),
    ],
)
def test_doubtful_figures_are_marked_and_explained(certainty: Certainty, mark: str, said: str) -> None:
    lines = texts(meters(replace(pane_of("docs-02"), certainty=certainty), CELLS, NOW))
    assert f"{mark}128k" in lines[6]
    assert f"{mark}$0.12" in lines[6]
    assert lines[-1].strip().startswith(mark)
    assert said in lines[-1]


def test_an_unknown_price_is_never_nothing() -> None:
    lines = texts(meters(replace(pane_of("docs-02"), cost=None), CELLS, NOW))
    assert lines[6].endswith("—")
    assert lines[3].endswith("—"), "per hour"
    assert "no known price" in lines[-1]


def test_what_nobody_tells_is_never_nothing() -> None:
    told = fold_all(EMPTY, [ev.StationOpened(time=NOW - 9, station=kind, kind=kind) for kind in ("command", "claude")])
    pane, other = pane_of("command", told), pane_of("claude", told)
    assert (tokens_text(pane), cost_text(pane)) == ("—", "—")
    assert (tokens_text(other), cost_text(other)) == ("0", "$0")
    lines = texts(meters(pane, CELLS, NOW))
    assert lines[6].split() == ["all", "tokens", "—", "cost", "—"]
    assert lines[3].endswith("—") and "nobody tells what it uses" in lines[-1]
    uses = ev.TokensUsed(time=NOW, station="command", session="x", tokens=Tokens(input=9), cost=0.5)
    assert cost_text(pane_of("command", fold_all(told, [uses]))) == "$0.50", "where it does tell"


def test_an_unknown_window_is_said() -> None:
    lines = texts(meters(replace(pane_of("docs-02"), window=0), CELLS, NOW))
    assert any("window unknown" in line for line in lines)


def test_files_are_sorted_by_how_often_they_were_written() -> None:
    written = {"/srv/wt/a/src/one.py": 2, "/srv/wt/a/two.py": 12, "/elsewhere/" + "deep/" * 20 + "three.py": 1}
    assert texts(files(written, "/srv/wt/a", 40), 40) == [
        "    12  two.py",
        "     2  src/one.py",
        "     1  …p/deep/deep/deep/deep/three.py",
    ]
    assert texts(files({}, "", 40)) == ["   no file was written yet"]


def test_sub_agents_are_sorted_by_tokens() -> None:
    agents = {"explore": SubAgent(2, 900, 0.01), "review": SubAgent(12, 120_000, None)}
    assert texts(sub_agents(agents, 50), 50) == [
        "   ▸ review             12 calls    120k       —",
        "   ▸ explore             2 calls     900   $0.01",
    ]
    assert texts(sub_agents({"one": SubAgent(1, 5, 0.0)}, 50), 50) == [
        "   ▸ one                 1 call        5      $0",
    ]


def test_every_kind_of_event_has_a_line() -> None:
    kinds = [kind for kind in ev.AnyEvent.__args__ if issubclass(kind, ev.StationEvent)]
    samples = [replace(made(kind, "line"), time=0.0, station="a") for kind in kinds]
    lines = texts(event_lines(samples, Zone(), CELLS))
    assert len(lines) == len(samples)
    assert all(line.startswith("   00:00:00  ") and len(line.split()) >= 1 for line in lines)
    days = [ev.TurnStarted(time=START + hours * 3_600, station="a", text="x") for hours in (0, 1, 11, 13)]
    assert texts(event_lines(days, Zone(3_600), 40)) == [
        "   13:00:00  asked     x",
        "   14:00:00  asked     x",
        "   Sat 22 Nov 2025",
        "   00:00:00  asked     x",
        "   02:00:00  asked     x",
    ]
    failed = event_lines([ev.TurnFailed(time=0, station="a", reason="x")], Zone(), CELLS)[0]
    assert ("failed    ", "failed") in failed


@pytest.mark.parametrize("cells", [1, 10, 30, 62, 200])
def test_hostile_names_stay_in_their_lines(cells: int) -> None:
    name = HOSTILE
    hostile: list[ev.Event] = [
        ev.StationOpened(time=NOW, station=name, kind=name, directory=name, branch=name, role=name, source=name),
        ev.SessionOpened(time=NOW, station=name, session=name, title=name, version=name, source=name),
        ev.ToolCalled(time=NOW, station=name, session=name, tool=name, detail=name, file=name, source=name),
        ev.TurnFailed(time=NOW, station=name, session=name, reason=name, source=name),
    ]
    state = fold_all(EMPTY, hostile)
    pane = pane_of(name, state)
    session = state.sessions[name]
    station = state.stations[name]
    everything = [
        *head(pane, name, session, NOW, cells),
        *files(station.files, name, cells),
        *sub_agents({name: SubAgent()}, cells),
        *event_lines(hostile, Zone(), cells),
    ]
    for text in text_of(everything):
        assert text.isprintable()
    if cells >= 30:
        assert all(line_width(line) <= cells for line in everything)


def test_names_of_the_sample_are_all_there() -> None:
    assert set(NAMES) == set(STATE.stations)
    assert STATE.stations["docs-02"].evidence != Evidence()
