"""File systems that do not tell of everything that is written to them: what another machine writes, say."""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
ELSEWHERE = re.compile(
    r"(nfs4?|cifs|smb3|smbfs|9p|afs|ceph|coda|lustre|gpfs|glusterfs|beegfs|ocfs2|gfs2|vboxsf|virtiofs|fuse(\..*)?)"
)
"""What these hold may be written by another machine, of which this kernel hears nothing."""
LAYERED = re.compile(r"(overlay|aufs|unionfs)")
"""What is written to a layer beneath is not told; what is written here is."""


def kinds() -> dict[int, str]:
    """The kinds of the file systems that may be silent, by device number; nothing where the system does not tell."""
    found: dict[int, str] = {}
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        words, _, rest = line.partition(" - ")
        kind, device = rest.partition(" ")[0], words.split()[2:3]
        if (ELSEWHERE.fullmatch(kind) or LAYERED.fullmatch(kind)) and device:
            major, _, minor = device[0].partition(":")
            found[os.makedev(int(major), int(minor))] = kind
    return found
