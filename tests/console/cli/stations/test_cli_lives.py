"""What an operator does to stations by words: several at once, by id or name, each refusal told, the rest done."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console import cli
from console.cli.output import table
from sessions.floor.commands import RenameStation
from sessions.headless.supervised import Supervised
from tests.support.house import House
from tests.support.stations.yard import yard_in
from tests.support.supervisor import PATIENCE_S

VERBS = ("interrupt", "pause", "resume", "stop", "kill", "remove")


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


class Shell:
    """Gives commands in a repository, and keeps what they print."""

    def __init__(self, house: House, capsys: pytest.CaptureFixture[str]) -> None:
        self.house, self._capsys, self.error = house, capsys, ""

    def run(self, *words: str, code: int = 0) -> str:
        assert cli.main([*words, "--repo", str(self.house.repo.path)]) == code, self._capsys.readouterr()
        said = self._capsys.readouterr()
        self.error = said.err
        return said.out

    def told(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*words, "--json", code=code).splitlines()]

    def outcomes(self, *words: str, code: int = 0) -> list[tuple[object, object]]:
        told = self.told(*words, code=code)
        names = {"version", "ok", "station", "reason", "cure", "waits", "kept", "branch_gone"}
        assert all(set(each) == names for each in told)
        assert all(each["reason"] or each["ok"] for each in told)
        return [(each["station"], each["ok"]) for each in told]


@pytest.fixture
def shell(yard: House, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(yard, capsys)


def test_verbs_take_several_and_tell_every_refusal(shell: Shell) -> None:
    for name in ("polly", "kiki"):
        assert shell.outcomes("start", "parrot", "say hello", "--name", name) == [(name, True)]
    both = [("polly", True), ("nobody", False), ("kiki", True)]
    words = ("polly", "nobody", "kiki")
    assert shell.outcomes("prompt", *words, "ask", code=1) == both
    for name in ("polly", "kiki"):
        _asks(shell, name)
    assert shell.outcomes("answer", *words, "deny", "--reason", "no", code=1) == both
    shell.run("answer", "polly", "allow", code=1)
    assert shell.error == "factory-tui: it asks nothing: look at what it does now\n"
    shell.run("answer", *words, "allow", "--question", "q", code=2)
    for verb in ("pause", "resume", "stop"):
        assert shell.outcomes(verb, *words, code=1) == both
    assert shell.run("stop", *words, code=1).splitlines() == [
        "polly: it is stopped: there is nothing to do",
        "nobody: there is no station 'nobody': see `factory-tui status`",
        "kiki: it is stopped: there is nothing to do",
    ]
    assert re.search(r"^polly .* stopped$", shell.run("status"), re.MULTILINE)
    assert shell.told("resume") == []
    assert shell.outcomes("freeze") == shell.outcomes("thaw") == [("", True)]
    assert shell.run("thaw") == "the floor was not frozen\n"
    assert shell.outcomes("remove", *words, code=1) == both
    assert shell.told("stop")[0]["process"]
    assert shell.told("stop") == [{"version": 1, "ok": True, "process": None}]


def _asks(shell: Shell, station: str) -> None:
    """Return when it asks something; a command that is answered after a fact has that fact on its floor."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        (status,) = shell.told("status")
        if any(each["id"] == station and each["ours"]["questions"] for each in status["stations"]):
            return
    raise AssertionError(f"{station} asks nothing")


def test_a_boundary_is_shown_and_assigned_in_parts_to_several(shell: Shell) -> None:
    for name, bound in (("polly", "5000"), ("kiki", "7000")):
        shell.run("start", "parrot", "--name", name, "--write", f"{name}/**", "--tokens", bound)
    assert shell.outcomes("scope", "polly", "nobody", "kiki", "--turns", "9", code=1) == [
        ("polly", True),
        ("nobody", False),
        ("kiki", True),
    ]
    shown = shell.told("scope", "polly", "kiki")
    assert [each["scope"]["write"] for each in shown] == [[f"{each['name']}/**"] for each in shown]
    assert [each["budget"] for each in shown] == [
        {"tokens": tokens, "dollars": 0.0, "seconds": 0.0, "turns": 9} for tokens in (5000, 7000)
    ]
    for said in (True, False):
        shell.run("scope", "kiki", "--exclusive" if said else "--no-exclusive")
        assert shell.told("scope", "kiki")[0]["scope"]["exclusive"] is said
    assert shell.run("interrupt", "kiki") == "kiki: it is idle: there was nothing to interrupt\n"
    assert shell.outcomes("interrupt", "kiki") == [("kiki", True)]
    shell.run("scope", "kiki", "--turns", "0")
    shell.run("scope", "kiki", "--tokens", "0")
    assert "budget  no bound" in shell.run("scope", "kiki")
    shell.run("scope", "polly", "--write", "/etc/**", code=1)
    assert "lies outside the work tree" in shell.error
    assert [each.get("ok", True) for each in shell.told("scope", "nobody", "polly", code=1)] == [True, False]


def test_a_station_is_meant_by_its_name_too(shell: Shell) -> None:
    shell.run("start", "parrot", "--name", "polly")
    with Supervised(shell.house.repo.path) as supervised:
        supervised.obey(RenameStation("polly", "the old one"))
    assert shell.outcomes("prompt", "the old one", "say hi") == [("polly", True)]
    assert shell.told("scope", "the old one")[0]["station"] == "polly"
    assert shell.outcomes("start", "parrot", "--name", "chick", "--parent", "the old one") == [("chick", True)]
    assert shell.told("log", "the old one")[0]["station"] == "polly"
    (signal,) = shell.told("hook", "PROGRESS", "--station", "the old one")
    assert set(signal) == {"version", "signal"}


def test_a_program_of_which_it_is_not_known_how_is_not_interrupted(shell: Shell) -> None:
    shell.run("start", "command", "--option", "command=sleep 600", "--name", "sleeper")
    shell.run("interrupt", "sleeper", code=1)
    assert shell.error == "factory-tui: what ends its turn is not known: attach and press ctrl+c, or stop it\n"
    assert shell.outcomes("kill", "sleeper") == [("sleeper", True)]


def test_a_start_that_can_be_known_to_fail_makes_no_station(shell: Shell) -> None:
    (told,) = shell.told("start", "parot", "say hello", "--name", "polly", code=1)
    assert (told["ok"], told["station"], told["cure"]) == (False, "polly", "did you mean parrot?")
    shell.run("start", "parrot", "--dollars", "abc", "--json", code=2)
    assert "no number of 0 or more" in shell.error
    shell.run("start", "parot", "say hello", code=1)
    assert shell.error == "factory-tui: 'parot' is no kind of agent: did you mean parrot?\n"
    shell.run("start", "zzz", "say hello", code=1)
    assert "there are " in shell.error and "builtin" in shell.error
    assert shell.outcomes("start", "command", "mend it", code=1) == [("", False)]
    assert shell.outcomes("start", "command", "mend it", "--name", "../evil", code=1) == [("../evil", False)]
    shell.run("start", "parrot", " ", code=1)
    assert shell.error.startswith("factory-tui: its task is empty: ")
    shell.run("start", "parrot", "", code=2)
    assert shell.told("status")[0]["stations"] == []


def test_a_start_on_a_frozen_floor_returns_with_what_it_waits_for(shell: Shell) -> None:
    shell.run("freeze")
    assert shell.run("start", "parrot", "--name", "polly") == "polly waits for the thaw: the floor is frozen\n"
    (told,) = shell.told("start", "parrot", "--name", "kiki")
    assert told["ok"] and (told["station"], told["waits"]) == ("kiki", "waits for the thaw: the floor is frozen")


def test_who_writes_beside_a_station_and_works_on_for_it_is_said(shell: Shell) -> None:
    assert shell.run("start", "parrot", "--name", "boss", "--write", "src/**") == "boss was started\n"
    said = shell.run("start", "parrot", "--name", "chick", "--parent", "boss")
    assert said == "chick was started\n"
    assert shell.told("scope", "chick")[0]["scope"]["write"] == ["src/**"]
    assert re.match(r"chick: (safe|landlock|advisory!)\S*, held by ", shell.run("scope", "chick"))
    shell.run("start", "parrot", "--name", "chick", code=1)
    assert shell.error == "factory-tui: there is a station 'chick' already: take another name\n"
    said = shell.run("start", "parrot", "--name", "other", "--write", "src/b/**")
    assert said == "other was started; boss, chick may write there, too\n"
    assert shell.run("kill", "boss") == "boss was killed; chick still works for it\n"
    shell.run("remove", "boss", code=1)
    assert shell.error.startswith("factory-tui: chick works for it: stop that first")
    shell.run("stop", "chick")
    gone = "station/boss had no commit of its own, and went with it"
    assert shell.run("remove", "boss") == f"boss was removed; {gone}\n"
    shell.run("start", "parrot", "--parent", "boss", code=1)
    assert shell.error == "factory-tui: boss is removed: let it work for another station, or for none\n"


def test_what_was_removed_is_no_station_of_the_floor_and_what_it_left_is_counted(shell: Shell) -> None:
    for name in ("polly", "kiki", "koko"):
        shell.run("start", "parrot", "--name", name)
    (place,) = [each["directory"] for each in shell.told("status")[0]["stations"] if each["id"] == "kiki"]
    (Path(place) / "new.txt").write_text("not committed\n")
    shell.run("stop", "polly", "kiki", "koko")
    (left,) = shell.told("remove", "koko")
    assert (left["ok"], left["kept"], left["branch_gone"]) == (True, [], "station/koko")
    gone = "; station/{} had no commit of its own, and went with it\n"
    assert shell.run("remove", "polly") == "polly was removed" + gone.format("polly")
    kept = "kiki was removed; 1 piece of its work is kept: factory-tui kept"
    assert shell.run("remove", "kiki") == kept + gone.format("kiki")
    status = shell.run("status")
    assert status.startswith("0 stations, ") and "polly" not in status.partition("branch ")[0]
    assert "3 stations more, removed: --json tells of them" in status
    assert len(shell.told("status")[0]["stations"]) == 3


@pytest.mark.parametrize("verb", [*VERBS, "prompt", "answer", "scope", "freeze"])
def test_where_no_repository_is_it_says_so_on_one_line(
    verb: str, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"prompt": ["x", "hello"], "answer": ["x", "allow"], "freeze": []}.get(verb, ["x"])
    assert cli.main([verb, *words, "--json", "--repo", str(tmp_path_factory.mktemp("none"))]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "is in no git repository" in said.err


def test_a_pipe_has_the_whole_of_the_last_column(capsys: pytest.CaptureFixture[str]) -> None:
    why = "because " * 20
    table(("station", "tokens", "why"), [("polly", "1", why)], told=True)
    table(("kind", "can"), [("parrot", why)], left=2)
    assert capsys.readouterr().out.count(why.strip()) == 2
