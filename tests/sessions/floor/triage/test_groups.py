"""The queue in rows."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.triage.case import Kind
from sessions.floor.triage.groups import alike, counts, rows
from tests.support.triage.floors import NOW, case, floor, observed, opened

LIMIT = "failed:rate limit:anthropic"
FAILED = [case(f"s{n}", number=n, group=LIMIT) for n in range(200)]


def test_the_most_urgent_comes_first_and_of_like_ones_the_oldest() -> None:
    last, first, middle = case("a", Kind.SIGNAL), case("b", Kind.PERMISSION), case("c", number=5)
    older = case("d", number=2)
    assert [row.first for row in rows(floor(opened(last, first, middle, older)), NOW)] == [first, older, middle, last]


def test_one_cause_is_one_row_that_can_be_taken_apart() -> None:
    state = floor(opened(*FAILED, alone := case("x")))
    one, other = rows(state, NOW)
    assert (len(one.cases), one.key, one.first) == (200, LIMIT, FAILED[0])
    assert (other.cases, other.key) == ((alone,), alone.id)
    assert len(rows(state, NOW, apart={LIMIT})) == 201
    assert alike(state, FAILED[7], NOW) == (*FAILED,) and alike(state, alone, NOW) == (alone,)


def test_what_is_snoozed_or_expected_is_left_out() -> None:
    slept, kept, expected = case("a"), case("b"), case("c")
    state = floor(
        observed("c"),
        opened(slept, kept, expected),
        ev.CaseSnoozed(time=NOW, station="a", case=slept.id, until=NOW + 60),
        ev.KindExpected(time=NOW, station="c", kind=Kind.FAILED),
    )
    assert [row.first.id for row in rows(state, NOW)] == [kept.id]
    assert [row.first.id for row in rows(state, NOW, snoozed=True)] == [slept.id]
    assert counts(state, NOW) == {Kind.FAILED: 1}
    assert len(rows(state, NOW + 60)) == 2


def test_a_row_is_about_each_of_its_stations_once_and_about_none_for_the_whole_floor() -> None:
    cases = (case("b", number=1, group="g"), case("a", number=2, group="g"), case("b", number=3, group="g"))
    (row,) = rows(floor(opened(*cases)), NOW)
    assert row.stations == ("b", "a")
    (row,) = rows(floor(opened(case("", Kind.MEMORY))), NOW)
    assert row.stations == ()


def test_two_that_are_in_no_group_are_not_alike() -> None:
    one, other = case("a"), case("b")
    state = floor(opened(one, other))
    assert alike(state, one, NOW) == (one,)
    settled = case("c", group="g")
    assert alike(state, settled, NOW) == (settled,), "one that is not in the queue stands alone"
