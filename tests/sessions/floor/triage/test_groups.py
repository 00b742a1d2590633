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
    assert other.cases == (alone,) or alone in other.cases
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
