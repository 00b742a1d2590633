"""What is taken to parts comes to what git's merge of the whole comes to, also where git chooses by order."""

from __future__ import annotations

from pathlib import Path

from tests.support.branches.collision import LINES, edited
from tests.support.branches.git import TestRepository
from tests.support.branches.matrix import looked, opened, same_as_whole

MANY = LINES.replace("line", "other")


def conflicts(made: TestRepository, state: Path) -> list[tuple[str, str]]:
    """The path and kind of each conflict of the only two branches, as git's merge of the whole has them, too."""
    with opened(made, state) as matrix:
        chosen, rows, verdicts = looked(matrix, made)
        same_as_whole(matrix, chosen.base_head, rows, verdicts)
    (pair,) = (verdict for verdict in verdicts.values() if verdict.b)
    return [(file.path, file.kind) for file in pair.files]


def two_branches(made: TestRepository) -> None:
    made.git("checkout", "--quiet", "-b", "other", "main")


def test_of_two_files_equally_like_a_deleted_one_git_takes_that_in_a_directory_both_changed(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"gone.txt": LINES, "a/x.txt": "x\n", "b/x.txt": "x\n"})
    made.git("checkout", "--quiet", "-b", "one")
    made.commit({"gone.txt": None, "b/t.txt": edited(3, "like"), "a/u.txt": edited(3, "like")})
    two_branches(made)
    made.commit({"gone.txt": edited(3, "clash"), "a/x.txt": "y\n"})
    assert conflicts(made, tmp_path / "state") == [("a/u.txt", "content")], "b is walked later: one side left it alone"


def test_a_file_is_in_the_way_only_in_a_directory_that_somebody_changed(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"d/x.txt": LINES, "e/keep.txt": "k\n", "e/sub/f.txt": "theirs\n", "e/sub/other.txt": MANY})
    made.git("checkout", "--quiet", "-b", "one")
    made.git("mv", "d/x.txt", "e/x.txt")
    made.commit({"e/sub/other.txt": MANY + "changed\n"})
    two_branches(made)
    made.commit({"d/sub/f.txt": "new\n", "d/n.txt": "n\n"})
    assert conflicts(made, tmp_path / "state") == [("e/n.txt", "directory rename")]


def test_what_git_merely_tells_counts_only_where_nothing_is_unmerged(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"d/x.txt": LINES, "e/n.txt": "in the way\n", "a.txt": MANY})
    made.git("checkout", "--quiet", "-b", "one")
    made.git("mv", "d/x.txt", "e/x.txt")
    made.commit()
    two_branches(made)
    made.commit({"d/n.txt": "other\n"})
    assert conflicts(made, tmp_path / "state") == [("e/n.txt", "file in way of directory rename")]
    made.commit({"a.txt": MANY + "other\n"})
    made.git("checkout", "--quiet", "one")
    made.commit({"a.txt": MANY + "one\n"})
    assert conflicts(made, tmp_path / "state") == [("a.txt", "content")]
    for name in ("one", "other"):
        made.git("checkout", "--quiet", name)
        made.commit({"e/n.txt": f"{name}\n"})
    assert sorted(conflicts(made, tmp_path / "state")) == [
        ("a.txt", "content"),
        ("e/n.txt", "file in way of directory rename"),
    ]


def test_what_both_added_counts_once_beside_what_only_git_can_merge(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    made.commit({"a.txt": LINES})
    made.git("checkout", "--quiet", "-b", "one")
    (made.path / "link").symlink_to("a.txt")
    made.commit({"new.txt": "one\n"})
    two_branches(made)
    (made.path / "link").symlink_to("elsewhere")
    made.commit({"new.txt": "other\n"})
    assert sorted(conflicts(made, tmp_path / "state")) == [("link", "add/add"), ("new.txt", "add/add")]


def test_links_that_both_set_anew_are_for_git_and_files_beside_them_are_not(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "r")
    for name in ("link", "other-link"):
        (tmp_path / "r" / name).symlink_to("a.txt")
    made.commit({"a.txt": LINES, "b.txt": MANY})
    for branch, place in (("one", "here"), ("other", "there")):
        made.git("checkout", "--quiet", "-b", branch, "main")
        for name in ("link", "other-link"):
            (made.path / name).unlink()
            (made.path / name).symlink_to(place)
        made.commit({"a.txt": edited(3, branch), "b.txt": MANY + f"{branch}\n"})
    paths = [path for path, _ in sorted(conflicts(made, tmp_path / "state"))]
    assert paths == ["a.txt", "b.txt", "link", "other-link"]
