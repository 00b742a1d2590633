"""Shell completions: complete, and accepted by the shells that are here."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from console.cli.call import Call
from console.cli.completions import commands, completions
from console.cli.parser import SHELLS, build

CHECKS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert completions(Call(shell=shell)) == 0
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
        ("factory-tui st", {"status", "stop"}),
        ("factory-tui status --js", {"--json"}),
        ("factory-tui --repo . meters --by ", {"station", "model", "branch", "day"}),
        ("factory-tui completions f", {"fish"}),
    ],
)
def test_bash_offers(line: str, offered: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    ask = f"\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _factory_tui; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    text = script("bash", capsys) + ask
    done = subprocess.run(["bash", "--norc"], input=text, text=True, capture_output=True, check=False)
    assert done.stderr == ""
    assert set(done.stdout.split()) == offered
