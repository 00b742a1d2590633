"""A repository with a branch in a worktree, and the floor that shows it: what the branch screen looks into."""

from __future__ import annotations

from pathlib import Path

from sessions.branches.watch.repo import Repository
from sessions.floor import events as ev
from sessions.floor.conflicts import FileConflict, Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from tests.support.branches.git import START, TestRepository

BRANCH = "feature/pool"
WORDS = "Count on\n\nBecause it matters."
POOL = """def pool(settings):
    retries = 3
    timers = {}
    for host in settings.hosts:
        timers[host] = Timer(host)
    return timers, retries
"""
ONE_TIMER = """def pool(settings):
    retries = settings.retries
    timer = Timer(*settings.hosts)
    return timer, retries
"""


class Place:
    """The branch has two commits and a file that is not committed; `state` is the floor as of now."""

    def __init__(self, root: Path) -> None:
        self.repo = TestRepository(root / "repo")
        self.repo.commit({"a.txt": "one\ntwo\n", "src/pool.py": "retries = 3\n"}, "first")
        self.tree = self.repo.worktree(root / "wt", BRANCH)
        self.repo.commit({"src/pool.py": "retries = settings.retries\n"}, "Take retries from settings", cwd=self.tree)
        self.repo.commit({"a.txt": "one\nzwei\n", "b/漢字.txt": "x\ty\n"}, WORDS, cwd=self.tree)
        (self.tree / "c.txt").write_text("not committed\n")

    def state(self, *events: ev.Event) -> FloorState:
        found = Repository.open(self.repo.path, None)
        now = float(self.repo.clock)
        opened = ev.FactoryOpened(
            time=now, repo=str(self.repo.path), name="api", base=found.base, base_head=found.base_head
        )
        return fold_all(EMPTY, [opened, *found.read({}, now), *events])


def picture_state(root: Path) -> FloorState:
    """A branch that looks like work, and collides."""
    place = Place(root)
    place.repo.commit({"src/pool.py": POOL, "tests/test_pool.py": "def test_pool():\n    ...\n"}, "Make the pool", None)
    place.repo.git("checkout", "--quiet", "--detach", "main", cwd=place.tree)
    place.repo.git("branch", "--force", BRANCH, "main")
    place.repo.git("checkout", "--quiet", BRANCH, cwd=place.tree)
    (place.tree / "c.txt").unlink(missing_ok=True)
    place.repo.commit({"src/pool.py": ONE_TIMER}, "Keep one timer for all hosts", cwd=place.tree)
    words = {"docs/pool.md": "# Pool\n\nOne timer for all hosts.\n"}
    head = place.repo.commit(words, "Tell how the pool works", cwd=place.tree)
    place.repo.write({"tests/test_pool.py": "def test_pool():\n    assert pool(SETTINGS)[1] == 5\n"}, cwd=place.tree)
    now = float(START) + 4_000
    files = (FileConflict("src/pool.py", "content", 14), FileConflict("docs/pool.md", "add/add", 3))
    names = (BRANCH, "fix/timeouts")
    compared = [ev.BranchCompared(time=now, branch=name, head=head) for name in names]
    clash = ev.VerdictReached(time=now, a=names[0], b=names[1], outcome=Outcome.CONFLICT, files=files)
    return place.state(*compared, clash)
