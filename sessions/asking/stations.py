"""Answers what is asked before a station is started: the kinds of agents, and the files of a tree."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping

from sessions.asking.asked import Halt
from sessions.asking.station_questions import AgentKind, AgentKinds, TreePart, TreePaths
from sessions.branches.git.names import shown
from sessions.branches.git.refs import resolve
from sessions.branches.git.run import Git, Reins
from sessions.errors import FactoryError
from sessions.floor.state import FloorState
from sessions.place import Place
from sessions.stations.contract import Ability, Kind
from sessions.text import clean

MOST_PATHS, MOST_BYTES = 200_000, 32 * 1024 * 1024
"""What is told of a tree."""
PART = 5_000
"""Paths in one part of an answer."""
FIRST = ("builtin", "claude", "codex")
"""The kinds that are offered before others."""
RUN_COMMANDS = ("command", "acp")
"""Those that run what they are told to."""
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def agent_kinds(environment: Mapping[str, str] = os.environ) -> AgentKinds:
    """The kinds, with what each can do; looked up anew each time, as programs are installed meanwhile."""
    from sessions.stations import kinds

    names = kinds.found()
    others = sorted(names.keys() - set(FIRST))
    return AgentKinds(tuple(_kind(name, environment) for name in (*FIRST, *others) if name in names))


def _kind(name: str, environment: Mapping[str, str]) -> AgentKind:
    from sessions.stations import kinds

    try:
        kind = kinds.load(name)
        usable = kind.usable(environment)
        abilities = tuple(sorted(str(ability) for ability in kind.abilities))
        title = clean(kind.title, 80)
    except FactoryError as error:
        return AgentKind(name, usable=False, reason=clean(error.message), cure=clean(error.cure))
    except Exception as error:  # it is another package's code: whatever it raises is its own trouble
        said = f"it cannot be asked ({type(error).__name__}: {clean(str(error))})"
        return AgentKind(name, usable=False, reason=said, cure="bring its package in order, or remove it")
    reason, cure = clean(usable.reason), clean(usable.cure)
    by_model = not usable.ok and Ability.MODEL in kind.abilities and _is_usable_with(kind, "a model")
    return AgentKind(name, title, abilities, usable.ok, reason, cure, name in RUN_COMMANDS, by_model)


def _is_usable_with(kind: Kind, model: str) -> bool:
    """Whether a start that names a model would be let through."""
    from sessions.stations.running import vetting

    try:
        vetting.usable(kind, model, {})
    except FactoryError:
        return False
    return True


def tree_paths(place: Place, state: FloorState, asked: TreePaths, halt: Halt) -> Iterator[TreePart]:
    """The files of a tree, part by part. Links and submodules are not among them: no scope opens those."""
    reins = Reins()
    halt.then(reins.pull)
    git = Git(place.common_dir, reins=reins)
    commit = _commit(git, state, asked.branch)
    raw, more = git.first("ls-tree", "-r", "-z", "--full-tree", commit, most=MOST_BYTES)
    entries = raw.split(b"\0")
    entries.pop()  # nothing, or the beginning of one
    files = (entry.partition(b"\t")[2] for entry in entries if entry.startswith(b"100"))
    paths = sorted({unicodedata.normalize("NFC", shown(path)) for path in files})
    more = more or len(paths) > MOST_PATHS
    paths = paths[:MOST_PATHS]
    for start in range(0, max(1, len(paths)), PART):
        halt.check()
        yield TreePart(tuple(paths[start : start + PART]), more)


def _commit(git: Git, state: FloorState, branch: str) -> str:
    if branch in ("", state.base):
        commit = state.base_head
    elif branch in state.branches:
        commit = state.branches[branch].head
    else:
        commit = next((known.head for known in state.owned.values() if known.branch == branch), "")
        commit = commit or resolve(git, branch)
    if _COMMIT.fullmatch(commit) is None:
        raise FactoryError(f"there is no branch {clean(branch or 'of the base', 80)!r} yet")
    return commit
