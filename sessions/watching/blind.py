"""What is not watched, why, and how an operator makes it so: pure words."""

from __future__ import annotations

import errno

import msgspec

from sessions.text import clean

INSTANCES = -1
"""In place of an error number: the user has as many instances of inotify as the kernel allows."""
WATCHES = "sudo sysctl fs.inotify.max_user_watches=1048576"
_CAUSES = {
    errno.ENOSPC: (WATCHES, "the kernel's watches are used up"),
    INSTANCES: ("sudo sysctl fs.inotify.max_user_instances=1024", "the kernel's inotify instances are used up"),
    errno.EMFILE: ("raise `ulimit -n` and factory-tui stop", "this process may open no more files"),
    errno.ENFILE: ("sudo sysctl fs.file-max=2097152", "the system may open no more files"),
}


class Blind(msgspec.Struct, frozen=True):
    """Folders that the kernel does not watch; they are read again at intervals."""

    folders: tuple[str, ...] = ()
    cause: int = 0
    """The error number of the last refusal, or `INSTANCES`."""
    silent: tuple[str, ...] = ()
    """Kinds of file systems that do not tell what another machine writes."""
    every: float = 0.0
    """Seconds between two readings."""

    def told(self) -> str:
        """What an operator reads, the cure first, as the line may be cut; empty where everything is watched."""
        if self.folders:
            what = f"{len(self.folders):,} folders" if len(self.folders) > 1 else "1 folder"
            return not_watched(what, self.cause, self.every)
        if self.silent:
            kinds = " and ".join(clean(kind, 20) for kind in self.silent)
            return f"{kinds} does not tell what other machines write: read again every {self.every:.0f} s"
        return ""


def not_watched(what: str, cause: int, every: float) -> str:
    """What an operator reads of things that are not watched, for the `cause` of a refusal."""
    cure, why = _CAUSES.get(cause, ("see the supervisor's log", "the kernel refuses"))
    return f"{what} not watched: {cure}; {why}, so they are read again every {every:.0f} s"
