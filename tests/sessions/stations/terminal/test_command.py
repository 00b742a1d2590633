"""Any program as a station: its words as they were given, and nothing guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.stations import kinds
from sessions.stations.contract import Brief, Decision, InTerminal, Launch, Signal
from sessions.stations.signals import hook
from sessions.stations.terminal.command import COMMAND, TASK_VARIABLE

OUTBOX = Path("/srv/out/any")


def launched(command: str, prompt: str = "") -> Launch:
    brief = Brief(
        station="any", directory="/srv/w", home="/srv/h", transcript="", options={"command": command}, prompt=prompt
    )
    return COMMAND.launch(brief, OUTBOX)


def test_it_is_a_kind_that_can_always_be_started() -> None:
    kind = kinds.load("command")
    assert isinstance(kind, InTerminal) and kind is COMMAND
    assert kind.usable({}).ok


def test_no_shell_reads_the_task() -> None:
    launch = launched("mini -y -t {task} 'a b'", "rm -rf $HOME; `x` 'y'")
    assert launch.argv == ("mini", "-y", "-t", "rm -rf $HOME; `x` 'y'", "a b")
    assert launch.environment[TASK_VARIABLE] == "rm -rf $HOME; `x` 'y'"
    assert launch.environment[hook.OUTBOX] == str(OUTBOX)
    assert launch.environment["HOME"] == "/srv/h"


@pytest.mark.parametrize("command", ["", "  ", "mini 'open"])
def test_a_command_line_that_is_none_is_refused(command: str) -> None:
    with pytest.raises(FactoryError, match="command"):
        launched(command)


def test_nothing_is_typed_into_it_on_a_guess() -> None:
    with pytest.raises(FactoryError, match="attach"):
        COMMAND.say("hello", "")
    assert COMMAND.interrupt() == b""


def test_what_it_signals_is_what_is_known_of_it() -> None:
    signal = Signal(id="s1", station="any", name="TASK_COMPLETE", time=1.0, payload={"text": "all\x1b[2J done"})
    (raised,) = COMMAND.heard(signal, "")
    assert isinstance(raised, ev.SignalRaised) and (raised.name, raised.text) == ("TASK_COMPLETE", "all done")
    assert b"Denied" in COMMAND.reply(signal, Decision.DENY, "no")
