"""Recordings, replays and imports by the command line."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from sessions.journal.recording.recording import Recording
from tests.console.cli.used import SECOND, tokens
from tests.support.cli import COMMAND, NOON, Machine, stopping


def test_a_recording_replays_to_the_same_figures(shared: Machine, tmp_path: Path) -> None:
    before = shared.run("status", "--json").json
    recording = tmp_path / "day.ftr"
    done = shared.run("record", "-o", str(recording))
    assert done.code == 0, done.err
    replayed = shared.run("replay", str(recording), "--at", "end", "--json", cwd=tmp_path).json
    assert replayed["total"] == before["total"]
    assert replayed["seq"] == before["seq"]
    early = shared.run("replay", str(recording), "--seq", "1", "--json", cwd=tmp_path).json
    assert early["total"]["calls"] == 0  # type: ignore[index]
    assert early["seq"] == 1


def test_a_recording_goes_to_the_standard_output(shared: Machine, tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "record", "-o", "-"], cwd=shared.repo.path, env=shared.env, capture_output=True, check=True
    )
    assert done.stderr == b""
    (tmp_path / "piped.ftr").write_bytes(done.stdout)
    replayed = shared.run("replay", str(tmp_path / "piped.ftr"), "--at", "end", "--json").json
    assert replayed["total"] == shared.run("status", "--json").json["total"]
    assert not (shared.repo.path / "-").exists()


def test_a_file_that_is_there_is_not_written_over_without_a_word(shared: Machine, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    done = shared.run("record", "-o", str(tmp_path / "mine"))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "--force" in done.err
    assert (tmp_path / "mine").read_text() == "precious"
    assert shared.run("record", "-o", str(tmp_path / "mine"), "--force").code == 0
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
    told = re.fullmatch(r"(\d+) events of 1 station imported\n", done.out)
    assert told
    events = [json.loads(line) for line in machine.run("events", "--json").out.splitlines()]
    assert int(told[1]) == sum(event["event"].get("session") == "s-one" for event in events) > 0
    assert {event["event"].get("session") for event in events} > {"s-one", "s-main"}, "and what was there anyway"


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


def test_a_recording_has_history_where_it_happened(shared: Machine, tmp_path: Path) -> None:
    """The journal hears of it after the floor was opened, and keeps it in that order."""
    events = [json.loads(line)["event"] for line in shared.run("events", "--json").out.splitlines()]
    happened = sorted(event["time"] for event in events if event["type"] != "factory_opened.1")
    assert shared.run("record", "-o", str(tmp_path / "all.ftr")).code == 0
    with closing(Recording(tmp_path / "all.ftr")) as recording:
        assert recording.span.first_time == happened[0] < recording.span.last_time
    middle = str(happened[len(happened) // 2])
    assert shared.run("record", "-o", str(tmp_path / "early.ftr"), "--until", middle).code == 0
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
    shared: Machine, tmp_path: Path, words: tuple[str, ...], first: int, last: int
) -> None:
    """Numbers from 0 on downwards count from the end."""
    count = len(shared.run("events").out.splitlines())
    done = shared.run("record", "-o", str(tmp_path / "part.ftr"), *words)
    assert done.code == 0, done.err
    events = (last or count) - (first or count) + 1
    assert f": {events} event{'s' * (events > 1)}, " in done.out


def test_a_numbered_event_is_a_place(shared: Machine) -> None:
    for words in (["--at", "seq 3"], ["--at", "#3"], ["--seq", "3"]):
        shared.run("status")
        assert shared.run("replay", "journal", "--json", *words).json["seq"] == 3
    assert shared.run("replay", "journal", "--json", "--at", "start").json["seq"] == 1


def test_a_recording_of_one_station_has_only_it(shared: Machine, tmp_path: Path) -> None:
    shape = shared.run("status", "--json").json
    name = next(s["name"] for s in shape["stations"] if s["branch"] == "feature/pool")  # type: ignore[attr-defined]
    assert shared.run("record", "-o", str(tmp_path / "one.ftr"), "--station", name).code == 0
    replayed = shared.run("replay", str(tmp_path / "one.ftr"), "--json").json
    assert [s["name"] for s in replayed["stations"]] == [name]  # type: ignore[attr-defined]
    unknown = shared.run("record", "-o", str(tmp_path / "none.ftr"), "--station", "nobody")
    assert unknown.code == 2
    assert not (tmp_path / "none.ftr").exists()


def test_a_transcript_replays_as_of_any_time(shared: Machine, tmp_path: Path) -> None:
    place = str(shared.projects)
    middle = shared.run("replay", place, "--at", str(NOON + 50), "--json", cwd=tmp_path).json
    assert middle["total"]["tokens"]["output"] == 120  # type: ignore[index]
    assert middle["time"] == NOON + 50
    iso = shared.run("replay", place, "--at", "2025-11-21T12:00:50+00:00", "--json", cwd=tmp_path).json
    assert iso == middle
    end = shared.run("replay", place, "--json", cwd=tmp_path).json
    assert end["total"]["tokens"]["output"] == 210  # type: ignore[index]


def test_past_runs_replay_by_name_and_number(shared: Machine) -> None:
    last = shared.run("status", "--json").json
    for run in ("last", "1", "journal"):
        replayed = shared.run("replay", run, "--json").json
        assert (replayed["seq"], replayed["total"]) == (last["seq"], last["total"])
    assert shared.run("replay", "7", "--json").code == 2


def test_a_past_that_is_not_there_is_a_typing_error(shared: Machine) -> None:
    done = shared.run("replay", "nowhere", "--json")
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


def test_a_recording_that_cannot_be_written_is_told_in_one_line(shared: Machine, tmp_path: Path) -> None:
    done = shared.run("record", "-o", str(tmp_path / "nowhere/x.ftr"))
    assert done.code == 1
    assert done.err.startswith("factory-tui: ")
    assert done.err.count("\n") == 1
