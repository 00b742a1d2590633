"""The keeper: children, their terminals and their ends, and nothing that happens by itself.

Whatever is asked is answered from memory or by one call of the kernel, so nobody waits for anybody else. It wakes only
when a client, a program or the kernel has something to say, and when one of its few bounds is reached.
"""

from __future__ import annotations

import itertools
import os
import signal
import socket
import time
from collections.abc import Callable
from functools import partial

from sessions.stations.keeping import cgroups, processes
from sessions.stations.keeping.keeper import spawn
from sessions.stations.keeping.keeper.caller import Caller
from sessions.stations.keeping.keeper.child import Child
from sessions.stations.keeping.keeper.door import Door
from sessions.stations.keeping.keeper.framing import Words
from sessions.stations.keeping.keeper.loop import EDGE, PACE_S, READABLE, WRITABLE, Loop
from sessions.stations.keeping.keeper.names import Names

LAST_READS = 64
"""Of a terminal whose program has ended; what that left behind may write for ever."""
GRACE_S = 5.0
"""For what is asked to end, before it is killed."""


class Keeper:
    """Owns children and terminals until nobody has supervised for `patience_s` seconds."""

    def __init__(
        self,
        listener: socket.socket,
        patience_s: float,
        say: Callable[[str], None],
        answer: Callable[[Keeper, Caller, Words, bytes], tuple[Words, bytes]],
    ) -> None:
        """`say` writes to the log; `answer` does what is asked, and raises `RefusedError` or OSError."""
        self.children: dict[str, Child] = {}
        self.patience_s, self.say = patience_s, say
        self.files = spawn.more_files()
        self._group, self._groups = cgroups.own(), itertools.count(1)
        self._leaving: set[Child] = set()
        """Forgotten, while something of them still has to end."""
        self.ending = False
        """No more than what is left has to end."""
        self.loop = Loop(self._broken)
        self.door = Door(listener, self.loop, self.children, say, partial(answer, self), self._went)
        self._pids: dict[int, Child] = {}
        self._alone = time.monotonic()
        """Since when nobody supervises, on the clock that never goes back."""
        self._bell, ringing = os.pipe()
        for end in (self._bell, ringing):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(ringing, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, lambda number, frame: None)  # the bell tells which
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        self.loop.hold(self._bell, self._rung)
        self._always: tuple[int, ...] = (listener.fileno(), self._bell)

    def run(self) -> None:
        """Until it is over."""
        while not (self.ending and not self._left()):
            self.loop.turn(min(self._deadlines(), default=None))
            try:
                self._bounds(time.monotonic())
            except Exception as error:  # as `_broken`
                self.say(f"a fault: {error!r}")
        for child in self.children.values():
            child.close()
        processes.kill(self._heirs)
        for child in self.children.values():
            child.leave()

    def stay(self, names: Names) -> None:
        """Go on for only as long as it can be found by these names."""

        def look(_: int) -> None:
            if gone := names.gone():
                self.finish(f"{gone} is not where it was")

        if names.descriptor >= 0:
            self.loop.hold(names.descriptor, look)
            self._always += (names.descriptor,)

    def _heirs(self) -> list[processes.Process]:
        """Whatever is left below, marked or not."""
        found = processes.below([os.getpid()], processes.everything())
        return [each for each in found if each.pid != os.getpid() and not each.over]

    def _broken(self, descriptor: int, error: Exception) -> None:
        """A fault of ours costs one client, or one terminal's output, and never all that is kept."""
        self.say(f"a fault: {error!r}")
        if (caller := self.door.callers.get(descriptor)) is not None:
            self.door.leave(caller)
        elif descriptor in self._always:
            time.sleep(PACE_S)  # it comes again at once
        else:
            self.loop.let_go(descriptor)

    def finish(self, why: str) -> None:
        """Have everything end, and then this."""
        if self.ending:
            return
        self.ending = True
        self.say(f"ending: {why}")
        for child in self.children.values():
            if child.status is None:
                child.end(GRACE_S)

    # Bounds

    def _went(self, caller: Caller) -> None:
        """A client has gone, and what it followed may rest again."""
        if caller.supervises and not self.door.supervised:
            self._alone = time.monotonic()
        for name in caller.looks:
            self.followed(name)

    def _left(self) -> bool:
        return bool(self._leaving) or any(
            child.status is None or child.deadline is not None for child in self.children.values()
        )

    def _deadlines(self) -> list[float]:
        found = [child.deadline for child in self._ends() if child.deadline is not None]
        if not self.door.supervised and not self.ending:
            found.append(self._alone + self._patience())
        return found

    def _patience(self) -> float:
        """How long a supervisor is waited for; without anything to keep, no longer than it takes to come in.

        How a program in a terminal ended is kept: it may have been in good order. Another one has a log for that.
        """
        keeps = self._left() or any(child.terminal for child in self.children.values())
        return self.patience_s if keeps else min(self.patience_s, GRACE_S)

    def _ends(self) -> list[Child]:
        return [*self.children.values(), *self._leaving]

    def _bounds(self, now: float) -> None:
        for child in self._ends():
            if child.deadline is not None and now >= child.deadline:
                child.kill()
                self._reap()
                self._left_nothing(child)
        if not self.ending and not self.door.supervised:
            patience_s = self._patience()
            if now >= self._alone + patience_s:
                self.finish(f"nobody has supervised for {patience_s:.0f} s; {len(self.children)} children")

    # Children

    def adopt(self, child: Child) -> None:
        """Take in a child that was just begun."""
        self.children[child.name] = self._pids[child.pid] = child
        self.loop.hold(child.telling, partial(self._begun, child))
        if child.master >= 0:
            child.watched = READABLE
            self.loop.hold_quietly(child.master, partial(self._read, child), child.watched)

    def group(self) -> str:
        """A control group for the next child; "" where there can be none."""
        return cgroups.make(self._group, f"child-{next(self._groups)}") if self._group else ""

    def forget(self, child: Child) -> None:
        """Nobody wants to know of it any more."""
        self.door.tell({"note": "forgotten", "id": child.name})
        del self.children[child.name]
        if child.deadline is not None:
            self._leaving.add(child)
        else:
            child.leave()
        self._drop(child)

    def followed(self, name: str) -> None:
        """Somebody follows the output of a child now, or nobody does any more."""
        child = self.children.get(name)
        if child is None or child.master < 0:
            return
        followed = any(name in caller.looks for caller in self.door.callers.values())
        if followed != self.loop.is_held(child.master):
            self.loop.let_go(child.master)
            hold, told = (self.loop.hold, self._output) if followed else (self.loop.hold_quietly, self._read)
            hold(child.master, partial(told, child), child.watched)

    def typed(self, child: Child) -> None:
        """Something was typed: what its terminal did not take goes on when it does."""
        self._watch(child, READABLE | (WRITABLE if child.typed else 0))

    def _watch(self, child: Child, mask: int) -> None:
        if child.master >= 0 and mask != child.watched:
            child.watched = mask
            self.loop.change(child.master, mask)

    def _begun(self, child: Child, _: int = 0) -> None:
        """Its program runs, or could not be started."""
        try:
            told = os.read(child.telling, 256)
        except BlockingIOError:
            return
        self.loop.let_go(child.telling)
        os.close(child.telling)
        child.telling = -1
        step, number = spawn.outcome(told)
        if step:
            child.failed = (step, number)
        for caller in [*self.door.callers.values()]:
            for ask in caller.expects.pop(child.name, ()):
                caller.say({"ask": ask, **(self.start_of(child))})
            self.door.push(caller)
        if step:
            del self.children[child.name]
            self._drop(child)
            child.leave()

    def start_of(self, child: Child) -> Words:
        """What a start came to."""
        if child.failed is None:
            return {"child": child.told}
        step, number = child.failed
        return {"error": os.strerror(number), "errno": number, "step": step}

    def _output(self, child: Child, mask: int) -> None:
        self._read(child, mask)
        self._spread(child)

    def _spread(self, child: Child) -> None:
        for caller in [*self.door.callers.values()]:
            if child.name in caller.looks:
                self.door.push(caller)

    def _read(self, child: Child, mask: int) -> bool:
        if mask & WRITABLE:
            child.push()
        answered = any(
            look.answers for caller in self.door.callers.values() if (look := caller.looks.get(child.name)) is not None
        )
        greedy, closed = child.read(not answered)
        if child.refused:
            self.door.tell({"note": "refused", "id": child.name}, child.refused)
            child.refused = b""
        if closed:
            self._closed(child)
        else:
            self.typed(child)
        return greedy

    def _closed(self, child: Child) -> None:
        """Nobody has the terminal open. Its program may open it again, and until then nothing else is told of it."""
        self._watch(child, READABLE | EDGE)
        if child.status is not None:
            self._drop(child)

    def _left_nothing(self, child: Child) -> None:
        if child in self._leaving:
            self._leaving.discard(child)
            child.leave()

    def _drop(self, child: Child) -> None:
        """Let go of the descriptors of a child."""
        for descriptor in (child.telling, child.master):
            self.loop.let_go(descriptor)
        child.close()

    def _rung(self, _: int) -> None:
        try:
            rung = os.read(self._bell, 4_096)
        except BlockingIOError:
            return
        self._reap()
        if signal.SIGTERM in rung:
            self.finish("it was ended by a signal")

    def _reap(self) -> None:
        """Ask how whatever has ended did: children, and orphans of theirs, which came to us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if (child := self._pids.pop(pid, None)) is not None:
                self._ended(child, status)
            else:
                self._settle()

    def _settle(self) -> None:
        """Something that was left behind has ended: who leaves nothing else is waited for no longer."""
        for child in self._ends():
            if child.status is not None and child.deadline is not None and not child.tree():
                child.deadline = None
                self._left_nothing(child)

    def _ended(self, child: Child, status: int) -> None:
        child.ended(status)
        if child.telling >= 0:
            self._begun(child)
        if child.failed:
            return
        if child.master >= 0:
            for _ in range(LAST_READS):
                if child.master < 0 or not self._read(child, 0):
                    break
            self._spread(child)
        self.door.tell({"note": "exit", "id": child.name, "end": child.ring.end, "exit": child.exit})
        # What it left behind goes, too: nobody would ask for it any more.
        if child.tree():
            child.end(GRACE_S)
        else:
            child.deadline = None
