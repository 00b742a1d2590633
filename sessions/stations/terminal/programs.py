"""Whether a program is on this machine, and which version, without starting it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sessions.stations.contract import Usable
from sessions.text import clean


def usable(program: str, cure: str, environment: Mapping[str, str]) -> Usable:
    """Looked up in the PATH of `environment`. The version is the one that its package says, where it is in one."""
    found = shutil.which(program, path=environment.get("PATH") or os.defpath)
    if found is None:
        return Usable(False, reason=f"there is no {program} in the PATH", cure=cure)
    return Usable(True, version=_version(Path(os.path.realpath(found))))


def _version(file: Path) -> str:
    for folder in list(file.parents)[:4]:
        try:
            found = json.loads((folder / "package.json").read_bytes()[: 1 << 20])
        except (OSError, ValueError):
            continue
        return clean(str(found.get("version", "")), 40) if isinstance(found, dict) else ""
    return ""
