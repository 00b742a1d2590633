"""A private git directory over somebody's repository: trial merges read all its objects and write none of them.

Merging with the repository's own git directory would run merge drivers that its configuration names. The private
one knows only the settings that steer git's own merge, and the attributes that a merge into the base would see.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from sessions.branches.git import Git, GitError

MOST_BYTES = 512 * 1024 * 1024
"""Scratch objects beyond this are thrown away before the next work; they can always be made again."""
_STEERING = r"^(merge\.(renames|renamelimit|directoryrenames|conflictstyle)|diff\.(renames|renamelimit))$"
_RULES = (b".gitattributes", b".gitmodules")
_UNSAFE = frozenset({b"", b".", b"..", b".git"})
_MOST_RULES = 1_000_000
"""Bytes of a file of attributes; git itself reads no larger ones than 100 MB."""


class Scratch:
    """Private objects, configuration and attributes in one directory, which `close` removes."""

    def __init__(self, common_dir: Path, place: Path, wrapper: tuple[str, ...] = ()) -> None:
        """Set up in `place`, a directory that is this object's own and may hold the leftovers of an earlier one.

        `wrapper` is that of every git that works here (see `git.Git`).
        """
        self.common_dir = common_dir
        self.place = place
        self.source = Git(common_dir, wrapper=wrapper)
        self.objects = place / "objects"
        self._tree = place / "tree"
        self._rules_of = ""
        self._make()

    def _make(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        for directory in (self.objects / "info", self.place / "refs", self.place / "info", self._tree):
            directory.mkdir(parents=True, mode=0o700)
        (self.place / "HEAD").write_text("ref: refs/heads/none\n")
        (self.place / "config").write_text(self._configuration())
        alternate = Path(self.source.text("rev-parse", "--path-format=absolute", "--git-path", "objects"))
        (self.objects / "info" / "alternates").write_bytes(_quoted(alternate) + b"\n")
        if (modules := self.common_dir / "modules").is_dir():
            (self.place / "modules").symlink_to(modules)
        self._rules_of = ""
        self._replace()

    def _replace(self) -> None:
        """See in place of objects what the repository sees there."""
        (self.place / "packed-refs").write_bytes(replacements(self.source))

    def _configuration(self) -> str:
        form = self.source.text("rev-parse", "--show-object-format")
        lines = ["[core]", "repositoryformatversion = 1", "bare = false", "[extensions]", f"objectFormat = {form}"]
        status, out, _ = self.source.call("config", "--null", "--get-regexp", _STEERING)
        if status == 0:
            for entry in out.decode("utf-8", "replace").split("\0"):
                key, _, value = entry.partition("\n")
                section, _, name = key.partition(".")
                if value.isalnum():
                    lines += [f"[{section}]", f"{name} = {value}"]
        return "\n".join(lines) + "\n"

    @property
    def git(self) -> Git:
        """Git that reads the repository's objects and writes scratch ones; it has no refs and no hooks."""
        return Git(
            self._tree,
            env={
                "GIT_DIR": str(self.place),
                "GIT_WORK_TREE": str(self._tree),
                "GIT_INDEX_FILE": str(self.place / "index"),
            },
            wrapper=self.source.wrapper,
        )

    def follow(self, base_head: str) -> None:
        """Merge by the attributes of this commit from now on, and by the repository's own as they are now."""
        self._replace()
        for name in ("shallow", "info/attributes"):
            target = self.place / name
            target.unlink(missing_ok=True)
            if (self.common_dir / name).is_file():
                shutil.copyfile(self.common_dir / name, target)
        if base_head == self._rules_of:
            return
        shutil.rmtree(self._tree)
        self._tree.mkdir(mode=0o700)
        try:
            for blob, path in self._rule_files(base_head):
                target = self._tree / os.fsdecode(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self.git.run("cat-file", "blob", blob))
        except OSError as error:
            raise GitError(f"the attributes of {base_head} cannot be laid out: {error.strerror}") from error
        self._rules_of = base_head

    def _rule_files(self, base_head: str) -> Iterable[tuple[str, bytes]]:
        """Object and path of every file of attributes in a commit."""
        out = self.git.run("ls-tree", "-r", "-l", "-z", base_head) if base_head else b""
        for entry in out.split(b"\0"):
            meta, _, path = entry.partition(b"\t")
            parts = path.split(b"/")
            # Links are not followed by git either; and a tree made by hand may hold names that lead out of it.
            if parts[-1] not in _RULES or not meta.startswith(b"100") or _UNSAFE.intersection(parts):
                continue
            _, _, blob, size = meta.split()
            if int(size) <= _MOST_RULES:
                yield blob.decode(), path

    def size(self) -> int:
        """Bytes of scratch objects."""
        return sum(path.stat().st_size for path in self.objects.rglob("*") if path.is_file())

    def bound(self, most: int = MOST_BYTES) -> bool:
        """Throw all scratch objects away when there are more than `most` bytes; whether that was so.

        Commits that were made for uncommitted work are gone then, and must be made again.
        """
        if self.size() <= most:
            return False
        self._make()
        return True

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.place, ignore_errors=True)


def replacements(git: Git) -> bytes:
    """The objects that stand in place of others (see `git replace`), as lines of a file of packed refs."""
    return git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/replace/")


def _quoted(path: Path) -> bytes:
    """A path as git reads it in a list of alternates, whatever it contains."""
    raw = os.fsencode(path)
    return b'"' + b"".join(b"\\%03o" % byte if byte < 32 or byte in b'"\\' else bytes([byte]) for byte in raw) + b'"'


def alternates(path: Path) -> str:
    """The same as a value of `GIT_ALTERNATE_OBJECT_DIRECTORIES`."""
    return os.fsdecode(_quoted(path))
