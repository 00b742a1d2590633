"""Tries merges: many pairs to a process, at most one process per core, and what they leave behind is removed."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sessions.branches.git.run import CalledOffError, Git, GitError, Reins
from sessions.branches.git.scratch import Scratch, alternates
from sessions.branches.merges.merges import merge_some
from sessions.branches.merges.tally import files_of
from sessions.branches.merges.verdicts import Merged, Pair
from sessions.branches.parts.agenda import Agenda, Task
from sessions.branches.parts.staging import staged
from sessions.floor.conflicts import Outcome

log = logging.getLogger(__name__)

FIRST_BATCH, LARGEST_BATCH = 16, 400
"""Pairs for which something is merged in one go: few at first, so that there is something to see."""
BATCH_S = 2.0
"""How long the later ones should take: a process more costs little then, and what is found is seen soon enough."""
SLICE_S = 10.0
"""What takes git longer comes last and alone, without a limit."""
SLOW_S = 2.0
"""A pair that is merged alone is told of from then on."""
TELL_EVERY_S = 1.0
MOST_STORED = 2_000
"""Merges after which their objects are removed: about 100 MB, unless files are large."""
MOST_STORED_BYTES = 1024 * 1024 * 1024
"""Fewer free bytes than there were where they lie, after which they are removed as well, whoever wrote them."""
_KEEPS_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "16777216",
    "MALLOC_MMAP_THRESHOLD_": "268435456",
}
"""A merge takes and gives back some megabytes: the C library, if it is glibc, should not ask the kernel each time."""

MOST_OF_FREE = 4
"""One part in so many of what is free there may be used: it may be memory."""
Found = dict[Pair, Merged]
Slow = Callable[[Pair, float], None]
"""Told, on the thread that merges and about once a second, of a pair that takes long, and since when in Unix time."""


class _Batch(NamedTuple):
    """What became of some tasks, which of them take too long for now, and how many seconds it took."""

    found: dict[Task, Merged]
    late: list[Task]
    seconds: float
    size: int


class _Alone(NamedTuple):
    """A pair that is merged alone, and since when: in Unix time, and by a clock that nobody sets."""

    pair: Pair
    since: float
    begun: float


_Running = dict[Future[_Batch], _Alone | None]


class Trials:
    """Merges in a scratch store. The objects that they make go to `store`, a directory that is this object's own."""

    def __init__(self, scratch: Scratch, store: Path, processes: int) -> None:
        self.tried = 0
        """Merges that git was asked for so far."""
        self._scratch, self._processes = scratch, processes
        self.store = store
        self._stored = 0
        self._free = 0
        self._counted: dict[bytes, int] = {}
        """Lines of texts that were counted, by what they were merged from."""

    def tidy(self) -> None:
        """Remove what merges left behind."""
        if self._stored:
            shutil.rmtree(self.store, ignore_errors=True)
            self._stored = 0

    def _full(self) -> bool:
        if not self._stored:
            return False
        most = min(MOST_STORED_BYTES, self._free // MOST_OF_FREE)
        return self._stored > MOST_STORED or self._free - _free_bytes(self.store) > most

    def git(self, merges: int, reins: Reins | None = None) -> Git:
        """Git for so many merges; what it writes is gone with the next `tidy`."""
        self.store.mkdir(mode=0o700, exist_ok=True)
        if not self._stored:
            self._free = _free_bytes(self.store)
        self._stored += merges
        git = self._scratch.git
        lasting = alternates(self._scratch.objects)
        places = {**_KEEPS_MEMORY, "GIT_OBJECT_DIRECTORY": str(self.store), "GIT_ALTERNATE_OBJECT_DIRECTORIES": lasting}
        # They live for seconds: compressing them would take longer than writing them.
        settings = (*git.settings, "core.looseCompression=0")
        return replace(git, settings=settings, env={**git.env, **places}, reins=reins or git.reins)

    def run(
        self, agenda: Agenda, reins: Reins, cancelled: Callable[[], bool], slow: Slow | None = None
    ) -> Iterator[Found]:
        """What the pairs on the agenda come to, in portions as they are known; the rest does not come once `cancelled`.

        Pulling the `reins` ends it at once.
        """
        size = FIRST_BATCH
        self._counted = {}
        if at_once := agenda.merged({}):
            yield at_once
        with ThreadPoolExecutor(self._processes) as pool:
            running: _Running = {}
            while (len(agenda) and not cancelled() and not reins.pulled) or running:
                while len(running) < self._processes and not cancelled() and not reins.pulled:
                    if self._full():
                        if running:
                            break  # the store cannot be emptied under them
                        self.tidy()
                    alone = agenda.alone()
                    tasks = agenda.take(size)
                    if not tasks:
                        break
                    self.tried += len(tasks)
                    work = pool.submit(_batch, self.git(len(tasks), reins), tasks, size, alone, self._counted)
                    pair = agenda.awaiting(tasks) if alone and slow else None
                    running[work] = _Alone(pair, time.time(), time.monotonic()) if pair else None
                if not running:
                    break
                for future in _some(running, slow):
                    del running[future]
                    try:
                        batch = future.result()
                    except CalledOffError:
                        continue
                    if batch.size:
                        size = _next(size, batch)
                    agenda.delay(batch.late)
                    if found := agenda.merged(batch.found, 0.0 if batch.size else batch.seconds):
                        yield found


def _some(running: _Running, slow: Slow | None) -> set[Future[_Batch]]:
    """Some that are done; the wait for them tells of the pair that has taken longest."""
    while True:
        alone = next(filter(None, running.values()), None)
        patience = None if alone is None else max(TELL_EVERY_S, alone.begun + SLOW_S - time.monotonic())
        done = wait(running, patience, FIRST_COMPLETED).done
        if done:
            return done
        if alone is not None and slow is not None:
            slow(alone.pair, alone.since)


def _next(size: int, batch: _Batch) -> int:
    """How many pairs to take after that: as many as fill the time, in steps that one odd batch does not upset."""
    fitting = int(batch.size * BATCH_S / max(batch.seconds, 1e-3))
    return max(FIRST_BATCH, size // 2, min(LARGEST_BATCH, size * 4, fitting))


def _free_bytes(place: Path) -> int:
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0


def _batch(git: Git, tasks: Sequence[Task], size: int, alone: bool, counted: dict[bytes, int]) -> _Batch:
    """Merge what some tasks ask for; what is `alone` takes as long as it takes."""
    begun = time.monotonic()
    pairs = _commits(git, tasks)
    by_pair = {pair: task for task, pair in pairs.items()}
    trials, late = merge_some(git, list(by_pair), None if alone else SLICE_S)
    files = files_of(git, trials, counted)
    found = {
        by_pair[trial.pair]: Merged(
            trial.outcome,
            files.get(trial.pair, ()),
            reason=trial.reason,
            told=trial.told,
            all_merged=not trial.sources,
        )
        for trial in trials
    }
    found |= {task: Merged(Outcome.UNKNOWN, reason="it cannot be read") for task in tasks if task not in pairs}
    return _Batch(found, [by_pair[pair] for pair in late], time.monotonic() - begun, 0 if alone else size)


def _commits(git: Git, tasks: Sequence[Task]) -> dict[Task, Pair]:
    """What to merge for each task; without those whose files cannot be read."""
    parts = [task for task in tasks if not task.whole]
    try:
        pairs = staged(git, [task.part for task in parts])
    except CalledOffError:
        raise
    except GitError as error:
        log.info("parts of merges cannot be staged: %s", error)
        parts, pairs = [], []
    return {task: task.pair for task in tasks if task.whole} | dict(zip(parts, pairs, strict=True))
