"""`trust`, end to end."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from console.cli.commands.stations.trust import Shape
from sessions.paths import repo_state_dir
from sessions.stations.places.making import Wanted, make
from tests.support.cli import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def listed(machine: Machine, *words: str) -> dict[str, tuple[str, bool]]:
    shape = msgspec.convert(machine.run("trust", "--json", *words).json, Shape)
    return {file.path: (file.effect, file.allowed) for file in shape.files}


def test_files_that_run_something_are_listed_and_allowed_by_content(machine: Machine) -> None:
    assert machine.run("trust").out == "nothing here has programs run, or tells agents anything\n"
    machine.repo.write({".mcp.json": "{}", "AGENTS.md": "x", ".envrc": "x"})
    assert listed(machine) == {".mcp.json": ("runs", False), "AGENTS.md": ("tells", False), ".envrc": ("opens", False)}
    assert "3 files not allowed" in machine.run("trust").out
    assert listed(machine, ".mcp.json") == {".mcp.json": ("runs", True)}
    machine.repo.write({".mcp.json": '{"mcpServers": {}}'})
    assert listed(machine)[".mcp.json"] == ("runs", False)
    machine.run("trust", ".mcp.json", "AGENTS.md")
    assert "1 file not allowed" in machine.run("trust").out
    assert machine.run("trust", "--withdraw", "AGENTS.md").code == 0
    assert listed(machine)["AGENTS.md"] == ("tells", False)


def test_of_different_contents_only_the_one_that_was_looked_at_is_allowed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", machine.env["XDG_STATE_HOME"])
    machine.repo.commit({".mcp.json": "{}"})
    common_dir = machine.repo.path / ".git"
    place = make(common_dir, repo_state_dir(common_dir), Wanted("s1", "agent/s1"))
    assert listed(machine) == {".mcp.json": ("runs", False)}
    machine.repo.write({".mcp.json": '{"mcpServers": {}}'}, cwd=place.work)
    done = machine.run("trust", ".mcp.json")
    assert (done.code, "not the same everywhere" in done.err, "--station . or s1" in done.err) == (1, True, True)
    assert listed(machine, "--station", ".", ".mcp.json") == {".mcp.json": ("runs", True)}
    assert listed(machine, "--station", "s1") == {".mcp.json": ("runs", False)}
    assert listed(machine, "--station", "s1", ".mcp.json") == {".mcp.json": ("runs", True)}


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [(("nowhere",), 1, "there is no such file"), (("--withdraw",), 2, "no file is named"), (("",), 2, "empty")],
)
def test_wrong_words_are_told(machine: Machine, words: tuple[str, ...], code: int, reason: str) -> None:
    done = machine.run("trust", *words)
    assert (done.code, reason in done.err) == (code, True), done.err
