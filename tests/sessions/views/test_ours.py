"""What is shown of stations of ours, and what their questions touch: values that are made of the floor alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.branches.contents import LineKind
from sessions.floor.fold.fold import fold_all
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.scope import Held, HeldBy, Mode, Scope
from sessions.floor.state import Status
from sessions.views.floor.book import PaneBook
from sessions.views.floor.families import Families
from sessions.views.ours import bound_word, evidence_of, mend_of, ours_of
from sessions.views.questions import in_order, outside, text_lines, touched
from tests.support.console import HOSTILE, NOW, state_of
from tests.support.stations.still import DIFF, PLACES, asking, our_events, ours

STATE = state_of(our_events())
KNOWN = Owned(scope=Scope(("src/**", "!src/gen/**")), directory="/p/a/work")


@pytest.mark.parametrize(
    ("mode", "held", "word"),
    [
        (Mode.FULL, Held(HeldBy.BUBBLEWRAP), "full"),
        (Mode.SAFE, None, "safe?"),
        (Mode.SAFE, Held(HeldBy.BUBBLEWRAP), "safe"),
        (Mode.SAFE, Held(HeldBy.LANDLOCK), "landlock"),
        (Mode.SAFE, Held(), "advisory!"),
    ],
)
def test_a_boundary_in_a_word(mode: Mode, held: Held | None, word: str) -> None:
    assert bound_word(mode, held) == word


def test_an_observed_station_has_nothing_of_it() -> None:
    assert ours_of(STATE, "seen", NOW) is None


def test_violations_family_and_results_are_counted() -> None:
    worker, helper = ours_of(STATE, "worker", NOW), ours_of(STATE, "helper", NOW)
    assert worker is not None
    assert helper is not None
    assert (worker.violations, worker.violated, worker.children, worker.results) == (2, "commit .github/ci.yml", 1, 1)
    assert (helper.parent_name, helper.family, worker.family) == ("worker", "worker", "worker")
    assert worker.network == "pypi.org"
    assert worker.share_of == "tokens"


@pytest.mark.parametrize(("tried", "widened"), [("commit .github/ci.yml", True), ("write /etc/foo", False)])
def test_a_wider_scope_is_offered_where_one_can_reach(tried: str, widened: bool) -> None:
    assert (mend_of(tried, "S widens it") == "S widens it") is widened


def test_of_several_questions_the_oldest_is_told_since_it_is_answered_first() -> None:
    evidence = evidence_of(STATE, STATE.stations["asker"], NOW)
    assert evidence.status is Status.NEEDS_ME
    assert evidence.reason == "Bash git push --force origin station/asker (and 1 more)"
    assert evidence.since == NOW - 130
    assert in_order(STATE.owned)[0] == ("asker", "q1")


@pytest.mark.parametrize(
    ("path", "shown", "inside", "why"),
    [
        ("/p/a/work/src/x.py", "src/x.py", True, ""),
        ("src/x.py", "src/x.py", True, ""),
        ("/p/a/work/src/gen/x.py", "src/gen/x.py", False, "outside its scope"),
        ("/p/a/workshop/src/x.py", "/p/a/workshop/src/x.py", False, "outside its work tree"),
        ("/p/a/work/../b/src/x.py", "../b/src/x.py", False, "outside its scope"),
        ("/etc/passwd", "/etc/passwd", False, "outside its work tree"),
        ("/p/a/work/src/.git/config", "src/.git/config", False, "outside its scope"),
        ("", "", False, "outside its scope"),
    ],
)
def test_what_a_question_touches(path: str, shown: str, inside: bool, why: str) -> None:
    question = Question("q", NOW, paths=(path,))
    (found,) = touched(KNOWN, question)
    assert (found.path, found.inside, found.why) == (shown, inside, why)
    assert outside(KNOWN, question) == (not inside)


@given(st.text(max_size=200), st.text(max_size=60))
def test_whatever_is_asked_is_harmless_and_told(text: str, path: str) -> None:
    question = Question("q", NOW, text=text, paths=(path,))
    assert all(line.text.isprintable() for line in text_lines(question, "/p/a/work"))
    assert len(touched(KNOWN, question)) == 1


def test_a_difference_is_read_and_its_file_is_named_within_the_tree() -> None:
    lines = text_lines(Question("q", NOW, text=DIFF), f"{PLACES}/fixer/work")
    assert (lines[0].kind, lines[0].text) == (LineKind.WORDS, "src/pool.py")
    assert [line.kind for line in lines[1:4]] == [LineKind.HUNK, LineKind.CONTEXT, LineKind.REMOVED]
    assert [(line.old, line.new) for line in lines[2:6]] == [(12, 12), (13, 0), (14, 0), (0, 13)]
    new = text_lines(Question("q", NOW, text="a.py\n+one\n+two"))
    assert [line.kind for line in new] == [LineKind.WORDS, LineKind.ADDED, LineKind.ADDED]


@pytest.mark.parametrize("command", ["ls -l\n-x +y\necho @@ -1 +1 @@", "cat <<E\n+a\nb\nE", HOSTILE])
def test_a_command_is_no_difference(command: str) -> None:
    assert {line.kind for line in text_lines(Question("q", NOW, text=command))} == {LineKind.CONTEXT}


def test_blank_lines_push_nothing_out_of_sight() -> None:
    lines = [line.text for line in text_lines(Question("q", NOW, text="ls" + "\n" * 60_000 + "; rm -rf ~\n\n\n"))]
    assert lines == ["ls", "", "(59,999 blank lines)", "", "; rm -rf ~"]


def test_a_folded_family_is_as_loud_as_the_loudest_of_it() -> None:
    calm = [pane for pane in PaneBook().panes(STATE, NOW) if pane.station]
    hidden, standing = Families().fold(calm, {"worker"})
    assert hidden == {"station:helper"}
    assert standing["station:worker"].within == 1
    state = state_of([*our_events(), asking("helper", "q9", NOW - 5, text="rm x")])
    panes = [pane for pane in PaneBook().panes(state, NOW) if pane.station]
    families = Families()
    _, standing = families.fold(panes, {"worker"})
    pane = standing["station:worker"]
    assert (pane.status, pane.reason) == (Status.NEEDS_ME, "helper: Bash rm x")
    assert families.fold(panes, {"worker"})[1]["station:worker"] is pane
    circle = [replace(each, ours=replace(each.ours, parent="worker")) if each.ours else each for each in panes]
    assert families.fold(circle, {"worker"})[0] >= {"station:helper"}


def test_a_look_costs_what_has_changed_and_parents_see_their_children() -> None:
    book = PaneBook()
    book.panes(STATE, NOW)
    assert book.look(STATE, NOW) == []
    before = book.made
    state = state_of([*our_events(), asking("helper", "q9", NOW - 5)])
    changed = book.look(state, NOW)
    assert book.made - before <= len(state.stations)
    assert changed is None or {"station:helper"} <= {pane.key for pane in changed}


def test_a_child_of_a_child_is_counted_at_once_by_all_above_it() -> None:
    book = PaneBook()
    book.panes(STATE, NOW)
    state = fold_all(STATE, ours("third", parent="helper"))
    counts = {pane.station: pane.ours.children for pane in book.panes(state, NOW) if pane.ours is not None}
    assert (counts["worker"], counts["helper"], counts["third"]) == (2, 1, 0)
