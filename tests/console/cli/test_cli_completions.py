"""Shell completions: complete, and accepted by the shells that are here."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli.commands.completions import SHELLS, Completions
from console.cli.completing.described import commands
from console.cli.parser import build
from tests.support.cli import COMMAND, Machine, usage

CHECKS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


EVIL = "x$(touch${IFS}evil)"
"""A branch whose name a shell must not expand."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = with_stations(Machine(tmp_path_factory.mktemp("shared"), shared=True))
    yield made
    made.end()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return with_stations(Machine(tmp_path))


def with_stations(made: Machine) -> Machine:
    """Two stations that are in the journal, and a branch with a hostile name."""
    made.session("s-main", made.repo.path, "main", [usage(1, 0, 0, 1)])
    made.session("s-pool", made.tree, "feature/pool", [usage(1, 0, 0, 1)])
    made.repo.branch(EVIL)
    assert made.run("status").code == 0
    return made


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert Completions(shell=shell).run() == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_completed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = script(shell, capsys)
    for command in commands(build()):
        assert command.name in text
        for option in command.options:
            for name in option.names:
                assert name.lstrip("-") in text


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_accepts_it(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    text = script(shell, capsys)
    done = subprocess.run(CHECKS[shell], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("factory-tui st", {"start", "status", "stop"}),
        ("factory-tui status --js", {"--json"}),
        ("factory-tui --repo . meters --by ", {"station", "model", "branch", "day"}),
        ("factory-tui completions f", {"fish"}),
        ("factory-tui --theme l", {"light"}),
        ("factory-tui replay l", {"last", "late one.ftr"}),
        ("factory-tui import l", {"late one.ftr"}),
        ("factory-tui conflicts f", {"feature/pool"}),
        ("factory-tui conflicts --base = m", {"main"}),
        ("factory-tui order --branches main f", {"feature/pool"}),
        (f"factory-tui conflicts {EVIL[:3]}", {EVIL}),
        ("factory-tui record --station ", {"api", "api-wt"}),
        ("factory-tui --repo /nowhere conflicts ", set()),
        ("factory-tui start clau", {"claude", "claude-agent-acp"}),
        ("factory-tui agents c", {"check", "claude", "claude-agent-acp", "codex", "codex-acp", "command"}),
        ("factory-tui answer a", {"allow", "always", "api", "api-wt"}),
        ("factory-tui scope api-", {"api-wt"}),
        ("factory-tui start command --parent api-", {"api-wt"}),
        ("factory-tui kept re", {"restore"}),
    ],
)
def test_bash_offers(
    line: str, offered: set[str], shared: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    here = tmp_path / "here"
    here.mkdir()
    (here / "late one.ftr").touch()
    words = line.split(" ")
    if "--repo" not in words:
        words[1:1] = ["--repo", str(shared.repo.path)]
    quoted = " ".join(shlex.quote(word) for word in words)
    program = f'factory-tui() {{ {shlex.join(COMMAND)} "$@"; }}\n'
    ask = f"\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _factory_tui; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    text = program + script("bash", capsys) + ask
    done = subprocess.run(
        ["bash", "--norc"], input=text, text=True, cwd=here, env=shared.env, capture_output=True, check=False
    )
    assert done.stderr == ""
    assert {name for name in done.stdout.split("\n") if name} == offered
    assert [path.name for path in here.iterdir()] == ["late one.ftr"], "a branch's name was run as a command"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("factory-tui stat", {"status"}),
        ("factory-tui conflicts ", {"feature/pool", "main", EVIL}),
        ("factory-tui --repo /nowhere conflicts ", set()),
        ("factory-tui meters --by d", {"day"}),
        ("factory-tui replay j", {"journal"}),
    ],
)
def test_fish_offers(line: str, offered: set[str], shared: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("fish") is None:
        pytest.skip("there is no fish here")
    text = f"{script('fish', capsys)}complete -C {shlex.quote(line)}\n"
    done = subprocess.run(
        ["fish", "--no-config"],
        input=text,
        text=True,
        cwd=shared.repo.path,
        env=shared.env,
        capture_output=True,
        check=False,
    )
    assert done.stderr == ""
    assert {name.split("\t")[0] for name in done.stdout.splitlines()} == offered


def test_stations_are_named_without_catching_up(machine: Machine) -> None:
    machine.session("s-late", machine.repo.path, "main", [usage(1, 0, 0, 1)])
    assert machine.run("completions", "stations").out.split() == ["api", "api-wt"]
