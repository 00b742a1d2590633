"""No secret gets into the journal: what somebody said is of a type of its own, and is cleared at the one door."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from msgspec import Struct
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import PromptStation
from sessions.floor.reports import Report
from sessions.floor.tasks.task import Check, Learned, TaskSpec
from sessions.floor.triage.case import Case, Kind
from sessions.journal import codec
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from sessions.redact import HIDDEN
from sessions.secrets import without_secrets, words_of
from sessions.text import Words
from tests.support.folds import made
from tests.support.journal import KINDS, line_of

SECRET = "use password=hunter2-dolphin here"
CLEARED = f"use password={HIDDEN} here"

NAMES = {
    **dict.fromkeys(
        ("repo", "worktree", "directory", "path", "paths", "file", "more_files", "area"), "a place on disk"
    ),
    **dict.fromkeys(("base", "branch", "branch_meters", "a", "b", "cause"), "the name of a branch"),
    **dict.fromkeys(("base_head", "head", "tree", "tip"), "git's name of what it holds"),
    **dict.fromkeys(("name", "before", "author", "who", "origin"), "what somebody or something is called"),
    **dict.fromkeys(
        ("station", "stations", "session", "sessions", "parent", "call", "subagent", "source", "command"),
        "an id: it is met again by it",
    ),
    **dict.fromkeys(
        ("question", "signal", "child", "host", "case", "id", "about", "prompt"), "an id: it is met again by it"
    ),
    **dict.fromkeys(
        ("task", "tasks", "parts", "taker", "also", "after", "by", "to", "together", "group"),
        "an id: it is met again by it",
    ),
    **dict.fromkeys(("start", "ref", "kept"), "git's name of what it holds"),
    **dict.fromkeys(("write", "read", "asked", "leaving", "must", "must_not"), "a pattern of places"),
    "files": "places on disk",
    **dict.fromkeys(
        ("tools", "hosts", "options", "decision", "act", "what", "unheld", "lacks"),
        "what it is, in this program's words",
    ),
    **dict.fromkeys(("rule", "plan", "wakes"), "what it is called here or in the settings"),
    **dict.fromkeys(("days", "elsewhere_days"), "a date"),
    **dict.fromkeys(("kind", "role", "tool", "model", "models", "version"), "what it is, from a list that is not ours"),
}
"""Fields of events that hold a text which is not `Words`, and why: each is known by it elsewhere, or shown as it is."""
OF_OURS = {
    (ev.SourceSkipped, "reason"): "from a fixed list of this program",
    (ev.ScopeHeld, "why"): "in this program's words",
}


def texts(hint: object, name: str) -> Iterator[str]:
    """The names of the fields in which a value of this type holds texts that are no words."""
    if hint is str:
        yield name
    elif isinstance(hint, type) and issubclass(hint, Struct):
        for field, held in get_type_hints(hint, include_extras=True).items():
            if field in hint.__struct_fields__:
                yield from texts(held, field)
    elif hint != Words:
        for part in get_args(hint):
            yield from texts(part, name)
        plain = hint in (int, float, bool, type(None), ...) or (isinstance(hint, type) and issubclass(hint, StrEnum))
        assert get_args(hint) or plain, hint


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_text_of_an_event_is_words_or_a_name_for_a_reason(kind: type[ev.Event]) -> None:
    words = words_of(kind)
    others = set(texts(kind, "")) - set(words)
    unknown = {name for name in others if name not in NAMES and (kind, name) not in OF_OURS}
    assert not unknown, "what somebody said is of type Words; say of a name here what is known by it"
    assert not set(words) & NAMES.keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_word_is_cleared_and_every_name_stays(kind: type[ev.Event]) -> None:
    single = [name for name, held in get_type_hints(kind).items() if held is str]
    (cleared,) = codec.encoded([replace(made(kind, "any"), **dict.fromkeys(single, SECRET))])
    assert {name: getattr(cleared, name) for name in single} == {
        name: CLEARED if name in words_of(kind) else SECRET for name in single
    }


def test_words_within_values_and_lists_are_cleared_too() -> None:
    spec = TaskSpec(SECRET, SECRET, Check((SECRET,)))
    task = ev.TaskAdded(time=1.0, task="t1", spec=spec, learned=(Learned("s", SECRET, ("a",), SECRET),))
    case = ev.CaseOpened(time=1.0, station="s", what=Case("k", Kind.FAILED, title=SECRET, evidence=("plain", SECRET)))
    check = ev.CheckFinished(time=1.0, station="s", task="t1", lease=1, passed=False, failures=(SECRET,))
    prompt = ev.PromptWanted(time=1.0, command="c", station="s", text="x", undo=PromptStation("s", SECRET))
    cleared = without_secrets([task, case, check, prompt])
    assert cleared[0] == replace(
        task,
        spec=TaskSpec(CLEARED, CLEARED, Check((CLEARED,))),
        learned=(Learned("s", CLEARED, ("a",), CLEARED),),
    )
    assert cleared[1] == replace(case, what=replace(case.what, title=CLEARED, evidence=("plain", CLEARED)))
    assert cleared[2] == replace(check, failures=(CLEARED,))
    assert cleared[3] == replace(prompt, undo=PromptStation("s", CLEARED))


def test_what_was_cleared_is_not_looked_through_again() -> None:
    cleared = without_secrets([ev.TextWritten(time=1.0, station="s", text=SECRET)])
    assert without_secrets(cleared) is cleared
    encoded = codec.encoded(cleared)
    assert codec.encoded(encoded) is encoded


def test_whoever_writes_into_a_journal_writes_no_secret(tmp_path: Path) -> None:
    said: list[ev.Event] = [
        ev.BranchChanged(time=1.0, branch="main", subject=SECRET),
        ev.AgentReported(time=2.0, station="s", state=Report.NEEDS_ME, reason=SECRET),
    ]

    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        await journal.append(said)
        assert journal.state.branches["main"].subject == CLEARED
        assert journal.state.stations["s"].activity == CLEARED
        await journal.close()

    asyncio.run(check())
    reader = JournalReader(tmp_path / "journal.db")
    try:
        assert [line_of(event).count(HIDDEN.encode()) for event in reader.events(0, 9)] == [1, 1]
    finally:
        reader.close()
