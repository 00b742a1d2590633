"""Short names for long things: models and directories, for a screen with little room."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath

from sessions.text import clean

_DATE = re.compile(r"[-@](?:20\d{6}|\d{4}-\d\d-\d\d|latest)(?=$|[-:])")
_REVISION = re.compile(r"(?:-v\d+)?(?::\d+[a-z]?)?$")
_VERSION = re.compile(r"^(?P<family>[a-z]+)-(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?P<rest>(?:-.*)?)$")
_VERSION_FIRST = re.compile(r"^(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?-(?P<family>[a-z]+)(?P<rest>(?:-.*)?)$")


@lru_cache(maxsize=512)
def short_model(model: str) -> str:
    """`claude-opus-4-6-20260115` and `us.anthropic.claude-opus-4-6-v1:0` as `opus-4.6`; others without provider."""
    name = clean(model, 60).rsplit("/", 1)[-1]
    if "claude-" in name:
        name = name[name.index("claude-") + len("claude-") :]
        name = _REVISION.sub("", _DATE.sub("", name))
        found = _VERSION.match(name) or _VERSION_FIRST.match(name)
        if found:
            minor = f".{found['minor']}" if found["minor"] else ""
            return f"{found['family']}-{found['major']}{minor}{found['rest']}"
        return name
    return _DATE.sub("", name)


@lru_cache(maxsize=4096)
def short_directory(directory: str, repo: str) -> str:
    """A directory as an operator thinks of it: relative to the repository, else beside it, else its last two parts."""
    if not directory:
        return ""
    path, root = PurePosixPath(directory), PurePosixPath(repo) if repo else None
    if root is not None:
        if path == root:
            return "."
        if path.is_relative_to(root):
            return clean(str(path.relative_to(root)), 120)
        if path.is_relative_to(root.parent) and root.parent != PurePosixPath("/"):
            return clean("../" + str(path.relative_to(root.parent)), 120)
    tail = path.parts[-2:]
    return clean(("…/" if len(path.parts) > len(tail) + 1 else "") + "/".join(tail).replace("//", "/"), 120)
