"""`triage`, `rules` and `causes` for people and for programs, of a floor as it is now and of a past."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.cli.commands.triage.rules import Causes, Rules
from console.cli.commands.triage.settling import Settle, _seconds
from console.cli.parser import parse
from console.cli.told import rules as told_rules
from console.cli.told import triage as told
from sessions.errors import FactoryError, UsageError
from sessions.floor import events as ev
from sessions.floor.commands import SettleCase
from sessions.floor.identity import Owner
from sessions.floor.state import FloorState
from sessions.floor.triage.case import Act, Cause, Kind
from sessions.floor.triage.chosen import parsed
from sessions.floor.triage.standing import PRESETS, would
from sessions.headless.floor_shape import status
from sessions.journal.past.past import EventList
from sessions.journal.recording.record import write
from sessions.views.triage.named import case_named
from tests.support.cli import Machine
from tests.support.triage.floors import NOW, after, asks, case, floor, opened, ours

ASKED = case("api", Kind.PERMISSION, about="q1", title="shell: git push")
LIMITED = [case(f"s{n}", cause=Cause.RATE_LIMIT, rule="rate limit", group="g", evidence=("429",)) for n in range(5)]
EVENTS = [
    *ours("api"),
    *(event for n in range(5) for event in ours(f"s{n}")),
    asks("api"),
    *opened(ASKED, *LIMITED),
    ev.CaseSnoozed(time=NOW, station="s4", case=LIMITED[4].id, until=NOW + 600, wakes="turn_finished"),
    ev.CaseClosed(time=NOW + 1, station="s3", case=LIMITED[3].id, why="it is at work again"),
]


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def state() -> FloorState:
    return floor(EVENTS)


def test_the_queue_is_told_in_rows_the_most_urgent_first(state: FloorState, capsys: pytest.CaptureFixture[str]) -> None:
    told.print_queue(state, NOW + 60, as_json=False)
    said = lines(capsys)
    assert said[0] == "1 permission, 3 failed"
    assert said[3].split()[:4] == ["api:permission:1", "permission", "unknown", "api"]
    assert "s0, s1, s2" in said[4] and said[4].endswith("3 × the model refused")
    assert said[-1] == "1 case more out of sight: factory-tui triage list --snoozed"


def test_for_programs_there_is_all_of_it(state: FloorState, capsys: pytest.CaptureFixture[str]) -> None:
    told.print_queue(state, NOW + 60, as_json=True)
    shape = json.loads(capsys.readouterr().out)
    assert (shape["version"], shape["judged"], shape["snoozed"]) == (1, True, 1)
    assert shape["counts"] == {"permission": 1, "failed": 3}
    assert [row["key"] for row in shape["rows"]] == [ASKED.id, "g"]
    first = shape["cases"][1]
    assert (first["cause"], first["rule"], first["evidence"], first["age_s"]) == (
        "rate limit",
        "rate limit",
        ["429"],
        69,
    )
    of_status = status(state, NOW + 60)
    assert (of_status.case_counts, [each.id for each in of_status.cases]) == (
        shape["counts"],
        [each["id"] for each in shape["cases"]],
    )


def test_a_case_is_shown_with_what_can_be_done_about_it(state: FloorState, capsys: pytest.CaptureFixture[str]) -> None:
    told.print_case(state, ASKED, NOW + 60, as_json=False)
    said = lines(capsys)
    assert "  allow     shell git push is allowed" in said
    assert "  always    not now: it cannot be allowed for good: allow it once" in said
    told.print_case(state, ASKED, NOW + 60, as_json=True)
    shape = json.loads(capsys.readouterr().out)
    assert shape["acts"][0] == {
        "act": "allow",
        "words": "shell git push is allowed",
        "takes": "nothing",
        "lacks": "",
        "why_not": "",
        "cure": "",
    }


def test_what_left_the_queue_is_told_with_why(state: FloorState, capsys: pytest.CaptureFixture[str]) -> None:
    settled = after(state, SettleCase(ASKED.id, Act.DENY, text="not on main"))
    told.print_settled(settled, NOW + 60, as_json=False)
    said = lines(capsys)
    assert any("it is at work again" in line and "by itself" in line for line in said)
    assert any("deny" in line and "mara@box" in line and "not on main" in line for line in said)
    told.print_settled(settled, NOW + 60, as_json=True)
    assert [each["act"] for each in json.loads(capsys.readouterr().out)["settled"]] == [None, "deny"]


def test_where_nobody_ever_looked_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    seen = [ev.StationOpened(time=NOW - 60, source="claude:x", station="wt-seen", kind="claude", owner=Owner.OBSERVED)]
    told.print_queue(floor(seen), NOW, as_json=False)
    told.print_settled(floor(seen), NOW, as_json=False)
    assert lines(capsys) == [told.NOT_JUDGED] * 2
    told.print_queue(floor(ours("api")), NOW, as_json=False)
    assert lines(capsys) == ["nothing needs you"]
    told.print_queue(floor(), NOW, as_json=False)
    assert lines(capsys) == ["nothing needs you"]


def test_a_case_is_named_by_its_id_its_beginning_or_its_station(state: FloorState) -> None:
    assert case_named(state, ASKED.id) == case_named(state, "api:perm") == case_named(state, "api") == ASKED
    for word, why in (
        ("s", "4 cases are meant by 's'"),
        ("nobody", "there is no case 'nobody'"),
        (LIMITED[3].id, "that case has left the queue"),
    ):
        with pytest.raises(FactoryError, match=why) as error:
            case_named(state, word)
        assert error.value.cure


def test_a_recording_is_told_as_of_any_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "day.ftr"
    write(EventList(EVENTS, "day"), path, 1, len(EVENTS), redact=False)
    words: Sequence[Sequence[str]] = (
        ["triage", "--past", str(path), "--json"],
        ["triage", "list", "--past", str(path)],
    )
    assert parse(words[0]).run() == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"permission": 1, "failed": 3}
    assert parse([*words[1], "--seq", str(len(EVENTS) - 2)]).run() == 0
    assert lines(capsys)[0] == "1 permission, 5 failed"
    assert parse(["triage", "show", "api", "--past", str(path)]).run() == 0
    assert lines(capsys)[0] == "api:permission:1: shell: git push"
    assert parse(["triage", "list", "--settled", "--past", str(path)]).run() == 0
    assert "it is at work again" in capsys.readouterr().out


def test_the_words_of_a_settlement() -> None:
    call = parse(["triage", "settle", "api", "hand-over", "--to", "ship", "--text", "go", "--all-alike"])
    assert call == Settle(case="api", act="hand-over", to="ship", text="go", all_alike=True)
    call = parse(["triage", "settle", "api", "more", "--dollars", "8", "--turns", "3", "--model", "m"])
    assert isinstance(call, Settle) and (call.dollars, call.turns, call.model) == (8.0, 3, "m")
    for wrong in (["explode"], ["more", "--dollars", "0"], ["more", "--dollars", "nan"], ["snooze", "--for", ""]):
        with pytest.raises(UsageError):
            parse(["triage", "settle", "api", *wrong])
    assert [_seconds(text) for text in ("90s", "30m", "2h", "1d")] == [90, 1_800, 7_200, 86_400]
    for wrong_time in ("soon", "-1m", "1.5h", "m"):
        with pytest.raises(UsageError):
            _seconds(wrong_time)


def test_the_rules_are_listed_with_those_that_are_off(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = parsed({"standing": ["retry-rate-limit"]}, [], [], "x")
    told_rules.print_rules(chosen, as_json=False)
    said = lines(capsys)
    assert said[1].split()[:2] == ["retry-rate-limit", "on"] and "retry 2 times, after 120 s" in said[1]
    assert [line.split()[1] for line in said[2:6]] == ["off"] * 4
    told_rules.print_rules(chosen, as_json=True)
    shapes = [json.loads(line) for line in lines(capsys)]
    assert [(each["on"], each["preset"]) for each in shapes] == [(True, True), *[(False, True)] * 4]


def test_a_dry_run_is_told_with_what_is_off(state: FloorState, capsys: pytest.CaptureFixture[str]) -> None:
    found = [*would(PRESETS, state, [event for event in EVENTS if isinstance(event, ev.CaseOpened)])]
    told_rules.print_would(state, found, frozenset(), as_json=False)
    said = lines(capsys)
    assert len([line for line in said if "retry (time 1): the model refused" in line]) == 5
    told_rules.print_would(state, found, frozenset({"retry-rate-limit"}), as_json=True)
    assert {(each["rule"], each["on"], each["act"]) for each in map(json.loads, lines(capsys))} == {
        ("retry-rate-limit", True, "retry")
    }
    told_rules.print_would(state, [], frozenset(), as_json=False)
    assert lines(capsys) == ["nothing: there was no case that a rule is about"]
    with pytest.raises(UsageError):
        Rules(start="1d").run()


def test_the_rules_that_tell_causes_are_listed_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert Causes(json=True).run() == 0
    shapes = [json.loads(line) for line in lines(capsys)]
    assert (shapes[0]["name"], shapes[-1]["name"]) == ("not logged in", "its check failed")
    assert Causes().run() == 0
    assert len(lines(capsys)) == len(shapes) + 1


def test_foreign_words_are_harmless_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    nasty = replace(ASKED, title="\x1b[31mred\x1b[0m \u202e", evidence=("\x07bell",), note="\x1b]0;x\x07")
    state = floor(ours("api"), asks("api"), opened(nasty))
    told.print_queue(state, NOW, as_json=False)
    told.print_case(state, nasty, NOW, as_json=False)
    assert not {"\x1b", "\x07", "\u202e"} & set(capsys.readouterr().out)


def test_the_command_line_tells_settles_and_dry_runs(machine: Machine) -> None:
    """Of a real journal, with a supervisor that was started for it; nothing in it needs anybody."""
    quiet = machine.run("triage")
    assert (quiet.code, quiet.out.splitlines()[0]) == (0, told.NOT_JUDGED)
    gone = machine.run("triage", "settle", "nobody", "seen")
    assert gone.code == 1 and "there is no case 'nobody': see `factory-tui triage`" in gone.err
    dry = machine.run("rules", "--dry-run", "--since", "2d", "--json")
    assert (dry.code, dry.out) == (0, "")
