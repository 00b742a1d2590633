"""Locks that a killed git has left in a station's clone: with one of them no commit is possible there any more."""

from __future__ import annotations

import logging
import os
from contextlib import suppress

from sessions.branches.git import beneath
from sessions.stations.places.layout import Place

log = logging.getLogger(__name__)

_LOCKS = ("index.lock", "HEAD.lock", "ORIG_HEAD.lock", "packed-refs.lock", "shallow.lock")


def unlock(place: Place) -> None:
    """Take away the locks in a private clone in which nothing runs; no link is followed, and nothing else is touched.

    In a directory of the operator's they may be somebody else's.
    """
    if not place.record.clone:
        return
    folder, _, name = f".git/refs/heads/{place.record.branch}.lock".rpartition("/")
    for below, names in ((".git", _LOCKS), (folder, (name,))):
        with suppress(OSError), beneath.opened(place.work, below, os.O_RDONLY | os.O_DIRECTORY) as directory:
            for lock in names:
                with suppress(FileNotFoundError):
                    os.unlink(lock, dir_fd=directory)
                    log.warning("%s was left in %s by a git that was killed, and taken away", lock, place.root.name)
