"""Whom a scope meets, before anybody has it: files, branches that collide, and how little is read for it."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.conflicts import FileConflict
from sessions.floor.scope import Scope
from sessions.floor.scopes.paths import PORTION, Paths
from sessions.floor.state import FloorState
from sessions.views.forms.offers import (
    Sources,
    branch_offers,
    matching,
    model_offers,
    named_before,
    role_offers,
    scope_offers,
)
from sessions.views.forms.overlap import Hot, Meeting, Overlap, Where, finished, overlap
from tests.support.branches.floor import clash, compared
from tests.support.console import HOSTILE, NOW, state_of
from tests.support.stations.still import our_events, ours

TREE = Paths([*(f"src/pool/f{i}.py" for i in range(5)), "src/gen/x.py", "lib/a.py", "docs/i.md"])


def found(state: FloorState, *patterns: str, where: Where | None = None, tree: Paths = TREE) -> Overlap:
    return finished(overlap(state, Scope(patterns), where or Where(), tree))


def names_of(it: Overlap) -> list[str]:
    return [meeting.station for meeting in it.meetings]


def floor(*more: ev.Event) -> FloorState:
    return state_of(
        [
            ev.FactoryOpened(time=NOW - 9_000, source="supervisor", repo="/srv/api", name="api", base="main"),
            *ours("one", scope=Scope(("src/pool/**",))),
            *ours("two", scope=Scope(("lib/**",), exclusive=True)),
            *ours("child", parent="one", scope=Scope(("src/pool/f1.py",))),
            *more,
        ]
    )


def test_files_that_both_may_write_are_counted_and_named() -> None:
    it = found(floor(), "src/**", "docs/**")
    assert (it.files, it.of) == (7, 8)
    assert it.meetings == (
        Meeting("one", "one", 5, ("src/pool/f0.py", "src/pool/f1.py", "src/pool/f2.py")),
        Meeting("child", "child", 1, ("src/pool/f1.py",)),
    )


def test_what_is_exclusive_stands_first_and_files_that_are_not_there_count() -> None:
    it = found(floor(), "src/pool/**", "lib/new/**")
    assert [(m.station, m.files, m.exclusive) for m in it.meetings][:2] == [("two", 0, True), ("one", 5, False)]
    assert it.meetings[0].might.startswith("lib/new/")
    assert found(floor(), "docs/**").meetings == ()


def test_what_works_for_one_another_shares_what_it_has() -> None:
    assert names_of(found(floor(), "src/**", where=Where(frozenset({"one"}), branch="station/one"))) == []
    assert names_of(found(floor(), "src/**", where=Where(frozenset({"child"}), "one"))) == []
    assert names_of(found(floor(), "src/**", where=Where(parent="one"))) == ["child"]


def test_who_is_only_observed_is_told_by_what_it_wrote() -> None:
    wrote = [
        ev.StationOpened(
            time=NOW, source="x", station="seen", session="s", kind="claude", directory="/srv/wt/seen", branch="b"
        ),
        *(
            ev.ToolCalled(time=NOW, source="x", station="seen", session="s", tool="Edit", file=path)
            for path in ("/srv/wt/seen/src/pool/f0.py", "/srv/wt/seen/docs/i.md", "/etc/passwd")
        ),
    ]
    (one, _, seen) = found(floor(*wrote), "src/**").meetings
    assert (one.station, seen) == ("one", Meeting("seen", "seen", 1, ("src/pool/f0.py",), observed=True))


def test_branches_that_collide_already_are_told() -> None:
    hits = [
        clash("station/new", "station/one", FileConflict("src/pool/f0.py", "content", 12)),
        clash("other", "station/one", FileConflict("src/pool/f0.py", "content", 3)),
        clash("other", "third", FileConflict("docs/i.md", "content", 3)),
    ]
    it = found(floor(*hits), "src/**", where=Where(branch="station/new"))
    assert it.meetings[0].lines == 12
    assert it.collides == (("station/one", 12),)
    assert it.hot == (Hot("src/pool/f0.py", 2),)


def test_between_two_portions_others_have_a_turn() -> None:
    """A key waits for one portion at most, however large the tree is; what was read once is not read again."""
    tree = Paths(f"a{i % 90}/b{i % 7}/f{i}.py" for i in range(50_000))
    state = floor()
    stops = sum(1 for _ in overlap(state, Scope(("**/*.py",)), Where(), tree))
    assert stops >= 50_000 / PORTION
    assert tree.read == 50_000
    again = sum(1 for _ in overlap(state, Scope(("**/*.py", "!a1/**")), Where(), tree))
    assert again <= len(state.stations)
    assert tree.read == 50_000


def test_scopes_are_offered_from_the_tree_the_work_and_the_conflicts() -> None:
    state = state_of(our_events())
    sources = Sources("worker", "station/worker", ("src/pool/f1.py", "docs/i.md"))
    offers = scope_offers(state, "", TREE, sources)
    assert [(offer.value, offer.why) for offer in offers] == [
        ("docs/i.md src/pool/f1.py", "what its branch touches"),
        ("**", "everything"),
        ("docs/", "all below"),
        ("lib/", "all below"),
        ("src/", "all below"),
    ]
    assert [offer.value for offer in scope_offers(state, "docs/** src/p", TREE, sources)] == ["docs/** src/pool/"]
    assert [offer.value for offer in scope_offers(state, "**", TREE, sources)][1:] == ["docs/", "lib/", "src/"]


def test_the_area_and_the_hot_spots_of_the_conflicts_are_offered() -> None:
    branch = ev.BranchChanged(time=NOW, source="git", branch="station/worker", head="a" * 40)
    seen = state_of([*our_events(), branch])
    hits = [clash("x", name, FileConflict("src/hot.py", "content", 1)) for name in ("y", "z")]
    state = state_of([*our_events(), branch, *compared(seen, ["station/worker"]), *hits])
    area = state.compared["station/worker"].area
    offers = {offer.value: offer.why for offer in scope_offers(state, "", TREE, Sources("", "station/worker"))}
    assert area
    assert offers[f"{area}**"].startswith("where its branch works")
    assert offers["** !src/hot.py"] == "keep out: 2 pairs of branches collide there"


def test_what_is_offered_is_harmless_and_not_what_stands_there() -> None:
    hostile = [
        ev.StationOpened(time=NOW, source="x", station="h", session="s", kind="claude", role=HOSTILE, branch="topic"),
        ev.BranchChanged(time=NOW, source="git", branch="topic", head="b" * 40, subject=HOSTILE),
        ev.BranchChanged(time=NOW, source="git", branch="main", head="b" * 40),
    ]
    state = state_of([*our_events(), *hostile])
    branches = branch_offers(state)
    assert {offer.value for offer in branches} == {"main", "topic"}
    every = [*branches, *model_offers(state), *role_offers(state), *named_before(state, "hosts", "")]
    assert all((offer.text + offer.why).isprintable() for offer in every)
    assert [offer.value for offer in matching("OP", branches)] == ["topic"]
    assert matching("topic", branches) == []
    assert [offer.value for offer in named_before(state, "hosts", "a.org py")] == ["a.org pypi.org"]
