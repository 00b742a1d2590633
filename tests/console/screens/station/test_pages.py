"""A session page by page: few questions a screenful, what is on its way, what moves, and who is not waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.links.link import LinkHealth, LinkMode, unheard
from console.screens.station import pages as module
from console.screens.station.pages import AHEAD, COMING, PAGE, Pages
from console.screens.station.reading import ReadStep, SessionReading
from sessions.asking.asked import Asked, UnheardError
from sessions.asking.question import A, Question
from sessions.asking.questions import AnyQuestion, FollowSession, SessionEntries, SessionPart
from sessions.errors import FactoryError
from sessions.floor.state import FloorState, Station
from sessions.observe.conversation.entries import Entry
from tests.support.console import StillLink
from tests.support.conversation import ConversationApp, made

TAIL = 128


class FarLink(StillLink):
    """A link over which a session is told; `hold` keeps what is asked until `deliver`."""

    def __init__(self, entries: list[Entry], *, hold: bool = False, mode: LinkMode = LinkMode.LIVE) -> None:
        super().__init__(mode=mode)
        self.entries, self.hold = entries, hold
        self.edition = 1
        self.held: list[Callable[[], None]] = []
        self.follower: Asked[SessionPart] | None = None
        self.asked: list[Asked[SessionPart]] = []

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        asked = Asked(heard)
        self.questions.append(question)
        told = cast("Asked[SessionPart]", asked)
        wanted = cast("AnyQuestion", question)
        match wanted:
            case FollowSession():
                self.follower = told
                self.grow(0)
            case SessionEntries(_, first, count):
                self.asked.append(told)
                edition, entries = self.edition, tuple(self.entries[first : first + count])

                def answer() -> None:
                    told.part(SessionPart(edition, len(self.entries), first, entries))
                    told.end()

                self.held.append(answer)
                if not self.hold:
                    self.deliver()
            case _:
                told.end()
        return asked

    def grow(self, kept: int, *more: Entry) -> None:
        """Tell whoever follows that the session is another one from entry `kept` on."""
        assert self.follower is not None
        self.entries += more
        self.edition += bool(more)
        first = max(kept, len(self.entries) - TAIL)
        self.follower.part(SessionPart(self.edition, len(self.entries), first, tuple(self.entries[first:]), kept))

    def deliver(self) -> None:
        held, self.held = self.held, []
        for answer in held:
            answer()

    @property
    def pages(self) -> list[int]:
        """The first entries of the pages that were asked for."""
        return [each.first for each in self.questions if isinstance(each, SessionEntries)]


def told(count: int, *, hold: bool = False) -> tuple[FarLink, Pages]:
    link = FarLink([made(i) for i in range(count)], hold=hold)
    pages = Pages(link, "s", unheard)
    pages.wait()
    return link, pages


def test_a_screenful_costs_one_question_and_a_walk_through_all_of_it_one_for_each_page() -> None:
    link, pages = told(10_000)
    assert [pages.entry(i) for i in range(9_940, 10_000)] == link.entries[-60:]
    assert link.questions == [FollowSession("s")]
    for i in range(9_999, -1, -1):
        assert pages.entry(i) == link.entries[i]
    assert sorted(link.pages) == list(range(0, 10_000 - TAIL + PAGE - 1, PAGE))[: len(link.pages)]
    assert len(link.pages) <= 10_000 // PAGE + 1


def test_what_lies_ahead_is_asked_for_before_it_is_looked_at() -> None:
    link, pages = told(1_000, hold=True)
    first = 1_000 - TAIL
    assert pages.entry(first + AHEAD) == made(first + AHEAD)
    assert link.pages == []
    assert pages.entry(first + AHEAD - 1) == made(first + AHEAD - 1)
    assert link.pages == [(first - 1) // PAGE * PAGE]
    link.deliver()
    assert pages.entry(first - 1) == made(first - 1)


def test_what_is_on_its_way_is_not_waited_for_long_and_then_here() -> None:
    link, pages = told(1_000, hold=True)
    age = pages.age
    assert pages.entry(5) == COMING
    assert pages._patience == 0.0, "who was slow is not waited for with every line"
    assert pages.entry(6) == COMING
    assert link.pages == [0], "nobody asks twice"
    link.deliver()
    assert pages.age > age
    assert pages.entry(5) == made(5)


def test_an_entry_that_comes_at_once_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 60.0)
    link, pages = told(1_000, hold=True)

    def soon() -> None:
        while not link.held:
            pass
        link.deliver()

    thread = threading.Thread(target=soon)
    thread.start()
    assert pages.entry(5) == made(5)
    thread.join()


@given(st.data())
def test_whatever_grows_and_moves_what_is_shown_is_what_there_is(data: st.DataObject) -> None:
    link, pages = told(data.draw(st.integers(0, 300)))
    for _ in range(data.draw(st.integers(1, 6))):
        if link.entries:
            pages.entry(data.draw(st.integers(0, len(link.entries) - 1)))
        kept = data.draw(st.integers(0, len(link.entries)))
        link.entries[kept:kept] = [made(data.draw(st.integers(0, 50)))]
        link.edition += 1
        link.grow(kept)
        assert [pages.entry(i) for i in range(len(pages))] == link.entries
    with pytest.raises(IndexError):
        pages.entry(len(pages))


def test_entries_of_an_older_edition_are_not_taken_for_those_of_now() -> None:
    link, pages = told(1_000, hold=True)
    assert pages.entry(200) == COMING
    link.entries[0:0] = [made(7)]
    link.edition += 1
    link.grow(0)
    link.deliver()
    assert pages.entry(200) == COMING
    link.deliver()
    assert pages.entry(200) == link.entries[200] == made(199)


def test_a_bounded_part_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 300)
    _, pages = told(5_000)
    for i in range(0, 5_000, 10):
        pages.entry(i)
        assert len(pages._entries) <= 300


def test_why_a_session_cannot_be_read_is_raised_and_one_that_was_lost_says_so() -> None:
    link, pages = told(10)
    before = pages.lost
    assert link.follower is not None
    link.follower.end(UnheardError("the supervisor gave no answer"))
    assert (before, pages.lost) == (False, True)
    assert pages.entry(3) == made(3), "what is here stays"

    class Refusing(StillLink):
        def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
            asked = Asked(heard)
            asked.end(FactoryError("no transcript is known"))
            return asked

    with pytest.raises(FactoryError, match="no transcript"):
        Pages(Refusing(), "s", unheard).wait()


def test_everything_is_called_off_when_the_screen_is_left() -> None:
    link, pages = told(1_000, hold=True)
    pages.entry(5)
    pages.close()
    assert link.follower is not None
    assert link.follower.halt.pulled
    assert [asked.halt.pulled for asked in link.asked] == [True]


def test_a_view_draws_what_comes_later_where_it_belongs() -> None:
    """Home in a long session: the first lines are on their way, and then there."""
    link, pages = told(1_000, hold=True)
    app = ConversationApp(pages)

    async def check() -> None:
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.pause()
            view = app.view
            assert link.pages == []
            view.to_start()
            assert link.pages == [0]
            link.deliver()
            view.grew()
            assert view.cursor == 0
            assert view.text.entry(0) == made(0)

    asyncio.run(check())


def test_a_session_whose_teller_was_lost_is_asked_for_again_when_somebody_is_there() -> None:
    link, station = FarLink([made(i) for i in range(9)]), Station("a", kind="claude", session="s")
    state = FloorState(seq=2, stations={"a": station})

    async def check() -> None:
        reading = SessionReading("a")

        async def read() -> ReadStep | None:
            news = None
            while reading.claim(link, station):
                assert not reading.claim(link, station), "one step at a time"
                step = await reading.step(link, state, station)
                news = news or step
            return news

        await read()
        first = reading.reader
        assert link.follower is not None
        link.follower.end(UnheardError("the supervisor gave no answer"))
        link.health = LinkHealth(connected=False)
        assert await read() is None
        link.health = LinkHealth()
        news = await read()
        assert news is not None
        assert (news.other, news.same_session) == (True, True), "it stays where it is"
        assert reading.reader is not first

    asyncio.run(check())
