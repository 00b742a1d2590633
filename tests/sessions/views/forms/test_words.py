"""Boundaries and budgets as they are written in one line, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.scope import Budget
from sessions.views.forms.words import (
    WordsError,
    budget_in,
    budget_text,
    hosts_in,
    last_word,
    list_in,
    patterns_in,
    patterns_text,
)

PATTERN = st.text(st.characters(exclude_characters="\\", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).map(
    lambda text: f"x{text}x"
)
BUDGETS = st.builds(
    Budget,
    st.integers(0, 10**13),
    st.integers(0, 10**6).map(lambda cents: cents / 100),
    st.integers(0, 10**6).map(float),
    st.integers(0, 10**6),
)


@given(BUDGETS)
def test_a_budget_is_read_as_it_is_written(budget: Budget) -> None:
    assert budget_in(budget_text(budget)) == budget


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("", Budget()),
        ("2M", Budget(tokens=2_000_000)),
        ("1.5M tokens, $2.50", Budget(tokens=1_500_000, dollars=2.5)),
        ("500k tok and 20 turns", Budget(tokens=500_000, turns=20)),
        ("1h30m", Budget(seconds=5_400)),
        ("90 min 1 turn", Budget(seconds=5_400, turns=1)),
        ("1,000 tokens", Budget(tokens=1_000)),
        ("3 usd", Budget(dollars=3)),
        ("2 m", Budget(seconds=120)),
    ],
)
def test_a_budget_may_be_written_in_many_ways(text: str, budget: Budget) -> None:
    assert budget_in(text) == budget


@pytest.mark.parametrize("text", ["20", "$", "x", "1h 30", "-5 turns", "5 apples", "2Mx", "1e9 tokens", "9" * 40 + "M"])
def test_what_is_no_budget_is_said(text: str) -> None:
    with pytest.raises(WordsError):
        budget_in(text)


@given(st.text())
def test_whatever_is_typed_is_a_budget_or_is_said_to_be_none(text: str) -> None:
    try:
        budget = budget_in(text)
    except WordsError:
        return
    assert budget.tokens >= 0
    assert budget.dollars >= 0


@given(st.lists(PATTERN))
def test_patterns_with_blanks_in_their_names_come_back(patterns: list[str]) -> None:
    assert patterns_in(patterns_text(patterns)) == tuple(patterns)


def test_the_word_that_is_being_written_is_the_last() -> None:
    assert last_word("src/** do") == "do"
    assert last_word(r"src/** my\ do") == "my do"
    assert last_word("src/** ") == last_word("") == ""


def test_tools_may_have_blanks_and_hosts_may_not() -> None:
    assert list_in("Edit, Bash(git  diff *), Edit,,") == ("Edit", "Bash(git diff *)")
    assert hosts_in("pypi.org, *.npmjs.org pypi.org") == ("pypi.org", "*.npmjs.org")
