"""Lets a station's commits arrive in the operator's repository: its own branch, after the check of its scope.

The branch is moved when nobody else has moved it since, also where the station has rewritten its history: the reflog
has the old one. Where somebody has, the station must have taken that in. What may not arrive is kept under a ref and
told; the branch stays as it was.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from sessions.branches.git import beneath, refs, worktrees
from sessions.branches.git.names import ref_bytes, shown_path
from sessions.branches.git.run import Git, GitError
from sessions.floor.events import Event, ScopeViolated, SourceSkipped, WorkArrived, WorkKept
from sessions.stations.places import pins
from sessions.stations.places.bringing import Quarantine, quarantine, sweep
from sessions.stations.places.git import git_for_looking
from sessions.stations.places.keeping import KEPT_S, REASONS, keep
from sessions.stations.places.layout import Place, write_record
from sessions.stations.places.leaving import Breach, Checked, check
from sessions.text import clean

MOST_HELD = 1_000
"""Commits that are held for one station because a fetch brought them, by its own words."""
MOST_PATHS = 50
"""Paths that are told of one look; the last one tells how many more there are."""
_FETCHED = re.compile(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?)\t", re.MULTILINE)


class Absorber:
    """The door of one station. Not for two threads at once; a look takes some tens of milliseconds if there is news."""

    def __init__(self, place: Place, write: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        """`write` are the patterns of what the station may write."""
        self.place = place
        self._write = tuple(write)
        self._clock = clock
        self._common_dir = Path(place.record.common_dir)
        self._ref = f"refs/heads/{os.fsdecode(ref_bytes(place.record.branch))}"
        self._mine = pins.arrived_ref(place.record.station)
        self._held: set[str] = set()
        self._told: set[Breach] = set()
        self._loose: set[Breach] = set()
        self._trouble = ""
        self._swept = self._unnoted = False
        self._root: tuple[Path | None] | None = None
        """Where the operator's main worktree lies, once that was looked up."""

    def assign(self, write: Sequence[str]) -> None:
        """Another scope holds from the next look on; what was refused is then looked at again."""
        self._write = tuple(write)
        self._told.clear()

    def look(self) -> list[Event]:
        """Let arrive what is new, and say what came of it. Nothing raises: what cannot be read is told, once."""
        try:
            if not self._swept:
                sweep(self.place)
                self._swept = True
            events = self._look() if self.place.record.clone else self._look_at_linked()
        except (GitError, OSError) as error:
            reason = error.message if isinstance(error, GitError) else (error.strerror or "unreadable")
            if reason == self._trouble:
                return []
            self._trouble = reason
            return [SourceSkipped(time=self._clock(), source=self._source, reason="unreadable place", detail=reason)]
        self._trouble = ""
        return events

    def noted(self) -> None:
        """What the looks so far have told is safe: it is not told again after this. Raises OSError.

        Who is killed before that tells it once more, which is better than never.
        """
        if self._unnoted:
            write_record(self.place.root, self.place.record)
            self._unnoted = False

    def _remember(self, **changes: object) -> None:
        self.place = Place(self.place.root, replace(self.place.record, **changes))
        self._unnoted = True

    @property
    def waits(self) -> bool:
        """What it committed last may arrive as soon as nobody else has the branch checked out."""
        return "-occupied" in self.place.record.kept

    @property
    def _source(self) -> str:
        return f"place:{self.place.record.station}"

    def _look(self) -> list[Event]:
        git_dir, record = self.place.git_dir, self.place.record
        if not self.place.work.is_dir():  # by no agent: in its boundary it cannot be moved
            raise FileNotFoundError(errno.ENOENT, "its work tree is gone")
        self._hold(beneath.refs(git_dir, "refs/remotes")[0].values())
        events = self._loose_pins()
        head = beneath.ref_of(git_dir, self._ref)
        if not head or head == record.arrived:
            return events
        again = head == record.refused and self._write == record.refused_by
        if again and not self.waits:
            return events
        git = Git(self._common_dir)
        heads = refs.heads(git)
        if again and self._occupied(git, heads):
            return events
        present = heads.get(record.branch, "")
        if present == head:
            self._remember(arrived=head, kept="", refused="")
            return [*events, self._arrived(head, 0)]
        others = {commit for name, commit in heads.items() if name != record.branch}
        known = sorted({*others, record.base, record.arrived, *filter(None, [present])})
        with quarantine(self.place, head, known) as brought:
            checked = check(brought.git, head, known, self._write)
            refusal, where = self._refusal(git, brought, head, heads, checked)
            brought.release(head, known)
            if not refusal and not self._move(git, head, present):
                refusal = "moved"
        if refusal:
            return events + self._keep(head, refusal, where, checked)
        self._remember(arrived=head, kept="", refused="", refused_by=())
        self._told.clear()
        return [*events, self._arrived(head, checked.commits)]

    def _refusal(
        self, git: Git, brought: Quarantine, head: str, heads: Mapping[str, str], checked: Checked
    ) -> tuple[str, str]:
        """Why the branch may not be moved, as a word of `REASONS`, "" when it may; and where that can be seen."""
        record = self.place.record
        present = heads.get(record.branch, "")

        def loses(commit: str) -> bool:
            return brought.git.call("merge-base", "--is-ancestor", commit, head)[0] != 0

        if checked.breaches:
            return "scope", ""
        if not present:
            return "deleted", ""
        if present != record.arrived and loses(present) and present != self._moved_last(git):
            return "moved", ""
        if not record.own and loses(record.base):
            return "rewritten", ""
        return ("occupied", where) if (where := self._occupied(git, heads)) else ("", "")

    def _occupied(self, git: Git, heads: Mapping[str, str]) -> str:
        """The worktree of somebody else that has the branch checked out; "" for none."""
        if self._root is None:
            self._root = (worktrees.main_root(git, self._common_dir),)
        for tree in worktrees.read(git, self._common_dir, self._root[0], heads):
            if tree.branch == self.place.record.branch and tree.mirror is None:
                return shown_path(tree.path)
        return ""

    def _move(self, git: Git, head: str, present: str) -> bool:
        """Move the branch, and what holds it, unless somebody else has done so in this moment."""
        record = self.place.record
        lines = f"update {self._ref}\0{head}\0{present}\0"
        lines += f"update {self._mine}\0{head}\0\0"
        words = ("update-ref", "--create-reflog", "-m", f"factory-tui: station {record.station}", "-z", "--stdin")
        status, _, _ = git.call(*words, stdin=os.fsencode(lines))
        return status == 0

    def _moved_last(self, git: Git) -> str:
        """The commit to which the branch was moved last, also if nobody lived to note that; "" for none."""
        status, out, _ = git.call("rev-parse", "--verify", "--quiet", self._mine)
        return out.decode().strip() if status == 0 else ""

    def _arrived(self, head: str, commits: int) -> WorkArrived:
        record = self.place.record
        return WorkArrived(
            time=self._clock(),
            source=self._source,
            station=record.station,
            branch=record.branch,
            head=head,
            commits=commits,
        )

    def _keep(self, head: str, refusal: str, where: str, checked: Checked) -> list[Event]:
        """Keep what may not arrive. What stands on what is kept already takes its place."""
        record, now = self.place.record, self._clock()
        git = Git(self._common_dir)
        ref = ""
        if record.kept and f"-{refusal}" in record.kept:
            grows = git.call("merge-base", "--is-ancestor", record.refused, head)[0] == 0
            if grows and git.call("update-ref", record.kept, head, record.refused)[0] == 0:
                ref = record.kept
        ref = ref or keep(self._common_dir, record.station, head, refusal, now)
        self._remember(kept=ref, refused=head, refused_by=self._write)
        new = [breach for breach in checked.breaches if breach not in self._told]
        self._told.update(new)
        events = self._violations(new, ref)
        reason = REASONS[refusal] + (f": {where}" if where else "")
        events.append(
            WorkKept(
                time=now,
                source=self._source,
                station=record.station,
                ref=ref,
                head=head,
                reason=reason,
                until=now + KEPT_S,
            )
        )
        return events

    def _violations(self, breaches: Sequence[Breach], ref: str) -> list[Event]:
        shown = [(breach.path or "(a merge)", breach.act) for breach in breaches[:MOST_PATHS]]
        if len(breaches) > MOST_PATHS:
            shown.append((f"and {len(breaches) - MOST_PATHS:,} more", "commit"))
        return [
            ScopeViolated(
                time=self._clock(),
                source=self._source,
                station=self.place.record.station,
                path=clean(path, 1_000),
                act=act,
                stopped=False,
                kept=ref,
            )
            for path, act in shown
        ]

    def _hold(self, remotes: Iterable[str]) -> None:
        """Have the operator's repository keep what a fetch in the clone brought from there."""
        told = beneath.read(self.place.git_dir, "FETCH_HEAD") or b""
        fetched = {*remotes, *(match.decode() for match in _FETCHED.findall(told))}
        if new := sorted(fetched - self._held)[: MOST_HELD - len(self._held)]:
            pins.hold_what_is_borrowed(self.place, new)
            self._held.update(new)

    def _loose_pins(self) -> list[Event]:
        """The files that decide what git runs there, where no mount holds them and the agent has changed them."""
        found = [Breach(path, "write") for path in pins.loose(self.place.work, self.place.ours)]
        new = [breach for breach in found if breach not in self._loose]
        self._loose = set(found)
        return self._violations(new, "")

    def _look_at_linked(self) -> list[Event]:
        """Commits of a linked worktree are there already: what leaves the scope can only be told."""
        record = self.place.record
        git = Git(self._common_dir)
        heads = refs.heads(git)
        head = heads.get(record.branch, "")
        if not head or head == record.arrived:
            return []
        others = {commit for name, commit in heads.items() if name != record.branch}
        known = sorted(others | {record.base, record.arrived})
        checked = check(git_for_looking(self.place), head, known, self._write)
        self._remember(arrived=head)
        return [*self._violations(checked.breaches, ""), self._arrived(head, checked.commits)]
