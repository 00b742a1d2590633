"""Which station a word means."""

from __future__ import annotations

from pathlib import Path

from sessions.errors import FactoryError
from sessions.floor.state import FloorState


def floor_now(repo: Path) -> FloorState:
    """The floor as the supervisor has it, which is started where none runs."""
    from sessions.asking.past_questions import FloorNow, whole_floor
    from sessions.headless.supervised import Supervised

    with Supervised(repo) as supervised:
        return whole_floor(supervised.ask(FloorNow()))


def station_of(repo: Path, word: str) -> str:
    """The id of the station of ours that is called so. Raises `FactoryError` where it is none, or several."""
    from sessions.floor.decide.decision import Refusal
    from sessions.floor.decide.naming import meant

    station = meant(floor_now(repo), word)
    if isinstance(station, Refusal):
        raise FactoryError(station.reason, station.cure)
    return station
