"""What the conflicts screen asks of a repository: hunks with the base, and the conflicts after a landing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.links.link import LinkMode
from console.screens.conflicts import pair_work
from console.screens.conflicts.pair_work import NO_TEXT, Rehearsal, Wanted
from sessions.errors import FactoryError
from sessions.floor.branches.shown import SHOWN
from sessions.floor.conflicts import Outcome, Verdict, between
from sessions.floor.state import FloorState
from tests.support.branches.git import TestRepository, unchanged
from tests.support.branches.pair import apart, colliding, floor_of, numbered
from tests.support.console import StillLink
from widgets.conflicts.hunk_lines import FileHunks, Part


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    apart(monkeypatch, tmp_path / "state")
    return colliding(tmp_path / "r")


def verdict_on(made: TestRepository, one: str, other: str, *, dirty: bool = True) -> tuple[Wanted, Verdict]:
    state = floor_of(made, dirty=dirty)
    verdict = between(state.verdicts, one, other)
    assert verdict is not None
    return Wanted(StillLink(state), one, verdict, dirty), verdict


def read_hunks(wanted: Wanted) -> dict[str, FileHunks]:
    return asyncio.run(pair_work.read_hunks(wanted))


def land_first(state: FloorState, branch: str, uncommitted: bool) -> Rehearsal:
    return asyncio.run(pair_work.land_first(StillLink(state), state, list(state.branches), branch, uncommitted))


def at_work(made: TestRepository, branch: str, files: dict[str, str]) -> Path:
    """A worktree of the branch in which these files were written and not committed."""
    place = made.path.parent / f"at-{branch}"
    made.git("worktree", "add", "--quiet", str(place), branch)
    made.write(files, place)
    return place


def paths_after(made: TestRepository, landed: str, other: str, *, dirty: bool) -> list[str]:
    """Where another branch collides with the base after one has landed."""
    state = floor_of(made, dirty=dirty)
    rehearsal = land_first(state, landed, dirty)
    found = between(rehearsal.verdicts, other, "")
    return [file.path for file in found.files] if found else []


def test_hunks_have_both_sides_and_the_base(made: TestRepository) -> None:
    wanted, verdict = verdict_on(made, "one", "two")
    assert verdict.outcome is Outcome.CONFLICT
    found = read_hunks(wanted)["pool.py"]
    assert found.note == ""
    (hunk,) = found.hunks
    assert hunk.ours == Part(7, ("retries = 3", "pause = 1"))
    assert hunk.theirs == Part(7, ("retries = settings.retries", "line 8"))
    assert hunk.base.lines == ("line 7", "line 8")


def test_the_branch_of_the_row_stands_left(made: TestRepository) -> None:
    wanted, _ = verdict_on(made, "one", "two")
    (hunk,) = read_hunks(replace(wanted, one="two"))["pool.py"].hunks
    assert hunk.ours.lines[0] == "retries = settings.retries"
    assert hunk.theirs.lines[0] == "retries = 3"


def test_against_the_base_the_branch_stands_left(made: TestRepository) -> None:
    made.commit({"pool.py": numbered(line7="retries = 9")}, "landed")
    wanted, _ = verdict_on(made, "one", "")
    (hunk,) = read_hunks(wanted)["pool.py"].hunks
    assert hunk.ours.lines[0] == "retries = 3"
    assert hunk.theirs.lines[0] == "retries = 9"


def test_a_conflict_without_text_says_so(made: TestRepository) -> None:
    made.git("checkout", "--quiet", "-b", "gone", "main")
    made.commit({"pool.py": None}, "no pool")
    made.git("checkout", "--quiet", "main")
    wanted, _ = verdict_on(made, "gone", "one")
    found = read_hunks(wanted)["pool.py"]
    assert found.hunks == ()
    assert found.note == NO_TEXT


def test_a_branch_that_is_gone_is_told(made: TestRepository) -> None:
    wanted, _ = verdict_on(made, "one", "two")
    made.git("branch", "--quiet", "-D", "two")
    found = read_hunks(wanted)["pool.py"]
    assert found.hunks == ()
    assert "gone" in found.note


def test_hunks_of_an_old_branch_that_is_shown_because_a_station_works_on_it(made: TestRepository) -> None:
    wanted, _ = verdict_on(made, "one", "two")
    made.fast_import((f"newer/{number:02}", {f"{number}.txt": "x"}) for number in range(SHOWN))
    assert len(read_hunks(wanted)["pool.py"].hunks) == 1


@pytest.mark.parametrize(("mode", "word"), [(LinkMode.REPLAY, "replay"), (LinkMode.SIMULATED, "simulated")])
def test_without_a_repository_the_reason_is_told(made: TestRepository, mode: LinkMode, word: str) -> None:
    wanted, _ = verdict_on(made, "one", "two")
    assert word in read_hunks(replace(wanted, link=StillLink(mode=mode)))["pool.py"].note


def test_after_a_landing_its_conflicts_are_with_the_base(made: TestRepository) -> None:
    state = floor_of(made)
    assert between(state.verdicts, "two", "") is None
    rehearsal = land_first(state, "one", True)
    found = between(rehearsal.verdicts, "two", "")
    assert found is not None
    assert [(file.path, file.kind) for file in found.files] == [("pool.py", "content")]
    assert between(rehearsal.verdicts, "three", "") is None
    assert not any("one" in (verdict.a, verdict.b) for verdict in rehearsal.verdicts.values())
    assert rehearsal.moved(state) == ""


def test_pairs_that_share_a_path_with_it_are_merged_again(made: TestRepository) -> None:
    """What has taken in the landed branch is compared as that: neighbours of a change that both now have."""
    made.fast_import(
        [
            ("mover", {"both.py": numbered(line5="five")}),
            ("left", {"both.py": numbered(line5="five", line20="twenty")}),
            ("right", {"both.py": numbered(line5="five", line20="score")}),
            ("far", {"both.py": numbered(line35="far")}),
        ]
    )
    state = floor_of(made)
    rehearsal = land_first(state, "mover", True)

    def outcome(one: str, other: str) -> Outcome:
        verdict = between(rehearsal.verdicts, one, other)
        return verdict.outcome if verdict else Outcome.CLEAN

    assert [outcome(name, "") for name in ("left", "right", "far", "one")] == [Outcome.CLEAN] * 4
    assert outcome("left", "right") is Outcome.CONFLICT
    assert outcome("far", "right") is Outcome.CLEAN
    assert between(rehearsal.verdicts, "one", "two") == between(state.verdicts, "one", "two")
    again = between(rehearsal.verdicts, "left", "right")
    before = between(state.verdicts, "left", "right")
    assert again is not None
    assert before is not None
    assert (again.lines, again.since, again.cause) == (1, before.since, before.cause)


def test_what_does_not_merge_with_the_base_cannot_land(made: TestRepository) -> None:
    made.commit({"pool.py": numbered(line7="retries = 9")}, "landed")
    state = floor_of(made)
    with pytest.raises(FactoryError, match="one cannot land"):
        land_first(state, "one", True)
    with pytest.raises(FactoryError, match="gone"):
        land_first(state, "nobody", True)


def test_hunks_show_uncommitted_work_or_what_is_committed(made: TestRepository) -> None:
    at_work(made, "one", {"pool.py": numbered(line7="retries = 12", line8="pause = 1")})
    told = {}
    for dirty in (True, False):
        wanted, _ = verdict_on(made, "one", "two", dirty=dirty)
        (hunk,) = read_hunks(wanted)["pool.py"].hunks
        told[dirty] = hunk.ours.lines[0], hunk.theirs.lines[0]
    assert told[True] == ("retries = 12", "retries = settings.retries")
    assert told[False] == ("retries = 3", "retries = settings.retries")


def test_a_conflict_of_uncommitted_work_alone_has_hunks(made: TestRepository) -> None:
    """Modified files count, and untracked ones."""
    at_work(made, "three", {"pool.py": numbered(line7="retries = 9"), "new.py": "mine\n"})
    made.fast_import([("adds", {"new.py": "theirs\n"})])
    wanted, verdict = verdict_on(made, "three", "two")
    assert [(file.path, file.kind) for file in verdict.files] == [("pool.py", "content")]
    (hunk,) = read_hunks(wanted)["pool.py"].hunks
    assert hunk.ours == Part(7, ("retries = 9",))
    wanted, verdict = verdict_on(made, "three", "adds")
    assert [(file.path, file.kind) for file in verdict.files] == [("new.py", "add/add")]
    (hunk,) = read_hunks(wanted)["new.py"].hunks
    assert (hunk.ours.lines, hunk.theirs.lines) == (("mine",), ("theirs",))
    assert between(floor_of(made, dirty=False).verdicts, "three", "two") is None


def test_a_simulated_landing_takes_uncommitted_work_with_it(made: TestRepository) -> None:
    at_work(made, "three", {"pool.py": numbered(line7="retries = 9"), "new.py": "mine\n"})
    assert paths_after(made, "three", "one", dirty=True) == ["pool.py"]
    assert paths_after(made, "three", "one", dirty=False) == []


def test_after_a_landing_uncommitted_work_of_others_collides(made: TestRepository) -> None:
    at_work(made, "three", {"pool.py": numbered(line7="retries = 9")})
    assert paths_after(made, "one", "three", dirty=True) == ["pool.py"]
    assert paths_after(made, "one", "three", dirty=False) == []


def test_neither_repository_nor_dirty_worktree_changes(made: TestRepository) -> None:
    place = at_work(made, "three", {"pool.py": numbered(line7="retries = 9"), "new.py": "mine\n"})
    state = floor_of(made)
    wanted, _ = verdict_on(made, "three", "two")

    def look() -> None:
        assert read_hunks(wanted)["pool.py"].hunks
        land_first(state, "three", True)

    unchanged(made.path, lambda: unchanged(place, look), times=False)


def test_nothing_in_the_repository_changes(made: TestRepository) -> None:
    state = floor_of(made)
    wanted, _ = verdict_on(made, "one", "two")

    def look() -> None:
        read_hunks(wanted)
        land_first(state, "one", True)

    unchanged(made.path, look, times=False)
