"""What is said of a landing order."""

from __future__ import annotations

import pytest
from hypothesis import given

from sessions.floor.conflicts import Outcome, Verdict
from sessions.landing.plan import BASE, Candidate, Refusal, Step, Why, Wishes, plan
from sessions.views.conflicts.reasons import (
    collision,
    costs,
    counted,
    frame,
    left_reasons,
    listed,
    refused,
    sentences,
    step_reason,
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


def test_a_whole_plan() -> None:
    found = plan(queue("ABCDE"), VERDICTS, Wishes(pinned=("A",), dropped=("gone",)))
    assert list(sentences(found, VERDICTS, "main")) == [
        "1 of 5 land in this order, 1 in order of arrival; no order lands more",
        "pinned and moved branches keep one branch from landing",
        "landing A first unblocks C and D",
        "C conflicts with A in one file, 1 line",
        "rebase C once A has landed: one file, 1 line in all",
        "D conflicts with A in one file, 1 line",
        "rebase D once A has landed: one file, 1 line in all",
        "E conflicts with main in one file, 3 lines",
        "rebase E onto main: one file, 3 lines",
        "B conflicts with A in two files, 14 lines",
        "B conflicts with C in one file, 1 line",
        "rebase B once C has landed: three files, 15 lines in all",
    ]


def test_the_frame_names_the_bound() -> None:
    found = plan(queue("AB"), VERDICTS)
    assert frame(found).endswith("1 in order of arrival; no order lands more")
    assert list(costs(found)) == []


def test_drops_and_branches_not_compared() -> None:
    found = plan([*queue("AG"), Candidate("late", compared=False)], VERDICTS, Wishes(dropped=("G",)))
    assert list(costs(found)) == ["one branch more would land if none were dropped"]
    assert list(left_reasons(found.left[0], VERDICTS)) == [
        "late has not been compared yet, so nothing can be promised of it"
    ]


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
    assert [listed(names) for names in ("", "A", "AB", "ABC", "ABCD")] == [
        "",
        "A",
        "A and B",
        "A, B and C",
        "A, B and 2 others",
    ]
    assert step_reason(Step("A")) == ""


@given(floors(), wishes())
def test_every_plan_can_be_explained(floor: tuple[list[Candidate], Verdicts], wished: Wishes) -> None:
    branches, verdicts = floor
    found = plan(branches, verdicts, wished)
    said = list(sentences(found, verdicts))
    assert all(said)
    assert len(said) >= 1 + len(found.left) + len(found.refused)
