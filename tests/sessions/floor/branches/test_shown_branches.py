"""Which branches are shown by default."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.branches.shown import SHOWN, activity, left_out, shown_branches
from sessions.floor.state import Branch


def names(branches: list[Branch], occupied: frozenset[str] = frozenset(), limit: int = SHOWN) -> list[str]:
    """The names shown of these branches."""
    return [branch.name for branch in shown_branches({b.name: b for b in branches}, occupied, limit=limit)]


def test_the_most_recently_active_unmerged_ones() -> None:
    many = [Branch(f"b{number}", committed=float(number)) for number in range(200)]
    assert names(many) == [f"b{number}" for number in range(199, 199 - SHOWN, -1)]


def test_merged_ones_only_where_somebody_is() -> None:
    landed = Branch("landed", merged=True, committed=9.0)
    used = replace(landed, name="used", worktree="/w")
    taken = replace(landed, name="taken")
    work = Branch("work", committed=1.0)
    assert names([landed, used, taken, work], occupied=frozenset({"taken"})) == ["taken", "used", "work"]


def test_old_ones_with_a_worktree_come_on_top_of_the_limit() -> None:
    old = Branch("old", committed=1.0, worktree="/w")
    assert names([Branch("a", committed=3.0), Branch("b", committed=2.0), old], limit=1) == ["a", "old"]


def test_the_base_and_uncommitted_work_take_no_place_of_another() -> None:
    """So that whoever does not know what is uncommitted, as the command line, shows the same ones."""
    many = [Branch(f"b{number}", committed=10.0 + number) for number in range(3)]
    dirty = Branch("dirty", committed=1.0, changed=99.0, dirty=1, worktree="/w")
    found = {b.name: b for b in (Branch("main", committed=50.0), *many, dirty)}
    shown = shown_branches(found, base="main", limit=2)
    assert [branch.name for branch in shown] == ["dirty", "b2", "b1"]
    assert left_out(found, shown, "main") == 1


def test_uncommitted_work_is_activity() -> None:
    assert activity(Branch("b", committed=5.0, changed=9.0, dirty=1)) == 9.0
    assert activity(Branch("b", committed=5.0, changed=9.0)) == 5.0
    assert activity(Branch("b", committed=5.0, changed=9.0, dirty=-1)) == 5.0


@given(
    st.lists(st.builds(Branch, name=st.text(max_size=3), committed=st.floats(0, 9), merged=st.booleans())),
    st.integers(0, 5),
)
def test_each_is_shown_once_and_in_order(branches: list[Branch], limit: int) -> None:
    shown = shown_branches({branch.name: branch for branch in branches}, limit=limit)
    assert len({branch.name for branch in shown}) == len(shown) <= limit
    assert [activity(branch) for branch in shown] == sorted((activity(branch) for branch in shown), reverse=True)
