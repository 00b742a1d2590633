"""Which case is meant by a word. Pure."""

from __future__ import annotations

from sessions.errors import FactoryError
from sessions.floor.state import FloorState, name_of
from sessions.floor.triage.case import Case
from sessions.text import clean


def case_named(state: FloorState, word: str) -> Case:
    """The open case with this id, or that begins so; or the only one of a station. Raises `FactoryError`."""
    if (case := state.cases.get(word)) is not None:
        return case
    found = [case for case in state.cases.values() if word in (case.station, name_of(state, case.station))]
    found = found or [case for name, case in state.cases.items() if name.startswith(word)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(clean(case.id, 80) for case in found[:5])
        raise FactoryError(f"{len(found)} cases are meant by {clean(word, 80)!r}", f"say which: {names}")
    if (settled := state.settled.get(word)) is not None:
        how = settled.act.value if settled.act is not None else "over by itself"
        raise FactoryError(f"that case has left the queue: {how}", "see `factory-tui triage list --settled`")
    raise FactoryError(f"there is no case {clean(word, 80)!r}", "see `factory-tui triage`")
