"""Finds out which of many commits merge and which collide: every pair, each only once ever, what matters most first.

From cheap to dear: what is remembered of the two commits; what is remembered of their trees and merge base; what
their changed paths rule out; git's own merge, many pairs to a process, at most one process per core.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import msgspec

from sessions.branches.git import CalledOffError, Git, GitError, Reins, version
from sessions.branches.history import Bases, History
from sessions.branches.merges import merge_batch
from sessions.branches.overlap import Overlap
from sessions.branches.room import Room, sweep
from sessions.branches.scratch import Scratch, alternates
from sessions.branches.tally import files_of
from sessions.branches.verdicts import CLEAN, Merged, Pair, Verdicts, key
from sessions.floor.conflicts import Outcome

log = logging.getLogger(__name__)

FIRST_BATCH, LARGEST_BATCH = 16, 200
BATCH_S = 0.25
"""How long a batch should take: so soon a verdict can be seen, and so soon work can be called off."""
RETRY_S = 3_600
"""How long a result that could not be had is believed, unless new objects arrive."""
MOST_STORED = 2_000
"""Merges after which their objects are removed: about 100 MB."""
MOST_TREES = 100_000
"""Commits whose tree is remembered in memory."""
UNRELATED = "the two have no common history"
_STEERING = (
    r"^(merge\.(renames|renamelimit|directoryrenames|conflictstyle)|diff\.(renames|renamelimit)|core\.notesref)$"
)

Found = dict[Pair, Merged]
Cancelled = Callable[[], bool]


def _never() -> bool:
    return False


class Matrix:
    """Judges pairs of commits of one repository. One thread at a time may use it; `close` it afterwards.

    Results are remembered in `state_dir`; scratch objects lie there as long as they are needed. That a result could
    not be had is remembered for an hour at most: what is missing may be there tomorrow.
    """

    def __init__(
        self, common_dir: Path, state_dir: Path, *, wrapper: Sequence[str] = (), processes: int | None = None
    ) -> None:
        """`wrapper` are words before each git command that works, such as those of `nice`."""
        self.git = Git(common_dir, wrapper=tuple(wrapper))
        self.tried = 0
        """Merges that git was asked for so far."""
        self._common_dir, self._rooms = common_dir, state_dir / "scratch"
        self._wrapper, self._processes = tuple(wrapper), max(1, processes or os.cpu_count() or 1)
        self.remembered = Verdicts(state_dir / "conflicts.db")
        self._history = History()
        self._overlap = Overlap()
        self._trees: dict[str, str] = {}
        self._reins = Reins()
        self._stored = 0
        self._room: Room | None = None
        self._scratch: Scratch | None = None
        if self._rooms.is_dir():
            sweep(self._rooms)

    def close(self) -> None:
        """Remove all scratch objects and let go of what is remembered."""
        self.remembered.close()
        if self._room is not None:
            self._room.close()
            self._room = self._scratch = None

    def halt(self) -> None:
        """Call off the judging under way, from any thread: git processes end at once, and no more results come."""
        self._reins.pull()

    @property
    def scratch(self) -> Scratch:
        """Where uncommitted work becomes commits; made when it is first needed."""
        if self._scratch is None:
            self._room = Room(self._rooms)
            self._scratch = Scratch(self._common_dir, self._room.path / "git", self._wrapper)
        return self._scratch

    def tidy(self) -> None:
        """Remove what merges left behind. Uncommitted work stays until the end."""
        if self._stored:
            shutil.rmtree(self._store(), ignore_errors=True)
            self._stored = 0

    def merging(self, base_head: str) -> Git:
        """Git for one merge by the attributes of `base_head`; what it writes is gone with the next `tidy`."""
        self.scratch.follow(base_head)
        self._stored += 1
        return _storing(self.scratch.git, self._store())

    def judge(
        self, pairs: Sequence[Pair], base_head: str, cancelled: Cancelled = _never
    ) -> Generator[Found, None, None]:
        """What the merge of each pair of commits comes to, in portions as they are known, each pair once.

        Merges follow the attributes of `base_head`. Order decides what is tried first. `cancelled` is asked before
        anything that takes time; then the rest does not come. Raises GitError when nothing can be read at all.
        """
        self._reins = Reins()
        context = self.context(base_head)
        wanted = dict.fromkeys(pairs)
        found = {pair: CLEAN for pair in wanted if pair[0] == pair[1]}
        found |= self._recall(context, [pair for pair in wanted if pair not in found])
        if found:
            yield found
        left = [pair for pair in wanted if pair not in found]
        if not left or cancelled():
            return
        bases = self._bases(left)
        keys = self._keys(context, left, bases)
        cheap = self._settled(context, left, keys, bases)
        if cheap:
            yield cheap
        left = [pair for pair in left if pair not in cheap]
        if not left or cancelled():
            return
        self.scratch.follow(base_head)
        sifted = self._sift(left, bases)
        apart = {pair: CLEAN for pair, (suspect, _) in sifted.items() if not suspect}
        if apart:
            self._keep(context, keys, apart)
            yield apart
        left = [pair for pair in left if pair not in apart]
        for results in self._merge(left, cancelled):
            done = {
                pair: msgspec.structs.replace(merged, shared=sifted.get(pair, (True, 0))[1])
                for pair, merged in results.items()
            }
            self._keep(context, keys, done)
            yield done

    # -- what is remembered

    def context(self, base_head: str) -> bytes:
        """A short name for all that decides about a merge besides the two commits."""
        status, out, _ = self.git.call("config", "--null", "--get-regexp", _STEERING)
        words = [str(version()), out.decode("utf-8", "replace") if status == 0 else ""]
        for name in ("shallow", "info/attributes", "info/grafts"):
            path = self._common_dir / name
            words.append(hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        words.append(self._rules(base_head))
        return hashlib.blake2b("\n".join(words).encode(), digest_size=16).digest()

    def _rules(self, base_head: str) -> str:
        """The attribute files of a commit."""
        if not base_head:
            return ""
        try:
            known = self.remembered.note(f"rules {base_head}")
        except sqlite3.Error:
            known = None
        if known is None:
            out = self._reader.run("ls-tree", "-r", "-z", "--full-tree", base_head)
            entries = (entry for entry in out.split(b"\0") if entry.endswith((b".gitattributes", b".gitmodules")))
            known = hashlib.sha256(b"\0".join(entries)).hexdigest().encode()
            self._note(f"rules {base_head}", known)
        return known.decode()

    def _note(self, name: str, body: bytes) -> None:
        try:
            self.remembered.keep_note(name, body)
        except sqlite3.Error as error:
            log.warning("conflicts are not remembered: %s", error)

    def _recall(self, context: bytes, pairs: Sequence[Pair]) -> Found:
        try:
            found = self.remembered.find(context, pairs)
            if left := [pair for pair in pairs if pair not in found]:
                found |= self.remembered.find(self._for_now(context), left)
        except sqlite3.Error as error:
            log.warning("remembered conflicts cannot be read: %s", error)
            found = {}
        return found

    def _keep(self, context: bytes, keys: Mapping[Pair, bytes], found: Found) -> None:
        for_now = self._for_now(context)
        lasting, passing = {}, {}
        for pair, merged in found.items():
            if merged.outcome is Outcome.UNKNOWN and merged.reason != UNRELATED:
                passing[pair] = (key(for_now, *pair), merged)
            else:
                lasting[pair] = (keys[pair], merged)
        try:
            self.remembered.keep(context, lasting)
            self.remembered.keep(for_now, passing)
        except sqlite3.Error as error:
            log.warning("conflicts are not remembered: %s", error)

    def _for_now(self, context: bytes) -> bytes:
        """The same for what may change by itself: objects that are missing may arrive, a slow disk may recover."""
        packs = self._common_dir / "objects" / "pack"
        arrived = packs.stat().st_mtime_ns if packs.is_dir() else 0
        words = f"{arrived} {time.time() // RETRY_S}"
        return hashlib.blake2b(words.encode(), key=context, digest_size=16).digest()

    # -- what can be known without a merge

    def _bases(self, pairs: Sequence[Pair]) -> Bases | None:
        """The merge bases of the pairs; None when history cannot be walked."""
        try:
            return self._history.bases(self._reader, pairs)
        except GitError as error:
            log.info("merge bases cannot be told: %s", error)
            return None

    @property
    def _reader(self) -> Git:
        """Git that also knows commits of uncommitted work, if there are any."""
        return self._scratch.git if self._scratch is not None else self.git

    def _keys(self, context: bytes, pairs: Sequence[Pair], bases: Bases | None) -> dict[Pair, bytes]:
        """By what each pair's result is remembered: its trees; the commits where their bases must be merged first."""
        single = {pair: found[0] for pair in pairs if bases and len(found := _of(bases, pair)) == 1}
        self.trees({commit for pair, base in single.items() for commit in (*pair, base)})
        keys = {}
        for a, b in pairs:
            words: tuple[str, ...] = ("commits", a, b)
            if base := single.get((a, b), ""):
                trees = [self._trees.get(commit, "") for commit in (a, b, base)]
                words = ("trees", *trees) if all(trees) else words
            keys[a, b] = key(context, *words)
        return keys

    def trees(self, commits: set[str]) -> Mapping[str, str]:
        """The trees of commits; those that cannot be read are left out."""
        if len(self._trees) > MOST_TREES:
            self._trees.clear()
        wanted = sorted(commit for commit in commits if commit not in self._trees)
        if wanted:
            stdin = "".join(f"{commit}^{{tree}}\n" for commit in wanted).encode()
            out = self._reader.run("cat-file", "--batch-check=%(objectname)", stdin=stdin).decode().split("\n")
            self._trees |= {commit: tree for commit, tree in zip(wanted, out, strict=False) if tree and " " not in tree}
        return {commit: self._trees[commit] for commit in commits if commit in self._trees}

    def _settled(self, context: bytes, pairs: Sequence[Pair], keys: Mapping[Pair, bytes], bases: Bases | None) -> Found:
        """Those that are known by their trees, or settled by history alone."""
        try:
            results = self.remembered.results(list(dict.fromkeys(keys.values())))
        except sqlite3.Error:
            results = {}
        found = {pair: results[keys[pair]] for pair in pairs if keys[pair] in results}
        if bases is not None:
            found |= {pair: settled for pair in pairs if pair not in found and (settled := _by_history(bases, pair))}
        self._keep(context, keys, found)
        return found

    def _sift(self, pairs: Sequence[Pair], bases: Bases | None) -> dict[Pair, tuple[bool, int]]:
        """What changed paths say (see `Overlap.sift`); nothing where that cannot be read."""
        try:
            return self._overlap.sift(self._reader, pairs, bases or {})
        except GitError as error:
            log.info("changes cannot be told: %s", error)
            return {}

    # -- merging

    def _merge(self, pairs: Sequence[Pair], cancelled: Cancelled) -> Iterator[Found]:
        scratch = replace(self.scratch.git, reins=self._reins)
        left = list(pairs)
        size = float(FIRST_BATCH)
        with ThreadPoolExecutor(self._processes) as pool:
            running: set[Future[tuple[Found, float]]] = set()
            while (left and not cancelled()) or running:
                while left and len(running) < self._processes and not cancelled():
                    if self._stored > MOST_STORED:
                        if running:
                            break  # the store cannot be emptied under them
                        self.tidy()
                    count = max(1, min(int(size), -(-len(left) // self._processes)))
                    batch, left = left[:count], left[count:]
                    self.tried += count
                    self._stored += count
                    running.add(pool.submit(_batch, _storing(scratch, self._store()), batch))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    try:
                        found, seconds = future.result()
                    except CalledOffError:
                        left = []
                        continue
                    size = min(LARGEST_BATCH, max(1.0, len(found) * BATCH_S / max(seconds, 1e-3)))
                    yield found

    def _store(self) -> Path:
        """Where merges write what is of no use once their outcome is known."""
        assert self._room is not None
        store = self._room.path / "merged"
        store.mkdir(mode=0o700, exist_ok=True)
        return store


def _batch(git: Git, pairs: Sequence[Pair]) -> tuple[Found, float]:
    """What some merges come to, and how many seconds they took."""
    begun = time.monotonic()
    trials = merge_batch(git, pairs)
    files = files_of(git, trials)
    found = {trial.pair: Merged(trial.outcome, files.get(trial.pair, ()), reason=trial.reason) for trial in trials}
    return found, time.monotonic() - begun


def _storing(git: Git, store: Path) -> Git:
    """Git of a scratch store that writes new objects elsewhere."""
    lasting = alternates(Path(git.env["GIT_DIR"]) / "objects")
    places = {"GIT_OBJECT_DIRECTORY": str(store), "GIT_ALTERNATE_OBJECT_DIRECTORIES": lasting}
    # They live for seconds: compressing them would take longer than writing them.
    return replace(git, settings=(*git.settings, "core.looseCompression=0"), env={**git.env, **places})


def _by_history(bases: Bases, pair: Pair) -> Merged | None:
    parted = _of(bases, pair)
    if not parted:
        return Merged(Outcome.UNKNOWN, reason=UNRELATED)
    return CLEAN if parted[0] in pair else None  # then one contains the other


def _of(bases: Bases, pair: Pair) -> tuple[str, ...]:
    return bases.get((min(pair), max(pair)), ())
