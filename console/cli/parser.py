"""The words of the command line: what there is, what it takes, and help for each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from console.cli.imports import importing
from console.cli.words import TIMES, Parser
from sessions import __version__
from sessions.paths import PROGRAM

if TYPE_CHECKING:
    from console.cli.command import Command


class Entry(NamedTuple):
    """A command that there is: the module of `console.cli.commands` and its struct in it, and help in a line."""

    module: str
    struct: str
    help: str


COMMANDS = {
    "": Entry("live", "Live", ""),
    "demo": Entry("demo", "Demo", "look at a simulated factory; with options it is simulated live"),
    "replay": Entry("replay", "Replay", "show a recorded session, or the past of the journal, as of any moment"),
    "status": Entry("status", "Status", "print the stations with their meters, and the branches, as of now"),
    "meters": Entry("past.meters", "Meters", "print what was used: tokens, calls, dollars"),
    "slowest": Entry("slowest", "Slowest", "say which station gets the least done, and why, or that none is slow"),
    "events": Entry("past.events", "Events", "print the events of the journal, one a line"),
    "find": Entry("past.find", "Find", "search all conversations, where their transcripts lie"),
    "conflicts": Entry(
        "conflicts", "Conflicts", "say which branches collide with the base and with each other, and where"
    ),
    "scopes": Entry("stations.scopes", "Scopes", "say who may write where, what was touched, and where scopes meet"),
    "order": Entry("order", "Order", "suggest the order in which the most branches land without a conflict"),
    "import": Entry("import_", "Import", "read transcripts into the journal"),
    "record": Entry("record", "Record", "write the journal, or a part of it, as one portable file"),
    "journal": Entry("journal", "Journal", "say how large the journal is, or take old events out of it for good"),
    "attach": Entry("attach", "Attach", "be at the terminal of an agent, until ctrl+] or the key of `detach`"),
    "agents": Entry("stations.agents", "Agents", "list the kinds of agents and what each can do here, or check one"),
    "doctor": Entry("doctor", "Doctor", "say what was found where, and what is wrong"),
    "start": Entry("stations.start", "Start", "have an agent work as a new station"),
    "prompt": Entry("stations.speak", "Prompt", "give a station a request"),
    "answer": Entry("stations.speak", "Answer", "answer what a station asks"),
    "interrupt": Entry("stations.lives", "Interrupt", "end the turns of stations; their conversations stay"),
    "pause": Entry("stations.lives", "Pause", "let stations rest as they are, using no processor"),
    "resume": Entry("stations.lives", "Resume", "have stations go on, or bring them back"),
    "kill": Entry("stations.lives", "Kill", "end the processes of stations at once; their work stays"),
    "remove": Entry("stations.lives", "Remove", "take away the places of stations; their work is kept"),
    "freeze": Entry("stations.lives", "Freeze", "have all stations of this factory rest as they are"),
    "thaw": Entry("stations.lives", "Thaw", "have them go on"),
    "requeue": Entry("stations.requeue", "Requeue", "end stations, keep their work, and put their tasks back"),
    "task": Entry("tasks.task", "Task", "the queue: add, list, show, edit, drop, hold, assign, move, split tasks"),
    "triage": Entry("triage.triage", "Triage", "say what needs you, most urgent first, and settle it"),
    "rules": Entry("triage.rules", "Rules", "list the standing rules, or say what they would have done"),
    "causes": Entry("triage.rules", "Causes", "list the rules that tell causes, in the order in which they are asked"),
    "undo": Entry("tasks.undo", "UndoCommand", "undo what was done for you last, and all that came of the same key"),
    "scope": Entry("stations.scope", "Scope", "show what a station may touch, or assign it anew"),
    "log": Entry("stations.log", "Log", "print how the place of a station was made and set up"),
    "hook": Entry("stations.inside", "Hook", "tell the factory something from inside a station"),
    "ask": Entry("stations.inside", "Ask", "ask the operator for a wider scope from inside a station"),
    "kept": Entry("stations.kept", "Kept", "list the work of stations that is kept under refs, or make a branch of it"),
    "trust": Entry("stations.trust", "Trust", "list what would be run by files of the repository, or allow it"),
    "stop": Entry("stop", "Stop", "end stations in good order; without names the supervisor of the repository"),
    "completions": Entry(
        "completions", "Completions", "print shell completions: source them, or keep them where yours lie"
    ),
}
"""Every command, in the order of the help; "" is the program without one."""

DESCRIPTION = """\
The operator console for one engineer who supervises a factory of coding agents. Without a command it opens the
floor of the git repository you are in: its branches, and every agent session on them, as they are now."""

EPILOG = """\
exit codes: 0 done, 1 it could not be done, or one of several could not (or `conflicts` found some; `ask`: denied),
2 the words of the call were wrong or a terminal is missing, 75 nobody has answered yet (`ask`), 130 ended by Ctrl-C,
141 the reader of the output went away
keys: press ? on any screen; JSON shapes, settings and files: README.md"""


def parse(argv: Sequence[str]) -> Command:
    """The call that `argv` asks for. Raises UsageError for wrong words, SystemExit after `--help` and `--version`."""
    argv = _joined(argv)
    given: dict[str, Any] = {}
    for name, value in vars(build(argv).parse_args(argv)).items():
        given[name] = tuple(value) if isinstance(value, list) else value
    return struct_of(given.get("command") or "").of(given)


def struct_of(command: str) -> type[Command]:
    """The struct of a command. Its module is imported now: that of no other command needs to be."""
    entry = COMMANDS[command]
    with importing():
        struct: type[Command] = getattr(import_module(f"console.cli.commands.{entry.module}"), entry.struct)
    return struct


def _joined(argv: Sequence[str]) -> list[str]:
    """`--since -5m` as `--since=-5m`: argparse would take the distance for an option."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] in TIMES and word[:1] == "-" and word[1:2].isdecimal():
            words[-1] += "=" + word
        else:
            words.append(word)
    return words


def build(words: Sequence[str] = tuple(COMMANDS)) -> Parser:
    """The parser. Of commands that are not among `words` it knows no more than what the help says of them."""
    parser = Parser(PROGRAM, DESCRIPTION, EPILOG)
    parser.add_argument(
        "--version", action="version", version=f"{PROGRAM} {__version__}", help="show the version and exit"
    )
    parser.place()
    parser.look()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, entry in COMMANDS.items():
        if name:
            what = entry.help
            added: argparse.ArgumentParser = commands.add_parser(
                name, help=what, description=what[0].upper() + what[1:] + "."
            )
            if name in words:
                assert isinstance(added, Parser)
                struct_of(name).words(added)
    return parser
