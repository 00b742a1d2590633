"""Waiting longer and longer."""

from __future__ import annotations

from sessions.backoff import Backoff


def test_every_wait_is_twice_as_long_up_to_a_limit() -> None:
    backoff = Backoff(0.5, 3.0)
    assert [backoff.next() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    backoff.lasted(3.0)
    assert backoff.next() == 3.0, "what lasted no longer than the wait before it went no better"
    backoff.lasted(3.1)
    assert backoff.next() == 0.5
