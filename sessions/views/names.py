"""Short names for long things: models, directories and branches, for a screen with little room."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sessions.text import clean

KEPT_NAME = 12
"""The name of a branch is shown whole when it has at most so many characters."""
# Compiled when the first name of a model is made short, which a floor as it was last shown needs none of.
_DATE = r"[-@](?:20\d{6}|\d{4}-\d\d-\d\d|latest)(?=$|[-:])"
_REVISION = r"(?:-v\d+)?(?::\d+[a-z]?)?$"
_VERSION = r"^(?P<family>[a-z]+)-(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?(?P<rest>(?:-.*)?)$"
_VERSION_FIRST = r"^(?P<major>\d{1,2})(?:[-.](?P<minor>\d{1,2}))?-(?P<family>[a-z]+)(?P<rest>(?:-.*)?)$"


@lru_cache(maxsize=512)
def short_model(model: str) -> str:
    """`claude-opus-4-6-20260115` and `us.anthropic.claude-opus-4-6-v1:0` as `opus-4.6`; others without provider."""
    name = clean(model, 60).rsplit("/", 1)[-1]
    if "claude-" in name:
        name = name[name.index("claude-") + len("claude-") :]
        name = re.sub(_REVISION, "", re.sub(_DATE, "", name))
        found = re.match(_VERSION, name) or re.match(_VERSION_FIRST, name)
        if found:
            minor = f".{found['minor']}" if found["minor"] else ""
            return f"{found['family']}-{found['major']}{minor}{found['rest']}"
        return name
    return re.sub(_DATE, "", name)


BESIDE = 3
"""Parts of a path from the repository's own directory on, up to which it lies beside the repository."""


@lru_cache(maxsize=4096)
def short_directory(directory: str, repo: str) -> str:
    """A directory as an operator thinks of it: relative to the repository, else beside it, else its last two parts."""
    if not directory:
        return ""
    path, root = _parts(directory), _parts(repo)
    if root:
        if path == root:
            return "."
        if path[: len(root)] == root:
            return clean("/".join(path[len(root) :]), 120)
        parent = root[:-1]
        if len(parent) > 1 and path[: len(parent)] == parent and len(path) <= len(parent) + BESIDE:
            return clean("/".join(["..", *path[len(parent) :]]), 120)
    start = "/" * directory.startswith("/")
    parts = path[len(start) :]
    return clean((start if len(parts) <= 2 else "…/") + "/".join(parts[-2:]), 120)


def _parts(path: str) -> list[str]:
    """The parts of a path, the root first. Ten times as fast as pathlib's, and made for every file of every pane."""
    return ["/"] * path.startswith("/") + [part for part in path.split("/") if part not in ("", ".")]


def labels(names: Sequence[str]) -> list[str]:
    """What is shown of each name, cleaned: what makes it unique and readable.

    A long one loses its first part where the last one says enough; `pr/2022` stays, which without it is a number.
    """
    shown = {name: clean(name, 400) or "?" for name in names}
    tails = Counter(text.rsplit("/", 1)[-1] for text in shown.values())
    return [_label(shown[name], tails) for name in names]


def _label(text: str, tails: Mapping[str, int]) -> str:
    tail = text.rsplit("/", 1)[-1]
    return tail if len(text) > KEPT_NAME and tails[tail] == 1 and _is_word(tail) else text


def _is_word(text: str) -> bool:
    """Whether it has letters, and so will not be taken for a number."""
    return any(character.isalpha() for character in text)
