"""The completions of bash. No name of anything foreign is expanded by the shell."""

from __future__ import annotations

from collections.abc import Iterator

from console.cli.completing.described import AGENTS, HEADS, KEPT, STATIONS, TASKS, Command, Value
from sessions.paths import PROGRAM

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


def lines(all_: list[Command]) -> Iterator[str]:
    """What the shell is to read, line by line."""
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
