"""A supervisor is killed while agents run: whoever attaches has it started again, and finds the agent as it was."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from sessions.floor.commands import StartStation
from sessions.floor.scope import Mode
from sessions.operator import command
from sessions.supervisor.wire.line import Line
from tests import ROOT
from tests.bench.probe import Terminal
from tests.sessions.stations.keeping.programs import end_keeper
from tests.support.house import House, house_in
from tests.support.supervisor import PATIENCE_S, ended

ASKS = f"{sys.executable} -I -S -c \"while True: print('saw', input('agent> '))\""


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for each in house_in(monkeypatch):
        try:
            yield each
        finally:
            asyncio.run(end_keeper(each.place.state_dir))


def test_an_agent_is_found_again_by_whoever_attaches(house: House) -> None:
    pid = house.start()
    line = Line(house.place.socket, lambda _: None)
    wish = StartStation("command", name="ship", mode=Mode.FULL, options=(("command", ASKS),))
    assert line.obey(command(wish)).ok
    line.close()
    os.kill(pid, signal.SIGKILL)
    assert ended(pid)
    attach = [sys.executable, "-m", "console", "attach", "ship", "--repo", str(house.repo.path)]
    with Terminal(attach, 80, 24, {"PYTHONPATH": str(ROOT)}) as operator:
        operator.until(lambda text: "agent>" in text, PATIENCE_S)
        operator.press("me\r")
        operator.until(lambda text: "saw me" in text, PATIENCE_S)
