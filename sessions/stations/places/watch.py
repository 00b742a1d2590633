"""Tells at once when the refs of a clone have changed: what the kernel says, read when it says something.

Only git's own few files are watched, not the work trees. What is told is that it is time to look: a change may be told
twice, and one that is none as well. Links are not followed, neither here nor by the kernel.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from sessions.branches.git import beneath
from sessions.stations.places.layout import Place
from sessions.watching import inotify
from sessions.watching.inotify import Inotify, Notice

_FILES = ("packed-refs", "FETCH_HEAD", "config", "commondir", "config.worktree")
"""What is told of in the repository's own directory; `refs` is watched for itself."""
_DEEPEST = 20
_MOST_NAMES = 10_000
"""Of a directory that are looked at for directories: it is done on the loop of all services."""
MOST = 1_000
"""Directories that are watched of one station: the kernel gives a user so many, for all his programs."""


class RefWatch:
    """Watches the repositories of clones, on one thread. Raises OSError where the kernel refuses to watch anything."""

    def __init__(self) -> None:
        self._inotify = Inotify()
        self._folders: dict[int, tuple[str, Path, str]] = {}
        """By watch: station, its repository, and the directory in it."""
        self._watched: Counter[str] = Counter()
        self.lost = False
        """More happened than the kernel could tell, up to the last `take`: that told of all stations."""

    @property
    def descriptor(self) -> int:
        """Readable when something has happened."""
        return self._inotify.descriptor

    def add(self, place: Place) -> None:
        """Tell of this place from now on; what came before is for the caller to look at, after this."""
        self._cover(place.record.station, place.git_dir, "")
        self._cover(place.record.station, place.git_dir, "refs")

    def remove(self, station: str) -> None:
        """Tell of it no more."""
        for watch in [watch for watch, (owner, _, _) in self._folders.items() if owner == station]:
            del self._folders[watch]
            self._inotify.remove(watch)
        del self._watched[station]

    def take(self) -> set[str]:
        """The stations whose refs may have changed since."""
        notices = [*self._inotify.read()]
        self.lost = any(notice.mask & inotify.OVERFLOW for notice in notices)
        told = {station for notice in notices if (station := self._meant(notice))}
        return {station for station, _, _ in self._folders.values()} if self.lost else told

    def close(self) -> None:
        """Watch no more."""
        self._inotify.close()

    def _cover(self, station: str, git_dir: Path, folder: str) -> None:
        """Watch a directory of a repository; one of refs with all that is below."""
        if self._watched[station] >= MOST:
            return  # as where the kernel watches no more
        try:
            with beneath.opened(git_dir, folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
                # By its descriptor: the name may be that of a link by now.
                watch = self._inotify.add(f"/proc/self/fd/{descriptor}")
        except OSError:
            return  # gone, or too many: it is looked at when tools and turns end
        self._watched[station] += watch not in self._folders
        self._folders[watch] = station, git_dir, folder
        if folder and folder.count("/") < _DEEPEST:
            for name, is_folder in beneath.names(git_dir, folder, _MOST_NAMES):
                if is_folder:
                    self._cover(station, git_dir, f"{folder}/{name}")

    def _meant(self, notice: Notice) -> str:
        """The station of which something that matters has changed; "" for none."""
        station, git_dir, folder = self._folders.get(notice.watch, ("", Path(), ""))
        if notice.mask & inotify.IGNORED and self._folders.pop(notice.watch, None) is not None:
            self._watched[station] -= 1
        if not station or notice.name.endswith(".lock"):
            return ""
        if not folder:
            return station if notice.name in _FILES else ""
        if notice.mask & inotify.DIRECTORY and notice.mask & (inotify.CREATE | inotify.MOVED_TO):
            self._cover(station, git_dir, f"{folder}/{notice.name}")
        return station
