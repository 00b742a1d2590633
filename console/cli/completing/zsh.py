"""The completions of zsh. No name of anything foreign is expanded by the shell."""

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
    Option,
    Value,
)
from sessions.paths import PROGRAM

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


def lines(all_: list[Command]) -> Iterator[str]:
    """What the shell is to read, line by line."""
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
