"""The words of the command line."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from console.cli.command import Command, Look
from console.cli.commands.completions import Completions
from console.cli.commands.demo import Demo
from console.cli.commands.import_ import Import
from console.cli.commands.live import Live
from console.cli.commands.past.events import Events
from console.cli.commands.past.meters import Meters
from console.cli.commands.record import Record
from console.cli.commands.replay import Replay
from console.cli.commands.slowest import Slowest
from console.cli.commands.status import Status
from console.cli.completing.described import commands
from console.cli.parser import COMMANDS, build, parse, struct_of
from console.options import THEMES
from console.terminal import theme
from sessions.errors import EXIT_USAGE, UsageError
from tests import ROOT


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ([], Live()),
        (["--repo", "x", "--theme", "light"], Live(repo=Path("x"), look=Look(theme="light"))),
        (["--repo", "x", "status"], Status(repo=Path("x"))),
        (["status", "--repo", "x"], Status(repo=Path("x"))),
        (["status", "--sessions", "a", "--sessions", "b", "--only"],
         Status(sessions=(Path("a"), Path("b")), only=True)),
        (["meters", "--json", "--by", "day"], Meters(json=True, by="day")),
        (["events", "--since", "12", "--follow"], Events(start="12", follow=True)),
        (["events", "--since", "2h", "--until", "-1h"], Events(start="2h", until="-1h")),
        (["replay", "last", "--seq", "7"], Replay(what="last", seq=7)),
        (["replay", "f.ftr", "--at", "-5m"], Replay(what="f.ftr", at="-5m")),
        (["replay", "f.ftr", "--at", "12:04", "--json"], Replay(what="f.ftr", at="12:04", json=True)),
        (["slowest", "--at", "-5m"], Slowest(at="-5m")),
        (["slowest", "f.ftr", "--seq", "7", "--json"], Slowest(what="f.ftr", seq=7, json=True)),
        (["import", "a", "b"], Import(paths=(Path("a"), Path("b")))),
        (["meters", "--since", "-1h", "--until", "now"], Meters(start="-1h", until="now")),
        (["record", "-o", "x", "--force"], Record(output=Path("x"), force=True)),
        (["record", "-o", "x", "--station", "a", "--no-redact"],
         Record(output=Path("x"), station=("a",), redact=False)),
        (["demo", "--stations", "3", "--rate", "0.5"], Demo(stations=3, rate=0.5)),
        (["completions", "zsh"], Completions(shell="zsh")),
    ],
)  # fmt: skip
def test_words_become_a_call(words: list[str], call: Command) -> None:
    assert parse(words) == call


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["status", "--nonsense"],
        ["status", "--js"],
        ["replay"],
        ["replay", "x", "--at", "1", "--seq", "2"],
        ["import"],
        ["record"],
        ["meters", "--by", "weather"],
        ["demo", "--stations", "0"],
        ["demo", "--rate", "nan"],
        ["demo", "--rate", "0"],
        ["demo", "--seed", "9" * 5_000],
        ["completions", "tcsh"],
    ],
)
def test_wrong_words_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        parse(words)
    assert refused.value.exit_code == EXIT_USAGE
    assert refused.value.cure
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["staus"], "there is no command 'staus': did you mean status?"),
        (["xyzzy"], "there is no command 'xyzzy': see factory-tui --help"),
        (["status", "--jsno"], "there is no option --jsno: did you mean --json?"),
        (["status", "--jsno=1"], "there is no option --jsno: did you mean --json?"),
        (["status", "--xyzzy"], "there is no option --xyzzy: see factory-tui status --help"),
        (["--theem"], "there is no option --theem: did you mean --theme?"),
        (["doctor", "now"], "'now' is a word too many: see factory-tui doctor --help"),
        (["meters", "--by", "weather"], "--by 'weather' is unknown: it takes station, model, branch, day"),
        (["meters", "--by", "brnch"], "--by 'brnch' is unknown: did you mean branch?"),
        (["--theme", "drak"], "--theme 'drak' is unknown: did you mean dark?"),
        (["--repo", ""], "argument --repo: this is empty: see factory-tui --help"),
        (["replay", ""], "argument FILE|RUN: this is empty: see factory-tui replay --help"),
    ],
)
def test_a_typing_error_is_told_with_what_was_probably_meant(words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(words)
    assert str(refused.value) == said


def test_hostile_words_are_not_repeated_to_the_terminal() -> None:
    for words in (
        ["status", "\x1b]52;c;aGk=\x07\x1b[31m"],
        ["\x1b[31m"],
        ["status", "--\x1b[31m"],
        ["meters", "--by", "\x1b"],
    ):
        with pytest.raises(UsageError) as refused:
            parse(words)
        assert str(refused.value).isprintable()


def test_the_themes_are_those_of_the_screens() -> None:
    assert list(THEMES) == theme.theme_names()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([*command.split(), "--help"])
    assert ended.value.code == 0
    assert "usage: factory-tui" in capsys.readouterr().out


def test_every_option_has_help() -> None:
    assert all(option.help for command in commands(build()) for option in command.options)


def test_a_command_has_its_own_words_and_no_others() -> None:
    structs = {name: struct_of(name) for name in COMMANDS}
    assert len({*structs.values()}) == len(COMMANDS)
    for name, struct in structs.items():
        options = {action.dest for action in _parser_of(name)._actions} - {"help", "version", "command"}
        look = set(Look.__struct_fields__) if "look" in struct.__struct_fields__ else set()
        assert {*struct.__struct_fields__} - {"look"} | look == options, name


def _parser_of(name: str) -> argparse.ArgumentParser:
    parser = build()
    for action in parser._actions:
        if name and isinstance(action, argparse._SubParsersAction):
            found: argparse.ArgumentParser = action.choices[name]
            return found
    return parser


LOAD = """
import os, sys
from console.cli.parser import COMMANDS, parse
for command in filter(None, COMMANDS):
    if not os.fork():
        try:
            parse([command, "--help"])
        except SystemExit:
            os.write(2, " ".join([command, *sys.modules, "\\n"]).encode())
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """What is imported for the words of each command, by processes that part where they begin to differ."""
    done = subprocess.run([sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=True)
    return {line.split()[0]: {*line.split()[1:]} for line in done.stderr.splitlines()}


@pytest.mark.parametrize("command", [name for name in COMMANDS if name])
def test_the_words_of_a_command_need_no_other_command_and_nothing_heavy(
    command: str, loaded: dict[str, set[str]]
) -> None:
    prefix = "console.cli.commands."
    rooms = {name.removeprefix(prefix) for name in loaded[command] if name.startswith(prefix)}
    own = COMMANDS[command].module
    assert own in rooms
    assert not rooms & {entry.module for entry in COMMANDS.values()} - {own}
    assert {"sqlite3", "asyncio", "sessions.floor.state", "textual"} & loaded[command] == set()
