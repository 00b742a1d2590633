"""A private git directory over somebody's repository: trial merges read all its objects and write none of them.

Merging with the repository's own git directory would run merge drivers that its configuration names. The private
one knows only the settings that steer git's own merge, and the attributes that a merge into the base would see.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

from sessions.branches.git import configured
from sessions.branches.git.configured import Configured
from sessions.branches.git.run import MEMORY, Git, GitError

MOST_BYTES = 256 * 1024 * 1024
"""Disk space of scratch objects beyond which they are thrown away before the next work; they can always be made again.
One takes a block of the disk however small it is, so these are 65,000 mostly."""
_FOLLOWED = ("shallow", "info/attributes", "info/grafts")
"""Files of the repository that are copied."""
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
        self.lasting = Path(self.source.text("rev-parse", "--path-format=absolute", "--git-path", "objects"))
        """The repository's own objects."""
        self._tree = place / "tree"
        self._borrowed: dict[Path, None] = {}
        self._borrowing = threading.Lock()
        self._form = self.source.text("rev-parse", "--show-object-format")
        self._rules_of = ("", b"")
        self.renormalizes = False
        """Whether texts are brought to one form before they are merged, by attributes that may be those of a side."""
        self.limits_renames = False
        """Whether git is set to look for no renames among more than so many files."""
        self._make()

    def _make(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        for directory in (self.objects / "info", self.place / "refs", self.place / "info", self._tree):
            directory.mkdir(parents=True, mode=0o700)
        (self.place / "HEAD").write_text("ref: refs/heads/none\n")
        self._configure()
        self._borrowed = {self.lasting: None}
        self._borrow()
        if (modules := self.common_dir / "modules").is_dir():
            (self.place / "modules").symlink_to(modules)
        self._rules_of = ("", b"")
        self._replace()

    def borrow(self, objects: Path) -> None:
        """See the objects of a private clone as well, of which the repository has not all."""
        with self._borrowing:
            if objects not in self._borrowed:
                self._borrowed = {path: None for path in (*self._borrowed, objects) if path.is_dir()}
                self._borrow()

    def _borrow(self) -> None:
        place = self.objects / "info" / "alternates"
        fresh = place.with_name("alternates.new")
        fresh.write_bytes(b"".join(_quoted(path) + b"\n" for path in self._borrowed))
        fresh.replace(place)

    def _replace(self) -> bytes:
        """See in place of objects what the repository sees there."""
        found = replacements(self.source)
        (self.place / "packed-refs").write_bytes(found)
        return found

    def _configure(self) -> None:
        """Merge by the repository's settings as they are now."""
        found = configured.read(self.source).steering
        self.renormalizes = found.get(b"merge.renormalize", b"no").lower() not in (b"no", b"false", b"off", b"0", b"")
        self.limits_renames = not found.keys().isdisjoint((b"merge.renamelimit", b"diff.renamelimit"))
        form = self._form.encode()
        lines = [b"[core]", b"repositoryformatversion = 1", b"bare = false", b"[extensions]", b"objectFormat = " + form]
        for key, value in found.items():
            section, _, name = key.partition(b".")
            quoted = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
            lines += [b"[%s]" % section, b'%s = "%s"' % (name, quoted)]
        (self.place / "config").write_bytes(b"\n".join(lines) + b"\n")

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
            memory=MEMORY,
        )

    def follow(self, base_head: str) -> None:
        """Merge by the attributes of this commit from now on, and by the repository's own rules as they are now."""
        wanted = (base_head, self._replace())
        self._configure()
        for name in _FOLLOWED:
            target = self.place / name
            target.unlink(missing_ok=True)
            if (self.common_dir / name).is_file():
                shutil.copyfile(self.common_dir / name, target)
        if wanted == self._rules_of:
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
        self._rules_of = wanted

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
        """Bytes that scratch objects take on the disk."""
        total = 0
        for folder, _, names in os.walk(self.objects):
            for name in names:
                state = os.lstat(f"{folder}/{name}")
                total += max(state.st_size, state.st_blocks * 512)
        return total

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


def rules_of(git: Git, known: Configured | None = None) -> list[bytes]:
    """All that decides about merges in a repository besides what is merged and the attributes of the base.

    `git` is one in the directory that all worktrees share; `known` spares it a look at settings.
    """
    found = (known or configured.read(git)).steering
    settings = [b"%s=%s" % item for item in sorted(found.items())]
    places = [git.directory / name for name in _FOLLOWED] + [_everywhere(found.get(b"core.attributesfile"))]
    return [replacements(git), *settings, *map(_digest, places)]


def _everywhere(named: bytes | None) -> Path:
    """The user's own file of attributes, for all repositories."""
    if named is not None:
        return Path(os.fsdecode(named))
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config", "git", "attributes")


def _digest(path: Path) -> bytes:
    try:
        path = path.expanduser()
        return hashlib.sha256(path.read_bytes()).hexdigest().encode() if path.is_file() else b""
    except (OSError, RuntimeError):
        return b""  # git cannot read it, either


def replacements(git: Git) -> bytes:
    """The objects that stand in place of others (see `git replace`), as lines of a file of packed refs.

    `git` is one in the directory that all worktrees share. Hardly any repository has such objects, and where its refs
    are files, looking for them takes no process.
    """
    if _has_none(git.directory):
        return b""
    return git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/replace/")


def _has_none(common_dir: Path) -> bool:
    """Whether its files tell that nothing is replaced; in doubt they do not."""
    if (common_dir / "reftable").exists() or (common_dir / "refs" / "replace").exists():
        return False
    try:
        return b" refs/replace/" not in (common_dir / "packed-refs").read_bytes()
    except OSError:
        return (common_dir / "refs").is_dir() and not (common_dir / "packed-refs").exists()


def _quoted(path: Path) -> bytes:
    """A path as git reads it in a list of alternates, whatever it contains."""
    raw = os.fsencode(path)
    return b'"' + b"".join(b"\\%03o" % byte if byte < 32 or byte in b'"\\' else bytes([byte]) for byte in raw) + b'"'


def alternates(path: Path) -> str:
    """The same as a value of `GIT_ALTERNATE_OBJECT_DIRECTORIES`."""
    return os.fsdecode(_quoted(path))
