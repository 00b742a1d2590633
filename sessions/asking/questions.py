"""What a console can ask of a factory, as values, each with what it is answered.

A question names things of the floor, such as a station or a session, and never a file: where that lies is the business
of whoever answers. An answer has one part or many, each bounded, so that nothing else waits long behind it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sessions.asking.figures import WhatWasUsed
from sessions.asking.past_questions import AnyPastQuestion
from sessions.asking.question import Question
from sessions.asking.station_questions import AnyStationQuestion
from sessions.floor.branches.contents import BranchContents, Files, Patch, Sides
from sessions.floor.conflicts import Verdict
from sessions.floor.ours.picture import Picture
from sessions.observe.conversation.entries import Entry, EntryKind

Step = Literal[1, -1]

MOST_EVENTS = 2_000
"""Events that one question is answered with at most."""
MOST_ENTRIES = 256
"""Entries of a session, likewise."""


class EventPage(msgspec.Struct, frozen=True):
    """Events with their sequence numbers, oldest first, as bodies of the journal."""

    numbers: tuple[int, ...]
    events: tuple[msgspec.Raw, ...]


class Names(msgspec.Struct, frozen=True):
    """Names of things."""

    names: tuple[str, ...]


class Hunk(msgspec.Struct, frozen=True):
    """One place where two sides collide: the lines of each as they are in the files, not cleaned."""

    ours: tuple[str, ...]
    base: tuple[str, ...]
    theirs: tuple[str, ...]
    ours_at: int = 0
    """Number of the first line in our side's file, from 1."""
    theirs_at: int = 0


class FileHunks(msgspec.Struct, frozen=True):
    """All places of one file where two sides collide."""

    path: str
    hunks: tuple[Hunk, ...]


class Landed(msgspec.Struct, frozen=True):
    """The verdicts on all other branches after one has landed, by key."""

    verdicts: dict[str, Verdict]


class Words(msgspec.Struct, frozen=True):
    """A text, not cleaned."""

    text: str


class SessionPart(msgspec.Struct, frozen=True):
    """Entries of a session from number `first` on, and how long it is."""

    edition: int
    """Rises with every change of the session: entries of an older one may have moved since."""
    length: int
    first: int
    entries: tuple[Entry, ...]
    kept: int = 0
    """Entries before this one are as they were in the edition that was told before."""


class Found(msgspec.Struct, frozen=True):
    """Where something was found; nowhere when None."""

    entry: int | None


class StationEvents(Question[EventPage], frozen=True, tag="station_events"):
    """The newest `limit` events of a station with a sequence number below `before`, oldest first."""

    station: str
    before: int
    limit: int


class StationNames(Question[Names], frozen=True, tag="station_names"):
    """What all stations of the floor are called, sorted."""


class PairHunks(Question[FileHunks], frozen=True, tag="pair_hunks"):
    """Where two branches collide, or one and the base, which is "". Each file that has text is a part."""

    a: str
    b: str
    uncommitted: bool


class LandFirst(Question[Landed], frozen=True, tag="land_first"):
    """What the conflicts among `names` are once `branch` has landed, by really merging in scratch."""

    branch: str
    names: tuple[str, ...]
    uncommitted: bool


class BranchWork(Question[BranchContents], frozen=True, tag="branch_work"):
    """A branch as it is now, measured against the base."""

    branch: str


class BranchFiles(Question[Files], frozen=True, tag="branch_files"):
    """The files in which two sides differ."""

    sides: Sides


class BranchPatch(Question[Patch], frozen=True, tag="branch_patch"):
    """How all files differ between two sides, or the one at `path`, line by line. Every part has some of the lines."""

    sides: Sides
    path: str = ""
    before: str = ""
    """Where the one was renamed from."""


class CommitWords(Question[Words], frozen=True, tag="commit_words"):
    """The whole message of a commit."""

    commit: str


class FollowSession(Question[SessionPart], frozen=True, tag="follow_session"):
    """A session's last entries, and from then on what changes of it, until nobody wants to know any more.

    Who has nobody to tell it of changes ends the answer instead: ask again, with the edition that was told last.
    """

    session: str
    edition: int = 0
    """What is known already; 0 for nothing."""


class SessionEntries(Question[SessionPart], frozen=True, tag="session_entries"):
    """Entries of a session from `first` on, at most `count`."""

    session: str
    first: int
    count: int


class FindInSession(Question[Found], frozen=True, tag="find_in_session"):
    """The first entry from `start` on, in the direction `step`, that shows `pattern`; one that failed without one."""

    session: str
    pattern: str
    start: int
    step: Step


class Hit(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of a conversation that shows what was searched. Its text is harmless."""

    entry: int
    kind: EntryKind
    time: float = 0.0
    text: str = ""
    """The line in which it stands, or what of that is around it."""
    tool: str = ""
    found: str = ""
    """The words that a regular expression found."""


class Hits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found in one conversation, the newest first, and how far the search has got."""

    searched: int
    """Conversations that were looked through by now, of all that there are."""
    all: int
    session: str = ""
    station: str = ""
    hits: tuple[Hit, ...] = ()
    more: bool = False
    """There are more in it."""
    excerpts: bool = False
    """It is not here: the journal's excerpts of it were searched."""
    subagent: str = ""
    """The sub-agent of the session whose own transcript this is: entries are numbered in that one."""


class FindEverywhere(Question[Hits], frozen=True, tag="find_everywhere"):
    """What shows `pattern`, in all conversations of the floor and in those that are over: a part for each that does.

    The one that was written last comes first. The last part says that all were searched, or that `most` were found.
    """

    pattern: str
    stations: tuple[str, ...] = ()
    """Only of these, by id; none is all."""
    since: float = 0.0
    """Only what was said from then on."""
    most: int = 500
    regex: bool = False
    """The pattern is a regular expression of RE2, in any case."""


class FollowTerminal(Question[Picture], frozen=True, tag="follow_terminal"):
    """What the terminal of a station shows, and from then on what becomes of it, until nobody wants to know any more.

    It is over when the program in it has ended.
    """

    station: str
    """By id or name."""


AnyLook = (
    StationEvents
    | StationNames
    | PairHunks
    | LandFirst
    | BranchWork
    | BranchFiles
    | BranchPatch
    | CommitWords
    | FollowSession
    | SessionEntries
    | FindInSession
    | FindEverywhere
)
"""Looks into stations, sessions, branches and pairs."""
AnyQuestion = AnyLook | AnyStationQuestion | FollowTerminal | WhatWasUsed | AnyPastQuestion

QUESTIONS: msgspec.json.Decoder[AnyQuestion] = msgspec.json.Decoder(AnyQuestion)
