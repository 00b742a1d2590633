"""Token counts and meters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.tokens import Meter, Tokens
from tests.support.journal import tokens


@given(tokens, tokens)
def test_adding_and_taking_away_are_opposites(a: Tokens, b: Tokens) -> None:
    assert a + b - b == a
    assert (a + b).total == a.total + b.total


def test_thinking_is_part_of_output() -> None:
    used = Tokens(input=1, cache_write_5m=2, cache_write_1h=4, cache_read=8, output=16, thinking=5)
    assert used.total == 31
    assert used.context == 15


def test_an_unknown_price_is_never_zero() -> None:
    assert Meter(calls=2, unpriced=2).cost_usd is None
    assert Meter(calls=2, unpriced=1, cost=0.5).cost_usd == 0.5
    assert Meter().cost_usd == 0.0


@given(tokens, st.integers(0, 9))
def test_a_meter_without_itself_is_empty(used: Tokens, sessions: int) -> None:
    meter = Meter(used, 3, 1.5, 1, 1, 1, 1, sessions)
    assert meter.minus(meter) == Meter()
