"""Answers questions about the floor and about the journal's past."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sessions.asking import past_questions as qs
from sessions.asking.asked import Halt
from sessions.asking.figures import used_of
from sessions.floor.state import FloorState, Session
from sessions.journal import codec, prune, size
from sessions.journal.past.spent import spent_in_journal
from sessions.journal.reader import JournalReader

SESSIONS = 5_000
"""Sessions of a floor in one part."""
EVENTS = 1_000
"""Events in one part."""
MOST_SLOTS = 10_000


def floor_parts(state: FloorState) -> Iterator[qs.FloorPart]:
    """A floor, part by part."""
    yield qs.FloorPart(replace(state, sessions={}))
    sessions = iter(state.sessions.items())
    while some := dict(islice(sessions, SESSIONS)):
        yield qs.FloorPart(sessions=some)


def past_parts(past: JournalReader, asked: qs.AnyPastQuestion, halt: Halt) -> Iterator[msgspec.Struct]:
    """The answer to a question about what a journal holds. Raises FactoryError where it cannot be read."""
    match asked:
        case qs.FloorAt(seq):
            yield from floor_parts(past.state_at(seq))
        case qs.PastCovers():
            span = past.span
            yield qs.Covered(past.title, span.first_seq, span.last_seq, span.first_time, span.last_time, past.pruned)
        case qs.UsedBetween():
            yield _spent(past, asked, halt)
        case qs.EventsAfter(after, limit):
            yield from _runs(past, after, max(0, min(limit, qs.MOST_EVENTS)), halt)
        case qs.EventUntil(moment):
            yield qs.Number(past.seq_at(moment))
        case qs.NextFailure(seq, step):
            yield qs.Number(past.failure_after(seq) if step > 0 else past.failure_before(seq))
        case qs.SessionsAt(paths):
            known = {**dict(past.past_sessions()), **past.latest().sessions}
            yield qs.Sessions(tuple(_sessions_at(known, paths)))
        case qs.PrunePlan(before, keeping):
            yield prune.plan(past.path, before, time.time(), keeping)
        case qs.JournalSize():
            yield size.measure(past.path)
        case qs.JournalBytes():
            files = (past.path, past.path.with_name(past.path.name + "-wal"))
            yield qs.Number(sum(file.stat().st_size for file in files if file.exists()))
        case qs.Timeline(slots):
            found = past.density(max(0, min(slots, MOST_SLOTS)))
            yield qs.Slots(tuple(slot.events for slot in found), tuple(slot.failures for slot in found))


def _runs(past: JournalReader, after: int, limit: int, halt: Halt) -> Iterator[qs.Run]:
    while limit > 0:
        halt.check()
        lines = past.lines(after, min(limit, EVENTS))
        if not lines:
            return
        yield qs.Run(len(lines), msgspec.Raw(b"[" + b",".join(map(codec.told, lines)) + b"]"))
        after, limit = after + len(lines), limit - len(lines)


def _spent(past: JournalReader, asked: qs.UsedBetween, halt: Halt) -> qs.Spent:
    until = math.inf if asked.until is None else asked.until
    state = spent_in_journal(past, asked.since, until, halt.check)
    gone = past.state_at(past.pruned).time if past.pruned else 0.0
    return qs.Spent(used_of(state, asked.by, spent=True), gone if asked.since < gone else 0.0)


def _sessions_at(known: Mapping[str, Session], paths: Sequence[str]) -> Iterator[str]:
    wanted = [path.rstrip("/") for path in paths]

    def lies(path: str) -> bool:
        folder = path.removesuffix(".jsonl") + "/"
        return any(f"{path}/".startswith(f"{name}/") or name.startswith(folder) for name in wanted)

    return (name for name, session in known.items() if session.path and lies(session.path))


def measured(state: FloorState, repo: Path, base: str) -> FloorState:
    """The same floor with branches measured against another base. Raises `FactoryError` when that is not there."""
    from sessions.branches.watch.repo import Repository
    from sessions.floor.events import BaseChosen
    from sessions.floor.fold.fold import fold_all

    repository, now = Repository.open(repo, base), time.time()
    events = repository.read({}, now)
    chosen = BaseChosen(time=now, source="git", base=repository.base, base_head=repository.base_head)
    return fold_all(state, [chosen, *events])
