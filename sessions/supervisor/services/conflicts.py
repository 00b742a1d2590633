"""The supervisor's eye on collisions: compares branches whenever one moves, and records what has become different."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec

from sessions.branches.git.names import shown_path
from sessions.branches.git.worktrees import Worktree
from sessions.branches.merges import verdict_events
from sessions.branches.merges.comparing import Names, compare, names_of
from sessions.branches.merges.judge import Matrix
from sessions.branches.merges.subjects import Row, Subject, note_occupied, rows_with, taken
from sessions.branches.sift.areas import Areas
from sessions.branches.watch.repo import Repository
from sessions.floor.branches.shown import occupied_branches, shown_branches
from sessions.floor.commands import Progress
from sessions.floor.conflicts import Verdict
from sessions.floor.events import BaseChosen, BranchChanged, BranchRemoved, Event, FactoryOpened
from sessions.floor.state import FloorState
from sessions.place import Place
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Service

NICE = ("nice", "-n", "10")
"""Comparing never takes the processor from an agent or the operator."""
UNDISTURBED_S = 0.3
"""Work that is younger is not called off for a newer state: so there is some progress in any storm of edits."""
SHOWN_AFTER_S = 0.5
"""Progress of shorter work is not shown."""
REST, CREDIT_S, LONGEST_REST_S = 3, 1.5, 3.0
"""Working is paid for with this many times as long a rest, once more than the credit is owed, up to a limit."""
MOST_SNAPSHOTS = 200
"""Snapshots of uncommitted work after which it is looked whether they take too much space."""


class _Round(msgspec.Struct, frozen=True):
    """One comparison of everything that moved."""

    state: FloorState
    base_head: str
    rows: tuple[Row, ...]
    committed: tuple[Row, ...]
    """The same branches without their uncommitted work."""
    areas: Mapping[str, str]
    """By commit of `rows`."""
    moved: frozenset[str]
    base: tuple[str, bytes]
    """Name and commit of the base, and the rules for merging into it."""
    pairs: tuple[Names, ...]
    apart: tuple[Names, ...]
    """Pairs for which uncommitted work may make a difference."""

    @property
    def size(self) -> int:
        return len(self.pairs) + len(self.apart)


class ConflictWatch(Service):
    """Keeps the floor's verdicts in step with its branches."""

    name = "conflicts"
    hears = (FactoryOpened, BaseChosen, BranchChanged, BranchRemoved)

    def __init__(self, place: Place, repository: Callable[[], Repository], recorder: Recorder) -> None:
        """`repository` gives the one that is observed at present."""
        self._place, self._repository, self._recorder = place, repository, recorder
        self._news = asyncio.Event()
        self._newer = threading.Event()
        self._touched: set[Path] = set()
        self._works: dict[Path, tuple[str, str, str]] = {}
        """By worktree the head on which uncommitted work lay, the commit of it, and why there is none."""
        self._snapshots = 0
        self._done: dict[str, Row] = {}
        """As what each branch was last compared with all others."""
        self._done_base = ("", b"")
        self._areas: Areas
        """As long as the matrix, whose history it shares."""
        self._began = 0.0
        self._matrix: Matrix | None = None

    def hear(self, events: Sequence[Event]) -> None:
        """Branches have moved."""
        self._stir()

    def touch(self, worktrees: frozenset[Path]) -> None:
        """Files have changed in these worktrees."""
        self._touched |= worktrees
        self._stir()

    def _stir(self) -> None:
        self._news.set()
        if time.monotonic() - self._began > UNDISTURBED_S:
            self._call_off()

    def _call_off(self) -> None:
        """End the comparison under way, git processes included; any thread may."""
        self._newer.set()
        if self._matrix is not None:
            self._matrix.halt()

    async def follow(self) -> None:
        """Compare now, and whenever something is heard, until cancelled."""
        owed_until = 0.0
        self._news.set()
        async with self._thread() as thread:
            while True:
                await self._news.wait()
                begun = self._began = time.monotonic()
                self._news.clear()
                self._newer.clear()
                await self._compare(thread)
                now = time.monotonic()
                owed_until = max(owed_until, begun) + (REST + 1) * (now - begun)
                owed_until = min(owed_until, now + CREDIT_S + LONGEST_REST_S)
                await asyncio.sleep(max(0.0, owed_until - now - CREDIT_S))

    @asynccontextmanager
    async def _thread(self) -> AsyncIterator[ThreadPoolExecutor]:
        """The one thread on which the matrix lives."""
        with ThreadPoolExecutor(1, thread_name_prefix="conflicts") as thread:
            try:
                yield thread
            finally:
                self._call_off()
                closing = thread.submit(self._close)  # it is done also where nobody waits for it
                await asyncio.shield(asyncio.wrap_future(closing))

    def _close(self) -> None:
        if self._matrix is not None:
            self._matrix.close()
            self._matrix = None
        self._works.clear()
        self._done.clear()

    async def _compare(self, thread: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        state = self._recorder.state
        if not state.base_head:
            return
        touched, self._touched = self._touched, set()
        plan = await loop.run_in_executor(thread, self._plan, state, touched)
        gone = verdict_events.departed(state, [row.name for row in plan.rows], time.time())
        if gone:
            await self._recorder.record(gone)
        if await self._judge(loop, thread, plan):
            self._done, self._done_base = {row.name: row for row in plan.rows}, plan.base
        if self._matrix is not None:
            await loop.run_in_executor(thread, self._matrix.tidy)

    async def _judge(self, loop: asyncio.AbstractEventLoop, thread: ThreadPoolExecutor, plan: _Round) -> bool:
        """Record what the pairs of a round come to, as it comes; whether it came to its end."""
        done, begun, told = 0, time.monotonic(), False
        ledger = verdict_events.Ledger(plan.state, [row.name for row in plan.rows], plan.moved, plan.pairs)
        compared = {row.name: (row.head, row.tree, row.dirty, plan.areas.get(row.commit, "")) for row in plan.rows}

        def tell(part: tuple[str, ...] = (), since: float = 0.0) -> None:
            nonlocal told
            # Pairs that are looked at twice, with and without uncommitted work, count once.
            share = len(plan.pairs) * done // max(1, plan.size)
            self._recorder.progress(self.name, Progress("conflicts", share, len(plan.pairs), "pairs", part, since))
            told = True

        def slow(pair: Names, since: float) -> None:
            loop.call_soon_threadsafe(tell, pair, since)

        portions = self._portions(plan, slow)
        try:
            while (portion := await loop.run_in_executor(thread, next, portions, None)) is not None:
                commits_only, verdicts = portion
                done += len(verdicts)
                if time.monotonic() - begun > SHOWN_AFTER_S:
                    tell()
                events: list[Event] = ledger.events(self._recorder.state, verdicts, commits_only, time.time())
                events += ledger.compared(self._recorder.state, compared, time.time())
                if events:
                    await self._recorder.record(events)
        finally:
            await loop.run_in_executor(thread, portions.close)
            if told:
                self._recorder.progress(self.name, None)
        return done == plan.size

    # -- on the thread

    def _plan(self, state: FloorState, touched: set[Path]) -> _Round:
        if self._matrix is None:
            self._matrix = Matrix(self._place.common_dir, self._place.state_dir, wrapper=NICE)
            self._areas = Areas(self._matrix.history)
        matrix, repository = self._matrix, self._repository()
        if self._snapshots > MOST_SNAPSHOTS:
            self._snapshots = 0
            if matrix.scratch.bound():
                self._works.clear()
        note_occupied(matrix.remembered, occupied_branches(state))
        shown = shown_branches(state.branches, occupied_branches(state), state.base)
        chosen = [branch for branch in shown if branch.head and branch.name != state.base]
        trees = {tree.row: tree for tree in repository.worktrees() if tree.head and not tree.missing}
        at = {
            branch.name: trees[branch.name]
            for branch in chosen
            if branch.dirty and branch.name in trees and shown_path(trees[branch.name].path) == branch.worktree
        }
        works = self._snapshots_of(matrix, at, touched)
        subjects = [Subject(branch.name, branch.head, at.get(branch.name)) for branch in chosen]
        rows = tuple(rows_with(matrix, subjects, works))
        committed = tuple(rows_with(matrix, subjects, {}))
        base_head = state.base_head
        base = (f"{state.base} {base_head}", matrix.context(base_head))
        fresh = base[1] != self._done_base[1]
        moved = frozenset(row.name for row in rows if fresh or self._done.get(row.name) != row)
        rebased = base != self._done_base
        pairs = tuple(p for p in names_of(rows) if p[0] in moved or p[1] in moved or (rebased and not p[1]))
        dirty = {row.name for row in rows if row.dirty}
        # A pair that was dirty may still be known apart.
        apart = tuple(p for p in pairs if p[0] in dirty or p[1] in dirty)
        git = matrix.scratch.git if dirty else matrix.git
        areas = self._areas.of(git, base_head, [row.commit for row in rows if not row.trouble])
        return _Round(state, base_head, rows, committed, areas, moved, base, pairs, apart)

    def _snapshots_of(self, matrix: Matrix, at: dict[str, Worktree], touched: set[Path]) -> dict[str, tuple[str, str]]:
        """By branch the commit of its uncommitted work, or why there is none; only what changed is read again."""
        due = {}
        for name, tree in at.items():
            known = self._works.get(tree.path)
            if known is None or known[0] != tree.head or tree.path in touched or known[2]:
                due[name] = tree
        self._snapshots += len(due)
        for name, (commit, trouble) in taken(matrix, due).items():
            self._works[due[name].path] = (due[name].head, commit, trouble)
        present = {tree.path for tree in at.values()}
        self._works = {path: work for path, work in self._works.items() if path in present}
        return {name: self._works[tree.path][1:] for name, tree in at.items()}

    def _portions(
        self, plan: _Round, slow: Callable[[Names, float], None]
    ) -> Generator[tuple[bool, list[Verdict]], None, None]:
        matrix = self._matrix
        assert matrix is not None
        cancelled = self._newer.is_set
        for commits_only, rows, wanted in ((False, plan.rows, plan.pairs), (True, plan.committed, plan.apart)):
            with closing(compare(matrix, plan.base_head, rows, wanted, cancelled, slow)) as portions:
                for verdicts in portions:
                    yield commits_only, verdicts
