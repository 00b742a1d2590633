"""Which worktree a directory lies in, and what is checked out there."""

from __future__ import annotations

import pytest

from sessions.floor.fold.trees import checked_out, tree_of
from sessions.floor.state import Branch


@pytest.mark.parametrize(
    ("directory", "tree"),
    [
        ("/srv/shop", "/srv/shop"),
        ("/srv/shop/src/a", "/srv/shop"),
        ("/srv/shop/.trees/a/src", "/srv/shop/.trees/a"),
        ("/srv/shopping", ""),
        ("/elsewhere", ""),
        ("", ""),
    ],
)
def test_the_innermost_tree_holds_a_directory(directory: str, tree: str) -> None:
    assert tree_of(directory, {"/srv/shop", "/srv/shop/.trees/a"}) == tree


def test_a_repository_may_be_the_whole_disk() -> None:
    assert tree_of("/srv/shop", {"/"}) == tree_of("/", {"/"}) == "/"
    assert tree_of("/", {"/srv"}) == ""


def test_of_two_that_claim_a_worktree_it_has_the_one_that_was_told_last() -> None:
    old, new = Branch("old", worktree="/w", changed=1.0), Branch("new", worktree="/w", changed=2.0)
    assert checked_out([old, new]) == checked_out([new, old]) == {"/w": "new"}
    assert checked_out([new, Branch("same", worktree="/w", changed=2.0)]) == {"/w": "same"}
