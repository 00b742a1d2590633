"""What reaches a real terminal: bell, notification, title, clipboard, and a shell in between."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import time

import pytest

from console.terminal.asking import RESTORE_TITLE, SAVE_TITLE
from tests.bench.probe import Terminal
from tests.support.cli import COMMAND, Machine, stopping, usage

PATIENCE_S = 60.0
DEMO = (*COMMAND, "demo", "--stations", "12", "--branches", "20", "--rate", "30")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@contextmanager
def called(machine: Machine, tmp_path: Path, attention: str) -> Iterator[Terminal]:
    """A live floor on which a station has just begun to ask."""
    config = tmp_path / "config.toml"
    config.write_text(f"attention = {attention}")
    path = machine.session("s-pool", machine.tree, "feature/pool", [usage(5, 400, 2_000, 90)], time() - 60)
    env = {**machine.env, "FACTORY_TUI_CONFIG": str(config), "TMUX": ""}
    with stopping(machine), Terminal((*COMMAND, "--repo", str(machine.tree)), 120, 40, env=env) as floor:
        floor.until(lambda text: "1 station" in text and "events" in text and "idle" in text, PATIENCE_S)
        floor.settle()
        later(path, {"type": "tool_use", "id": "t1", "name": "AskUserQuestion", "input": {"questions": [QUESTION]}})
        yield floor


QUESTION = {"question": "Which pool?", "header": "Pool", "options": [{"label": "one"}, {"label": "two"}]}


def later(path: Path, content: dict[str, object]) -> None:
    """Write one more line of an assistant, now."""
    line = json.loads(path.read_text().splitlines()[-1])
    line["message"] |= {"id": "msg_late", "content": [content], "stop_reason": "tool_use"}
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    with path.open("a") as file:
        file.write(json.dumps({**line, "uuid": "late", "requestId": "req_late", "timestamp": stamp}) + "\n")


def test_bell_notification_and_title_come_and_the_title_goes_back(machine: Machine, tmp_path: Path) -> None:
    with called(machine, tmp_path, '["bell", "osc9", "title"]') as floor:
        floor.until(lambda _: b"\x1b]9;factory-tui: " in floor.output, PATIENCE_S)
        floor.until(lambda _: "]2;◆1 ".encode() in floor.output, PATIENCE_S)
        floor.press("\x11")
        assert floor.wait(PATIENCE_S) == 0
        output = bytes(floor.output)
    assert output.count(SAVE_TITLE.encode()) == 1
    assert output.count(RESTORE_TITLE.encode()) == 1
    assert output.index(SAVE_TITLE.encode()) < output.index(b"\x1b]2;") < output.index(RESTORE_TITLE.encode())
    assert b"\x07\x1b]9;" in output, "the bell goes before the notification"


def test_a_console_that_only_notes_sends_nothing_of_the_kind(machine: Machine, tmp_path: Path) -> None:
    with called(machine, tmp_path, '"note"') as floor:
        floor.until(lambda text: "needs you" in text and "C goes there" in text, PATIENCE_S)
        floor.press("q")
        assert floor.wait(PATIENCE_S) == 0
        assert not any(begin in floor.output for begin in (b"\x1b]9;", b"\x1b]777;", b"\x1b]2;"))


def test_a_copy_reaches_the_clipboard(machine: Machine) -> None:
    with Terminal(DEMO, 120, 40, env=machine.env) as demo:
        demo.until(lambda text: "12 stations" in text and "proxy-01" in text, PATIENCE_S)
        demo.press("yb")
        demo.until(lambda text: "copied: " in text, PATIENCE_S)
        begin = demo.output.index(b"\x1b]52;c;") + 7
        name = base64.b64decode(demo.output[begin : demo.output.index(7, begin)]).decode()
        assert f"copied: {name}" in demo.text


def test_a_shell_opens_where_the_station_works_and_the_console_comes_back(machine: Machine) -> None:
    path = machine.session("s-pool", machine.tree, "feature/pool", [usage(5, 400, 2_000, 90)], time() - 60)
    command = (*COMMAND, "--repo", str(machine.tree))
    with stopping(machine), Terminal(command, 120, 40, env={**machine.env, "SHELL": "/bin/sh"}) as floor:
        floor.until(lambda text: "1 station" in text and "feature/pool" in text, PATIENCE_S)
        floor.press("!")
        floor.until(lambda text: "exit comes back" in text, PATIENCE_S)
        floor.press("echo at $(pwd -P)=$((6*7))\r")
        floor.until(lambda text: f"at {os.path.realpath(machine.tree)}=42" in text.replace("\n", ""), PATIENCE_S)
        floor.press("echo asleep; sleep 60\r")
        floor.until(lambda text: "\nasleep" in text, PATIENCE_S)
        floor.press("\x03")
        floor.until(lambda text: "^C" in text, PATIENCE_S)
        floor.press("echo still $((1+1))\r")
        floor.until(lambda text: "still 2" in text, PATIENCE_S)
        later(path, {"type": "text", "text": "written meanwhile"})
        floor.press("exit 3\r")
        floor.until(lambda text: "1 station" in text and "written meanwhile" in text, PATIENCE_S)
        floor.press("?")
        floor.until(lambda text: "finished its turn" in text, PATIENCE_S)
        floor.press("qq")
        assert floor.wait(PATIENCE_S) == 0
