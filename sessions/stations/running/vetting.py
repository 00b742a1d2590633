"""What of a start can be known to fail before anything of it is made: then there is no station, branch or place."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping

from sessions.branches.git.run import Git
from sessions.branches.git.tree import CommitTree
from sessions.errors import FactoryError
from sessions.floor.commands import StartStation
from sessions.stations import kinds
from sessions.stations.boundary.draw import SYSTEM_PATH
from sessions.stations.contract import Affording, Kind, Needing, options_of
from sessions.stations.places.making import Wanted, start_of
from sessions.stations.running.fitting import Factory
from sessions.stations.running.needs import program_of
from sessions.stations.running.settling import meant
from sessions.text import clean

TASK = "{task}"
"""In the option `command` of any kind: the text of the task."""
OTHER_PATH = "; where there is one in yours, the supervisor was started with another: factory-tui stop, and again"


def vet(factory: Factory, wish: StartStation, wanted: Wanted) -> None:
    """Raises `FactoryError` with the cure. `wanted` is the place that would be made. On a thread."""
    kind, options = kinds.load(wish.kind), dict(wish.options)
    kinds.refuse_unknown(kind, options)
    usable(kind, wish.model, options)
    if isinstance(kind, Affording):
        kind.afford(wish.model, wish.budget)
    _command(kind, options, wish.text)
    commit = start_of(factory.common_dir, factory.state_dir, wanted)
    meant(CommitTree(Git(factory.common_dir), commit), wish.scope)


def usable(kind: Kind, model: str, options: Mapping[str, str]) -> None:
    """Raises `FactoryError` where nothing of the kind can be started here."""
    if isinstance(kind, Needing):
        kind.needs()
    # What a start names may be what is missing: the command, or the model of a kind that is no program.
    if options.get("command") or (model and not program_of(kind)):
        return
    found = kind.usable(os.environ)
    if not found.ok:
        program = program_of(kind)
        missing = bool(program) and shutil.which(program) is None
        raise FactoryError(found.reason, found.cure + OTHER_PATH * missing)


def _command(kind: Kind, options: Mapping[str, str], text: str) -> None:
    """Raises `FactoryError` for a command line that is none, or whose program is nowhere."""
    said = options.get("command", "")
    try:
        words = shlex.split(said)
    except ValueError as error:
        raise FactoryError(f"its command is no command line ({error})", "quote it as for a shell") from error
    if not words:
        if said or ("command" in (options_of(kind) or {}) and kind.name in NAMELESS):
            raise FactoryError(f"a station of the kind {kind.name} needs a command", NAMELESS.get(kind.name, _CURE))
        return
    if not text.strip() and any(TASK in word for word in words):
        raise FactoryError("its command takes a task, and there is none", f"give one, or leave {TASK} out")
    path = os.pathsep.join(filter(None, (os.environ.get("PATH", ""), *SYSTEM_PATH)))
    program = words[0]
    # What is named by a path in the work tree may be made by its set-up, and `factory-tui` is brought by ourselves.
    elsewhere = program == "factory-tui" or ("/" in program and not program.startswith("/"))
    if not elsewhere and TASK not in program and shutil.which(program, path=path) is None:
        where = "" if "/" in program else " in the PATH"
        cure = "look at its command" + OTHER_PATH * bool(where)
        raise FactoryError(f"there is no program {clean(program, 80)}{where}", cure)


_CURE = "name it, or leave the option out"
NAMELESS: Mapping[str, str] = {
    "command": "give it one, such as --option command='mini -y -t {task}'",
    "acp": "give it one, such as --option command='my-agent --acp'",
}
"""Kinds that are any program, with the cure where none is named."""
