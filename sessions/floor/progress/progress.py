"""What a station got done and what held it up, as the fold adds it up: bounded, whatever it does and however long."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Wait(StrEnum):
    """What a station waits for that it cannot hurry: none of it is charged to it."""

    NOTHING = ""
    PERSON = "person"
    PROVIDER = "provider"
    """A rate limit, a retry, a provider that is down: whatever machine it waits for."""
    REST = "rest"
    """It was paused, or its budget is used up."""


class Repeated(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True, gc=False):
    """The same use of a tool with the same outcome, or the same error, again and again."""

    key: int = 0
    """What is the same of it, without numbers and names that are another each time."""
    what: int = 0
    """The call alone, without its outcome."""
    count: int = 0
    since: float = 0.0
    """When it was first so."""
    last: float = 0.0
    """When it was last so."""
    call: str = ""
    """The tool and what it was given, in words, harmless."""
    error: str = ""
    """How it fails; "" where it does not."""
    rounds: int = 0
    """How often it failed so again after something had been written, in between."""
    first: float = 0.0
    """When the first of these rounds began."""
    writes: int = 0
    """As of `Progress.writes`, when it was last so."""
    calls: int = 0
    """As of `Progress.calls`, when it was first so."""


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a station gets on. Times are seconds since 1970, durations seconds; a time of 0 is never.

    Its *clock* counts the seconds of its turns without what it waited for: what it is charged with.
    """

    settled: int = 0
    """Changes that stayed: files written first, commits, passed checks; what comes in one go is one change."""
    files: int = 0
    """Files that it wrote first since its last commit or the beginning of its work, of all time."""
    written_at: float = 0.0
    """When it last wrote such a file."""
    commits: int = 0
    committed_at: float = 0.0
    passed: int = 0
    failed: int = 0
    """Acceptance checks."""
    checked_at: float = 0.0
    settled_at: float = 0.0
    settled_what: str = ""
    """In a word: `file`, `commit`, `check`."""
    tokens: int = 0
    """What its meter said when it last settled something; `dollars` likewise."""
    dollars: float = 0.0
    settled_clock: float = 0.0
    """What its clock said then."""
    stamps: tuple[float, ...] = ()
    """What its clock said as the latest of them began, the oldest first."""
    touched: tuple[int, ...] = ()
    """Files that it wrote since its last commit, as numbers; the latest."""
    ahead: int = 0
    """Of a station that is observed: how many commits its branch had that were counted, ahead of `base`."""
    base: str = ""

    task: str = ""
    """The task in hand; "" where none is known."""
    lease: int = 0
    """Of which taking."""
    asked: int = 0
    """What it was last asked, as a number."""
    began: float = 0.0
    """What its clock said when its present work began: its task, or what it was asked last without one."""
    began_at: float = 0.0
    turn_since: float = 0.0
    """Since when its turn goes on; 0 when none does."""
    turned_at: float = 0.0
    """When its last turn ended."""
    worked: float = 0.0
    """Seconds of its turns that are over."""
    idle_turns: int = 0
    """Turns in a row that settled nothing."""
    calls: int = 0
    """Uses of tools that came back."""
    heard: float = 0.0
    """When one last came back, or a turn began."""
    quiet: float = 0.0
    """The longest silence without a tool under way that is usual for it: the longest that was, fading."""

    wait: Wait = Wait.NOTHING
    """What it waits for since `wait_since`, unless its evidence says that it goes on."""
    wait_since: float = 0.0
    waited_person: float = 0.0
    waited_provider: float = 0.0
    rested: float = 0.0
    in_tools: float = 0.0
    """Seconds in single uses of tools that each took long."""
    waited_children: float = 0.0
    silent: float = 0.0
    """Seconds of single silences amid its turns that each were long: its model thinks, or its provider is slow."""
    waited_at: float = 0.0
    """When one of these last grew."""
    excused: float = 0.0
    """Seconds of its turns that it is not charged with, each once."""
    excused_until: float = 0.0
    children: int = 0
    """Stations that work for it and have not ended."""
    children_since: float = 0.0
    retries: int = 0
    """Times that it had to wait for a machine."""
    retried_at: float = 0.0

    known: tuple[int, ...] = ()
    """Latest calls with their outcomes, as numbers: what is not among them is new."""
    counts: tuple[tuple[int, int], ...] = ()
    """How often each of them came since there was something new."""
    run_since: float = 0.0
    """Since when there was nothing new."""
    top: Repeated = Repeated()
    """What came most often since then."""
    cycle: tuple[int, ...] = ()
    """The latest calls since then, as numbers."""
    period: int = 0
    """How many calls there are in a turn, where they come round; else 0."""
    streak: int = 0
    """How many calls in a row were the same as that many calls before."""
    streak_since: float = 0.0
    failing: tuple[Repeated, ...] = ()
    """Calls that failed in the same way since anything was settled, the latest."""
    errors: tuple[Repeated, ...] = ()
    """Errors that came of different calls, likewise."""
    writes: int = 0
    """Files that were written, or so it seems."""
    edits: int = 0
    """Writes to files that it had written before, since anything was settled."""
    switches: int = 0
    """Those of them that were to another file than the one before."""
    edited: int = 0
    """The file that it wrote last, as a number."""
    edits_since: float = 0.0
    edited_at: float = 0.0
    fresh: int = 0
    """Calls that were new since then, and checks that passed again after something was written."""


NOTHING = Progress()
