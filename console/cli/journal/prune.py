"""`journal prune`: what is taken out, and what holds it back."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import msgspec

from console.cli.command import OfFloor
from console.cli.journal.size import moment_of
from console.cli.output import count, say
from console.cli.source import caught_up, named
from sessions.errors import UsageError
from sessions.floor.state import FloorState
from sessions.headless.floor_shape import VERSION
from sessions.headless.line import text
from sessions.journal import prune as pruning
from sessions.journal.reader import JournalReader
from sessions.place import place_of
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
    limits: list[pruning.Limit]
    kept: str = ""
    """The recording that was made."""
    bytes_before: int = 0
    bytes_after: int = 0


def prune(asked: OfFloor, until: str, keep: Path | None, dry_run: bool, as_json: bool) -> int:
    if not until:
        raise UsageError("prune needs a time", "name one with --before TIME")
    if keep is not None and keep.exists():
        raise UsageError(f"there is a {clean(str(keep))} already", "give another name")
    path, now = (caught_up(asked), time.time()) if not dry_run else (place_of(asked.repo).journal, time.time())
    with closing(JournalReader(path)) as reader:
        state = reader.readable()
        place = named(until, reader, now)
        before = place.moment
        if before is None:
            before = reader.state_at(min(place.seq or 0, reader.span.last_seq)).time
    plan = pruning.plan(path, before, now, keeping=keep is not None)
    sizes, kept = [_bytes(path)], ""
    if not dry_run and plan.events:
        if keep is not None:
            _record(path, keep, plan)
            kept = str(keep)
        pruning.prune(path, plan)
    sizes.append(_bytes(path))
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


def _record(path: Path, target: Path, plan: pruning.Plan) -> None:
    """Keep what goes, in the journal's own order."""
    from sessions.journal.recording.record import write

    with closing(JournalReader(path)) as reader:
        write(reader, target, plan.first, plan.last)
    pruning.note(path, target, plan.first, plan.last)


def _tell(dry_run: bool, plan: pruning.Plan, state: FloorState, sizes: list[int]) -> None:
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


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in (path, path.with_name(path.name + "-wal")) if file.exists())
