"""In how many ways an expression may have to be tried, and what is refused of them."""

from __future__ import annotations

import warnings

import pytest

from sessions.floor.triage.causes.bounded import trouble

MANY, TWICE = "it has too many parts", "it repeats what repeats"


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [
        ("abc", 1),
        ("ab?", 2),
        ("a{2,5}", 4),
        ("a{3}", 1),
        ("a{2000,3000}", 1),
        ("xa*", 1_001),
        ("xa*?", 1_001),
        ("xa*+", 1_001),
        ("xa+", 1_000),
        ("a?b?c", 4),
        ("(a?b)c?", 4),
        ("(?>a?b)c?", 4),
        ("(?:ab?)?c", 4),
        ("x?(?:ab?|cd|e)", 8),
        ("(a{2}b){3}", 1),
    ],
)
def test_in_how_many_ways_it_is_tried_at_one_place(pattern: str, ways: int) -> None:
    assert trouble(pattern, ways * 1_000) == ""
    assert trouble(pattern, ways * 1_000 - 1).startswith(MANY)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("xa{0,199}b{0,99}", ""),
        ("xa{0,2}b{0,58}c{0,112}", MANY),
        (600 * "a", ""),
        (601 * "a", "it is longer than 600"),
        ("(a?b){2}", TWICE),
        ("((?:a?b){1}c){2}", TWICE),
        ("(?:ab|c){2}", TWICE),
        ("(?>a?b){2}", TWICE),
        ("(a)?(?(1)b|c)", "it refers back"),
        ("[[a]", "it is no regular expression"),
    ],
)
def test_what_could_run_for_long_is_refused(pattern: str, why: str) -> None:
    assert trouble(pattern).startswith(why) and bool(trouble(pattern)) is bool(why)


def test_what_may_come_to_mean_something_else_is_refused_whether_or_not_anybody_hears_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert trouble("[[b]").startswith("it is no regular expression")
