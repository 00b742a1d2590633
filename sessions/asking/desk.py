"""Answers questions about one factory from what lies at hand: its floor, its journal, its repository, its sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from sessions.asking import questions as qs
from sessions.asking.asked import Asked, Halt
from sessions.asking.conversations import Conversations
from sessions.asking.figures import WhatWasUsed, used_of
from sessions.asking.past_questions import AnyPastQuestion, FloorNow
from sessions.asking.question import A, Question, answer_kind
from sessions.asking.station_questions import Agents, AnyStationQuestion, TreePaths
from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.floor.state import FloorState, Session
from sessions.journal import codec
from sessions.place import Place
from sessions.text import clean

if TYPE_CHECKING:
    # git is asked only when somebody looks into a branch
    from sessions.asking.branches import BranchDesk
    from sessions.journal.reader import JournalReader

PAGE = 500
"""Events in one part of an answer."""

LinesOf = Callable[[str, int, int], Sequence[tuple[int, bytes]]]
"""The newest events of a station below a sequence number, at most so many, oldest first: their numbers and bodies."""


class Desk:
    """Answers on the thread that asks, which may take its time; any may, at once. `close` it afterwards."""

    def __init__(
        self,
        state: Callable[[], FloorState],
        lines_of: LinesOf,
        place: Place | None = None,
        past: Callable[[], JournalReader] | None = None,
    ) -> None:
        """Without a `place` there is no repository to look into, and without a `past` no journal."""
        self._state, self._lines_of, self._place, self._past = state, lines_of, place, past
        self.conversations = Conversations(state, self._past_session)
        self._branches: BranchDesk | None = None
        self._lock = threading.Lock()
        self._closed = False

    def answer(self, asked: qs.AnyQuestion, halt: Halt) -> Iterator[msgspec.Struct]:
        """The parts of the answer, one after the other. Raises FactoryError with the reason when there is none."""
        if isinstance(asked, qs.FollowTerminal):
            raise FactoryError("no terminals are shown here", "open the floor that they belong to")
        import sqlite3  # who shows a recording asks no database

        try:
            if isinstance(asked, WhatWasUsed | AnyPastQuestion):
                yield from self._figures(asked, halt)
            elif isinstance(asked, AnyStationQuestion):
                yield from self._stations(asked, halt)
            else:
                yield from self._parts(asked, halt)
        except (OSError, sqlite3.Error) as error:
            raise FactoryError(f"it cannot be read ({clean(str(error), 400)})") from error

    def _parts(self, asked: qs.AnyLook, halt: Halt) -> Iterator[msgspec.Struct]:
        match asked:
            case qs.StationEvents():
                yield from self._events(asked, halt)
            case qs.StationNames():
                yield qs.Names(tuple(sorted(station.name for station in self._state().stations.values())))
            case qs.FollowSession(session, edition):
                news = self.conversations.news(session, edition)
                if news is not None:
                    yield news
            case qs.SessionEntries():
                yield from self.conversations.entries(asked, halt)
            case qs.FindInSession():
                yield self.conversations.find(asked, halt)
            case qs.FindEverywhere():
                from sessions.asking.everywhere import find_everywhere

                over = dict(self._past().past_sessions()) if self._past is not None else {}
                yield from find_everywhere(self._state(), over, self._lines_of, asked, halt)
            case qs.PairHunks():
                from sessions.asking.pairs import pair_hunks

                yield from pair_hunks(self._repository(), self._state(), asked, halt)
            case qs.LandFirst():
                from sessions.asking.pairs import land_first

                yield land_first(self._repository(), self._state(), asked, halt)
            case _:
                yield from self._of_branches(asked, halt)

    def _of_branches(
        self, asked: qs.BranchWork | qs.BranchFiles | qs.BranchPatch | qs.CommitWords, halt: Halt
    ) -> Iterator[msgspec.Struct]:
        match asked:
            case qs.BranchWork():
                yield self._branch_desk().work(self._state(), asked, halt)
            case qs.BranchFiles():
                yield self._branch_desk().files(asked, halt)
            case qs.BranchPatch():
                yield from self._branch_desk().patch(asked, halt)
            case qs.CommitWords():
                yield self._branch_desk().words(asked, halt)

    def _stations(self, asked: Agents | TreePaths, halt: Halt) -> Iterator[msgspec.Struct]:
        """What is asked before a station is started; where there is no repository, none is started."""
        from sessions.asking.stations import agent_kinds, tree_paths

        if isinstance(asked, TreePaths):
            yield from tree_paths(self._repository(), self._state(), asked, halt)
        else:
            self._repository()
            yield agent_kinds()

    def _figures(self, asked: WhatWasUsed | AnyPastQuestion, halt: Halt) -> Iterator[msgspec.Struct]:
        """About the floor as a whole, or what is past."""
        if isinstance(asked, WhatWasUsed):
            yield used_of(self._state(), asked.by)
            return
        from sessions.asking.pasts import floor_parts, measured, past_parts

        if isinstance(asked, FloorNow):
            state = self._state()
            yield from floor_parts(
                measured(state, self._repository().repo, asked.base) if asked.base not in ("", state.base) else state
            )
        elif self._past is not None:
            yield from past_parts(self._past(), asked, halt)
        else:
            raise FactoryError("there is no journal to look into")

    def close(self) -> None:
        """Let go of sessions and scratch."""
        with self._lock:
            self._closed = True
            branches = self._branches
        if branches is not None:
            branches.close()
        self.conversations.close()

    def _past_session(self, name: str) -> Session | None:
        """A session that the floor has forgotten."""
        return self._past().past_session(name) if self._past is not None else None

    def _events(self, asked: qs.StationEvents, halt: Halt) -> Iterator[qs.EventPage]:
        found = self._lines_of(asked.station, asked.before, max(0, min(asked.limit, qs.MOST_EVENTS)))
        for start in range(0, len(found), PAGE):
            halt.check()
            numbers, lines = zip(*found[start : start + PAGE], strict=True)
            yield qs.EventPage(tuple(numbers), tuple(msgspec.Raw(codec.told(line)) for line in lines))

    def _repository(self) -> Place:
        if self._place is None:
            raise FactoryError("there is no repository to look into")
        return self._place

    def _branch_desk(self) -> BranchDesk:
        from sessions.asking.branches import BranchDesk

        place = self._repository()
        with self._lock:
            if self._closed:
                raise FactoryError("nothing is read any more")
            if self._branches is None:
                self._branches = BranchDesk(place)
            return self._branches


def lines_of(found: Sequence[tuple[int, Event]]) -> list[tuple[int, bytes]]:
    """Events that were read already as a desk tells them."""
    _, lines = codec.encode_all([event for _, event in found])
    return [(seq, line) for (seq, _), line in zip(found, lines, strict=True)]


def ask_here(desk: Desk, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
    """Ask a desk in this process; it answers on a thread of its own."""
    asked = Asked(heard)
    kind = answer_kind(type(question))

    def work() -> None:
        error: FactoryError | None = FactoryError("the answer broke off")
        try:
            assert isinstance(question, qs.AnyQuestion)
            for part in desk.answer(question, asked.halt):
                assert isinstance(part, kind)
                asked.part(part)
            error = None
        except FactoryError as caught:
            error = caught
        finally:
            asked.end(error)

    threading.Thread(target=work, name="asked", daemon=True).start()
    return asked
