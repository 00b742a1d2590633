"""The command line end to end: a real repository, real transcripts, real processes."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from console.cli.command import OfFloor
from console.cli.findings import terminal
from console.terminal.theme import colours_of
from sessions.journal.recording.recording import Recording
from tests import ROOT
from tests.support.cli import COMMAND, MODEL, NOON, Done, Machine, stopping, usage

FIRST = [usage(3, 1_000, 0, 50), usage(1, 200, 1_000, 70)]
SECOND = [usage(5, 400, 2_000, 90)]
M = {"tokens", "calls", "sessions", "cost_usd", "certainty"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Two sessions: one on the main worktree's branch, one in the linked worktree; and one elsewhere."""
    machine = Machine(tmp_path)
    machine.session("s-main", machine.repo.path, "main", FIRST)
    machine.session("s-pool", machine.tree, "feature/pool", SECOND, NOON + 100)
    return machine


def tokens(done: Done, where: str = "total") -> dict[str, int]:
    shape = done.json[where]
    assert isinstance(shape, dict)
    return {str(kind): int(count) for kind, count in shape["tokens"].items()}


def test_status_shows_what_is_there(machine: Machine) -> None:
    shape = machine.run("status", "--json").json
    assert shape["version"] == 1
    assert shape["repo"] == str(machine.repo.path)
    assert shape["base"] == "main"
    stations = {station["branch"]: station for station in shape["stations"]}  # type: ignore[attr-defined]
    assert set(stations) == {"main", "feature/pool"}
    pool = stations["feature/pool"]
    assert pool["kind"] == "claude"
    assert pool["directory"] == str(machine.tree)
    assert pool["model"] == MODEL
    assert pool["status_source"].startswith("claude:")
    assert pool["tokens"]["output"] == 90
    branches = {branch["name"]: branch for branch in shape["branches"]}  # type: ignore[attr-defined]
    assert branches["feature/pool"] | {"head": ""} == {
        "name": "feature/pool", "head": "", "ahead": 1, "behind": 0, "dirty": 1, "worktree": str(machine.tree),
        "merged": False, "detached": False,
    }  # fmt: skip
    assert branches["feature/pool"]["head"] == machine.repo.git("rev-parse", "feature/pool")


def test_meters_count_to_the_token(machine: Machine) -> None:
    done = machine.run("meters", "--json", "--by", "model")
    assert tokens(done) == {
        "input": 9, "cache_write_5m": 0, "cache_write_1h": 1_600, "cache_read": 3_000, "output": 210
    }  # fmt: skip
    assert done.json["total"]["calls"] == 3  # type: ignore[index]
    assert done.json["total"]["sessions"] == 2  # type: ignore[index]
    assert [group["key"] for group in done.json["groups"]] == [MODEL]  # type: ignore[attr-defined]


@pytest.mark.parametrize("by", ["station", "model", "branch", "day"])
def test_a_second_look_counts_nothing_twice(machine: Machine, by: str) -> None:
    first = machine.run("meters", "--json", "--by", by)
    again = machine.run("meters", "--json", "--by", by)
    assert first.json == again.json


def test_a_place_alone_needs_no_repository(machine: Machine, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    done = machine.run("meters", "--json", "--sessions", str(machine.projects), "--only", cwd=outside)
    assert tokens(done)["output"] == 210
    done = machine.run("status", "--json", "--sessions", str(machine.projects), "--only", cwd=outside)
    assert len(done.json["stations"]) == 2  # type: ignore[arg-type]
    assert machine.run("status", "--only", cwd=outside).code == 2


def test_a_place_that_is_not_there_is_a_typing_error(machine: Machine, tmp_path: Path) -> None:
    for words in (["status"], ["meters", "--only"], ["record", "-o", str(tmp_path / "x.ftr")], ["import"]):
        where = ["nowhere"] if words == ["import"] else ["--sessions", "nowhere"]
        done = machine.run(*words, *where)
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


def test_tables_are_for_people(machine: Machine) -> None:
    status = machine.run("status")
    assert status.code == 0
    assert status.out.startswith("2 stations, 2 branches, base main, 4,819 tokens, $")
    assert "feature/pool" in status.out
    table = machine.run("meters")
    assert table.out.splitlines()[-1].startswith("total")


def test_events_are_lines_with_ascending_numbers(machine: Machine) -> None:
    lines = [json.loads(line) for line in machine.run("events", "--json").out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert sum(line["event"]["tokens"].get("output", 0) for line in lines if "tokens" in line["event"]) == 210
    later = machine.run("events", "--json", "--since", str(len(lines) - 2)).out.splitlines()
    assert [json.loads(line)["seq"] for line in later] == [len(lines) - 1, len(lines)]


def test_events_for_people_have_the_time_of_a_clock_and_plain_figures(machine: Machine) -> None:
    lines = machine.run("events").out.splitlines()
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


def test_a_recording_replays_to_the_same_figures(machine: Machine, tmp_path: Path) -> None:
    before = machine.run("status", "--json").json
    recording = tmp_path / "day.ftr"
    done = machine.run("record", "-o", str(recording))
    assert done.code == 0, done.err
    replayed = machine.run("replay", str(recording), "--at", "end", "--json", cwd=tmp_path).json
    assert replayed["total"] == before["total"]
    assert replayed["seq"] == before["seq"]
    early = machine.run("replay", str(recording), "--seq", "1", "--json", cwd=tmp_path).json
    assert early["total"]["calls"] == 0  # type: ignore[index]
    assert early["seq"] == 1


def test_a_recording_goes_to_the_standard_output(machine: Machine, tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "record", "-o", "-"], cwd=machine.repo.path, env=machine.env, capture_output=True, check=True
    )
    assert done.stderr == b""
    (tmp_path / "piped.ftr").write_bytes(done.stdout)
    replayed = machine.run("replay", str(tmp_path / "piped.ftr"), "--at", "end", "--json").json
    assert replayed["total"] == machine.run("status", "--json").json["total"]
    assert not (machine.repo.path / "-").exists()


def test_a_file_that_is_there_is_not_written_over_without_a_word(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    done = machine.run("record", "-o", str(tmp_path / "mine"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "--force" in done.err
    assert (tmp_path / "mine").read_text() == "precious"
    assert machine.run("record", "-o", str(tmp_path / "mine"), "--force").code == 0
    assert (tmp_path / "mine").read_bytes()[:4] != b"prec"


@pytest.mark.parametrize("name", ["README.md", "nothing.jsonl"])
def test_what_is_no_transcript_imports_nothing(machine: Machine, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# Notes\n\nnothing of an agent\n")
    done = machine.run("import", str(tmp_path / name))
    assert (done.code, done.out) == (1, "nothing imported: this is no transcript\n")
    assert "not a transcript" in done.err


def test_an_import_counts_what_it_imported_and_nothing_else(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    one = machine.session("s-one", machine.repo.path, "main", SECOND).rename(tmp_path / "archive/s-one.jsonl")
    done = machine.run("import", str(one))
    assert re.fullmatch(r"\d+ events of 1 station imported\n", done.out)


def test_an_import_through_a_running_supervisor_says_the_same(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    one = machine.session("s-one", machine.repo.path, "main", SECOND).rename(tmp_path / "archive/s-one.jsonl")
    with stopping(machine), machine.following() as told:
        next(told)
        done = machine.run("import", str(one))
        assert (done.code, done.err) == (0, "")
        assert re.fullmatch(r"\d+ events of 1 station imported\n", done.out)
        assert any(event.get("session") == "s-one" for event in told), "the running supervisor did not import it"
        again = machine.run("import", str(one))
        assert (again.code, again.out) == (0, "nothing new was imported: all of it is in the journal already\n")


def test_meters_of_a_time_hold_what_was_used_then(machine: Machine) -> None:
    events = [json.loads(line)["event"] for line in machine.run("events", "--json").out.splitlines()]
    calls = sorted((e["time"], e["tokens"].get("output", 0)) for e in events if e["type"].startswith("tokens_used"))
    middle = (calls[0][0] + calls[-1][0]) / 2
    before = machine.run("meters", "--json", "--until", f"{middle:.3f}")
    after = machine.run("meters", "--json", "--since", f"{middle:.3f}")
    assert tokens(before)["output"] == sum(output for time, output in calls if time <= middle) > 0
    assert tokens(after)["output"] == sum(output for time, output in calls if time >= middle) > 0
    places = ["--only", "--sessions", str(machine.projects)]
    assert tokens(machine.run("meters", "--json", "--until", f"{middle:.3f}", *places)) == tokens(before)
    assert machine.run("meters", "--since", "now", "--until", "-99999d").code == 2


def test_events_since_a_time(machine: Machine) -> None:
    lines = [json.loads(line) for line in machine.run("events", "--json").out.splitlines()]
    last = lines[-1]["event"]["time"]
    later = [json.loads(line) for line in machine.run("events", "--json", "--since", f"@{last:.3f}").out.splitlines()]
    assert later
    assert later[-1]["seq"] == lines[-1]["seq"]
    for odd in ("yesterday-ish", "٣"):
        assert machine.run("events", "--since", odd).code == 2


def test_the_base_of_the_settings_holds_everywhere(machine: Machine) -> None:
    config = Path(machine.env["XDG_CONFIG_HOME"]) / "factory-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('base = "feature/pool"\n')
    assert machine.run("status", "--json").json["base"] == "feature/pool"
    assert machine.run("conflicts", "--json").json["base"]["name"] == "feature/pool"  # type: ignore[index]
    assert re.search(r"base\s+feature/pool", machine.run("doctor").out)
    (config / "config.toml").write_text('base = "not-here"\n')
    assert machine.run("conflicts", "--json").json["base"]["name"] == "main"  # type: ignore[index]


def test_a_recording_has_history_where_it_happened(machine: Machine, tmp_path: Path) -> None:
    """The journal hears of it after the floor was opened, and keeps it in that order."""
    events = [json.loads(line)["event"] for line in machine.run("events", "--json").out.splitlines()]
    happened = sorted(event["time"] for event in events if event["type"] != "factory_opened.1")
    assert machine.run("record", "-o", str(tmp_path / "all.ftr")).code == 0
    with closing(Recording(tmp_path / "all.ftr")) as recording:
        assert recording.span.first_time == happened[0] < recording.span.last_time
    middle = str(happened[len(happened) // 2])
    assert machine.run("record", "-o", str(tmp_path / "early.ftr"), "--until", middle).code == 0
    with closing(Recording(tmp_path / "early.ftr")) as recording:
        assert recording.span.last_time <= float(middle)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (("--since", "start"), 1, 0),
        (("--since", "0%"), 1, 0),
        (("--since", "seq 3"), 3, 0),
        (("--until", "seq 3"), 1, 3),
        (("--since", "end"), 0, 0),
        (("--since", "seq 2", "--until", "end"), 2, 0),
    ],
)
def test_a_part_of_the_journal_is_recorded(
    machine: Machine, tmp_path: Path, words: tuple[str, ...], first: int, last: int
) -> None:
    """Numbers from 0 on downwards count from the end."""
    count = len(machine.run("events").out.splitlines())
    done = machine.run("record", "-o", str(tmp_path / "part.ftr"), *words)
    assert done.code == 0, done.err
    events = (last or count) - (first or count) + 1
    assert f": {events} event{'s' * (events > 1)}, " in done.out


def test_a_numbered_event_is_a_place(machine: Machine) -> None:
    for words in (["--at", "seq 3"], ["--at", "#3"], ["--seq", "3"]):
        machine.run("status")
        assert machine.run("replay", "journal", "--json", *words).json["seq"] == 3
    assert machine.run("replay", "journal", "--json", "--at", "start").json["seq"] == 1


def test_a_recording_of_one_station_has_only_it(machine: Machine, tmp_path: Path) -> None:
    shape = machine.run("status", "--json").json
    name = next(s["name"] for s in shape["stations"] if s["branch"] == "feature/pool")  # type: ignore[attr-defined]
    assert machine.run("record", "-o", str(tmp_path / "one.ftr"), "--station", name).code == 0
    replayed = machine.run("replay", str(tmp_path / "one.ftr"), "--json").json
    assert [s["name"] for s in replayed["stations"]] == [name]  # type: ignore[attr-defined]
    unknown = machine.run("record", "-o", str(tmp_path / "none.ftr"), "--station", "nobody")
    assert unknown.code == 2
    assert not (tmp_path / "none.ftr").exists()


def test_a_transcript_replays_as_of_any_time(machine: Machine, tmp_path: Path) -> None:
    place = str(machine.projects)
    middle = machine.run("replay", place, "--at", str(NOON + 50), "--json", cwd=tmp_path).json
    assert middle["total"]["tokens"]["output"] == 120  # type: ignore[index]
    assert middle["time"] == NOON + 50
    iso = machine.run("replay", place, "--at", "2025-11-21T12:00:50+00:00", "--json", cwd=tmp_path).json
    assert iso == middle
    end = machine.run("replay", place, "--json", cwd=tmp_path).json
    assert end["total"]["tokens"]["output"] == 210  # type: ignore[index]


def test_past_runs_replay_by_name_and_number(machine: Machine) -> None:
    last = machine.run("status", "--json").json
    for run in ("last", "1", "journal"):
        replayed = machine.run("replay", run, "--json").json
        assert (replayed["seq"], replayed["total"]) == (last["seq"], last["total"])
    assert machine.run("replay", "7", "--json").code == 2


def test_a_past_that_is_not_there_is_a_typing_error(machine: Machine) -> None:
    done = machine.run("replay", "nowhere", "--json")
    assert (done.code, done.err) == (
        2,
        "factory-tui: there is no 'nowhere': name a file, a directory, last, journal, or a number\n",
    )


def test_imported_transcripts_stay(machine: Machine, tmp_path: Path) -> None:
    elsewhere = tmp_path / "archive"
    elsewhere.mkdir()
    machine.session("s-old", machine.repo.path, "main", SECOND).rename(elsewhere / "s-old.jsonl")
    (elsewhere / "notes.txt").write_text("not one of an agent\n")
    machine.run("status")
    done = machine.run("import", str(elsewhere / "s-old.jsonl"), str(elsewhere / "notes.txt"))
    assert (done.code, done.err) == (0, "factory-tui: skipped: not a transcript, 1 time\n")
    assert re.fullmatch(r"\d+ events of 1 station imported\n", done.out)
    again = machine.run("import", str(elsewhere))
    assert (again.code, again.out) == (0, "nothing new was imported: all of it is in the journal already\n")
    assert "skipped: not a transcript 1\n" in machine.run("status").out
    (elsewhere / "s-old.jsonl").unlink()
    assert tokens(machine.run("meters", "--json"))["output"] == 300
    missing = machine.run("import", str(tmp_path / "nothing"))
    assert missing.code != 0
    assert missing.err.count("\n") == 1


def test_doctor_is_content_and_says_what_it_found(machine: Machine) -> None:
    done = machine.run("doctor")
    assert done.code == 0, done.out
    assert str(machine.projects) in done.out
    report = machine.run("doctor", "--json").json
    assert report["ok"] is True
    topics = {finding["topic"] for finding in report["findings"]}  # type: ignore[attr-defined]
    assert topics == {"program", "terminal", "configuration", "repository", "sources", "prices"}


def test_doctor_counts_colours_as_the_screens_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    for term, colours in (("xterm-kitty", "256"), ("xterm-256color", "256"), ("xterm", "16")):
        monkeypatch.setenv("TERM", term)
        found = {finding.name: finding.value for finding in terminal(OfFloor())}
        assert found["colours"] == colours == str(colours_of(os.environ))


def test_doctor_ends_with_1_when_something_is_broken(machine: Machine, tmp_path: Path) -> None:
    config = tmp_path / "config/factory-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("theem = 'dark'\n")
    done = machine.run("doctor")
    assert done.code == 1
    assert "did you mean 'theme'?" in done.out


def test_doctor_looks_at_the_operator_s_own_files(machine: Machine, tmp_path: Path) -> None:
    config = tmp_path / "config/factory-tui"
    config.mkdir(parents=True)
    for name, text, said in (
        ("keymap.toml", '[keys]\n"ctrl+n" = "floor.nothing"\n', "names the unknown action"),
        ("config.toml", 'theme = "pink"\n', "config.toml: theme cannot be 'pink'"),
        ("config.toml", 'prices = "/nowhere.toml"\n', "there is no file of prices /nowhere.toml"),
    ):
        (config / name).write_text(text)
        done = machine.run("doctor")
        assert done.code == 1
        assert said in done.out
        (config / name).unlink()


@pytest.mark.parametrize("command", ["status", "conflicts", "order"])
@pytest.mark.parametrize(
    ("answer", "said"), [("git version 2.30.1", "git 2.30 is too old: install git 2.38 or newer"), ("", "git ")]
)
def test_another_git_is_refused_by_name(machine: Machine, tmp_path: Path, command: str, answer: str, said: str) -> None:
    git = tmp_path / "bin/git"
    git.parent.mkdir()
    git.write_text(f"#!/bin/sh\necho {answer}\n[ -n '{answer}' ]\n")
    git.chmod(0o755)
    done = machine.run(command, env={"PATH": f"{git.parent}{os.pathsep}{os.environ['PATH']}"})
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert done.err.startswith(f"factory-tui: {said}")


@pytest.mark.parametrize("words", [[], ["demo"], ["demo", "--rate", "5"], ["replay", "journal"]])
def test_screens_without_a_terminal_say_what_to_do(machine: Machine, words: list[str]) -> None:
    done = machine.run(*words)
    assert done.code == 2
    assert done.err.startswith("factory-tui: the floor needs a terminal")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["meters"],
        ["events"],
        ["replay", "nothing-there", "--json"],
        ["record", "-o", "x.ftr"],
        ["stop"],
        ["import", "."],
    ],
)
def test_outside_a_repository_one_line_says_so(machine: Machine, tmp_path: Path, words: list[str]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    done = machine.run(*words, cwd=outside)
    assert done.code in (1, 2)
    assert done.out == ""
    assert done.err.startswith("factory-tui: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("words", [["events", "--json"], ["replay", "demo", "--json"], ["conflicts", "--help"]])
def test_a_broken_pipe_is_quiet(machine: Machine, words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    if words[1] == "demo":
        words = ["replay", str(ROOT / "console/demo.ftr"), "--json"]
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=machine.repo.path,
        env=machine.env,
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("words", [["status"], ["--help"], ["--version"], ["completions", "bash"]])
def test_an_output_that_takes_nothing_is_told_in_one_line(machine: Machine, words: list[str]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("wb") as output:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=machine.repo.path,
            env=machine.env,
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert done.stderr.startswith(b"factory-tui: No space left on device")


def test_an_error_that_nobody_can_be_told_keeps_its_exit_code(machine: Machine) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("wb") as output:
        done = subprocess.run([*COMMAND, "nonsense"], env=machine.env, stderr=output, check=False)
    assert done.returncode == 2


def test_a_recording_that_cannot_be_written_is_told_in_one_line(machine: Machine, tmp_path: Path) -> None:
    done = machine.run("record", "-o", str(tmp_path / "nowhere/x.ftr"))
    assert done.code == 1
    assert done.err.startswith("factory-tui: ")
    assert done.err.count("\n") == 1


def test_hostile_names_do_no_harm(machine: Machine) -> None:
    hostile = "\x1b]52;c;aGk=\x07\u202eevil\x9b2J"
    machine.session("s-evil", machine.tree, hostile, [usage(1, 0, 0, 1)], NOON + 200)
    machine.repo.branch("br\u202eanch\x9b2J")
    for words in (["status"], ["status", "--json"], ["meters", "--by", "branch"], ["events"], ["events", "--json"]):
        out = machine.run(*words).out
        assert all(line.isprintable() for line in out.splitlines()), words


def test_nothing_is_written_into_the_repository(machine: Machine) -> None:
    before = {path: path.lstat().st_mtime_ns for path in machine.repo.path.rglob("*")}
    machine.run("status")
    machine.run("doctor")
    assert {path: path.lstat().st_mtime_ns for path in machine.repo.path.rglob("*")} == before


def test_stop_says_whether_there_was_anything_to_stop(machine: Machine) -> None:
    assert machine.run("stop").out == "no supervisor was running\n"


def test_an_unexpected_error_is_one_line_and_a_file(machine: Machine, tmp_path: Path) -> None:
    """A fault of ours, made by breaking an import that a command needs."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "getpass.py").write_text("raise RuntimeError('made \\x1b[31m for this test')\n")
    path = f"{broken}{os.pathsep}{machine.env['PYTHONPATH']}"
    done = machine.run("status", env={"PYTHONPATH": path, "TMPDIR": str(tmp_path)})
    assert done.code == 1
    assert done.err.startswith("factory-tui: unexpected RuntimeError")
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.err
    log = Path(done.err.rsplit(" ", 1)[1].strip())
    assert "Traceback" in log.read_text()
    shown = machine.run("status", env={"PYTHONPATH": path, "FACTORY_TUI_DEBUG": "1"})
    assert "Traceback" in shown.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_do_no_harm(machine: Machine, closed: str) -> None:
    words = " ".join(shlex.quote(word) for word in COMMAND)
    done = subprocess.run(
        ["/bin/sh", "-c", f"{words} status --json {closed}"],
        cwd=machine.repo.path,
        env=machine.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert bool(done.stdout) is (">&-" not in closed.replace("2>&-", ""))
    assert machine.run("status").code == 0


def test_ctrl_c_in_an_import_ends_the_process_at_once(machine: Machine) -> None:
    """An exception there would leave extension modules half-made."""
    ask = "import os, signal; from console.cli.imports import importing\n"
    press = "os.kill(os.getpid(), signal.SIGINT)"
    for text, code, said in (
        (f"{ask}with importing():\n    {press}", -signal.SIGINT, b""),
        (
            f"{ask}with importing():\n    pass\ntry:\n    {press}\nexcept KeyboardInterrupt:\n    print('told')",
            0,
            b"told\n",
        ),
    ):
        done = subprocess.run([sys.executable, "-c", text], env=machine.env, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (code, said, b"")


def test_numbers_of_events_that_cannot_be_are_refused(machine: Machine) -> None:
    for words in (["events", "--since"], ["replay", "journal", "--json", "--seq"]):
        done = machine.run(*words, str(2**63))
        assert (done.code, done.err.count("\n")) == (2, 1)
    assert machine.run("events", "--since", str(2**63 - 1)).out == ""


def test_a_hostile_base_is_shown_harmless(machine: Machine) -> None:
    machine.repo.git("branch", "x\u202ered")
    done = machine.run("status", "--base", "x\u202ered")
    assert done.code == 0
    assert "\u202e" not in done.out
