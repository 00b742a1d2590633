"""Tries merges: many pairs to a process, at most one process per core, and what they leave behind is removed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from sessions.branches.git.run import CalledOffError, Git, Reins
from sessions.branches.git.scratch import Scratch, alternates
from sessions.branches.merges.merges import merge_batch
from sessions.branches.merges.tally import files_of
from sessions.branches.merges.verdicts import Merged, Pair
from sessions.branches.sift.pieces import Agenda

FIRST_BATCH, LARGEST_BATCH = 16, 200
BATCH_S = 0.25
"""How long a batch should take: so soon a verdict can be seen, and so soon work can be called off."""
MOST_STORED = 2_000
"""Merges after which their objects are removed: about 100 MB, unless files are large."""
MOST_STORED_BYTES = 1024 * 1024 * 1024
"""Fewer free bytes on the disk than there were, after which they are removed as well, whoever wrote them."""

Found = dict[Pair, Merged]
_Running = set[Future[tuple[Found, float]]]


class Trials:
    """Merges in a scratch store. The objects that they make go to `store`, a directory that is this object's own."""

    def __init__(self, scratch: Scratch, store: Path, processes: int) -> None:
        self.tried = 0
        """Merges that git was asked for so far."""
        self._scratch, self._store, self._processes = scratch, store, processes
        self._stored = 0
        self._free = 0

    def tidy(self) -> None:
        """Remove what merges left behind."""
        if self._stored:
            shutil.rmtree(self._store, ignore_errors=True)
            self._stored = 0

    def _full(self) -> bool:
        if not self._stored:
            return False
        return self._stored > MOST_STORED or self._free - _free_bytes(self._store) > MOST_STORED_BYTES

    def git(self, merges: int, reins: Reins | None = None) -> Git:
        """Git for so many merges; what it writes is gone with the next `tidy`."""
        self._store.mkdir(mode=0o700, exist_ok=True)
        if not self._stored:
            self._free = _free_bytes(self._store)
        self._stored += merges
        git = self._scratch.git
        lasting = alternates(self._scratch.objects)
        places = {"GIT_OBJECT_DIRECTORY": str(self._store), "GIT_ALTERNATE_OBJECT_DIRECTORIES": lasting}
        # They live for seconds: compressing them would take longer than writing them.
        settings = (*git.settings, "core.looseCompression=0")
        return replace(git, settings=settings, env={**git.env, **places}, reins=reins or git.reins)

    def run(self, agenda: Agenda, reins: Reins, cancelled: Callable[[], bool]) -> Iterator[Found]:
        """What the pairs on the agenda come to, in portions as they are known; the rest does not come once `cancelled`.

        Pulling the `reins` ends it at once.
        """
        size = float(FIRST_BATCH)
        if at_once := agenda.merged({}):
            yield at_once
        with ThreadPoolExecutor(self._processes) as pool:
            running: _Running = set()
            while (len(agenda) and not cancelled() and not reins.pulled) or running:
                while len(running) < self._processes and not cancelled() and not reins.pulled:
                    if self._full():
                        if running:
                            break  # the store cannot be emptied under them
                        self.tidy()
                    batch = agenda.take(max(1, min(int(size), -(-len(agenda) // self._processes))))
                    if not batch:
                        break
                    self.tried += len(batch)
                    running.add(pool.submit(_batch, self.git(len(batch), reins), batch))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    try:
                        found, seconds = future.result()
                    except CalledOffError:
                        continue
                    size = min(LARGEST_BATCH, max(1.0, len(found) * BATCH_S / max(seconds, 1e-3)))
                    yield found | agenda.merged(found)


def _free_bytes(place: Path) -> int:
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0


def _batch(git: Git, pairs: Sequence[Pair]) -> tuple[Found, float]:
    """What some merges come to, and how many seconds they took."""
    begun = time.monotonic()
    trials = merge_batch(git, pairs)
    files = files_of(git, trials)
    found = {trial.pair: Merged(trial.outcome, files.get(trial.pair, ()), reason=trial.reason) for trial in trials}
    return found, time.monotonic() - begun
