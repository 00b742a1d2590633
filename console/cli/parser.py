"""The words of the command line: what there is, what it takes, and help for each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from console.cli.call import Call
from console.cli.words import Parser, filled, path, rate, whole
from sessions import __version__

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]

PROGRAM = "factory-tui"
SHELLS = ("bash", "zsh", "fish")
STATIONS = "stations"
"""What a shell's completions ask `completions` for."""
LAST = 2**63 - 1
"""The largest number that an event can have: SQLite counts in 64 bits."""
JOURNAL = ("size", "prune")
"""What can be done with the journal itself."""
GROUPINGS = ("station", "model", "branch", "day")
THEMES = ("dark", "light", "colour-blind")
"""Those of `console.terminal.theme`, which a command without a screen does not import."""
MOMENT = "12:04, '2026-11-21 12:04', +5m, -1h30m, 50%%, start, end, or seconds since 1970"
TIMES = ("--at", "--since", "--until", "--before")

DESCRIPTION = """\
The operator console for one engineer who supervises a factory of coding agents. Without a command it opens the
floor of the git repository you are in: its branches, and every agent session on them, as they are now."""

EPILOG = """\
exit codes: 0 done, 1 it could not be done (or `conflicts` found some), 2 the words of the call were wrong or a
terminal is missing, 130 ended by Ctrl-C, 141 the reader of the output went away
keys: press ? on any screen; JSON shapes, settings and files: README.md"""


def parse(argv: Sequence[str]) -> Call:
    """The call that `argv` asks for. Raises UsageError for wrong words, SystemExit after `--help` and `--version`."""
    given: dict[str, Any] = {}
    argv = _joined(argv)
    for name, value in vars(build(() if {"-h", "--help"} & {*argv} else argv).parse_args(argv)).items():
        if value is not None:  # no command at all
            given[name] = tuple(value) if isinstance(value, list) else value
    return Call(**given)


def _joined(argv: Sequence[str]) -> list[str]:
    """`--since -5m` as `--since=-5m`: argparse would take the distance for an option."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] in TIMES and word[:1] == "-" and word[1:2].isdecimal():
            words[-1] += "=" + word
        else:
            words.append(word)
    return words


def build(words: Sequence[str] = ()) -> Parser:
    """The parser of the commands that are among `words`, or of all; making all takes longer than parsing."""
    parser = Parser(PROGRAM, DESCRIPTION, EPILOG)
    parser.add_argument(
        "--version", action="version", version=f"{PROGRAM} {__version__}", help="show the version and exit"
    )
    _place(parser)
    _look(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    adding = {
        "demo": _demo,
        "replay": _replay,
        "status": _status,
        "meters": _meters,
        "events": _events,
        "conflicts": _conflicts,
        "order": _order,
        "import": _import,
        "record": _record,
        "journal": _journal,
        "doctor": _doctor,
        "stop": _stop,
        "completions": _completions,
    }
    for name in [name for name in adding if name in words] or adding:
        adding[name](commands)
    return parser


def _repo(parser: Parser) -> argparse._ArgumentGroup:
    where = parser.add_argument_group("where")
    where.add_argument("--repo", type=path, metavar="DIR", help="repository to look at (default: the one around you)")
    return where


def _place(parser: Parser) -> None:
    where = _repo(parser)
    where.add_argument("--base", type=filled, metavar="BRANCH", help="branch that the others are measured against")
    where.add_argument(
        "--sessions", type=path, action="append", metavar="DIR", help="a further place to look for transcripts (again)"
    )


def _only(parser: Parser) -> None:
    parser.add_argument(
        "--only", action="store_true", help="look at nothing but the --sessions places; needs no repository"
    )


def _look(parser: Parser) -> None:
    look = parser.add_argument_group("look")
    look.add_argument("--theme", choices=THEMES, metavar="NAME", help=f"colour theme: {', '.join(THEMES)}")
    look.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    look.add_argument("--slow-link", action="store_true", help="send fewer and smaller frames")


def _demo(commands: Commands) -> None:
    parser = _command(commands, "demo", "look at a simulated factory; with options it is simulated live")
    parser.add_argument("--stations", type=whole(1, 5_000), metavar="N", help="how many agents")
    parser.add_argument("--branches", type=whole(1, 5_000), metavar="M", help="how many branches, the base included")
    parser.add_argument("--rate", type=rate, metavar="EVENTS_PER_SECOND", help="default: the pace of real agents")
    parser.add_argument("--seed", type=whole(0, 2**63), metavar="S", help="another factory for each number")
    _look(parser)


def _replay(commands: Commands) -> None:
    parser = _command(commands, "replay", "show a recorded session, or the past of the journal, as of any moment")
    parser.add_argument(
        "what",
        type=filled,
        metavar="FILE|RUN",
        help="a recording, a transcript, a directory of transcripts; or a past run of the journal: last, a number, "
        "or journal for everything",
    )
    moment = parser.add_mutually_exclusive_group()
    moment.add_argument("--at", type=filled, metavar="TIME", help=f"begin at this time: {MOMENT}")
    moment.add_argument("--seq", type=whole(0, LAST), metavar="N", help="begin after this event")
    parser.add_argument("--json", action="store_true", help="print the floor as of then, like status --json")
    _place(parser)
    _look(parser)


def _status(commands: Commands) -> None:
    parser = _command(commands, "status", "print the stations with their meters, and the branches, as of now")
    parser.add_argument("--json", action="store_true", help="for programs")
    _place(parser)
    _only(parser)


def _meters(commands: Commands) -> None:
    parser = _command(commands, "meters", "print what was used: tokens, calls, dollars")
    parser.add_argument("--by", choices=GROUPINGS, help="what to group by (default: station)")
    parser.add_argument("--since", dest="start", type=filled, metavar="TIME", help=f"from this time on: {MOMENT}")
    parser.add_argument("--until", type=filled, metavar="TIME", help="up to this time")
    parser.add_argument("--json", action="store_true", help="for programs")
    _place(parser)
    _only(parser)


def _events(commands: Commands) -> None:
    parser = _command(commands, "events", "print the events of the journal, one a line")
    parser.add_argument(
        "--since", dest="start", metavar="SEQ|TIME", type=filled, help=f"only events after it: a number, or {MOMENT}"
    )
    parser.add_argument("--follow", action="store_true", help="go on with new events as they come")
    parser.add_argument("--json", action="store_true", help="for programs")
    _place(parser)


def _conflicts(commands: Commands) -> None:
    parser = _command(commands, "conflicts", "say which branches collide with the base and with each other, and where")
    parser.add_argument(
        "pair",
        type=filled,
        nargs="*",
        metavar="PAIR",
        help="show the colliding lines of one pair: A B, A...B, or A alone for it and the base",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    _compared(parser)
    parser.add_argument("--only-conflicts", action="store_true", help="leave out pairs that do not collide")
    parser.add_argument("--watch", action="store_true", help="print it again whenever it has changed")


def _order(commands: Commands) -> None:
    parser = _command(commands, "order", "suggest the order in which the most branches land without a conflict")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--verify", action="store_true", help="really merge them one after the other, in a scratch store"
    )
    _compared(parser)


def _compared(parser: Parser) -> None:
    where = _repo(parser)
    where.add_argument("--base", type=filled, metavar="REF", help="what all others are compared with")
    where.add_argument(
        "--branches",
        dest="refs",
        type=filled,
        nargs="+",
        action="extend",
        metavar="GLOB",
        help="compare these refs, such as 'feature/*' or 'refs/pull/*/head' (default: those the floor shows)",
    )
    work = parser.add_mutually_exclusive_group()
    work.add_argument("--dirty", action="store_true", help="count uncommitted work as if it were committed (default)")
    work.add_argument("--committed", dest="dirty", action="store_false", help="look at commits only")


def _import(commands: Commands) -> None:
    parser = _command(commands, "import", "read transcripts into the journal")
    parser.add_argument("paths", type=path, nargs="+", metavar="PATH", help="a file, or a directory of them")
    _place(parser)


def _record(commands: Commands) -> None:
    parser = _command(commands, "record", "write the journal, or a part of it, as one portable file")
    parser.add_argument(
        "-o", "--output", type=path, required=True, metavar="FILE", help="the file to make (.ftr), or - for stdout"
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.add_argument("--since", dest="start", type=filled, metavar="TIME", help=f"from this time on: {MOMENT}")
    parser.add_argument("--until", type=filled, metavar="TIME", help="up to this time")
    parser.add_argument("--station", type=filled, action="append", metavar="STATION", help="only this station (again)")
    parser.add_argument(
        "--no-redact", dest="redact", action="store_false", help="keep what looks like a password or a key"
    )
    _place(parser)


def _journal(commands: Commands) -> None:
    parser = _command(commands, "journal", "say how large the journal is, or take old events out of it for good")
    parser.add_argument(
        "what",
        choices=JOURNAL,
        metavar="|".join(JOURNAL),
        help="size: events and bytes, by table and by type of event. prune: take out what is over, before --before; "
        "what is alive, unanswered or in no recording stays, and so does every total",
    )
    parser.add_argument("--before", type=filled, metavar="TIME", help=f"prune what happened before this time: {MOMENT}")
    parser.add_argument("--keep", type=path, metavar="FILE", help="record what is pruned to this file (.ftr) first")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be pruned")
    parser.add_argument("--json", action="store_true", help="for programs")
    _place(parser)


def _doctor(commands: Commands) -> None:
    parser = _command(commands, "doctor", "say what was found where, and what is wrong")
    parser.add_argument("--json", action="store_true", help="for programs")
    _place(parser)


def _stop(commands: Commands) -> None:
    parser = _command(commands, "stop", "end the supervisor of the repository")
    _place(parser)


def _completions(commands: Commands) -> None:
    parser = _command(commands, "completions", "print shell completions: source them, or keep them where yours lie")
    parser.add_argument(
        "shell", choices=(*SHELLS, STATIONS), metavar="|".join(SHELLS), help="the shell that is to complete"
    )
    _repo(parser)


def _command(commands: Commands, name: str, what: str) -> Parser:
    return commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
