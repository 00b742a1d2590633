"""How durations, dollars, counts and long words are told."""

from __future__ import annotations

import pytest

from sessions.floor.rank.words import in_dollars, lasting, many, shortened, times


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0s"),
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (59 * 60, "59m"),
        (3_600, "1h"),
        (3_900, "1h05"),
        (9 * 3_600 + 60, "9h01"),
        (10 * 3_600 + 60, "10h"),
        (47 * 3_600, "47h"),
        (48 * 3_600, "2d"),
        (84 * 3_600, "4d"),
    ],
)
def test_how_long_something_lasts(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


@pytest.mark.parametrize(("amount", "words"), [(0.5, "$0.50"), (9.49, "$9.49"), (9.5, "$10"), (1_234.0, "$1,234")])
def test_dollars(amount: float, words: str) -> None:
    assert in_dollars(amount) == words


def test_counts_and_long_words() -> None:
    assert times(1_234) == "1,234 ×" and many("test") == "test stations"
    assert shortened(60 * "x") == 60 * "x"
    assert shortened(61 * "x") == 59 * "x" + "…" and shortened("abcd", 3) == "ab…"
