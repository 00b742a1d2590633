"""Files of the work tree: read, searched, changed, as far as the scope goes."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sessions.stations.builtin.inside.patches import Change, Refused, difference, patched

Ask = dict[str, Any]
Answer = dict[str, Any]
Matches = Callable[[Sequence[str], str], bool]

MOST_FILE = 8 << 20
MOST_SHOWN = 60_000
HEAD, TAIL = 16_000, 44_000
SKIPPED = {".git", "node_modules", "__pycache__", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
FOUND = 200
LINE = 400


class Files:
    """Reads and writes below one directory."""

    def __init__(self, root: str, matches: Matches, write: Sequence[str], read: Sequence[str]) -> None:
        self.root = os.path.realpath(root)
        self.matches = matches
        self.write, self.read = list(write), list(read)

    # -- where ------------------------------------------------------------------------------------------------------

    def inside(self, path: str) -> str | None:
        """The path relative to the root, every link followed; None where it lies elsewhere."""
        full = os.path.realpath(os.path.join(self.root, os.path.expanduser(path)))
        if full == self.root:
            return ""
        return os.path.relpath(full, self.root) if full.startswith(self.root + os.sep) else None

    def readable(self, path: str) -> str:
        if not path:
            raise Refused("no path was given")
        here = self.inside(path)
        if here and not self.matches(self.read, here):
            raise Refused(f"{here} is outside of what this station may read", here, "read")
        return os.path.join(self.root, os.path.expanduser(path))

    def writable(self, path: str) -> str:
        if not path:
            raise Refused("no path was given")
        here = self.inside(path)
        if here is None:
            raise Refused(f"{path} lies outside the work tree", path, "write")
        if not here or not self.matches(self.write, here):
            why = f"{here or path} is outside of what this station may write: {' '.join(self.write)}"
            more = f" Work inside it, or ask for more: factory-tui ask scope {shlex.quote(here)} --why 'the reason'"
            raise Refused(f"{why}.{more * bool(here)}", here or path, "write")
        return os.path.join(self.root, here)

    # -- files ------------------------------------------------------------------------------------------------------

    def do_read(self, ask: Ask) -> Answer:
        path = self.readable(ask.get("path", ""))
        if os.path.isdir(path):
            return self.do_list(ask)
        text = self.text_of(path)
        lines = text.split("\n")
        first = max(1, int(ask.get("first") or 1))
        count = int(ask.get("lines") or 2_000)
        shown = lines[first - 1 : first - 1 + count]
        body = "\n".join(f"{number:6}\t{line[:2_000]}" for number, line in enumerate(shown, first))
        more = len(lines) - (first - 1 + len(shown))
        if len(body) > MOST_SHOWN:
            body, more = body[:MOST_SHOWN], more + 1
        return {"text": body + (f"\n… {more} more lines" if more > 0 else "")}

    def do_list(self, ask: Ask) -> Answer:
        path = self.readable(ask.get("path") or ".")
        names = sorted(os.listdir(path))
        shown = [name + "/" * os.path.isdir(os.path.join(path, name)) for name in names[:1_000]]
        return {"text": "\n".join(shown) + (f"\n… {len(names) - 1_000} more" if len(names) > 1_000 else "")}

    def do_search(self, ask: Ask) -> Answer:
        try:
            pattern = re.compile(ask.get("pattern", ""), re.IGNORECASE if ask.get("ignore_case") else 0)
        except re.error as error:
            raise Refused(f"that is no regular expression: {error}") from None
        glob = re.compile(_glob(ask["glob"])) if ask.get("glob") else None
        start = self.readable(ask.get("path") or ".")
        found = []
        for path in self.files(start):
            name = os.path.relpath(path, self.root)
            if (glob and not glob.search(name)) or not self.matches(self.read, name):
                continue
            with contextlib.suppress(OSError, Refused):
                for number, line in enumerate(self.text_of(path).split("\n"), 1):
                    if pattern.search(line):
                        found.append(f"{name}:{number}: {line.strip()[:LINE]}")
                        if len(found) >= FOUND:
                            return {"text": "\n".join(found) + "\n… there may be more: narrow it down"}
        return {"text": "\n".join(found) or "nothing matches"}

    def files(self, start: str) -> Iterator[str]:
        if os.path.isfile(start):
            yield start
            return
        for place, folders, names in os.walk(start):
            folders[:] = sorted(name for name in folders if name not in SKIPPED)
            for name in sorted(names):
                path = os.path.join(place, name)
                if not os.path.islink(path) and os.path.isfile(path):
                    yield path

    def do_write(self, ask: Ask) -> Answer:
        return self.change([(ask.get("path", ""), ask.get("content", ""))])

    def do_edit(self, ask: Ask) -> Answer:
        path, old, new = ask.get("path", ""), ask.get("old_string", ""), ask.get("new_string", "")
        before = self.text_of(self.writable(path))
        count = before.count(old) if old else 0
        if not count:
            raise Refused("old_string is not in the file as it is: read it again")
        if count > 1 and not ask.get("replace_all"):
            raise Refused(f"old_string is in the file {count} times: give more around it, or set replace_all")
        return self.change([(path, before.replace(old, new))])

    def do_apply_patch(self, ask: Ask) -> Answer:
        return self.change(patched(ask.get("patch", ""), lambda path: self.text_of(self.writable(path))))

    def change(self, changes: Sequence[Change]) -> Answer:
        """Write the files, all or none of them as far as the scope goes; None for a text removes."""
        paths = [self.writable(path) for path, _ in changes]
        diffs: list[str] = []
        done: list[str] = []
        for path, (_, after) in zip(paths, changes, strict=True):
            name = os.path.relpath(path, self.root)
            try:
                before = self.text_of(path) if os.path.exists(path) else None
                if after is None:
                    os.unlink(path)
                else:
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    self.put(path, after)
            except OSError as error:
                if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
                    raise Refused(f"{name}: {error.strerror}", name, "write") from None
                raise
            done.append(("removed " if after is None else "changed " if before is not None else "made ") + name)
            diffs += [f"--- {name}", *difference(before or "", after or "")]
        files = [word.split(" ", 1)[1] for word in done]
        return {"text": "\n".join(done), "diff": "\n".join(diffs)[:MOST_SHOWN], "files": files}

    def put(self, path: str, text: str) -> None:
        """Into the file itself where it is one, so that its mode stays; never through a link."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(path, flags, 0o666), "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)

    def text_of(self, path: str) -> str:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            data = file.read(MOST_FILE + 1)
        if len(data) > MOST_FILE:
            raise Refused(f"{path} is longer than {MOST_FILE >> 20} MB")
        if b"\0" in data[:8_192]:
            raise Refused(f"{path} is no text")
        return data.decode("utf-8", "surrogateescape")


def _glob(pattern: str) -> str:
    parts = re.split(r"(\*\*/?|\*|\?)", pattern)
    rule = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    body = "".join(rule.get(part, re.escape(part)) for part in parts)
    return ("^" if "/" in pattern else "(?:^|/)") + body + "$"
