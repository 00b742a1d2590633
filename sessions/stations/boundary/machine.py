"""What this machine can hold a station with, tried out and not assumed; and what stands in the way, with the cure."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import msgspec

from sessions.floor.scope import HeldBy
from sessions.stations.boundary.apart.confine import version as landlock_version

TRIAL_S = 10.0
"""A sandbox starts in some milliseconds; one that hangs is none."""
OLDEST = (0, 5)
"""The oldest bubblewrap that knows all of the words that are used here."""
SET_UID = (0, 6)
"""One that runs with root's rights takes no later words than those of this version."""
_PROFILE = (
    "a profile with `userns,` in /etc/apparmor.d/bwrap (Ubuntu's is bwrap-userns-restrict of apparmor-profiles), "
    "or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
)


class Machine(msgspec.Struct, frozen=True):
    """What was found."""

    bubblewrap: str = ""
    """Its path, where it works."""
    version: tuple[int, ...] = ()
    trouble: str = ""
    """Why bubblewrap does not work, in words; "" where it does."""
    cure: str = ""
    landlock: int = 0
    """The version of the kernel's Landlock; 0 where there is none."""

    @property
    def by(self) -> HeldBy:
        """The best there is."""
        if self.bubblewrap:
            return HeldBy.BUBBLEWRAP
        return HeldBy.LANDLOCK if self.landlock else HeldBy.ADVISORY

    @property
    def holds(self) -> str:
        """What holds safe stations here, in words."""
        if self.bubblewrap:
            return f"held by bubblewrap {'.'.join(map(str, self.version))} at {self.bubblewrap}"
        if self.landlock:
            return f"held in part, by Landlock {self.landlock}: {self.trouble}"
        return f"advisory, held by nobody: {self.trouble}"

    @property
    def why(self) -> str:
        """Why it is not better."""
        return f"{self.trouble}: {self.cure}" if self.trouble and self.cure else self.trouble


@lru_cache(1)
def here() -> Machine:
    """What this machine gives. It is tried once: one bubblewrap is started, with all that a station needs of it."""
    landlock = landlock_version() if sys.platform == "linux" else 0
    if sys.platform != "linux":
        return Machine(trouble=f"only Linux holds a scope, not {sys.platform}", cure="run the factory on Linux")
    path = shutil.which("bwrap")
    if path is None:
        return Machine(trouble="bubblewrap is not installed", cure="install the package bubblewrap", landlock=landlock)
    version = version_of(path)
    if os.stat(path).st_mode & stat.S_ISUID:  # noqa: PTH116 - as below
        version = min(version, SET_UID)
    if version < OLDEST:
        found = ".".join(map(str, version)) or "unknown"
        return Machine(trouble=f"bubblewrap {found} is too old", cure="install 0.5 or newer", landlock=landlock)
    said = _trial(path)
    if not said:
        return Machine(path, version, landlock=landlock)
    trouble, cure = blocker(said, Host.look())
    return Machine(version=version, trouble=trouble, cure=cure, landlock=landlock)


def version_of(path: str) -> tuple[int, ...]:
    """Of a bubblewrap; () where it does not say."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=TRIAL_S, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
    return tuple(int(number or 0) for number in found.groups()) if found else ()


def _trial(path: str) -> str:
    """What bubblewrap complains of; "" when it works."""
    apart = "--unshare-user --unshare-pid --unshare-ipc --unshare-net --unshare-uts --die-with-parent --cap-drop ALL"
    mounts = "--ro-bind / / --proc /proc --dev /dev --tmpfs /tmp"
    words = [path, *apart.split(), *mounts.split(), "/bin/sh", "-c", "exit 7"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=TRIAL_S, check=False)
    except subprocess.TimeoutExpired:
        return "it did not end"
    except OSError as error:
        return str(error.strerror)
    return "" if done.returncode == 7 else done.stderr.strip() or f"it ended with {done.returncode}"


class Host(msgspec.Struct, frozen=True):
    """The settings that most often stand in the way; None where the kernel has no such setting."""

    apparmor: int | None = None
    clone: int | None = None
    namespaces: int | None = None
    container: bool = False

    @classmethod
    def look(cls) -> Host:
        """Those of this machine."""
        return cls(
            _number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            _number("/proc/sys/kernel/unprivileged_userns_clone"),
            _number("/proc/sys/user/max_user_namespaces"),
            any(Path(name).exists() for name in ("/.dockerenv", "/run/.containerenv")) or "container" in os.environ,
        )


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None


def blocker(said: str, host: Host) -> tuple[str, str]:
    """What stands in bubblewrap's way, and the cure, by what it said and by the settings of the machine.

    There may be two, one behind the other, as in a container on Ubuntu: the first is told, and then the next.
    """
    last = said.splitlines()[-1].removeprefix("bwrap: ") if said else "it says nothing"
    if "proc" in last and "mount" in last.lower():
        return (
            "the container hides parts of /proc, so no new one can be mounted",
            "start the container with --security-opt systempaths=unconfined (podman: unmask=ALL)",
        )
    if host.namespaces == 0:
        return "user namespaces are switched off", "sudo sysctl user.max_user_namespaces=15000"
    if host.clone == 0:
        return "user namespaces are for root alone", "sudo sysctl kernel.unprivileged_userns_clone=1"
    if host.apparmor and not host.container:
        return "AppArmor forbids user namespaces (Ubuntu 23.10 and later)", f"allow them for bwrap: {_PROFILE}"
    if host.container:
        ubuntu = "; the host's AppArmor forbids them too" if host.apparmor else ""
        return (
            f"the container forbids new namespaces ({last}{ubuntu})",
            "start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined",
        )
    return f"bubblewrap fails: {last}", "run: bwrap --unshare-all --ro-bind / / true"
