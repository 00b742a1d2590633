"""Compact sets of session numbers are sets."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.session_numbers import MOST_WORDS, WORD, SessionNumbers

numbers = st.frozensets(st.integers(0, 5 * WORD), max_size=20)


@given(numbers, numbers)
def test_they_add_up_and_can_be_taken_away_like_sets(one: frozenset[int], other: frozenset[int]) -> None:
    first, second = SessionNumbers.of(one), SessionNumbers.of(other)
    assert set(first) == set(one) and len(first) == len(one)
    assert all((number in first) is (number in one) for number in range(6 * WORD))
    assert first.plus(other) == SessionNumbers.of(one | other) == second.plus(one)
    assert first.minus(second) == SessionNumbers.of(one - other)
    assert msgspec.json.decode(msgspec.json.encode(first), type=SessionNumbers) == first


def test_numbers_that_lie_together_take_little_room() -> None:
    assert len(msgspec.json.encode(SessionNumbers.of(range(100_000, 105_519)))) < 2_500


@pytest.mark.parametrize("hostile", [{"first": MOST_WORDS + 1}, {"first": -1}, {"words": [-1]}, {"words": [1 << WORD]}])
def test_a_hostile_set_is_refused(hostile: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(hostile, SessionNumbers)
