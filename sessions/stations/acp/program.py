"""Where a program is and which version, found without starting it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from sessions.text import clean

_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]{0,30}")
_NODE_S = 10.0
_HEADER = re.compile(r"#define NODE_(MAJOR|MINOR|PATCH)_VERSION (\d+)")


def find(program: str, path: str) -> str:
    """Where the first one on `path` is; "" for none."""
    return shutil.which(program, path=path) or ""


def version(where: str, package: str) -> str:
    """The version of an installed program, as its package says; "" when that is not to be found."""
    try:
        real = Path(where).resolve(strict=True)
    except OSError:
        return ""
    for folder in real.parents:
        if (said := _npm(folder / "package.json", package)) or (said := _python(folder, package)):
            return said
        if folder.name == "node_modules":
            return ""
    return ""


def node_version(path: str) -> tuple[int, ...]:
    """The version of the first `node` on `path`; empty for none."""
    where = find("node", path)
    return _node(where) if where else ()


@lru_cache(maxsize=16)
def _node(where: str) -> tuple[int, ...]:
    header = Path(where).resolve().parent.parent / "include/node/node_version.h"
    try:
        said = dict(_HEADER.findall(header.read_text(encoding="utf-8", errors="replace")))
        return tuple(int(said[part]) for part in ("MAJOR", "MINOR", "PATCH"))
    except (OSError, KeyError):
        pass
    try:
        done = subprocess.run([where, "--version"], capture_output=True, timeout=_NODE_S, check=False, text=True)
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()
    found = _VERSION.search(done.stdout)
    return tuple(int(part) for part in re.findall(r"\d+", found[0])[:3]) if found else ()


def _npm(manifest: Path, package: str) -> str:
    try:
        said = json.loads(manifest.read_bytes()[: 1 << 20])
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(said, dict) or said.get("name") != package:
        return ""
    return _version(said.get("version"))


def _python(folder: Path, package: str) -> str:
    """Of a script in the `bin` of a virtual environment."""
    name = re.sub(r"[-_.]+", "_", package)
    for about in folder.glob(f"lib/python3*/site-packages/{name}-*.dist-info"):
        return _version(about.name.removeprefix(f"{name}-").removesuffix(".dist-info"))
    return ""


def _version(said: object) -> str:
    found = _VERSION.fullmatch(said) if isinstance(said, str) else None
    return clean(found[0]) if found else ""
