"""Shell completions, made from the parser itself, so that they cannot fall behind it.

Names of branches come from git and names of stations from the supervisor at the moment the key is pressed. Such names
are foreign: no script here has a shell expand one.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from console.cli.command import InRepository
from console.cli.output import say
from console.cli.parser import build
from console.cli.words import Parser
from sessions.errors import FactoryError
from sessions.paths import PROGRAM

if TYPE_CHECKING:
    from sessions.floor.state import FloorState
    from sessions.place import Place

SHELLS = ("bash", "zsh", "fish")
STATIONS, AGENTS, TASKS = "stations", "agents", "tasks"
"""What a shell's completions ask `completions` for."""
ASKED = (STATIONS, AGENTS, TASKS)
FILES, DIRECTORIES, BRANCHES, REFS = "files", "directories", "branches", "kept"
KINDS = {
    "DIR": DIRECTORIES,
    "FILE": FILES,
    "PATH": FILES,
    "FILE|RUN": FILES,
    "BRANCH": BRANCHES,
    "REF": BRANCHES,
    "GLOB": BRANCHES,
    "PAIR": BRANCHES,
    "STATION": STATIONS,
    "TASK-ID": TASKS,
    "AGENT": AGENTS,
    "KEPT": REFS,
}
"""What is completed, by the placeholder in the help."""
RUNS = ("last", "journal")
PATIENCE_S = 1.0
"""How long a key waits for a supervisor."""
HEADS = "for-each-ref --format='%(refname:short)' refs/heads"
"""What git lists all local branches with."""
KEPT = "for-each-ref --format='%(refname:lstrip=3)' refs/factory-tui/kept"
"""What git lists the kept work of stations with."""


class Value(msgspec.Struct, frozen=True):
    """What stands after an option, or for itself: words of ours, and things of a kind; without both, free text."""

    words: tuple[str, ...] = ()
    kind: str = ""


class Option(msgspec.Struct, frozen=True):
    """An option of a command, as a shell needs to know it."""

    names: tuple[str, ...]
    help: str
    value: Value | None = None


class Command(msgspec.Struct, frozen=True):
    """A command; "" is the program without one."""

    name: str
    help: str
    options: tuple[Option, ...]
    value: Value | None = None


class Completions(InRepository, frozen=True, kw_only=True):
    """Print the completions of one shell, or the stations for them."""

    shell: str = ""

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "shell", choices=(*SHELLS, *ASKED), metavar="|".join(SHELLS), help="the shell that is to complete"
        )
        super().words(parser)

    def run(self) -> int:
        if self.shell == STATIONS:
            return self._stations()
        if self.shell == AGENTS:
            from sessions.stations import kinds

            for name in sorted(kinds.found()):
                say(name)
            return 0
        if self.shell == TASKS:
            return self._tasks()
        write = {"bash": _bash, "zsh": _zsh, "fish": _fish}[self.shell]
        for line in write(list(commands(build()))):
            say(line)
        return 0

    def _stations(self) -> int:
        """Stations, one a line, as the supervisor knows them; where none runs, as of the journal's last checkpoint.

        A key waits for no catching up.
        """
        from sessions.place import place_of

        place = place_of(self.repo)
        for name in _asked(place) or _checkpointed(place):
            if name.isprintable():
                say(name)
        return 0

    def _tasks(self) -> int:
        """Tasks that are not over, or were dropped, one a line, likewise."""
        from sessions.floor.tasks.task import TaskState
        from sessions.place import place_of

        for task in _stored(place_of(self.repo)).tasks.values():
            if task.state is not TaskState.FINISHED:
                say(task.id)
        return 0


def _stored(place: Place) -> FloorState:
    """The floor as of the journal's last checkpoint."""
    from contextlib import closing

    from sessions.journal.reader import JournalReader

    with closing(JournalReader(place.journal)) as reader:
        return reader.readable()


def _asked(place: Place) -> tuple[str, ...]:
    if not place.socket.exists():
        return ()
    from sessions.asking.questions import StationNames
    from sessions.supervisor.wire.asking import ask_once

    try:
        return tuple(name for part in ask_once(place.socket, StationNames(), PATIENCE_S) for name in part.names)
    except (FactoryError, OSError):
        return ()


def _checkpointed(place: Place) -> list[str]:
    return sorted(station.name for station in _stored(place).stations.values())


def commands(parser: Parser) -> Iterator[Command]:
    """The program without a command, then every command."""
    yield _command("", "", parser)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            yield from (_command(name, helps[name], sub) for name, sub in action.choices.items())


def _command(name: str, text: str, parser: argparse.ArgumentParser) -> Command:
    options: list[Option] = []
    value = None
    for action in parser._actions:
        if action.option_strings:
            options.append(_option(action))
            if action.nargs == "+":  # its second word stands where one of the command's own would
                value = _value(action)
        elif isinstance(action, argparse._SubParsersAction) and name:
            for sub in map(partial(_command, name, text), action.choices.values()):
                options += (option for option in sub.options if option not in options)
                value = _besides(value, sub.value or Value())
            value = _besides(value, Value(tuple(action.choices)))
        elif not isinstance(action, argparse._SubParsersAction):
            value = _besides(value, _value(action))
    return Command(name, _plain(text), tuple(options), value)


def _besides(one: Value | None, other: Value) -> Value:
    """What may stand for a command itself: the words of all its places, and the last kind of things of them."""
    return other if one is None else Value(tuple(dict.fromkeys((*one.words, *other.words))), other.kind or one.kind)


def _option(action: argparse.Action) -> Option:
    value = None if action.nargs == 0 else _value(action)
    return Option(tuple(action.option_strings), _plain((action.help or "").replace("%%", "%")), value)


def _value(action: argparse.Action) -> Value:
    shown = str(action.metavar)
    words = (
        RUNS
        if shown == "FILE|RUN"
        else (str(choice) for choice in action.choices or () if choice and choice not in ASKED)
    )
    return Value(tuple(words), KINDS.get(shown, ""))


def _plain(text: str) -> str:
    """Help without what a shell's quotes or zsh's specs would read as their own."""
    return re.sub(r"[^\w ,.;()<>/-]", " ", text)


BASH = f"""\
_factory_tui_take() {{
    local name
    while IFS= read -r name; do
        [[ $name != "$cur"* ]] || COMPREPLY+=("$name")
    done
}}
_factory_tui_value() {{
    case $1 in
        files) _factory_tui_take < <(compgen -f -- "$cur") ;;
        directories) _factory_tui_take < <(compgen -d -- "$cur") ;;
        branches) _factory_tui_take < <(git -C "$repo" {HEADS} 2>/dev/null) ;;
        kept) _factory_tui_take < <(git -C "$repo" {KEPT} 2>/dev/null) ;;
        stations) _factory_tui_take < <({PROGRAM} completions {STATIONS} --repo "$repo" 2>/dev/null) ;;
        agents) _factory_tui_take < <({PROGRAM} completions {AGENTS} 2>/dev/null) ;;
        tasks) _factory_tui_take < <({PROGRAM} completions {TASKS} --repo "$repo" 2>/dev/null) ;;
    esac
}}
_factory_tui() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command='' repo=. before='' word
    COMPREPLY=()
    [[ $cur != '=' ]] || cur=''  # --option=value comes as three words
    [[ $prev != '=' ]] || prev=${{COMP_WORDS[COMP_CWORD-2]}}
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        [[ $before != --repo ]] || repo=$word
        before=$word
        [[ -n $command ]] || case $word in NAMES) command=$word ;; esac
    done
    case $command:$prev in
"""


def _bash(all_: list[Command]) -> Iterator[str]:
    names = [command.name for command in all_ if command.name]
    yield from BASH.replace("NAMES", "|".join(names)).splitlines()
    for command in all_:
        for option in command.options:
            if option.value is not None:
                pattern = "|".join(f"{command.name}:{name}" for name in option.names)
                yield f"        {pattern}) {_bash_reply(option.value)}; return ;;"
    yield "    esac"
    yield "    case $command in"
    for command in all_:
        reply = _bash_reply(Value(tuple(name for option in command.options for name in option.names)))
        value = command.value if command.name else Value(tuple(names))
        if value is not None:
            reply = f"case $cur in -*) {reply} ;; *) {_bash_reply(value)} ;; esac"
        pattern = command.name or "''"
        yield f"        {pattern}) {reply} ;;"
    yield "    esac"
    yield "}"
    yield f"complete -o filenames -F _factory_tui {PROGRAM}"


def _bash_reply(value: Value) -> str:
    words = f"_factory_tui_take < <(compgen -W '{' '.join(value.words)}')" if value.words else ""
    kind = f"_factory_tui_value {value.kind}" if value.kind else ""
    return "; ".join(filter(None, (words, kind))) or ":"


ZSH = f"""\
#compdef {PROGRAM}
_factory_tui_branches() {{
    local -a names=("${{(@f)$(git -C "${{(Q)opt_args[--repo]:-$repo}}" {HEADS} 2>/dev/null)}}")
    compadd -a names
}}
_factory_tui_stations() {{
    local -a names=("${{(@f)$({PROGRAM} completions {STATIONS} --repo "${{(Q)opt_args[--repo]:-$repo}}" 2>/dev/null)}}")
    compadd -a names
}}
_factory_tui_kept() {{
    local -a names=("${{(@f)$(git -C "${{(Q)opt_args[--repo]:-$repo}}" {KEPT} 2>/dev/null)}}")
    compadd -a names
}}
_factory_tui_agents() {{
    local -a names=("${{(@f)$({PROGRAM} completions {AGENTS} 2>/dev/null)}}")
    compadd -a names
}}
_factory_tui_tasks() {{
    local -a names=("${{(@f)$({PROGRAM} completions {TASKS} --repo "${{(Q)opt_args[--repo]:-$repo}}" 2>/dev/null)}}")
    compadd -a names
}}
_{PROGRAM}() {{
    local context state line
    local -A opt_args
    local -a commands=("""


def _zsh(all_: list[Command]) -> Iterator[str]:
    yield from ZSH.splitlines()
    yield from (f"        '{command.name}:{command.help}'" for command in all_ if command.name)
    yield "    )"
    yield "    _arguments -C -A '-*' \\"
    yield from (f"        {spec} \\" for option in all_[0].options for spec in _zsh_option(option))
    yield "        '1:command:->command' '*::argument:->argument'"
    yield "    local repo=${(Q)opt_args[--repo]:-.}"
    yield "    case $state in"
    yield "        command) _describe command commands ;;"
    yield "        argument) case $words[1] in"
    for command in all_[1:]:
        specs = [spec for option in command.options for spec in _zsh_option(option)]
        specs += [f"'*{_zsh_value(command.value)}'"] if command.value else []
        yield f"            {command.name}) _arguments {' '.join(specs)} ;;"
    yield "        esac ;;"
    yield "    esac"
    yield "}"
    # As a file of `fpath` this is the function's body; sourced, it has to be told what it completes.
    yield f'if [[ ${{funcstack[1]}} == _{PROGRAM} ]]; then _{PROGRAM} "$@"; else compdef _{PROGRAM} {PROGRAM}; fi'


def _zsh_option(option: Option) -> Iterator[str]:
    after = "" if option.value is None else _zsh_value(option.value)
    yield from (f"'{name}[{option.help}]{after}'" for name in option.names)


def _zsh_value(value: Value) -> str:
    words = " ".join(value.words)
    if words and not value.kind:
        return f":word:({words})"
    calls = {
        DIRECTORIES: "directory:_files -/",
        FILES: "file:_files",
        BRANCHES: "branch:_factory_tui_branches",
        STATIONS: "station:_factory_tui_stations",
        AGENTS: "agent:_factory_tui_agents",
        REFS: "kept:_factory_tui_kept",
        TASKS: "task:_factory_tui_tasks",
    }
    what, _, call = calls.get(value.kind, "text:").partition(":")
    return f":{what}:{{ compadd {words}; {call} }}" if words else f":{what}:{call}"


FISH = f"""\
function __factory_tui_repo
    set -l words (commandline -opc)
    set -l at (contains -i -- --repo $words)
    and echo -- $words[(math $at + 1)]
    or echo .
end
function __factory_tui_branches
    git -C (__factory_tui_repo) {HEADS} 2>/dev/null
end
function __factory_tui_kept
    git -C (__factory_tui_repo) {KEPT} 2>/dev/null
end
function __factory_tui_agents
    {PROGRAM} completions {AGENTS} 2>/dev/null
end
function __factory_tui_stations
    {PROGRAM} completions {STATIONS} --repo (__factory_tui_repo) 2>/dev/null
end
function __factory_tui_tasks
    {PROGRAM} completions {TASKS} --repo (__factory_tui_repo) 2>/dev/null
end
complete -c {PROGRAM} -f"""


def _fish(all_: list[Command]) -> Iterator[str]:
    names = " ".join(command.name for command in all_ if command.name)
    alone = f"complete -c {PROGRAM} -n 'not __fish_seen_subcommand_from {names}'"
    yield from FISH.splitlines()
    for command in all_:
        start = f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {command.name}'" if command.name else alone
        if command.name:
            yield f"{alone} -a {command.name} -d '{command.help}'"
        if command.value is not None:
            yield f"{start}{_fish_value(command.value)}"
        for option in command.options:
            flags = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            takes = "" if option.value is None else " -r" + (_fish_value(option.value) or " -f")
            yield f"{start} {flags}{takes} -d '{option.help}'"


def _fish_value(value: Value) -> str:
    calls = {
        DIRECTORIES: " -f -a '(__fish_complete_directories)'",
        FILES: " -F",
        BRANCHES: " -f -a '(__factory_tui_branches)'",
        STATIONS: " -f -a '(__factory_tui_stations)'",
        AGENTS: " -f -a '(__factory_tui_agents)'",
        REFS: " -f -a '(__factory_tui_kept)'",
        TASKS: " -f -a '(__factory_tui_tasks)'",
    }
    words = f" -a '{' '.join(value.words)}'" if value.words else ""
    return words + calls.get(value.kind, " -f" if words else "")
