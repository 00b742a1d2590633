"""What a scope would come to, asked of a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.asking.questions import ScopeSight
from sessions.asking.scopes import scope_seen
from sessions.errors import FactoryError
from sessions.place import Place
from tests.support.branches.branch import BRANCH
from tests.support.branches.branch import Place as Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


@pytest.fixture
def place(made: Made, tmp_path: Path) -> Place:
    return Place(made.repo.path, (made.repo.path / ".git").resolve(), tmp_path / "state")


def test_a_scope_is_looked_up_in_the_tree_of_its_branch(made: Made, place: Place) -> None:
    seen = scope_seen(place, made.state(), ScopeSight(BRANCH, ("src/**",), word="sr"))
    assert seen.trouble == ""
    assert seen.completions == ("src/**",)
    assert seen.touched == ("a.txt", "b/漢字.txt", "src/pool.py")
    assert seen.meetings == ()


def test_what_cannot_be_meant_is_told_and_a_branch_that_is_gone_too(made: Made, place: Place) -> None:
    assert "outside" in scope_seen(place, made.state(), ScopeSight(BRANCH, ("/etc/**",))).trouble
    assert "takes nothing away" in scope_seen(place, made.state(), ScopeSight(BRANCH, ("src/**", "!docs/**"))).trouble
    state = made.state()
    with pytest.raises(FactoryError, match="cannot be listed"):
        scope_seen(place, replace(state, base_head="0" * 40), ScopeSight("gone"))
