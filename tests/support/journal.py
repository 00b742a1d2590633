"""Events for tests: hypothesis strategies for every kind, one fixed sample of each, and a seeded stream of many."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import get_args

import msgspec
import pytest
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.commands import SetBase
from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.identity import Owner, UsageSource
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.reports import Report
from sessions.floor.scope import Budget, Held, HeldBy, Mode, Network, Scope
from sessions.floor.tasks.task import Check, Learned, TaskSpec, TaskState
from sessions.floor.tokens import Certainty, Counted, Tokens
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.journal import codec
from sessions.journal.past import past_sessions

NAMES = ("ship-auth", "test-api", "", "dokumentär ☃")
START = 1_795_000_000.0

times = st.one_of(
    st.floats(START, START + 3_600),
    st.sampled_from([0.0, START, START - 700.0]),
    st.floats(0.0, 253_402_300_799.0),
)
# Surrogates are what a file name that is not UTF-8 holds; no such text can be written as JSON.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.sampled_from(NAMES)
sessions = st.sampled_from(["", "4d5611e5", "9b2f0c77"])
counts = st.integers(0, 5_000_000)
tokens = st.builds(Tokens, counts, counts, counts, counts, counts, counts)
globs = st.lists(texts, max_size=2).map(tuple)
costs = st.none() | st.floats(0.0, 1_000.0)

_BY_FIELD: dict[str, st.SearchStrategy[object]] = {
    "time": times,
    "station": names,
    "session": sessions,
    "branch": st.sampled_from(["main", "feature/a", ""]),
    "a": st.sampled_from(["main", "feature/a"]),
    "b": st.sampled_from(["main", "feature/a", ""]),
    "sessions": st.lists(sessions, max_size=2).map(tuple),
    "command": st.sampled_from(["c1", "c2"]),
    "by": st.sampled_from(["c1", "c2"]),
    "task": st.sampled_from(["t1", "t2"]),
    "case": st.sampled_from(["k1", "k2"]),
    "lease": st.integers(0, 3),
    "call": st.sampled_from(["", "toolu_1", "toolu_2", "toolu_3"]),
    "file": st.sampled_from(["", "a.py", "b/c.py"]),
    "tokens": tokens,
    "certainty": st.sampled_from(Certainty),
    "cost": costs,
    "calls": st.integers(0, 1),
    "committed": times,
    "utc_offset": st.integers(-43_200, 50_400),
}
_BY_TYPE: dict[object, st.SearchStrategy[object]] = {
    "str": texts,
    "Words": texts,
    "int": counts,
    "bool": st.booleans(),
    "float": times,
    "Outcome": st.sampled_from(Outcome),
    "Report": st.sampled_from(Report),
    "Owner": st.sampled_from(Owner),
    "UsageSource": st.sampled_from(UsageSource),
    "Counted": st.builds(Counted, *[st.lists(names, max_size=2, unique=True).map(tuple)] * 5),
    "tuple[FileConflict, ...]": st.lists(st.builds(FileConflict, texts, texts, counts, st.booleans()), max_size=2).map(
        tuple
    ),
    "tuple[tuple[float, int], ...]": st.lists(st.tuples(times, st.integers(-43_200, 50_400)), max_size=3).map(
        lambda offsets: tuple(sorted(offsets))
    ),
    "tuple[tuple[str, str], ...]": st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    "Life": st.sampled_from(Life),
    "Change": st.sampled_from(Change),
    "Asks": st.sampled_from(Asks),
    "Mode": st.sampled_from(Mode),
    "Scope": st.builds(Scope, globs, globs, globs, st.sampled_from(Network), globs, st.booleans()),
    "Budget": st.builds(Budget, counts, times, times, counts),
    "Held": st.builds(Held, st.sampled_from(HeldBy), texts, globs),
    "tuple[str, ...]": st.lists(texts, max_size=3).map(tuple),
    "tuple[Words, ...]": st.lists(texts, max_size=3).map(tuple),
    "AnyWish | None": st.none() | st.builds(SetBase, texts),
    "TaskSpec": st.builds(
        TaskSpec, texts, texts, st.builds(Check, globs, globs, globs, counts, counts, times), globs, texts
    ),
    "Learned": st.builds(Learned, texts, texts, globs, texts, texts),
    "tuple[Learned, ...]": st.lists(st.builds(Learned, texts, texts), max_size=2).map(tuple),
    "TaskState": st.sampled_from(TaskState),
    "Kind": st.sampled_from(Kind),
    "Act": st.sampled_from(Act),
    "Case": st.builds(Case, st.sampled_from(["k1", "k2"]), st.sampled_from(Kind), names, st.sampled_from(Cause), texts),
}

KINDS: tuple[type[ev.Event], ...] = get_args(ev.AnyEvent)


def events_of_kind(kind: type[ev.Event]) -> st.SearchStrategy[ev.Event]:
    """Events of one kind, with every field drawn."""
    fields: dict[str, st.SearchStrategy[object]] = {}
    for owner in reversed(kind.__mro__):
        for name, annotation in getattr(owner, "__annotations__", {}).items():
            if name in kind.__struct_fields__:
                fields[name] = _BY_FIELD[name] if name in _BY_FIELD else _BY_TYPE[annotation]
    return st.builds(kind, **fields)


def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every session in which no station is, is over at once."""
    monkeypatch.setattr(past_sessions, "MOST", -1_000)
    monkeypatch.setattr(past_sessions, "LEAST", 0)


def line_of(event: ev.Event) -> bytes:
    """The line of JSON that stands for the event."""
    (_,), (line,) = codec.encode_all((event,))
    return line


events: st.SearchStrategy[ev.Event] = st.one_of([events_of_kind(kind) for kind in KINDS])
event_lists = st.lists(events, max_size=40)


@lru_cache(maxsize=16)
def sample_stream(count: int, seed: int = 1, stations: int = 6) -> tuple[ev.Event, ...]:
    """`count` plausible events in a fixed order: the same for the same arguments, everywhere."""
    chance = random.Random(seed)
    time = START
    found: list[ev.Event] = [ev.FactoryOpened(time=time, source="test", repo="/srv/shop", name="shop", base="main")]
    while len(found) < count:
        time += chance.random()
        station = f"ship-{chance.randrange(stations)}"
        # Some facts are learned late: the sources are read side by side.
        who = {"time": time - chance.choice((0.0, 0.0, 3.0)), "source": "claude:1", "station": station}
        who["session"] = f"session-of-{station}"
        found.append(_one(chance, who, len(found)))
    return tuple(found[:count])


def _one(chance: random.Random, who: dict[str, object], number: int) -> ev.Event:
    used = {"input": number % 50, "cache_read": number, "output": chance.randrange(900)}
    if chance.random() < 0.1:
        return ev.BranchChanged(time=START + number, source="git", branch=f"topic/{number % 5}", ahead=number)
    choices: tuple[tuple[type[ev.Event], dict[str, object]], ...] = (
        (ev.TurnStarted, {"text": f"please do {number}"}),
        (ev.TurnFinished, {}),
        (ev.TurnFailed, {"reason": "overloaded"}),
        (ev.ToolCalled, {"tool": "Edit", "call": f"c{number}", "file": f"src/{number % 40}.py"}),
        (ev.ToolFinished, {"call": f"c{number - 3}", "failed": number % 9 == 0}),
        (ev.TokensUsed, {"tokens": used, "call": f"m{number}", "model": "opus", "branch": "topic/1", "cost": 0.1}),
    )
    kind, fields = chance.choices(choices, (1, 1, 1, 3, 2, 3))[0]
    return _make(kind, who, **fields)


def _make(kind: type[ev.Event], who: dict[str, object], **fields: object) -> ev.Event:
    return msgspec.convert({"type": kind.__struct_config__.tag, **who, **fields}, kind)
