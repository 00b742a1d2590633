"""What `doctor` finds, and which git the commands take."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

from console.cli.command import OfFloor
from console.cli.findings import stations, terminal
from console.terminal.theme import colours_of
from sessions import systemd
from sessions.stations.boundary.machine import Machine as Here
from tests.support.cli import Machine


def test_doctor_is_content_and_says_what_it_found(shared: Machine) -> None:
    done = shared.run("doctor")
    assert done.code == 0, done.out
    assert str(shared.projects) in done.out
    report = shared.run("doctor", "--json").json
    assert report["ok"] is True
    topics = {finding["topic"] for finding in report["findings"]}  # type: ignore[attr-defined]
    assert topics == {"program", "terminal", "configuration", "repository", "sources", "stations", "prices"}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Here("/usr/bin/bwrap", (0, 8, 0)), "held by bubblewrap 0.8.0 at /usr/bin/bwrap"),
        (Here(trouble="it is not installed", cure="install it", landlock=6), "held in part, by Landlock 6: it is not"),
        (Here(trouble="it is not installed", cure="install it"), "advisory, held by nobody: it is not installed"),
    ],
)
def test_doctor_says_what_holds_stations_and_why_it_is_not_better(
    monkeypatch: pytest.MonkeyPatch, found: Here, said: str
) -> None:
    monkeypatch.setattr("sessions.stations.boundary.machine.here", lambda: found)
    finding = next(stations(OfFloor()))
    assert finding.value.startswith(said)
    assert finding.cure == found.cure


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
def test_another_git_is_refused_by_name(shared: Machine, tmp_path: Path, command: str, answer: str, said: str) -> None:
    git = tmp_path / "bin/git"
    git.parent.mkdir()
    git.write_text(f"#!/bin/sh\necho {answer}\n[ -n '{answer}' ]\n")
    git.chmod(0o755)
    done = shared.start(command, env={"PATH": f"{git.parent}{os.pathsep}{os.environ['PATH']}"})
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert done.err.startswith(f"factory-tui: {said}")


@pytest.mark.parametrize(
    ("runs", "lingers", "scope", "said", "cure"),
    [
        (False, False, "true", "no systemd of the user", ""),
        (True, True, "true", "ends nothing", ""),
        (True, False, "true", "the last one ends", "loginctl enable-linger"),
        (True, True, "false", "may end", "systemd_scope"),
    ],
)
def test_it_says_what_the_end_of_a_login_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runs: bool, lingers: bool, scope: str, said: str, cure: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"systemd_scope = {scope}\n")
    monkeypatch.setenv("FACTORY_TUI_CONFIG", str(config))
    monkeypatch.setattr(systemd, "runs", lambda: runs)
    monkeypatch.setattr(systemd, "LINGERING", tmp_path)
    if lingers:
        (tmp_path / getpass.getuser()).touch()
    (found,) = (finding for finding in stations(OfFloor(repo=tmp_path)) if finding.name == "logout")
    assert said in found.value and cure in found.cure
