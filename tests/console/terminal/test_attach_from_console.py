"""From the floor into an agent's terminal and back, through the real supervisor, its keeper and their boundary."""

from __future__ import annotations

import asyncio
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
from tests.sessions.stations.keeping.serving import KEY
from tests.support.house import House, house_in
from tests.support.supervisor import PATIENCE_S

ASKS = f"{sys.executable} -I -S -c \"while True: print('saw', input('agent> '))\""


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for each in house_in(monkeypatch):
        try:
            yield each
        finally:
            asyncio.run(end_keeper(each.place.state_dir))


def test_a_key_goes_into_the_terminal_and_one_comes_back_to_the_floor(house: House) -> None:
    house.start()
    line = Line(house.place.socket, lambda _: None)
    wish = StartStation("command", name="ship", mode=Mode.FULL, options=(("command", ASKS),))
    assert line.obey(command(wish)).ok
    line.close()
    console = [sys.executable, "-m", "console", "--repo", str(house.repo.path)]
    with Terminal(console, 100, 30, {"PYTHONPATH": str(ROOT)}) as operator:
        operator.until(lambda text: "station/ship" in text and "enter open" in text, PATIENCE_S)
        operator.press("v")
        operator.until(lambda text: "agent>" in text and "ship" not in text, PATIENCE_S)
        operator.press("me\r")
        operator.until(lambda text: "saw me" in text, PATIENCE_S)
        operator.press(KEY)
        operator.until(lambda text: "ship" in text and "saw me" not in text, PATIENCE_S)
        operator.press("V")
        operator.until(lambda text: "its terminal" in text and "saw me" in text, PATIENCE_S)
        operator.press("v")
        operator.until(lambda text: "its terminal" not in text and "saw me" in text, PATIENCE_S)
        operator.press(KEY)
        operator.until(lambda text: "its terminal" in text, PATIENCE_S)
        operator.press("\x1b")
        operator.until(lambda text: "station/ship" in text and "saw me" not in text, PATIENCE_S)
        operator.press("v")
        operator.until(lambda text: "saw me" in text, PATIENCE_S)
        operator.resize(90, 25)
        operator.press(KEY)
        operator.until(lambda text: "ship" in text and "saw me" not in text, PATIENCE_S)
        operator.press("q")
        assert operator.wait(PATIENCE_S) == 0
    attach = [sys.executable, "-m", "console", "attach", "ship", "--read-only", "--repo", str(house.repo.path)]
    with Terminal(attach, 80, 24, {"PYTHONPATH": str(ROOT)}) as operator:
        operator.until(lambda text: "saw me" in text, PATIENCE_S)
        operator.press("nothing\r" + KEY)
        operator.until(lambda text: "ship: detached; the agent goes on" in text, PATIENCE_S)
        assert operator.wait(PATIENCE_S) == 0 and "saw nothing" not in operator.text
