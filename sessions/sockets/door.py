"""A unix socket for the operator alone."""

from __future__ import annotations

import logging
import os
import socket
import struct
from pathlib import Path

from sessions.errors import FactoryError

log = logging.getLogger(__name__)


def peer_uid(peer: socket.socket) -> int | None:
    """The user at the other end of a unix socket; None where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = struct.Struct("3i")
    _pid, uid, _gid = credentials.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size))
    return int(uid)


def may_enter(uid: int | None, own: int) -> bool:
    """Whether a peer is the operator. Where the system does not tell, the modes of socket and directory must do."""
    return uid is None or uid == own


def bound(path: Path) -> tuple[socket.socket, os.stat_result]:
    """A socket at `path`, and the file that it is there. What was there is removed: the caller holds a lock."""
    try:
        path.unlink()
        log.info("removed the socket of a process that is gone")
    except FileNotFoundError:
        pass
    except OSError as error:  # a directory, say, or what stands in one that may not be written
        raise FactoryError(f"{path} cannot be replaced by a socket ({error.strerror})", "remove it") from error
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The mode must be right from the first moment, so it cannot be set afterwards.
    old = os.umask(0o177)
    try:
        listener.bind(str(path))
        return listener, path.lstat()
    except OSError as error:
        listener.close()
        raise FactoryError(f"no socket can be made at {path} ({error.strerror})", "see its directory") from error
    finally:
        os.umask(old)
