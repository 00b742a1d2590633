"""Which station is meant by a word, and how much can be said to one. Pure."""

from __future__ import annotations

from sessions.floor.decide.decision import Refusal
from sessions.floor.state import FloorState, name_of
from sessions.text import clean

SEE = "see `factory-tui status`"
TEXT_CHARS = 200_000
"""Characters of the longest request."""


def meant(state: FloorState, word: str) -> str | Refusal:
    """The id of the station of ours that is meant by its id, or by a name that no other one has."""
    if word in state.owned:
        return word
    called = [each for each in state.owned if name_of(state, each) == word]
    if len(called) > 1:
        return Refusal(f"{len(called)} stations are called {clean(word, 80)!r}", f"say which: {', '.join(called)}")
    return called[0] if called else _not_ours(state, word)


def _not_ours(state: FloorState, word: str) -> Refusal:
    station = next((each.id for each in state.stations.values() if word in (each.id, each.name)), "")
    if station:
        name = clean(state.stations[station].name, 80)
        return Refusal(f"{name!r} is only observed", "it was started by somebody else: speak to it where it runs")
    return Refusal(f"there is no station {clean(word, 80)!r}", SEE)


def too_long(text: str) -> Refusal | None:
    """That a request is too long to be given."""
    if len(text) <= TEXT_CHARS:
        return None
    return Refusal(f"the request has {len(text):,} characters", f"say it in {TEXT_CHARS:,}, or put it into a file")
