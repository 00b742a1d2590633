"""The area of a branch: the deepest directory with half of its changes, told by the paths alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.branches.git.run import Git
from sessions.branches.sift.areas import Areas
from sessions.floor.branches.area import area_of, within
from tests.support.branches.git import TestRepository

PATHS = st.sets(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), max_size=12)


@pytest.mark.parametrize(
    ("paths", "area"),
    [
        ((), ""),
        (("README.md",), ""),
        (("src/proxy/pool.py",), "src/proxy/"),
        (("src/proxy/pool.py", "README.md"), "src/proxy/"),
        (("src/proxy/pool.py", "src/auth/login.py", "src/auth/user.py"), "src/auth/"),
        (("src/proxy/pool.py", "src/auth/login.py", "src/billing/plan.py"), "src/"),
        (("src/proxy/pool.py", "tests/test_pool.py", "docs/pool.md"), ""),
        (("b/x.py", "a/x.py"), "a/"),
        (("a/x.py", "a/x.py", "b/x.py", "b/y.py"), "b/"),
    ],
)
def test_the_area_is_where_half_of_the_changes_are(paths: tuple[str, ...], area: str) -> None:
    assert area_of(paths) == area


@given(PATHS)
def test_an_area_holds_half_and_nothing_in_it_does_unless_it_is_another(paths: set[str]) -> None:
    area = area_of(paths)
    held = sum(path.startswith(area) for path in paths)
    assert 2 * held >= len(paths)
    assert area == "" or area.endswith("/")
    assert area_of(sorted(paths, reverse=True)) == area


def test_a_place_holds_itself_and_what_lies_in_it() -> None:
    assert within("src/proxy/", "src/proxy/")
    assert within("src/proxy/", "src/")
    assert not within("src/", "src/proxy/")
    assert not within("srcs/", "src/")
    assert not within("", "src/")
    assert not within("src/", "")


def test_commits_work_where_they_changed_something_since_they_left_the_base(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "repo")
    root = made.commit({"src/a/one.py": "1\n", "src/b/two.py": "2\n", "docs/x.md": "x\n"})
    made.git("switch", "--quiet", "--create", "one")
    one = made.commit({"src/a/one.py": "one\n"})
    made.git("switch", "--quiet", "--create", "two", "main")
    two = made.commit({"src/b/two.py": "two\n", "src/b/more.py": "more\n", "docs/x.md": "two\n"})
    made.git("switch", "--quiet", "main")
    base = made.commit({f"lib/{number}.py": "new\n" for number in range(9)})
    git, areas = Git(made.path / ".git"), Areas()
    assert areas.of(git, base, [one, two, root]) == {one: "src/a/", two: "src/b/", root: ""}
    assert areas.of(git, base, [two, base]) == {two: "src/b/", base: ""}
    assert areas.of(git, base, ["0" * 40, one]) == {}, "git can read nothing of what has a hole"
    assert areas.of(git, base, [one]) == {one: "src/a/"}
    made.git("checkout", "--quiet", "--orphan", "stranger")
    stranger = made.commit({"src/c/three.py": "3\n"})
    assert areas.of(git, base, [stranger, one]) == {stranger: "", one: "src/a/"}
