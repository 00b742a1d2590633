"""A branch that begins to collide is told once: what was so before, or is compared for the first time, is no news."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.views.conflicts.clashes import NAMED, CollisionWatch, notice
from tests.support.branches.floor import clash, compared, open_names, touching
from tests.support.console import factory_state

A, B, C, D = "station/docs-01", "station/proxy-00", "station/tests-02", "topic/older-03"


def floor(*events: ev.Event) -> FloorState:
    state = factory_state(3, 6)
    return fold_all(state, [*compared(state, open_names(state)), *events])


def test_what_was_so_before_is_no_news() -> None:
    watch = CollisionWatch()
    assert watch.look(floor(clash(A, B))) == []
    assert watch.look(floor(clash(A, B), touching(C, D))) == []


def test_a_collision_is_told_once() -> None:
    watch = CollisionWatch()
    watch.look(floor())
    began = floor(clash(A, B))
    assert watch.look(began) == [A, B]
    assert watch.look(began) == []
    assert watch.look(floor()) == []
    assert watch.look(floor(clash(A, B))) == []


def test_only_what_is_new_is_told() -> None:
    watch = CollisionWatch()
    watch.look(floor(clash(A, B)))
    assert watch.look(floor(clash(A, B), clash(A, C))) == [C]


def test_a_first_comparison_is_no_news() -> None:
    watch = CollisionWatch()
    state = factory_state(3, 6)
    watch.look(state)
    assert watch.look(fold_all(state, [clash(A, B), *compared(state, [A, B])])) == []


def test_the_notice_names_the_worst_partner() -> None:
    state = floor(clash(A, B), clash(A, C), clash(D))
    assert (
        notice(state, [A, B, C, D])
        == "docs-01 now collides with proxy-00 and 1 more; older-03 now collides with the base"
    )


def test_a_notice_of_many_is_short() -> None:
    state = floor(*(clash(name) for name in open_names(factory_state(3, 6))))
    said = notice(state, open_names(state))
    assert "more" not in notice(state, open_names(state)[:NAMED])
    assert said.endswith("; 3 more collide")
    assert said.count(";") == 3
