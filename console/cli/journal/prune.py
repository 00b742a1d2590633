"""`journal prune`: what is taken out, and what holds it back."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from console.cli.command import OfFloor
from console.cli.journal.size import moment_of
from console.cli.output import count, say
from console.cli.source import named, supervised_for
from sessions.asking.past_questions import JournalBytes, PrunePlan
from sessions.errors import UsageError
from sessions.floor.commands import NoteRecording, PruneEvents, StoreFloor
from sessions.floor.state import FloorState
from sessions.headless.journal_past import JournalPast
from sessions.headless.line import text
from sessions.headless.meters_shape import VERSION
from sessions.journal.accounts import Limit, PruningPlan
from sessions.journal.recording.record import write
from sessions.text import clean


class PruneAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `journal prune --json`; with `--dry-run` nothing was `done`."""

    version: int = VERSION
    done: bool
    events: int
    first_seq: int
    last_seq: int
    """The last event that goes; less than the first one when none does."""
    asked_seq: int
    """The last event before the time that was asked for."""
    limits: list[Limit]
    kept: str = ""
    """The recording that was made."""
    bytes_before: int = 0
    bytes_after: int = 0


def prune(asked: OfFloor, until: str, keep: Path | None, dry_run: bool, as_json: bool) -> int:
    if not until:
        raise UsageError("prune needs a time", "name one with --before TIME")
    if keep is not None and keep.exists():
        raise UsageError(f"there is a {clean(str(keep))} already", "give another name")
    with supervised_for(asked, as_it_is=dry_run) as supervised:
        past = JournalPast(supervised)
        if not dry_run:
            supervised.obey(StoreFloor())  # nothing is pruned that no stored floor has read
        before = _moment(past, until)
        plan, state = past.one(PrunePlan(before, keep is not None)), past.latest()
        sizes, kept = [past.one(JournalBytes()).number or 0], ""
        if not dry_run and plan.events:
            if keep is not None:
                write(past, keep, plan.first, plan.last)  # in the journal's own order
                supervised.obey(NoteRecording(str(keep.absolute()), plan.first, plan.last))
                kept = str(keep)
            supervised.obey(PruneEvents(before, plan.last, keep is not None))
        sizes.append(past.one(JournalBytes()).number or 0)
    if as_json:
        answer = PruneAnswer(
            done=not dry_run,
            events=plan.events,
            first_seq=plan.first,
            last_seq=plan.last,
            asked_seq=plan.asked,
            limits=list(plan.limits),
            kept=kept,
            bytes_before=sizes[0],
            bytes_after=sizes[-1],
        )
        say(text(answer))
        return 0
    _tell(dry_run, plan, state, sizes)
    return 0


def _moment(past: JournalPast, until: str) -> float:
    """The time before which events go."""
    place = named(until, past, time.time())
    if place.moment is not None:
        return place.moment
    return past.state_at(min(place.seq or 0, past.span.last_seq)).time


def _tell(dry_run: bool, plan: PruningPlan, state: FloorState, sizes: list[int]) -> None:
    if plan.events:
        verb = "would be pruned" if dry_run else "pruned"
        until = moment_of(state, plan.latest)
        say(f"{count(plan.events, 'event')} {verb}: {plan.first:,} to {plan.last:,}, up to {until}; every total stays")
    else:
        say("nothing to prune" if plan.limits or plan.asked < plan.first else "nothing to prune: all of it is new")
    if not dry_run and plan.events:
        say(f"{sizes[0]:,} bytes before, {sizes[-1]:,} now")
    for limit in plan.limits:
        say(f"stays, from event {limit.last + 1:,} on: {clean(limit.reason)} ({clean(limit.cure)})")
