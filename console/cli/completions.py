"""Shell completions, made from the parser itself, so that they cannot fall behind it."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator

import msgspec

from console.cli.call import Call
from console.cli.parser import PROGRAM, Parser, build

FILES, DIRECTORIES = "files", "directories"


class Option(msgspec.Struct, frozen=True):
    """An option of a command, as a shell needs to know it."""

    names: tuple[str, ...]
    help: str
    takes: str = ""
    """What follows it: nothing, `files`, `directories`, or words in a row; anything else is free text."""
    words: tuple[str, ...] = ()


class Command(msgspec.Struct, frozen=True):
    """A command; "" is the program without one."""

    name: str
    help: str
    options: tuple[Option, ...]
    words: tuple[str, ...] = ()
    files: bool = False


def completions(call: Call) -> int:
    """Print the completions of one shell."""
    write = {"bash": _bash, "zsh": _zsh, "fish": _fish}[call.shell]
    sys.stdout.write("\n".join(write(list(commands(build())))) + "\n")
    return 0


def commands(parser: Parser) -> Iterator[Command]:
    """The program without a command, then every command."""
    yield _command("", "", parser)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            yield from (_command(name, helps[name], sub) for name, sub in action.choices.items())


def _command(name: str, text: str, parser: argparse.ArgumentParser) -> Command:
    options: list[Option] = []
    words: tuple[str, ...] = ()
    files = False
    for action in parser._actions:
        if action.option_strings:
            options.append(_option(action))
        elif not isinstance(action, argparse._SubParsersAction):
            words = tuple(str(choice) for choice in action.choices or ())
            files = not words
    return Command(name, text, tuple(options), words, files)


def _option(action: argparse.Action) -> Option:
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    takes = {"DIR": DIRECTORIES, "FILE": FILES}.get(metavar, metavar or ("word" if action.choices else ""))
    help_ = re.sub(r"[^\w ,.:;()<>/-]", "", (action.help or "").replace("%%", "%"))
    return Option(tuple(action.option_strings), help_, takes, tuple(str(choice) for choice in action.choices or ()))


def _bash(all_: list[Command]) -> Iterator[str]:
    names = " ".join(command.name for command in all_ if command.name)
    yield "_factory_tui() {"
    yield "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' word"
    yield '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield f"        case $word in {names.replace(' ', '|')}) command=$word; break ;; esac"
    yield "    done"
    yield "    case $prev in"
    for option in {option.names: option for command in all_ for option in command.options if option.takes}.values():
        yield f"        {'|'.join(option.names)}) {_bash_reply(option)}; return ;;"
    yield "    esac"
    yield "    case $command in"
    for command in all_:
        words = " ".join([*(name for option in command.options for name in option.names), *command.words])
        words = f"{words} {names}" if not command.name else words
        files = ' $(compgen -f -- "$cur")' if command.files else ""
        pattern = command.name or "''"
        yield f"        {pattern}) COMPREPLY=($(compgen -W '{words}' -- \"$cur\"){files}) ;;"
    yield "    esac"
    yield "}"
    yield f"complete -o filenames -F _factory_tui {PROGRAM}"


def _bash_reply(option: Option) -> str:
    if option.words:
        return f"COMPREPLY=($(compgen -W '{' '.join(option.words)}' -- \"$cur\"))"
    kind = {DIRECTORIES: "-d", FILES: "-f"}.get(option.takes)
    return f'COMPREPLY=($(compgen {kind} -- "$cur"))' if kind else "COMPREPLY=()"


def _zsh(all_: list[Command]) -> Iterator[str]:
    yield f"#compdef {PROGRAM}"
    yield "_factory_tui() {"
    yield "    local context state line"
    yield "    local -a commands=("
    yield from (f"        '{command.name}:{_plain(command.help)}'" for command in all_ if command.name)
    yield "    )"
    yield "    _arguments -C \\"
    yield from (f"        {spec} \\" for option in all_[0].options for spec in _zsh_option(option))
    yield "        '1:command:->command' '*::argument:->argument'"
    yield "    case $state in"
    yield "        command) _describe command commands ;;"
    yield "        argument) case $words[1] in"
    for command in all_[1:]:
        specs = [spec for option in command.options for spec in _zsh_option(option)]
        specs += [f"'*:word:({' '.join(command.words)})'"] if command.words else []
        specs += ["'*:file:_files'"] if command.files else []
        yield f"            {command.name}) _arguments {' '.join(specs)} ;;"
    yield "        esac ;;"
    yield "    esac"
    yield "}"
    yield "compdef _factory_tui factory-tui"


def _zsh_option(option: Option) -> Iterator[str]:
    after = ""
    if option.words:
        after = f":word:({' '.join(option.words)})"
    elif option.takes:
        after = {DIRECTORIES: ":directory:_files -/", FILES: ":file:_files"}.get(option.takes, ":text:")
    yield from (f"'{name}[{_plain(option.help)}]{after}'" for name in option.names)


def _fish(all_: list[Command]) -> Iterator[str]:
    names = " ".join(command.name for command in all_ if command.name)
    yield f"complete -c {PROGRAM} -f"
    for command in all_:
        when = (
            f"__fish_seen_subcommand_from {command.name}"
            if command.name
            else f"not __fish_seen_subcommand_from {names}"
        )
        start = f"complete -c {PROGRAM} -n '{when}'"
        if command.name:
            yield (
                f"complete -c {PROGRAM} -n 'not __fish_seen_subcommand_from {names}' "
                f"-a {command.name} -d '{_plain(command.help)}'"
            )
        if command.words:
            yield f"{start} -a '{' '.join(command.words)}'"
        if command.files:
            yield f"{start} -F"
        for option in command.options:
            flags = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            takes = ""
            if option.words:
                takes = f" -x -a '{' '.join(option.words)}'"
            elif option.takes:
                takes = {DIRECTORIES: " -x -a '(__fish_complete_directories)'", FILES: " -r -F"}.get(
                    option.takes, " -x"
                )
            yield f"{start} {flags}{takes} -d '{_plain(option.help)}'"


def _plain(text: str) -> str:
    """Help without what a shell's quotes or zsh's specs would read as their own."""
    return re.sub(r"[^\w ,.;()<>/-]", " ", text)
