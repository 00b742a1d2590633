"""Watches directories with everything below them, and knows of each one whether the kernel watches it.

Not for two threads at once; only `close` may come from another one, and waits until the work under way has noticed.
"""

from __future__ import annotations

import errno
import os
import stat as modes
import threading
from collections.abc import Iterable, Sequence

import msgspec

from sessions.watching import filesystems, inotify
from sessions.watching.blind import INSTANCES, Blind
from sessions.watching.inotify import Inotify, Notice

Look = dict[str, tuple[int, int, int]]
"""What a directory holds: inode, size and time of change by name."""
_Identity = tuple[int, int]


class Heard(msgspec.Struct):
    """What became known."""

    changed: set[str] = msgspec.field(default_factory=set)
    came: set[str] = msgspec.field(default_factory=set)
    """Those of the changed paths that were not there before, or came back."""
    gone: bool = False
    """A root is no longer where it was."""
    flooded: bool = False
    """More happened than the kernel could keep."""

    @property
    def lost(self) -> bool:
        """More may have happened than is known: begin anew."""
        return self.gone or self.flooded

    def add(self, more: Heard) -> None:
        """Take in what became known later."""
        self.changed |= more.changed
        self.came |= more.came
        self.gone |= more.gone
        self.flooded |= more.flooded


class Tree:
    """`deep` directories with all that is below them, also through links, and `flat` ones without."""

    def __init__(self, deep: Sequence[str], flat: Sequence[str], compares: bool = True) -> None:
        """One that never `compares` is not asked to look again, and need not remember what silent folders hold."""
        self._compares = compares
        self._deep = list(deep)
        self._flat = set(flat).difference(deep)
        self._roots = {*self._deep, *self._flat}
        self._inotify: Inotify | None = None
        self._paths: dict[int, str] = {}
        """By watch."""
        self._watches: dict[str, int] = {}
        self._known: dict[_Identity, str] = {}
        """By device and inode: a directory is watched by the first name it was found under."""
        self._identities: dict[str, _Identity] = {}
        """The same by that name."""
        self._unwatched: dict[str, Look] = {}
        self._silent: dict[str, Look] = {}
        """Watched, but on a file system that does not tell everything."""
        self._kinds: dict[int, str] = {}
        self._devices: set[int] = set()
        self._cause = 0
        self._ending = False
        self._work = threading.Lock()

    @property
    def descriptor(self) -> int | None:
        """Readable when something has happened; None where there is no inotify to be had."""
        return None if self._inotify is None else self._inotify.descriptor

    @property
    def rereads(self) -> bool:
        """Whether anything must be looked at again by itself."""
        return bool(self._unwatched or self._silent)

    def blind(self, every: float) -> Blind:
        """What is not watched, and is therefore looked at again every so many seconds."""
        kinds = {self._kinds[device] for device in self._devices}
        silent = sorted(kind for kind in kinds if filesystems.ELSEWHERE.fullmatch(kind))
        return Blind(tuple(self._unwatched), self._cause if self._unwatched else 0, tuple(silent), every)

    def begin(self) -> None:
        """Begin to watch. It reads all directories."""
        with self._work:
            self._kinds = filesystems.kinds() if self._compares else {}
            self._start()
            for path in sorted(self._flat):
                self._watch(path)
            for path in self._deep:
                self._cover(path)

    def take(self) -> Heard:
        """What the kernel has told since."""
        heard = Heard()
        with self._work:
            if self._inotify is not None and not self._ending:
                for notice in self._inotify.read():
                    self._note(notice, heard)
        return heard

    def look_again(self) -> Heard:
        """Try to watch what is not watched, and find what has changed in what the kernel may not have told of."""
        heard = Heard()
        with self._work:
            if self._inotify is None:
                self._start()
            refused = self._inotify is None
            for path in list(self._unwatched):
                if self._ending:
                    break
                before = self._unwatched.pop(path, None)
                if before is None:
                    continue  # it has gone with the folder it was in
                if refused:
                    self._unwatched[path] = before
                else:
                    # One refusal is enough to know: the others would cost a call each, and be refused as well.
                    refused = not self._watch(path)
                self._compare(path, before, heard)
            for path, before in list(self._silent.items()):
                if path in self._silent:
                    self._compare(path, before, heard)
        return heard

    def close(self) -> None:
        """Watch no more."""
        self._ending = True
        with self._work:
            if self._inotify is not None:
                self._inotify.close()
                self._inotify = None

    # Watching

    def _start(self) -> None:
        try:
            self._inotify = Inotify()
        except OSError as error:
            self._cause = cause_of(error)

    def _cover(self, top: str, heard: Heard | None = None) -> None:
        """Watch a directory and all below; what is `heard` of is everything in it."""
        folders = [top]
        while folders and not self._ending:
            path = folders.pop()
            if not self._meet(path):
                continue
            self._watch(path)
            # After the watch: what comes from now on is told, and what came before is found here.
            for name, is_folder in _names(path):
                inner = f"{path}/{name}"
                if heard is not None:
                    heard.changed.add(inner)
                    heard.came.add(inner)
                if is_folder:
                    folders.append(inner)

    def _meet(self, path: str) -> bool:
        """Whether this is a directory that is not known yet by another name."""
        try:
            found = os.stat(path)  # noqa: PTH116 - it is asked of thousands, as strings
        except OSError:
            return False
        if not modes.S_ISDIR(found.st_mode):
            return False
        known = self._known.get((found.st_dev, found.st_ino))
        if known is not None and known != path:
            if _is_same(known, found):
                return False
            self._forget(known)  # it was moved, which is told later than it is found
        identity = found.st_dev, found.st_ino
        self._known[identity], self._identities[path] = path, identity
        if found.st_dev in self._kinds:
            self._devices.add(found.st_dev)
            self._silent.setdefault(path, {name: look for name, (_, look) in _listed(path).items()})
        return True

    def _watch(self, path: str) -> bool:
        """Have the kernel watch it, or remember that it does not; whether more may be asked for."""
        try:
            if self._inotify is None:
                raise OSError(self._cause, "")
            watch = self._inotify.add(path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG):
                return True  # it is no directory of ours: whoever reads it says so
            self._cause = error.errno or errno.EINVAL
            self._unwatched[path] = {name: look for name, (_, look) in _listed(path).items()}
            return False
        self._unwatched.pop(path, None)
        self._paths[watch], self._watches[path] = path, watch
        return True

    def _forget(self, top: str) -> None:
        """A directory has gone, with all below it."""
        inside = top + "/"
        for path in {path for path in (*self._identities, *self._watches) if path.startswith(inside)} | {top}:
            self._drop(path)

    def _drop(self, path: str) -> None:
        """A directory has gone, and nothing was in it."""
        self._unwatched.pop(path, None)
        self._silent.pop(path, None)
        watch = self._watches.pop(path, None)
        if watch is not None and self._paths.get(watch) == path:
            del self._paths[watch]
            if self._inotify is not None:
                self._inotify.remove(watch)
        identity = self._identities.pop(path, None)
        if identity is not None and self._known.get(identity) == path:
            del self._known[identity]

    # What happens

    def _note(self, notice: Notice, heard: Heard) -> None:
        if notice.mask & inotify.OVERFLOW:
            heard.flooded = True
            return
        folder = self._paths.get(notice.watch)
        if folder is None:
            return
        if not notice.name:
            self._note_folder(notice, folder, heard)
            return
        path = f"{folder}/{notice.name}"
        heard.changed.add(path)
        if notice.mask & (inotify.CREATE | inotify.MOVED_TO):
            heard.came.add(path)
        if folder in self._flat:
            return
        if notice.mask & inotify.DELETE and notice.mask & inotify.DIRECTORY:
            self._drop(path)  # what was in it has gone before, and was told before
        elif notice.mask & (inotify.MOVED_FROM | inotify.DELETE):
            if self._is_covered(path) or path in self._silent:
                self._forget(path)
        elif notice.mask & (inotify.CREATE | inotify.MOVED_TO | inotify.ATTRIB) and not self._is_covered(path):
            self._cover(path, heard)

    def _note_folder(self, notice: Notice, folder: str, heard: Heard) -> None:
        ended = inotify.DELETE_SELF | inotify.MOVE_SELF | inotify.UNMOUNT | inotify.IGNORED
        if notice.mask & ended:
            heard.changed.add(folder)
            heard.gone |= folder in self._roots
        if notice.mask & (inotify.IGNORED | inotify.UNMOUNT):
            self._paths.pop(notice.watch, None)
            if self._watches.get(folder) == notice.watch:
                del self._watches[folder]

    def _compare(self, path: str, before: Look, heard: Heard) -> None:
        """What is new in a directory since it was looked at."""
        listed = _listed(path)
        now = {name: look for name, (_, look) in listed.items()}
        different = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        heard.changed |= {f"{path}/{name}" for name in different}
        heard.came |= {f"{path}/{name}" for name in now.keys() - before.keys()}
        for known in (self._unwatched, self._silent):
            if path in known:
                known[path] = now
        if not now and not os.path.isdir(path):  # noqa: PTH112
            heard.gone |= path in self._roots
            self._forget(path)
        elif path not in self._flat:
            for name in different & now.keys():
                if listed[name][0] and not self._is_covered(f"{path}/{name}"):
                    self._cover(f"{path}/{name}", heard)

    def _is_covered(self, path: str) -> bool:
        return path in self._watches or path in self._unwatched


def _listed(path: str) -> dict[str, tuple[bool, tuple[int, int, int]]]:
    """What is in a directory, with whether it is one, too, also through a link; nothing where it cannot be read."""
    found = {}
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                try:
                    seen = entry.stat()
                except OSError:
                    continue
                found[entry.name] = (modes.S_ISDIR(seen.st_mode), (seen.st_ino, seen.st_size, seen.st_mtime_ns))
    except OSError:
        return found
    return found


def _names(path: str) -> list[tuple[str, bool]]:
    """What is in a directory, and whether it is one, too, also through a link; no file is looked at for it."""
    try:
        with os.scandir(path) as entries:
            return [(entry.name, entry.is_dir()) for entry in entries]
    except OSError:
        return []


def _is_same(path: str, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), found)  # noqa: PTH116
    except OSError:
        return False


def cause_of(error: OSError | RuntimeError) -> int:
    """Why the kernel refuses: an error number, or `INSTANCES`, since too many of them and of files have the same."""
    number = getattr(error, "errno", None) or errno.ENOSPC
    if number != errno.EMFILE:
        return int(number)
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return errno.EMFILE
    return INSTANCES


def paths_below(paths: Iterable[str], places: Iterable[str]) -> frozenset[str]:
    """Those paths that lie in a place, or that a place lies in."""
    roots = tuple(places)
    return frozenset(
        path
        for path in paths
        if any(path == root or path.startswith(root + "/") or root.startswith(path + "/") for root in roots)
    )
