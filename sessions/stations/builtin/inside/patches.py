"""Patches of several files, in the form that models know from Codex."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

Change = tuple[str, str | None]
"""A path, and the text of its file from now on; None removes it."""
TextOf = Callable[[str], str]


class Refused(Exception):  # noqa: N818 - it is an answer
    """Something is not done; `path` and `act` where the scope is why."""

    def __init__(self, reason: str, path: str = "", act: str = "") -> None:
        super().__init__(reason)
        self.path, self.act = path, act


def patched(patch: str, text_of: TextOf) -> list[Change]:
    """The files as a patch makes them; None for one that goes. Raises `Refused`."""
    changes: list[Change] = []
    lines = patch.strip("\n").split("\n")
    if lines[0].strip() != "*** Begin Patch" or lines[-1].strip() != "*** End Patch":
        raise Refused("a patch begins with *** Begin Patch and ends with *** End Patch")
    at, lines = 0, lines[1:-1]
    while at < len(lines):
        head, at = lines[at], at + 1
        body = []
        while at < len(lines) and not re.match(r"\*\*\* (?:Add|Update|Delete) File: ", lines[at]):
            body.append(lines[at])
            at += 1
        what, _, path = head.partition(" File: ")
        path = path.strip()
        if what == "*** Add":
            changes.append((path, "\n".join(line[1:] for line in body if line.startswith("+")) + "\n"))
        elif what == "*** Delete":
            changes.append((path, None))
        elif what == "*** Update":
            changes += _updated(path, body, text_of)
        else:
            raise Refused(f"a patch has no line like {head[:80]!r} here")
    if not changes:
        raise Refused("the patch is empty")
    return changes


def _updated(path: str, body: list[str], text_of: TextOf) -> list[Change]:
    moved = ""
    if body and body[0].startswith("*** Move to: "):
        moved, body = body[0][13:].strip(), body[1:]
    lines = text_of(path).split("\n")
    at = 0
    hunk: list[str] = []

    def place() -> None:
        nonlocal at, lines
        if not hunk:
            return
        old = [line[1:] for line in hunk if line[:1] in (" ", "-")]
        new = [line[1:] for line in hunk if line[:1] in (" ", "+")]
        for start in [*range(at, len(lines) - len(old) + 1), *range(min(at, len(lines)))]:
            if lines[start : start + len(old)] == old:
                lines[start : start + len(old)] = new
                at = start + len(new)
                return
        raise Refused(f"{path}: these lines are not in the file as it is:\n" + "\n".join(old[:6]))

    for line in body:
        if line.startswith("@@"):
            place()
            hunk = []
            heading = line[2:].strip()
            if heading:
                at = next((i + 1 for i, text in enumerate(lines) if text.strip() == heading), at)
        elif line != "*** End of File":
            hunk.append(line if line[:1] in (" ", "+", "-") else " " + line)
    place()
    text = "\n".join(lines)
    return [(path, None), (moved, text)] if moved else [(path, text)]


def difference(before: str, after: str) -> list[str]:
    """What a file loses and gains, with a few lines around."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=3)
    return [line for line in lines if not line.startswith(("---", "+++"))]
