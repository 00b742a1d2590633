"""A journal that heard of history late is replayed as it happened."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.floor.tokens import Tokens
from sessions.journal.past import chronicle
from sessions.journal.past.chronicle import LATE_S
from sessions.journal.past.past import EventList

NOW = 1_795_000_000.0


def used(time: float, station: str = "api") -> ev.TokensUsed:
    return ev.TokensUsed(time=time, source=station, station=station, session=station, tokens=Tokens(input=1))


def test_history_comes_before_what_was_heard_first() -> None:
    opened = ev.FactoryOpened(time=NOW, source="git", repo="/srv/shop", name="shop", base="main")
    heard = [opened, used(NOW - 7_200), used(NOW - 3_600), used(NOW - 5_000, "web")]
    past = chronicle.chronicle(EventList(heard, "journal"))
    assert [event.time - NOW for event in past.events(0, 9)] == [-7_200, -7_200, -5_000, -3_600]
    assert past.span.first_time == NOW - 7_200
    assert past.state_at(past.seq_at(NOW - 6_000)).total.calls == 1
    assert past.state_at(1).name == "shop"
    assert past.state_at(4).total == fold_all(EMPTY, heard).total


def test_what_is_nearly_in_order_is_left_alone() -> None:
    past = EventList([used(NOW), used(NOW - LATE_S / 2), used(NOW + 1)])
    assert chronicle.chronicle(past) is past
    assert chronicle.chronicle(empty := EventList([])) is empty


def test_a_stretch_begins_with_what_came_before_it() -> None:
    before = fold_all(EMPTY, [used(NOW - 9_000)])
    begin = replace(before, seq=0)
    past = chronicle.chronicle(EventList([used(NOW), used(NOW - 3_600)], begin=begin))
    assert past.state_at(0).total.calls == 1
    assert [past.state_at(seq).total.calls for seq in (1, 2)] == [2, 3]
    assert past.state_at(2).seq == 2
