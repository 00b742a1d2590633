"""What is said of a landing order."""

from __future__ import annotations

import pytest
from hypothesis import given

from sessions.floor.conflicts import Outcome, Verdict
from sessions.landing.plan import BASE, Candidate, Refusal, Why, Wishes, plan
from sessions.views.conflicts.reasons import (
    collision,
    costs,
    counted,
    refused,
)
from tests.support.branches.verdict import Verdicts, book, conflict, floors, queue, unknown, wishes

VERDICTS = book(
    conflict("A", "B", ("x", 10), ("y", 4)),
    conflict("A", "C", ("x", 1)),
    conflict("A", "D", ("x", 1)),
    conflict("B", "C", ("z", 1)),
    conflict("E", BASE, ("x", 3)),
    unknown("A", "F", "an object is missing"),
    Verdict("A", "G", Outcome.CLEAN, shared=2),
)


def test_pairs() -> None:
    assert collision("B", "A", VERDICTS) == "B conflicts with A in two files, 14 lines"
    assert collision("E", BASE, VERDICTS, "main") == "E conflicts with main in one file, 3 lines"
    assert collision("A", "F", VERDICTS) == "A could not be compared with F: an object is missing"
    assert collision("A", "G", VERDICTS) == "A and G merge cleanly, though both change two files"
    assert collision("F", "G", VERDICTS) == "F and G merge cleanly"


def test_what_wishes_cost() -> None:
    assert list(costs(plan(queue("AB"), VERDICTS))) == []
    pinned = plan(queue("ABCDE"), VERDICTS, Wishes(pinned=("A",)))
    assert list(costs(pinned)) == ["pinned and moved branches keep one branch from landing"]
    dropped = plan(queue("AG"), VERDICTS, Wishes(dropped=("G",)))
    assert list(costs(dropped)) == ["one branch more would land if none were dropped"]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal("B", Why.CONFLICT, ("A",)), "B conflicts with A in two files, 14 lines, which is pinned too"),
        (Refusal("E", Why.CONFLICT, (BASE,)), "E conflicts with main in one file, 3 lines"),
        (
            Refusal("F", Why.UNKNOWN, ("A",)),
            "F could not be compared with A: an object is missing, which is pinned too",
        ),
        (Refusal("A", Why.DROPPED), "it is dropped"),
        (Refusal("A", Why.ABSENT), "there is no such branch here"),
        (Refusal("A", Why.NOT_COMPARED), "it has not been compared yet"),
    ],
)
def test_refusals(refusal: Refusal, words: str) -> None:
    assert refused(refusal, VERDICTS, "main") == f"{refusal.name} cannot be pinned: {words}"


def test_words() -> None:
    assert [counted(number, "file") for number in (0, 1, 2, 13)] == ["no files", "one file", "two files", "13 files"]
    assert [counted(number, "line") for number in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]
    assert counted(2, "branch") == "two branches"


@given(floors(), wishes())
def test_every_refusal_can_be_explained(floor: tuple[list[Candidate], Verdicts], wished: Wishes) -> None:
    branches, verdicts = floor
    found = plan(branches, verdicts, wished)
    assert all(refused(refusal, verdicts) for refusal in found.refused)
    assert bool(list(costs(found))) is bool(found.cost_of_pins or found.cost_of_drops)
