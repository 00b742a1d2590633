"""The words of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.cli import COMMANDS
from console.cli.call import Call
from console.cli.completions import commands
from console.cli.parser import THEMES, build, parse
from console.terminal import theme
from sessions.errors import EXIT_USAGE, UsageError


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ([], Call()),
        (["--repo", "x", "--theme", "light"], Call(repo=Path("x"), theme="light")),
        (["--repo", "x", "status"], Call(command="status", repo=Path("x"))),
        (["status", "--repo", "x"], Call(command="status", repo=Path("x"))),
        (["status", "--sessions", "a", "--sessions", "b", "--only"],
         Call(command="status", sessions=(Path("a"), Path("b")), only=True)),
        (["meters", "--json", "--by", "day"], Call(command="meters", json=True, by="day")),
        (["events", "--since", "12", "--follow"], Call(command="events", start="12", follow=True)),
        (["replay", "last", "--seq", "7"], Call(command="replay", what="last", seq=7)),
        (["replay", "f.ftr", "--at", "-5m"], Call(command="replay", what="f.ftr", at="-5m")),
        (["replay", "f.ftr", "--at", "12:04", "--json"], Call(command="replay", what="f.ftr", at="12:04", json=True)),
        (["import", "a", "b"], Call(command="import", paths=(Path("a"), Path("b")))),
        (["meters", "--since", "-1h", "--until", "now"], Call(command="meters", start="-1h", until="now")),
        (["record", "-o", "x", "--force"], Call(command="record", output=Path("x"), force=True)),
        (["record", "-o", "x", "--station", "a", "--no-redact"],
         Call(command="record", output=Path("x"), station=("a",), redact=False)),
        (["demo", "--stations", "3", "--rate", "0.5"], Call(command="demo", stations=3, rate=0.5)),
        (["completions", "zsh"], Call(command="completions", shell="zsh")),
    ],
)  # fmt: skip
def test_words_become_a_call(words: list[str], call: Call) -> None:
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
        (["stop", "now"], "'now' is a word too many: see factory-tui stop --help"),
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
