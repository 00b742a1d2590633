"""`factory-tui agents`: what there is, and whether it holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from tests import ROOT
from tests.support.stations.hosting import installed


def agents(at: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console", "agents", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(installed(at / "site")), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_kinds_are_listed_with_what_is_wrong_and_the_cure(tmp_path: Path) -> None:
    done = agents(tmp_path, "--json", PARROT="dead")
    shapes = {shape["name"]: shape for shape in msgspec.json.decode(done.stdout)["kinds"]}
    assert shapes["parrot"]["reason"] == "this parrot is no more" and shapes["parrot"]["cure"] == "buy another one"
    assert shapes["parrot"]["package"] == "factory-tui-parrot"
    assert "newer factory-tui" in shapes["parrot-newer"]["reason"]
    assert "resume" in shapes["builtin"]["abilities"]
    assert set(shapes["claude"]["options"]) == {"ask", "command", "permissions"}
    assert shapes["parrot"]["options"] is None
    told = agents(tmp_path / "again", PARROT="alive").stdout
    assert "yes (0.1.0)" in told and "Cure: " in told


def test_a_kind_that_breaks_when_it_is_asked_is_listed_with_that_and_hides_no_other(tmp_path: Path) -> None:
    module = installed(tmp_path / "site") / "factory_tui_parrot.py"
    module.write_text(module.read_text().replace("return Usable(True, version", "return no_such_name(True, version"))
    done = subprocess.run(
        [sys.executable, "-m", "console", "agents", "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    shapes = {shape["name"]: shape for shape in msgspec.json.decode(done.stdout)["kinds"]}
    assert "it cannot be asked (NameError" in shapes["parrot"]["reason"] and shapes["parrot"]["cure"]
    assert shapes["command"]["usable"]


def test_a_plugin_is_checked(tmp_path: Path) -> None:
    done = agents(tmp_path, "check", "parrot")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ goes on with its conversation" in done.stdout
    assert "- tells what it uses: it does not say 'usage' of itself" in done.stdout
    broken = agents(tmp_path / "again", "check", "parrot-broken")
    assert broken.returncode == 1 and "does not load" in broken.stderr
    assert agents(tmp_path / "once more", "check").returncode == 2
    unknown = agents(tmp_path / "unknown", "check", "command", "--option", "comand=mini")
    assert (unknown.returncode, unknown.stdout) == (1, "") and "has no option 'comand'" in unknown.stderr
    terminal = agents(tmp_path / "terminal", "check", "command", "--option", "command=mini {task}")
    assert (terminal.returncode, terminal.stdout.splitlines()[0]) == (0, "✓ says what to start: mini")


def test_what_does_not_hold_is_said(tmp_path: Path) -> None:
    module = installed(tmp_path / "site") / "factory_tui_parrot.py"
    module.write_text(module.read_text().replace("interrupted=True", "interrupted=False"))
    done = subprocess.run(
        [sys.executable, "-m", "console", "agents", "check", "parrot-first"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "✖ is interrupted: the turn ends as if it were done" in done.stdout, done.stdout + done.stderr
