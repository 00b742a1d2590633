"""Landing orders rehearsed by real merges, and by those alone: three branches can collide where no two do."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sessions.branches.git.run import GitError
from sessions.branches.git.scratch import Scratch
from sessions.branches.merges.merges import merge_batch
from sessions.branches.merges.rehearsal import Bounced, Rehearsal, rehearse, rehearse_plan
from sessions.floor.conflicts import FileConflict, Outcome, Verdict, key_of, pair_of
from sessions.landing.plan import Plan, plan
from tests.support.branches.conflict import bench_repository, planted, text
from tests.support.branches.git import TestRepository, unchanged
from tests.support.branches.verdict import Verdicts, book, conflict, queue

Heads = dict[str, str]


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    return TestRepository(tmp_path / "r")


@pytest.fixture
def scratch(made: TestRepository, tmp_path: Path) -> Iterator[Scratch]:
    found = Scratch(made.path / ".git", tmp_path / "scratch")
    yield found
    found.close()


def branch(made: TestRepository, name: str, files: dict[str, str | bytes | None]) -> str:
    """A branch from main with one commit."""
    made.git("checkout", "--quiet", "-b", name, "main")
    head = made.commit(files, name)
    made.git("checkout", "--quiet", "main")
    return head


def verdicts_of(scratch: Scratch, heads: Heads) -> Verdicts:
    """What git says of all pairs."""
    named = {head: name for name, head in heads.items()}
    found: Verdicts = {}
    for verdict in merge_batch(scratch.git, list(itertools.combinations(named, 2))):
        one, other = (named[head].replace("main", "") for head in verdict.pair)
        files = tuple(FileConflict(item.path, item.kind) for item in verdict.collisions)
        found[key_of(one, other)] = Verdict(*pair_of(one, other), verdict.outcome, files)
    return found


def three_that_collide(made: TestRepository, casts: Sequence[str] = ("abc",)) -> Heads:
    """Branches of which any two merge cleanly; by each cast, the third cannot land when the first two have.

    The first renames a file that the second all but rewrites. Alone with either git sees the rename; after both, the
    new file resembles the old one no more, and what the third changes in the old one has no place to go. When the
    third lands before one of the others, all is well.
    """
    base = made.commit({f"old{cast}.txt": text(cast) for cast in casts})
    rewritten = {number: f"new line {number}" for number in range(16)}
    work: dict[str, dict[str, str | bytes | None]] = {name: {} for name in "abc"}
    for cast in casts:
        first, second, third = tuple(cast)
        work[first] |= {f"old{cast}.txt": None, f"new{cast}.txt": text(cast)}
        work[second] |= {f"old{cast}.txt": text(cast, rewritten)}
        work[third] |= {f"old{cast}.txt": text(cast, {21: "here too"})}
    return {"main": base, **{name: branch(made, name, files) for name, files in work.items()}}


def test_three_can_collide_where_no_two_do(made: TestRepository, scratch: Scratch) -> None:
    heads = three_that_collide(made)
    assert {verdict.outcome for verdict in verdicts_of(scratch, heads).values()} == {Outcome.CLEAN}
    found = rehearse(scratch, heads["main"], heads, ["a", "b", "c"])
    assert found.landed == ("a", "b")
    assert found.bounced == (Bounced("c", (FileConflict("oldabc.txt", "modify/delete"),)),)
    assert not found.verified
    assert found.finished
    assert rehearse(scratch, heads["main"], heads, ["a", "c", "b"]).verified


def test_what_bounced_is_tried_first_once_more(made: TestRepository, scratch: Scratch) -> None:
    heads = three_that_collide(made)
    heads["d"] = branch(made, "d", {"else.txt": "d\n"})
    suggested = plan(queue("abcd"), {})
    found = rehearse_plan(scratch, heads["main"], heads, suggested, {})
    assert found.landed == ("c", "a", "b", "d")
    assert found.verified


def test_others_stand_in_for_one_that_cannot_land_in_any_order(made: TestRepository, scratch: Scratch) -> None:
    heads = three_that_collide(made, casts=("abc", "bca", "cab"))
    heads["d"] = branch(made, "d", {"oldbca.txt": text("bca", {3: "d"})})
    verdicts = verdicts_of(scratch, heads)
    assert {key for key, verdict in verdicts.items() if verdict.outcome is not Outcome.CLEAN} == {key_of("c", "d")}
    for order in itertools.permutations("abc"):
        assert len(rehearse(scratch, heads["main"], heads, order).landed) == 2
    suggested = plan(queue("abcd"), verdicts)
    assert suggested.names == ("a", "b", "c")
    found = rehearse_plan(scratch, heads["main"], heads, suggested, verdicts)
    assert (found.landed, [item.name for item in found.bounced]) == (("a", "b", "d"), ["c"])


def test_others_stand_in_for_what_bounces(made: TestRepository, scratch: Scratch) -> None:
    base = made.commit({"f.txt": text("f"), "g.txt": text("g")})
    heads = {
        "main": base,
        "a": branch(made, "a", {"f.txt": text("f", {3: "a"})}),
        "b": branch(made, "b", {"f.txt": text("f", {3: "b"}), "g.txt": text("g", {3: "b"})}),
        "c": branch(made, "c", {"g.txt": text("g", {3: "c"})}),
        "d": branch(made, "d", {"g.txt": text("g", {3: "d"})}),
    }
    # What was known before b got its last commit: a and b went together then.
    known = book(conflict("b", "c", ("g.txt", 1)), conflict("b", "d", ("g.txt", 1)), conflict("c", "d", ("g.txt", 1)))
    suggested = plan(queue("abcd"), known)
    assert suggested.names == ("a", "b")
    found = rehearse_plan(scratch, base, heads, suggested, known)
    assert found.landed == ("a", "c")
    assert [item.name for item in found.bounced] == ["b"]
    assert rehearse_plan(scratch, base, heads, suggested, known, tries=0).landed == ("a",)


@pytest.mark.parametrize("seed", range(3))
def test_plans_for_planted_conflicts_land_as_promised(tmp_path: Path, seed: int) -> None:
    known = planted(tmp_path, seed, branches=12, plots=10, cast=3)
    verdicts = book(
        *(
            Verdict(a, b, Outcome.CONFLICT, tuple(FileConflict(path, kind, 1) for path, kind in sorted(files)))
            for (a, b), files in known.conflicts.items()
        )
    )
    suggested = plan(queue(known.names), verdicts)
    results: list[Rehearsal] = []

    def work() -> None:
        scratch = Scratch(known.path, tmp_path / "scratch")
        try:
            base = known.heads[known.base]
            results.append(rehearse_plan(scratch, base, known.heads, suggested, verdicts))
            results.append(rehearse(scratch, base, known.heads, known.names))
        finally:
            scratch.close()

    unchanged(known.path, work, times=False)
    assert results[0].verified
    assert results[0].landed == suggested.names
    assert len(results[1].landed) == suggested.in_arrival_order
    for bounced in results[1].bounced:
        assert {file.path for file in bounced.files} <= {
            path for pair, files in known.conflicts.items() if bounced.name in pair for path, _ in files
        }


def test_a_set_with_a_known_optimum_lands_whole(tmp_path: Path) -> None:
    """Six stars: the middle of each arrives first and stands in the way of all its four points."""
    edges = [(5 * star, 5 * star + point) for star in range(6) for point in range(1, 5)]
    known = bench_repository(tmp_path, files=300, branches=30, conflicts=edges, touched=3)
    verdicts = book(*(conflict(a, b, *((path, 1) for path, _ in files)) for (a, b), files in known.conflicts.items()))
    suggested = plan(queue(known.names), verdicts)
    scratch = Scratch(known.path, tmp_path / "scratch")
    try:
        found = rehearse_plan(scratch, known.heads["main"], known.heads, suggested, verdicts)
        first_come = rehearse(scratch, known.heads["main"], known.heads, known.names)
    finally:
        scratch.close()
    assert (len(found.landed), suggested.upper_bound) == (24, 24)
    assert found.verified
    assert len(first_come.landed) == suggested.in_arrival_order == 6


def test_the_tree_is_that_of_real_merges_and_nothing_is_left(
    made: TestRepository, scratch: Scratch, tmp_path: Path
) -> None:
    base = made.commit({"f.txt": text("f")})
    heads = {
        "one": branch(made, "one", {"f.txt": text("f", {3: "one"})}),
        "two": branch(made, "two", {"f.txt": text("f", {9: "two"}), "new.txt": "new\n"}),
    }
    made.git("checkout", "--quiet", "-b", "stacked", "one")
    heads["stacked"] = made.commit({"f.txt": text("f", {3: "one, and more"})})
    made.git("checkout", "--quiet", "main")
    found: list[Rehearsal] = []
    order = ["two", "stacked", "one"]
    unchanged(made.path, lambda: found.extend(rehearse(scratch, base, heads, order) for _ in range(2)), times=False)
    assert found[0] == found[1]
    assert found[0].landed == ("two", "stacked", "one")
    clone = tmp_path / "clone"
    made.git("clone", "--quiet", str(made.path), str(clone))
    for name in order:
        made.git("merge", "--quiet", "--no-ff", "--no-edit", heads[name], cwd=clone)
    assert made.git("rev-parse", "HEAD^{tree}", cwd=clone) == found[0].tree


def test_attributes_that_land_hold_for_what_follows(made: TestRepository, scratch: Scratch) -> None:
    base = made.commit({"log.md": "1\n"})
    heads = {
        "a": branch(made, "a", {"log.md": "1\na\n"}),
        "b": branch(made, "b", {"log.md": "1\nb\n"}),
        "rules": branch(made, "rules", {".gitattributes": "*.md merge=union\n"}),
    }
    assert rehearse(scratch, base, heads, ["a", "b", "rules"]).landed == ("a", "rules")
    assert rehearse(scratch, base, heads, ["rules", "a", "b"]).verified
    assert rehearse(scratch, base, heads, ["a", "b", "rules"]).landed == ("a", "rules")


def test_what_cannot_be_merged_at_all_bounces_with_a_reason(made: TestRepository, scratch: Scratch) -> None:
    base = made.commit({"f.txt": "1\n"})
    heads = {"good": branch(made, "good", {"g.txt": "1\n"}), "lost": "0" * 39 + "1"}
    found = rehearse(scratch, base, heads, ["lost", "gone", "good"])
    assert found.landed == ("good",)
    assert [(item.name, item.files) for item in found.bounced] == [("lost", ()), ("gone", ())]
    assert all(item.reason for item in found.bounced)
    with pytest.raises(GitError):
        rehearse(scratch, "0" * 39 + "1", heads, ["good"])


def test_it_can_be_called_off_between_steps(made: TestRepository, scratch: Scratch) -> None:
    base = made.commit({"f.txt": "1\n"})
    heads = {name: branch(made, name, {f"{name}.txt": "1\n"}) for name in "abc"}

    def after(steps: int) -> Rehearsal:
        answers: Sequence[bool] = [False] * steps + [True]
        return rehearse_plan(scratch, base, heads, plan(queue("abc"), {}), {}, cancelled=iter(answers).__next__)

    assert [(after(steps).landed, after(steps).finished) for steps in range(3)] == [
        ((), False),
        (("a",), False),
        (("a", "b"), False),
    ]
    assert not after(2).verified
    assert after(0).commit == base


def test_nothing_to_land(made: TestRepository, scratch: Scratch) -> None:
    base = made.commit({"f.txt": "1\n"})
    found = rehearse_plan(scratch, base, {}, Plan(), {})
    assert found == Rehearsal((), (), base, made.git("rev-parse", f"{base}^{{tree}}"))
    assert found.verified
