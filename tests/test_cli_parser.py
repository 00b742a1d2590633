"""The words of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.cli.call import Call
from console.cli.parser import build, parse


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
        (["events", "--since", "12", "--follow"], Call(command="events", since=12, follow=True)),
        (["replay", "last", "--seq", "7"], Call(command="replay", what="last", seq=7)),
        (["replay", "f.ftr", "--at", "12:04", "--json"], Call(command="replay", what="f.ftr", at="12:04", json=True)),
        (["import", "a", "b"], Call(command="import", paths=(Path("a"), Path("b")))),
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
        ["events", "--since", "-1"],
        ["events", "--since", "٣"],
        ["demo", "--stations", "0"],
        ["demo", "--rate", "nan"],
        ["demo", "--rate", "0"],
        ["demo", "--seed", "9" * 5_000],
        ["completions", "tcsh"],
    ],
)
def test_wrong_words_end_with_2_and_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("factory-tui: ")
    assert err.count("\n") == 1


def test_hostile_words_are_not_repeated_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["status", "\x1b]52;c;aGk=\x07\x1b[31m"])
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", "demo", "replay", "status", "meters", "events", "import", "record", "doctor"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([*command.split(), "--help"])
    assert ended.value.code == 0
    assert "usage: factory-tui" in capsys.readouterr().out


def test_every_option_has_help() -> None:
    parser = build()
    assert all(action.help for action in parser._actions if action.option_strings)
