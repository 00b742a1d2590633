"""What transcripts say without a journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.disk import floor_at, meters_at
from sessions.errors import FactoryError
from sessions.floor.state import FloorState
from tests.support.observe import OTHER, SESSION, prompt, reply, usage, write


def stations(state: FloorState) -> dict[str, int]:
    return {name: station.meter.tokens.total for name, station in state.stations.items()}


@pytest.mark.parametrize("by_station", [True, False])
def test_meters_alone_are_those_of_the_whole_floor(tmp_path: Path, by_station: bool) -> None:
    folder = tmp_path / "projects" / "-srv"
    write(folder / f"{SESSION}.jsonl", [prompt("go"), reply("m1", usage(1), 1), reply("m2", usage(4), 2)])
    state = meters_at([tmp_path], by_station)
    assert (stations(state), state.total) == ({"api": 5}, floor_at([tmp_path]).total)
    assert state.stations["api"].activity == ""


def test_a_sub_agent_without_its_session_is_where_the_whole_floor_has_it(tmp_path: Path) -> None:
    """Whether the station was free for it is told by facts that are no usage."""
    folder = tmp_path / "projects" / "-srv"
    ended = reply("m1", usage(1), 1, stop="end_turn", session=OTHER)
    write(folder / f"{OTHER}.jsonl", [prompt("go", session=OTHER), ended])
    orphan = reply("m2", usage(4), 60, isSidechain=True, agentId="ab12")
    write(folder / SESSION / "subagents" / "agent-ab12.jsonl", [orphan])
    whole = stations(floor_at([tmp_path]))
    assert whole == {"api": 5}
    assert stations(meters_at([tmp_path], by_station=True)) == whole


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="there is no"):
        meters_at([tmp_path / "absent"], by_station=False)
