"""The command line end to end, with a real repository, transcripts and processes: what there is, and what was used."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from tests.console.cli.used import SECOND, tokens
from tests.support.cli import MODEL, Machine, stopping

M = {"tokens", "calls", "sessions", "cost_usd", "certainty"}


def test_status_shows_what_is_there(shared: Machine) -> None:
    shape = shared.start("status", "--json").json
    assert shape["version"] == 1
    assert shape["repo"] == str(shared.repo.path)
    assert shape["base"] == "main"
    stations = {station["branch"]: station for station in shape["stations"]}  # type: ignore[attr-defined]
    assert set(stations) == {"main", "feature/pool"}
    pool = stations["feature/pool"]
    assert pool["kind"] == "claude"
    assert pool["directory"] == str(shared.tree)
    assert pool["model"] == MODEL
    assert pool["status_source"].startswith("claude:")
    assert pool["tokens"]["output"] == 90
    branches = {branch["name"]: branch for branch in shape["branches"]}  # type: ignore[attr-defined]
    assert branches["feature/pool"] | {"head": ""} == {
        "name": "feature/pool", "head": "", "ahead": 1, "behind": 0, "dirty": 1, "worktree": str(shared.tree),
        "merged": False, "detached": False,
    }  # fmt: skip
    assert branches["feature/pool"]["head"] == shared.repo.git("rev-parse", "feature/pool")


def test_meters_count_to_the_token(shared: Machine) -> None:
    done = shared.run("meters", "--json", "--by", "model")
    assert tokens(done) == {
        "input": 9, "cache_write_5m": 0, "cache_write_1h": 1_600, "cache_read": 3_000, "output": 210
    }  # fmt: skip
    assert done.json["total"]["calls"] == 3  # type: ignore[index]
    assert done.json["total"]["sessions"] == 2  # type: ignore[index]
    assert [group["key"] for group in done.json["groups"]] == [MODEL]  # type: ignore[attr-defined]


@pytest.mark.parametrize("by", ["station", "model", "branch", "day"])
def test_a_second_look_counts_nothing_twice(shared: Machine, by: str) -> None:
    first = shared.run("meters", "--json", "--by", by)
    again = shared.run("meters", "--json", "--by", by)
    assert first.json == again.json


def test_a_place_alone_needs_no_repository(shared: Machine, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    done = shared.run("meters", "--json", "--sessions", str(shared.projects), "--only", cwd=outside)
    assert tokens(done)["output"] == 210
    done = shared.run("status", "--json", "--sessions", str(shared.projects), "--only", cwd=outside)
    assert len(done.json["stations"]) == 2  # type: ignore[arg-type]
    assert shared.run("status", "--only", cwd=outside).code == 2


def test_a_place_that_is_not_there_is_a_typing_error(shared: Machine, tmp_path: Path) -> None:
    for words in (["status"], ["meters", "--only"], ["record", "-o", str(tmp_path / "x.ftr")], ["import"]):
        where = ["nowhere"] if words == ["import"] else ["--sessions", "nowhere"]
        done = shared.run(*words, *where)
        assert (done.code, done.err) == (
            2,
            "factory-tui: there is no nowhere: name a transcript, or a directory of them\n",
        )


def test_elsewhere_is_shown_and_not_counted_here(machine: Machine, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    machine.session("s-other", other, "", SECOND)
    done = machine.run("meters", "--json")
    assert tokens(done, "total")["output"] == 300
    assert tokens(done, "here")["output"] == 210
    assert sorted(group["elsewhere"] for group in done.json["groups"]) == [False, False, True]  # type: ignore[attr-defined]


def test_tables_are_for_people(shared: Machine) -> None:
    status = shared.run("status")
    assert status.code == 0
    assert status.out.startswith("2 stations, 2 branches, base main, 4,819 tokens, $")
    assert "feature/pool" in status.out
    table = shared.run("meters")
    assert table.out.splitlines()[-1].startswith("total")


def test_events_are_lines_with_ascending_numbers(shared: Machine) -> None:
    lines = [json.loads(line) for line in shared.run("events", "--json").out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert sum(line["event"]["tokens"].get("output", 0) for line in lines if "tokens" in line["event"]) == 210
    later = shared.run("events", "--json", "--since", str(len(lines) - 2)).out.splitlines()
    assert [json.loads(line)["seq"] for line in later] == [len(lines) - 1, len(lines)]


def test_events_for_people_have_the_time_of_a_clock_and_plain_figures(shared: Machine) -> None:
    lines = shared.run("events").out.splitlines()
    assert all(re.match(r"\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [a-z_]+ ", line) for line in lines)
    used = [line for line in lines if " tokens_used " in line]
    assert used
    assert all("tokens.output=" in line and "{" not in line for line in used)
    committed = [line for line in lines if " committed=" in line]
    assert committed
    assert all(re.search(r" committed='\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'", line) for line in committed)


def test_followed_events_come_as_they_happen(machine: Machine) -> None:
    seen = len(machine.run("events").out.splitlines())
    with stopping(machine), machine.following("--since", str(seen)) as told:
        machine.repo.commit({"d.txt": "three\n"}, "third", cwd=machine.tree)
        assert any(event.get("subject") == "third" for event in told), "the commit was not told"


def test_meters_of_a_time_hold_what_was_used_then(shared: Machine) -> None:
    events = [json.loads(line)["event"] for line in shared.run("events", "--json").out.splitlines()]
    calls = sorted((e["time"], e["tokens"].get("output", 0)) for e in events if e["type"].startswith("tokens_used"))
    middle = (calls[0][0] + calls[-1][0]) / 2
    before = shared.run("meters", "--json", "--until", f"{middle:.3f}")
    after = shared.run("meters", "--json", "--since", f"{middle:.3f}")
    assert tokens(before)["output"] == sum(output for time, output in calls if time <= middle) > 0
    assert tokens(after)["output"] == sum(output for time, output in calls if time >= middle) > 0
    assert (after.json["since"], after.json["until"]) == (round(middle, 3), None)
    assert shared.run("meters", "--json").json["since"] is None
    assert shared.run("meters", "--since", "2h").out.startswith("used from 20")
    places = ["--only", "--sessions", str(shared.projects)]
    assert tokens(shared.run("meters", "--json", "--until", f"{middle:.3f}", *places)) == tokens(before)
    assert shared.run("meters", "--since", "now", "--until", "-99999d").code == 2


def test_events_since_a_time(shared: Machine) -> None:
    all_of_them = shared.run("events", "--json").out
    lines = [json.loads(line) for line in all_of_them.splitlines()]
    last = lines[-1]["event"]["time"]
    later = [json.loads(line) for line in shared.run("events", "--json", "--since", f"@{last:.3f}").out.splitlines()]
    assert later
    assert later[-1]["seq"] == lines[-1]["seq"]
    for odd in ("yesterday-ish", "٣"):
        assert shared.run("events", "--since", odd).code == 2
        assert shared.run("events", "--until", odd).code == 2
    first = shared.run("events", "--json", "--until", "3").out.splitlines()
    assert [json.loads(line)["seq"] for line in first] == [1, 2, 3]
    assert shared.run("events", "--json", "--until", "end").out.splitlines()[-1] == json.dumps(
        lines[-1], separators=(",", ":")
    )
    assert shared.run("events", "--json", "--until", "30000d").out == ""


def test_all_conversations_are_searched_at_once(shared: Machine) -> None:
    found = [json.loads(line) for line in shared.run("find", "--json", "POOL RETRY").out.splitlines()]
    assert {each["session"] for each in found} == {"s-main", "s-pool"}
    assert {each["kind"] for each in found} == {"prompt"}
    told = shared.run("find", "make the pool", "--limit", "1")
    assert (len(told.out.splitlines()), "1 older conversation not searched" in told.err) == (1, True)
    (station,) = {each["name"] for each in found if each["session"] == "s-pool"}
    assert f"  {station}  prompt  " in shared.run("find", "make the pool", "--station", station).out
    assert shared.run("find", "make the pool", "--since", "2030-01-01").code == 1
    nothing = shared.run("find", "no such words")
    assert (nothing.code, nothing.out, nothing.err.count("\n")) == (1, "", 1)
    assert "“no such words” is in none of 2 conversations" in nothing.err
    if importlib.util.find_spec("re2"):
        assert {
            json.loads(line)["session"]
            for line in shared.run("find", "--json", "--regex", "po+l re.ry$").out.splitlines()
        } == {"s-main", "s-pool"}
    for wrong in (("find",), ("find", " "), ("find", "x", "--station", "nobody"), ("find", "x", "--limit", "0")):
        done = shared.run(*wrong)
        assert (done.code, done.err.count("\n")) == (2, 1)


def test_the_base_of_the_settings_holds_everywhere(machine: Machine) -> None:
    config = Path(machine.env["XDG_CONFIG_HOME"]) / "factory-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('base = "feature/pool"\n')
    assert machine.run("status", "--json").json["base"] == "feature/pool"
    assert machine.run("conflicts", "--json").json["base"]["name"] == "feature/pool"  # type: ignore[index]
    assert re.search(r"base\s+feature/pool", machine.run("doctor").out)
    (config / "config.toml").write_text('base = "not-here"\n')
    assert machine.run("conflicts", "--json").json["base"]["name"] == "main"  # type: ignore[index]


def test_nothing_is_written_into_the_repository(machine: Machine) -> None:
    before = {path: path.lstat().st_mtime_ns for path in machine.repo.path.rglob("*")}
    machine.run("status")
    machine.run("doctor")
    assert {path: path.lstat().st_mtime_ns for path in machine.repo.path.rglob("*")} == before


def test_stop_says_whether_there_was_anything_to_stop(machine: Machine) -> None:
    assert machine.run("stop").out == "no supervisor was running\n"
