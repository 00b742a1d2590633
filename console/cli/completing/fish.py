"""The completions of fish. No name of anything foreign is expanded by the shell."""

from __future__ import annotations

from collections.abc import Iterator

from console.cli.completing.described import (
    AGENTS,
    BRANCHES,
    DIRECTORIES,
    FILES,
    HEADS,
    KEPT,
    REFS,
    STATIONS,
    TASKS,
    Command,
    Value,
)
from sessions.paths import PROGRAM

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


def lines(all_: list[Command]) -> Iterator[str]:
    """What the shell is to read, line by line."""
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
