"""Tells at once when the refs of a clone have changed: one thread for all places, which sleeps until the kernel tells.

Only git's own few files are watched, not the work trees. What is told is that it is time to look: a change may be told
twice, and one that is none as well.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections.abc import Callable
from pathlib import Path

from sessions.branches.git import beneath
from sessions.errors import FactoryError
from sessions.stations.places.layout import Place
from sessions.watching import inotify
from sessions.watching.inotify import Inotify, Notice
from sessions.watching.tree import cause_of

_FILES = ("packed-refs", "FETCH_HEAD", "config", "commondir", "config.worktree")
"""What is told of in the repository's own directory; `refs` is watched for itself."""
_DEEPEST = 20


class CommitWatch:
    """Watches the clones of stations. Any thread may add and remove."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        """`changed` is called on the watch's own thread, with the station's id.

        Raises `FactoryError` where the kernel watches nothing: places are then to be looked at when turns end.
        """
        self._changed = changed
        self._lock = threading.Lock()
        self._folders: dict[int, tuple[str, Path, str]] = {}
        """By watch: station, its repository, and the directory in it."""
        try:
            self._inotify = Inotify()
            self._ended, self._end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError) as error:
            cause = cause_of(error) if isinstance(error, OSError) else 0
            raise FactoryError(
                f"commits of stations cannot be watched (error {cause})", "raise fs.inotify.max_user_instances"
            ) from error
        self._thread = threading.Thread(target=self._run, name="commits", daemon=True)
        self._thread.start()

    def add(self, place: Place) -> None:
        """Tell of this place from now on; what came before is for the caller to look at, after this."""
        with self._lock:
            self._cover(place.record.station, place.git_dir, "")
            self._cover(place.record.station, place.git_dir, "refs")

    def remove(self, station: str) -> None:
        """Tell of it no more."""
        with self._lock:
            for watch in [watch for watch, (owner, _, _) in self._folders.items() if owner == station]:
                del self._folders[watch]
                self._inotify.remove(watch)

    def close(self) -> None:
        """End the watch; a change under way may still be told."""
        end, self._end = self._end, -1
        if end >= 0:
            os.close(end)
            self._thread.join()

    def _cover(self, station: str, git_dir: Path, folder: str) -> None:
        """Watch a directory of a repository, and those of refs with all below."""
        try:
            with beneath.opened(git_dir, folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
                # By its descriptor: the name may be that of a link by now.
                watch = self._inotify.add(f"/proc/self/fd/{descriptor}")
        except OSError:
            return  # gone, or too many: it is looked at when the turn ends
        self._folders[watch] = station, git_dir, folder
        if folder and folder.count("/") < _DEEPEST:
            for name, is_folder in beneath.names(git_dir, folder):
                if is_folder:
                    self._cover(station, git_dir, f"{folder}/{name}")

    def _run(self) -> None:
        waiting = select.poll()
        waiting.register(self._ended, select.POLLIN)
        waiting.register(self._inotify.descriptor, select.POLLIN)
        while all(descriptor != self._ended for descriptor, _ in waiting.poll()):
            with self._lock:
                stations = {station for notice in self._inotify.read() if (station := self._meant(notice))}
            for station in stations:
                with contextlib.suppress(RuntimeError):  # whoever listened has ended
                    self._changed(station)
        self._inotify.close()
        os.close(self._ended)

    def _meant(self, notice: Notice) -> str:
        """The station of which something that matters has changed; "" for none."""
        station, git_dir, folder = self._folders.get(notice.watch, ("", Path(), ""))
        if notice.mask & inotify.IGNORED:
            self._folders.pop(notice.watch, None)
        if not station or notice.name.endswith(".lock"):
            return ""
        if not folder:
            return station if notice.name in _FILES else ""
        if notice.mask & inotify.DIRECTORY and notice.mask & (inotify.CREATE | inotify.MOVED_TO):
            self._cover(station, git_dir, f"{folder}/{notice.name}")
        return station
