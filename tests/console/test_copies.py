"""What can be copied, and what is not because pasting it would do something else than one sees."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from console import shell
from console.app import FactoryApp
from console.copies import Copy, of_branch, of_station
from console.links.link import LinkMode
from console.options import Options
from sessions.floor.state import Branch, Station
from tests.support.console import HOSTILE, StillLink, factory_state
from tests.support.picture import text

DIRECTORY = "/srv/my work/$(reboot)"


def texts(station: Station) -> dict[str, str]:
    return {copy.key: copy.text for copy in of_station(station)}


@pytest.mark.parametrize(
    ("kind", "command"),
    [("claude", "claude --resume s-1"), ("codex", "codex resume s-1"), ("openclaw", "openclaw resume s-1")],
)
def test_the_resume_command_goes_to_where_the_session_was_opened_and_is_quoted(kind: str, command: str) -> None:
    found = texts(Station("a", kind=kind, directory="/now", home=DIRECTORY, session="s-1", branch="b"))
    assert found == {"d": "/now", "s": "s-1", "r": f"cd {shlex.quote(DIRECTORY)} && {command}", "b": "b"}
    assert shlex.split(found["r"])[1] == DIRECTORY


def test_what_is_not_known_is_not_offered() -> None:
    assert texts(Station("a")) == {}
    assert set(texts(Station("a", kind="other", directory="/d", session="s"))) == {"d", "s"}
    assert set(texts(Station("a", kind="claude", directory="/d", session="--x"))) == {"d", "s"}
    assert [copy.text for copy in of_branch(Branch("b", worktree="/w"))] == ["/w", "b"]
    assert [copy.text for copy in of_branch(Branch("b"))] == ["b"]


@pytest.mark.parametrize("bad", ["/a\nreboot\n", "/a\x1b[31m", "/a\u202eb", HOSTILE, "x" * 9_000, "/\udcff"])
def test_what_cannot_be_seen_or_is_too_long_is_refused(bad: str) -> None:
    assert Copy("d", "directory", bad).refusal
    assert not Copy("d", "directory", "/srv/grün  漢字/ok").refusal


def drive(keys: tuple[str, ...], mode: LinkMode = LinkMode.LIVE) -> tuple[str, list[str]]:
    """The footer after some keys, and what was sent to the terminal."""
    sent: list[str] = []

    async def run() -> str:
        app = FactoryApp(StillLink(factory_state(9, 20), mode=mode), Options(theme="dark", ascii_only=False))
        app.send = sent.append  # type: ignore[method-assign, assignment]
        async with app.run_test(size=(160, 50)) as pilot:
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            return text(app).splitlines()[-1]

    return asyncio.run(run()), sent


@pytest.mark.parametrize("way", [(), ("enter",)])
def test_one_key_asks_and_the_next_one_copies_and_says_what(way: tuple[str, ...]) -> None:
    footer, sent = drive((*way, "y"))
    assert "d directory" in footer
    assert "r resume command" in footer
    assert not sent
    footer, sent = drive((*way, "y", "d"))
    assert "copied: /srv/wt/proxy-00" in footer
    assert sent == ["\x1b]52;c;L3Nydi93dC9wcm94eS0wMA==\x07"]
    footer, sent = drive((*way, "y", "escape"))
    assert not sent
    assert "copied" not in footer


def test_a_branch_without_a_station_copies_its_name() -> None:
    footer, sent = drive(("end", "y", "b"))
    assert "copied: topic/older-" in footer
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (LinkMode.LIVE, "is gone, or is not on this machine"),
        (LinkMode.SIMULATED, "simulated factory has no directories"),
    ],
)
def test_a_shell_is_refused_with_the_reason(mode: LinkMode, said: str) -> None:
    assert said in drive(("exclamation_mark",), mode)[0]


def test_a_shell_needs_a_directory_that_is_there(tmp_path: Path) -> None:
    assert shell.refusal(str(tmp_path)) == ""
    assert "no directory" in shell.refusal("")
    assert "gone" in shell.refusal(str(tmp_path / "x"))
    assert "gone" in shell.refusal("/a\0b")


def test_the_shell_is_the_operators_or_the_one_that_is_always_there() -> None:
    assert shell.shell_of({"SHELL": "/bin/bash"}) == "/bin/bash"
    assert [shell.shell_of(env) for env in ({}, {"SHELL": "bash"}, {"SHELL": "/nowhere"})] == [shell.FALLBACK] * 3


def test_a_terminal_that_went_away_while_it_was_lent_ends_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell has a group of its own: the system tells that one, and nobody else."""
    master, slave = os.openpty()
    heard: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", heard.append)
    app = FactoryApp(StillLink())
    driver = SimpleNamespace(can_suspend=True)
    monkeypatch.setattr(FactoryApp, "suspend", lambda self: nullcontext())
    monkeypatch.setattr(app, "_driver", driver)
    with os.fdopen(slave) as lent:
        monkeypatch.setattr(sys, "__stdin__", lent)
        assert app.lend_terminal(lambda: "fine") == "fine" and heard == []
        assert app.lend_terminal(partial(_closes, master)) == "" and heard == [signal.SIGHUP]
        assert app.lend_terminal(lambda: "") == "" and len(heard) == 1, "there was none before"


def _closes(descriptor: int) -> str:
    os.close(descriptor)
    return ""
