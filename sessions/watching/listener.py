"""A thread that hands on what happens to files, and sleeps until the kernel tells of something."""

from __future__ import annotations

import errno
import os
import select
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sessions.errors import FactoryError
from sessions.watching import inotify
from sessions.watching.tree import Heard, Tree

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

ADDED, OTHER = 1, 2
"""What happened to a path: it appeared, or anything else. The numbers are those of watchfiles."""
Change = tuple[int, str]
Deliver = Callable[[set[Change] | FactoryError], None]
"""Takes a batch of changes, or why there will be no more; it is called on the listener's thread."""

DEBOUNCE_S = 0.3
"""The longest that changes are gathered into one batch."""
STEP_S = 0.05
"""A batch goes out when nothing more changed for this long."""
CURE = "start the supervisor again"


class Listener:
    """Listens to `deep` directories with all that is below them, and to `flat` ones without."""

    def __init__(self, flat: Iterable[str], deep: Iterable[str], deliver: Deliver) -> None:
        """The watch stands when this returns. Raises OSError when the kernel does not watch all of it."""
        self._deliver = deliver
        self._tree = Tree(list(deep), list(flat), compares=False)
        self._tree.begin()
        try:
            self._check()
            self._ended, self._end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            self._tree.close()
            raise
        self.thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.thread.start()

    def close(self) -> None:
        """End the watch soon; changes under way may still be delivered."""
        end, self._end = self._end, -1
        if end >= 0:
            os.close(end)  # the thread wakes from that

    def _check(self) -> None:
        blind = self._tree.blind(0.0)
        if blind.folders or self._tree.descriptor is None:
            raise OSError(blind.cause or errno.EMFILE, "the kernel does not watch everything")

    def _run(self) -> None:
        try:
            while self._waits(None):
                heard = self._gathered()
                if heard.flooded:
                    raise OSError(errno.EOVERFLOW, "more happened than the kernel could keep")
                self._check()
                if heard.changed:
                    self._deliver({(ADDED if path in heard.came else OTHER, path) for path in heard.changed})
        except OSError as error:
            self._deliver(FactoryError(f"files are no longer watched: {error.strerror or error}", CURE))
        finally:
            self._tree.close()
            os.close(self._ended)

    def _waits(self, seconds: float | None) -> bool:
        """Sleep until something has happened, or so many seconds when given; false when this is at its end."""
        waiting = select.poll()
        waiting.register(self._ended, select.POLLIN)
        if seconds is None and self._tree.descriptor is not None:
            waiting.register(self._tree.descriptor, select.POLLIN)
        ready = waiting.poll(None if seconds is None else seconds * 1_000)
        return all(descriptor != self._ended for descriptor, _ in ready)

    def _gathered(self) -> Heard:
        """Everything up to a moment of silence, or until it has been gathered for long enough."""
        heard = self._tree.take()
        for _ in range(round(DEBOUNCE_S / STEP_S)):
            if heard.flooded or not self._waits(STEP_S):
                break
            more = self._tree.take()
            heard.add(more)
            if not more.changed:
                break
        return heard


class Poller:
    """The same through watchfiles, where there is no inotify: it looks at its own queue twenty times a second."""

    def __init__(self, flat: Iterable[str], deep: Iterable[str], deliver: Deliver) -> None:
        from watchfiles._rust_notify import RustNotify

        self._stop = threading.Event()
        self._deliver = deliver
        # Errors must not be passed over here: then missing watches would go unnoticed too.
        self._backends = [
            RustNotify(paths, False, False, 0, recursive, False)
            for paths, recursive in ((list(flat), False), (list(deep), True))
            if paths
        ]
        for backend in self._backends:
            threading.Thread(target=self._run, args=(backend,), name="watch", daemon=True).start()

    def close(self) -> None:
        """End the watch soon; changes under way may still be delivered."""
        self._stop.set()

    def _run(self, backend: RustNotify) -> None:
        try:
            while not self._stop.is_set():
                changes = backend.watch(round(DEBOUNCE_S * 1_000), round(STEP_S * 1_000), 0, self._stop)
                if isinstance(changes, set):
                    self._deliver(changes)
        except (OSError, RuntimeError) as error:
            self._deliver(FactoryError(f"files are no longer watched: {error}", CURE))
        finally:
            backend.close()


def listen(flat: Iterable[str], deep: Iterable[str], deliver: Deliver) -> Listener | Poller:
    """Listen from now on. Raises OSError, or RuntimeError, when not everything can be watched."""
    return (Listener if inotify.available() else Poller)(flat, deep, deliver)
