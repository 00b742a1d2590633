"""A console is a cursor: what the feed gives it, near the present and far behind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.supervisor.wire.feed import PER_FRAME, RING, Feed
from sessions.supervisor.wire.protocol import Events, Snapshot
from tests.support.supervisor import feed_of, push, spoken


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(0, 500))
def test_any_cursor_reaches_the_present_by_folding_what_it_is_given(batches: list[int], cursor: int) -> None:
    feed, all_events = Feed(EMPTY), spoken(sum(batches))
    for size in batches:
        push(feed, all_events[feed.state.seq : feed.state.seq + size])
    state = fold_all(EMPTY, all_events[:cursor])
    while (news := feed.after(state.seq)) is not None:
        if isinstance(news, Snapshot):
            state = news.state
        else:
            assert news.first == state.seq + 1
            state = fold_all(state, news.read())
    assert state == feed.state


def test_a_frame_holds_a_bounded_number_of_events() -> None:
    news = feed_of(PER_FRAME + 5).after(0)
    assert isinstance(news, Events)
    assert news.count == len(news.read()) == PER_FRAME


def test_beyond_the_ring_a_console_gets_the_floor_and_memory_does_not_grow() -> None:
    feed = feed_of(3 * RING)
    assert len(feed) == RING
    assert feed.after(0) == Snapshot(feed.state)
    assert isinstance(feed.after(2 * RING), Events)


def test_a_cursor_from_another_journal_gets_the_floor() -> None:
    feed = feed_of(10)
    assert feed.after(11) == Snapshot(feed.state)


def test_a_restarted_supervisor_has_nothing_in_the_ring() -> None:
    feed = Feed(fold_all(EMPTY, spoken(10)))
    assert feed.after(9) == Snapshot(feed.state)
    assert feed.after(10) is None


def test_consoles_that_keep_up_are_given_the_same_frame_and_it_is_packed_once() -> None:
    feed = feed_of(10)
    first, other = feed.after(4), feed.after(4)
    assert first is other
    assert first is not None
    assert feed.packed(first) is feed.packed(first)
    late = feed.after(2)
    assert late is not None
    assert feed.packed(late) != feed.packed(first)
    push(feed, spoken(1, first=11))
    after = feed.after(4)
    assert isinstance(after, Events)
    assert after.count == 7


def test_consoles_that_are_far_behind_are_given_the_same_floor() -> None:
    feed = feed_of(2 * RING)
    first = feed.after(0)
    assert isinstance(first, Snapshot)
    assert feed.after(1) is first
    push(feed, spoken(1, first=2 * RING + 1))
    assert feed.after(1) == Snapshot(feed.state)
