"""Every event in words, in one place: what timelines, panels and conversations say of it. Pure.

Texts are as they came: who shows them cleans them. What is said of which event stands in a module for each subject, as
the events themselves do.
"""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe import cases, commands, ours, repository, sessions, tasks, work
from sessions.floor.describe.said import Said as Said
from sessions.floor.describe.said import Says
from sessions.floor.describe.said import Tone as Tone
from sessions.floor.state import FloorState, name_of

_SAYS = Says(cases.SAYS | commands.SAYS | ours.SAYS | repository.SAYS | sessions.SAYS | tasks.SAYS | work.SAYS)


def describe(event: ev.Event) -> Said:
    """What happened, in words."""
    say = _SAYS.get(type(event))
    return Said("noted", event.source, Tone.FAINT) if say is None else say(event)


def whose(event: ev.Event, said: Said, state: FloorState) -> str:
    """Whom an event is about, as it is called on this floor."""
    if said.whose:
        return said.whose
    return name_of(state, event.station) if isinstance(event, ev.StationEvent) else event.source
