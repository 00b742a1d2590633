"""Files of a repository by which it has programs run, or tells agents what to do: listed, and allowed by content.

Whoever opens a work tree with an agent, an editor or a shell runs what these files name. They come with the repository,
and an agent may write them. What *runs* something counts as soon as it is there; what only *tells* an agent something
counts when it is not as on the operator's trunk.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from sessions.branches.git import beneath
from sessions.branches.git.run import Git
from sessions.floor.patterns import matches, parsed, quoted
from sessions.floor.scopes.sets import overlaps
from sessions.stations.places.layout import Place

MOST_BYTES = 4_000_000
"""Of a file; a longer one is known by its beginning and its size."""
_STORE = "allowed.json"
EVERYTHING = ("**",)


class Effect(StrEnum):
    """What comes of a file."""

    RUNS = "runs"
    """An agent that begins there runs programs by it."""
    OPENS = "opens"
    """An editor, a shell or another tool of the operator does when it is opened there."""
    TELLS = "tells"
    """An agent takes it for its operator's words."""


RUNS = (
    ".claude/settings*.json", ".claude/hooks/**", ".claude/plugins/**", ".mcp.json", ".codex/**", ".gemini/**",
    ".qwen/**", ".vibe/**", ".opencode/**", "opencode.json", "opencode.jsonc", ".openclaw/**", ".cursor/mcp.json",
    ".cursor/hooks.json", ".aider.conf.yml",
)  # fmt: skip
OPENS = (
    ".vscode/tasks.json", ".vscode/settings.json", ".vscode/launch.json", ".vscode/mcp.json", ".envrc", "pyvenv.cfg",
    "*/pyvenv.cfg", ".idea/runConfigurations/**", ".devcontainer/**", ".husky/**", ".githooks/**",
    ".pre-commit-config.yaml", ".factory-tui.toml", ".npmrc", ".yarnrc.yml", "sitecustomize.py", "usercustomize.py",
)  # fmt: skip
TELLS = (
    "**/AGENTS.md", "**/CLAUDE.md", "**/CLAUDE.local.md", "**/GEMINI.md", "**/QWEN.md", ".claude/agents/**",
    ".claude/commands/**", ".claude/skills/**", ".claude/output-styles/**", ".cursor/rules/**", ".cursorrules",
    ".github/copilot-instructions.md", ".windsurfrules",
)  # fmt: skip
_EFFECTS = ((Effect.RUNS, RUNS), (Effect.OPENS, OPENS), (Effect.TELLS, TELLS))
_TOPS = frozenset(parsed(text).segments[0] for _, patterns in _EFFECTS for text in patterns)
"""Files and directories at the root that a pattern begins with."""
_NAMES = frozenset(parsed(text).segments[-1] for _, patterns in _EFFECTS for text in patterns if text[0] == "*")
"""Names that a pattern finds deeper."""
_MOST_LINKED = 1_000
_LONGEST_HEAD = 200
"""Of an object, as `git cat-file --batch` tells its name, kind and size."""
_NOT_ENTERED = frozenset({".git", "node_modules", "__pycache__"})


class Suspect(msgspec.Struct, frozen=True):
    """One such file, as it is."""

    path: str
    """Relative to the root of the work tree."""
    effect: Effect
    digest: str
    """Of its content, its kind and whether it may be executed: another one is another file."""


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """That a file is allowed as it was then."""

    path: str
    digest: str
    who: str = ""
    when: float = 0.0


def listing(work: Path) -> tuple[Suspect, ...]:
    """All of them in a work tree, by path. Other repositories in it are not entered.

    A link in the place of such a file, or of a directory of such files, is one itself: known by what it says, and by
    what it leads to within the work tree, as an agent may change that.
    """
    found = []
    for path in _paths(work):
        meant = _meant(work, path)
        effect = next((effect for effect, patterns in _EFFECTS if _means(patterns, meant)), None)
        if effect is not None and (digest := _digest(work, path)):
            found.append(Suspect(path, effect, digest))
    return tuple(sorted(found, key=_path))


def _meant(work: Path, path: str) -> list[str]:
    """A link in the place of a directory stands for all below as well."""
    return [path, f"{quoted(path)}/**"] if (work / path).is_symlink() else [path]


def _paths(work: Path) -> Iterable[str]:
    """Those of a work tree that some pattern may mean: of tens of thousands hardly any."""
    for folder, below, files in beneath.walk(work):
        prefix = os.path.relpath(folder, work)
        prefix = "" if prefix == "." else f"{prefix}/"
        if prefix and ".git" in (*below, *files):
            below.clear()
            continue
        below[:] = [name for name in below if name not in _NOT_ENTERED]
        links = [name for name in below if Path(folder, name).is_symlink()]
        below_top = prefix.partition("/")[0] in _TOPS
        for name in (*files, *links):
            if below_top or name in _NAMES or (not prefix and name in _TOPS):
                yield prefix + name


def _means(patterns: Sequence[str], meant: Sequence[str]) -> bool:
    return matches(patterns, meant[0]) or any(overlaps(patterns, [below]) for below in meant[1:])


def _led_to(work: Path, path: str) -> bytes:
    """Digests of all that a link leads to within the work tree."""
    root = os.path.realpath(work)
    target = os.path.realpath(work / path)
    if not target.startswith(root + "/"):
        return b""  # no agent writes there
    files = [target] if Path(target).is_file() else []
    for folder, _, names in beneath.walk(target):
        files += [f"{folder}/{name}" for name in names]
    if len(files) > _MOST_LINKED:
        return os.urandom(8)  # too much to be known: it is asked for each time
    return b" ".join(
        file.encode("utf-8", "surrogateescape")
        + hashlib.sha256(beneath.read(work, file[len(root) + 1 :]) or b"").digest()
        for file in sorted(files)
    )


def _digest(work: Path, path: str) -> str:
    try:
        seen = (work / path).lstat()
        if stat.S_ISLNK(seen.st_mode):
            content = b"link " + os.fsencode((work / path).readlink()) + b"\0" + _led_to(work, path)
        else:
            read = beneath.read(work, path, MOST_BYTES)
            if read is None:
                return ""
            content = f"{seen.st_mode & 0o111:o} {seen.st_size} ".encode() + read
    except OSError:
        return ""
    return hashlib.sha256(content).hexdigest()


class Allowed:
    """What the operator has allowed, for all places of a repository, in its state directory."""

    def __init__(self, state_dir: Path) -> None:
        self._file = state_dir / _STORE

    def grants(self) -> Mapping[tuple[str, str], Grant]:
        """Everything that is allowed, by path and digest; a file that cannot be read allows nothing."""
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=tuple[Grant, ...])
        except (OSError, msgspec.DecodeError):
            return {}
        return {(grant.path, grant.digest): grant for grant in found}

    def allow(self, suspects: Iterable[Suspect], who: str, when: float | None = None) -> None:
        """Allow these as they are. Raises OSError when that cannot be written."""
        now = time.time() if when is None else when
        grants = {**self.grants()}
        for each in suspects:
            grants[each.path, each.digest] = Grant(each.path, each.digest, who, now)
        self._write(grants)

    def withdraw(self, paths: Iterable[str]) -> None:
        """Allow nothing at these paths any more."""
        gone = set(paths)
        self._write({key: grant for key, grant in self.grants().items() if grant.path not in gone})

    def asked(self, suspects: Iterable[Suspect]) -> tuple[Suspect, ...]:
        """Those of them that are not allowed as they are."""
        grants = self.grants()
        return tuple(each for each in suspects if (each.path, each.digest) not in grants)

    def _write(self, grants: Mapping[tuple[str, str], Grant]) -> None:
        fresh = self._file.with_name(f".{_STORE}.{os.urandom(4).hex()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.encode(tuple(grants.values())))
        fresh.replace(self._file)


@dataclass(frozen=True)
class Judged:
    """What is not allowed in a place: by what an agent is held back, and what it is only to leave alone."""

    held: tuple[Suspect, ...] = ()
    left: tuple[Suspect, ...] = ()


def judged(state_dir: Path, place: Place, runs: Sequence[str] = EVERYTHING, trunk: str = "") -> Judged:
    """What an agent that is to begin in a place would be told, or run programs by, without the operator's leave.

    It is held back by what is not as on the operator's trunk, for an agent may have written that; and by what it would
    run, as `runs` has patterns for, wherever that comes from. `trunk` is a commit; "" for where the place began.
    """
    asked = Allowed(state_dir).asked(each for each in listing(place.work) if each.effect is not Effect.OPENS)
    if not asked:
        return Judged()
    known = _of_the_trunk(place, asked, trunk)
    news = [each for each in asked if each not in known]
    runs_all = [each for each in known if each.effect is Effect.RUNS]
    held = [each for each in runs_all if _means(runs, _meant(place.work, each.path))]
    return Judged(tuple(sorted([*news, *held], key=_path)), tuple(each for each in runs_all if each not in held))


def _of_the_trunk(place: Place, suspects: Sequence[Suspect], trunk: str) -> list[Suspect]:
    """Those that are as in the commit at which the place's branch left the trunk."""
    git, since = Git(Path(place.record.common_dir)), place.record.base
    if trunk and trunk != since:
        status, out, _ = git.call("merge-base", trunk, since)
        since = out.decode().strip() if status == 0 else trunk
    names = [os.fsencode(f"{since}:{each.path}") for each in suspects]
    _, out, _ = git.call("cat-file", "--batch", "-z", stdin=b"".join(name + b"\0" for name in names))
    found = []
    for each, known in zip(suspects, _contents(out, names), strict=False):
        if known is not None and known == beneath.read(place.work, each.path, MOST_BYTES):
            found.append(each)
    return found


def _contents(out: bytes, names: Sequence[bytes]) -> Iterator[bytes | None]:
    """What `git cat-file --batch` says that objects hold, in the order of their names; None for what is not there."""
    at = 0
    for name in names:
        if out.startswith(missing := name + b" missing\n", at):
            at += len(missing)
            yield None
            continue
        head, _, _ = out[at : at + _LONGEST_HEAD].partition(b"\n")
        fields = head.split(b" ")
        if len(fields) != 3:
            return  # git says something else
        begin, size = at + len(head) + 1, int(fields[2])
        yield out[begin : begin + size]
        at = begin + size + 1


def _path(suspect: Suspect) -> str:
    return suspect.path
