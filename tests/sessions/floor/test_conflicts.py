"""Pairs of branches: how they are named, and with how many others each collides."""

from __future__ import annotations

from sessions.floor.conflicts import FileConflict, Outcome, Verdict, between, conflicts_of, key_of, pair_of
from sessions.views.conflicts.collisions import counts


def clash(a: str, b: str, lines: int) -> Verdict:
    return Verdict(a, b, Outcome.CONFLICT, (FileConflict("f", "content", lines),))


VERDICTS = {
    key_of(verdict.a, verdict.b): verdict
    for verdict in (clash("a", "b", 3), clash("a", "c", 9), clash("a", "", 5), Verdict("b", "c", Outcome.UNKNOWN))
}


def test_a_pair_has_one_name() -> None:
    assert pair_of("b", "a") == pair_of("a", "b") == ("a", "b")
    assert pair_of("a", "") == pair_of("", "a") == ("a", "")
    assert between(VERDICTS, "c", "a") is between(VERDICTS, "a", "c") is VERDICTS["a..c"]
    assert between(VERDICTS, "", "a") is VERDICTS["a.."]


def test_the_base_counts_as_a_partner_and_has_no_count_of_its_own() -> None:
    assert counts(VERDICTS) == {"a": (3, "c"), "b": (1, "a"), "c": (1, "a")}


def test_partners_come_worst_first() -> None:
    assert [partner for partner, _ in conflicts_of(VERDICTS, "a")] == ["c", "", "b"]


def test_every_conflict_weighs_something() -> None:
    assert [verdict.lines for verdict in (clash("a", "b", 0), clash("a", "b", 7))] == [1, 7]
    assert Verdict("a", "b", Outcome.CLEAN).lines == 0
