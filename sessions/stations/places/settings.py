"""What of the operator's settings of git a clone gets: values that say who and how, and nothing that runs a program."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sessions.branches.git.run import Git

_TAKEN = (
    b"user.name", b"user.email", b"author.name", b"author.email", b"committer.name", b"committer.email",
    b"core.filemode", b"core.symlinks", b"core.ignorecase", b"core.precomposeunicode", b"core.autocrlf", b"core.eol",
    b"core.safecrlf", b"core.quotepath", b"core.abbrev", b"i18n.commitencoding", b"init.defaultbranch",
    b"merge.conflictstyle", b"merge.renames", b"merge.renamelimit", b"merge.ff", b"diff.renames", b"diff.renamelimit",
    b"diff.algorithm", b"rebase.autosquash", b"pull.rebase", b"pull.ff", b"commit.cleanup", b"commit.verbose",
)  # fmt: skip
_RUNS = {
    b"filter.": "content filters",
    b"core.fsmonitor": "core.fsmonitor",
    b"core.hookspath": "core.hooksPath",
    b"core.sshcommand": "core.sshCommand",
    b"merge.": "merge drivers",
    b"diff.": "diff programs",
    b"gpg.": "signing",
    b"commit.gpgsign": "signing",
    b"alias.": "aliases",
    b"include": "included files",
    b"credential.": "git's credential helpers",
    b"url.": "rewritten addresses",
    b"http.": "settings of HTTP",
}
PARTIAL = "objects that your partial clone has yet to fetch"
_DRIVERS = (b".driver", b".command", b".textconv")
_MOST_EXCLUDES = 100_000


@dataclass(frozen=True)
class Taken:
    """The settings of a clone, and in words which of the operator's are not in it."""

    settings: Mapping[bytes, bytes]
    dropped: tuple[str, ...] = ()
    excludes: bytes = b""
    """Rules for ignoring files that lie outside the work tree: the operator's own, and the repository's."""
    attributes: bytes = b""
    """The repository's own attributes that lie outside the work tree."""
    form: str = "sha1"
    """How objects are named."""


def taken(source: Git) -> Taken:
    """What a clone of a repository gets. `source` is git in the directory that all its worktrees share."""
    status, out, _ = source.call("config", "--null", "--show-scope", "--list")
    fields = out.split(b"\0") if status == 0 else []
    # What the host itself says to git on its command line is no setting of the operator.
    entries = [entry for scope, entry in zip(fields[::2], fields[1::2], strict=False) if scope != b"command"]
    parts = [entry.partition(b"\n") for entry in entries]
    everything = {key: value if valued else b"true" for key, valued, value in parts}
    found: dict[bytes, bytes] = {}
    dropped: dict[str, None] = {}
    for key, value in everything.items():
        if key in _TAKEN:
            found[key] = value
        elif (words := _words(key, value)) and words not in dropped:
            dropped[words] = None
    excludes = _read(_excludes_file(everything)) + _read(source.directory / "info" / "exclude")
    if any(_is_active(path) for path in _listed(source.directory / "hooks")):
        dropped["hooks"] = None
    form = everything.get(b"extensions.objectformat", b"sha1").decode("utf-8", "replace")
    return Taken(found, tuple(dropped), excludes, _read(source.directory / "info" / "attributes"), form)


NO_PUSH = b"nothing is to be pushed, what is committed arrives by itself"
"""Where a station pushes to: git quotes it as what is no repository, so whoever tries reads why."""


def written(
    settings: Mapping[bytes, bytes], form: str, origin: Path | None = None, branches: tuple[str, ...] = ()
) -> bytes:
    """A file of settings. `form` is the format of object names; `branches` are what a fetch from `origin` brings."""
    lines = [b"[core]", b"repositoryformatversion = " + (b"0" if form == "sha1" else b"1"), b"bare = false"]
    lines += [b"logallrefupdates = true", b"fsmonitor = false", b"[gc]", b"auto = 0", b"[maintenance]", b"auto = false"]
    lines += [b"[branch]", b"autosetupmerge = false", b"[commit]", b"gpgsign = false", b"[tag]", b"gpgsign = false"]
    if form != "sha1":
        lines += [b"[extensions]", b"objectformat = " + form.encode()]
    if origin is not None:
        lines += [b"[push]", b"default = current"]
        lines += [b'[remote "origin"]', b"url = " + _quoted(os.fsencode(origin)), b"tagopt = --no-tags"]
        lines += [b"pushurl = " + _quoted(NO_PUSH)]
        lines += [
            b"fetch = " + _quoted(f"+refs/heads/{name}:refs/remotes/origin/{name}".encode("utf-8", "surrogateescape"))
            for name in branches
        ]
    for key, value in settings.items():
        section, _, name = key.partition(b".")
        lines += [b"[%s]" % section, b"%s = %s" % (name, _quoted(value))]
    return b"\n".join(lines) + b"\n"


def _quoted(value: bytes) -> bytes:
    escaped = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n").replace(b"\t", b"\\t")
    return b'"%s"' % escaped


def _words(key: bytes, value: bytes) -> str:
    if key.startswith(b"remote.") and key.endswith(b".promisor"):
        return PARTIAL
    for start, words in _RUNS.items():
        if not key.startswith(start) or (start in (b"merge.", b"diff.") and not key.endswith(_DRIVERS)):
            continue
        if key in (b"core.fsmonitor", b"commit.gpgsign") and value.lower() in (b"false", b"no", b"off", b"0", b""):
            return ""
        if key.startswith(b"filter.lfs."):
            return ""  # everybody has it who has git-lfs: where files need it that is told
        if start == b"filter.":
            return f"content filter {key.split(b'.', 1)[1].rpartition(b'.')[0].decode('utf-8', 'replace')}"
        return words
    return ""


def _excludes_file(settings: Mapping[bytes, bytes]) -> Path:
    named = settings.get(b"core.excludesfile")
    place = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config", "git", "ignore")
    try:
        return (place if named is None else Path(os.fsdecode(named))).expanduser()
    except RuntimeError:
        return Path(os.devnull)


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(_MOST_EXCLUDES).rstrip(b"\n") + b"\n"
    except OSError:
        return b""


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_active(path: Path) -> bool:
    return path.suffix != ".sample" and os.access(path, os.X_OK)
