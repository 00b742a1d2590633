"""Collisions kept from one floor to the next are those counted anew, and only what changed is counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.conflicts import FileConflict, Outcome, Verdict, key_of, pair_of
from sessions.views.conflicts.collisions import Collisions, counts
from sessions.views.floor.book import PaneBook
from tests.support.console import NOW, factory_state

NAMES = st.sampled_from(["a", "b", "c", "d", ""])
STEPS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from([*Outcome, None]), st.integers(0, 3)), max_size=12)


@given(st.lists(STEPS, max_size=5))
def test_kept_is_as_good_as_counted(floors: list[list[tuple[str, str, Outcome | None, int]]]) -> None:
    kept, verdicts = Collisions(), dict[str, Verdict]()
    for steps in floors:
        before, verdicts = verdicts, dict(verdicts)
        for one, other, outcome, lines in steps:
            if one == other:
                continue
            if outcome is None:
                verdicts.pop(key_of(one, other), None)
            else:
                files = (FileConflict("f", "content", lines),)
                verdicts[key_of(one, other)] = Verdict(*pair_of(one, other), outcome, files)
        changed = kept.look(verdicts)
        was, now = counts(before), counts(verdicts)
        assert {name: kept.of(name) for name in kept.colliding} == now
        assert changed >= {name for name in was | now if was.get(name) != now.get(name)}


def test_a_look_at_the_same_floor_makes_no_pane_and_one_at_a_changed_station_makes_one() -> None:
    book, state = PaneBook(), factory_state(200, 100)
    first = book.panes(state, NOW)
    made = book.made
    again = book.panes(state, NOW + 0.5)
    assert all(a is b for a, b in zip(first, again, strict=True))
    assert book.made == made
