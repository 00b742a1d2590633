"""The words of the command line: what there is, what it takes, and help for each."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from console.cli.call import Call
from sessions import __version__
from sessions.text import clean

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]

PROGRAM = "factory-tui"
SHELLS = ("bash", "zsh", "fish")
LAST = 2**63 - 1
"""The largest number that an event can have: SQLite counts in 64 bits."""
GROUPINGS = ("station", "model", "branch", "day")
MOMENT = "12:04, '2026-11-21 12:04', +5m, 50%%, start, end, or seconds since 1970"

DESCRIPTION = """\
The operator console for one engineer who supervises a factory of coding agents. Without a command it opens the
floor of the git repository you are in: its branches, and every agent session on them, as they are now."""

EPILOG = """\
exit codes: 0 done, 1 it could not be done (or `conflicts` found some), 2 the words of the call were wrong or a
terminal is missing
keys: press ? on any screen; JSON shapes, settings and files: README.md"""


class Parser(argparse.ArgumentParser):
    """Words must be written out (an abbreviation may mean something else tomorrow); what is not given is absent."""

    def __init__(self, prog: str | None = None, description: str | None = None, epilog: str | None = None) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{PROGRAM}: {clean(message, 500)}: see {self.prog} --help\n")


def parse(argv: Sequence[str]) -> Call:
    """The call that `argv` asks for. Ends the process on wrong words (2), `--help` and `--version` (0)."""
    given: dict[str, Any] = {}
    for name, value in vars(build(() if {"-h", "--help"} & {*argv} else argv).parse_args(argv)).items():
        if value is not None:  # no command at all
            given[name] = tuple(value) if isinstance(value, list) else value
    return Call(**given)


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
        "doctor": _doctor,
        "stop": _stop,
        "completions": _completions,
    }
    for name in [name for name in adding if name in words] or adding:
        adding[name](commands)
    return parser


def _place(parser: Parser) -> None:
    where = parser.add_argument_group("where")
    where.add_argument("--repo", type=Path, metavar="DIR", help="repository to look at (default: the one around you)")
    where.add_argument("--base", metavar="BRANCH", help="branch that the others are measured against")
    where.add_argument(
        "--sessions", type=Path, action="append", metavar="DIR", help="a further place to look for transcripts (again)"
    )


def _only(parser: Parser) -> None:
    parser.add_argument(
        "--only", action="store_true", help="look at nothing but the --sessions places; needs no repository"
    )


def _look(parser: Parser) -> None:
    look = parser.add_argument_group("look")
    look.add_argument("--theme", metavar="NAME", help="colour theme")
    look.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    look.add_argument("--slow-link", action="store_true", help="send fewer and smaller frames")


def _demo(commands: Commands) -> None:
    parser = _command(commands, "demo", "look at a simulated factory; with options it is simulated live")
    parser.add_argument("--stations", type=_whole(1, 500), metavar="N", help="how many agents")
    parser.add_argument("--branches", type=_whole(1, 5_000), metavar="M", help="how many branches, the base included")
    parser.add_argument("--rate", type=_rate, metavar="EVENTS_PER_SECOND", help="default: the pace of real agents")
    parser.add_argument("--seed", type=_whole(0, 2**63), metavar="S", help="another factory for each number")
    _look(parser)


def _replay(commands: Commands) -> None:
    parser = _command(commands, "replay", "show a recorded session, or the past of the journal, as of any moment")
    parser.add_argument(
        "what",
        metavar="FILE|RUN",
        help="a recording, a transcript, a directory of transcripts; or a past run of the journal: last, a number, "
        "or journal for everything",
    )
    moment = parser.add_mutually_exclusive_group()
    moment.add_argument("--at", metavar="TIME", help=f"begin at this time: {MOMENT}")
    moment.add_argument("--seq", type=_whole(0, LAST), metavar="N", help="begin after this event")
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
    parser.add_argument("--json", action="store_true", help="for programs")
    _place(parser)
    _only(parser)


def _events(commands: Commands) -> None:
    parser = _command(commands, "events", "print the events of the journal, one a line")
    parser.add_argument("--since", metavar="SEQ", type=_whole(0, LAST), help="only events after this number")
    parser.add_argument("--follow", action="store_true", help="go on with new events as they come")
    parser.add_argument("--json", action="store_true", help="for programs")
    _place(parser)


def _conflicts(commands: Commands) -> None:
    parser = _command(commands, "conflicts", "say which branches collide with the base and with each other, and where")
    parser.add_argument(
        "pair",
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
    where = parser.add_argument_group("where")
    where.add_argument("--repo", type=Path, metavar="DIR", help="repository to look at (default: the one around you)")
    where.add_argument("--base", metavar="REF", help="what all others are compared with")
    where.add_argument(
        "--branches",
        dest="refs",
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
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="a file, or a directory of them")
    _place(parser)


def _record(commands: Commands) -> None:
    parser = _command(commands, "record", "write the journal, or a part of it, as one portable file")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the file to make (.ftr)")
    parser.add_argument("--since", dest="start", metavar="TIME", help=f"from this time on: {MOMENT}")
    parser.add_argument("--until", metavar="TIME", help="up to this time")
    parser.add_argument("--station", action="append", metavar="NAME", help="only this station (again)")
    parser.add_argument(
        "--no-redact", dest="redact", action="store_false", help="keep what looks like a password or a key"
    )
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
    parser.add_argument("shell", choices=SHELLS)


def _command(commands: Commands, name: str, what: str) -> Parser:
    return commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return number


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not isfinite(rate) or not 0.0 < rate <= 1e5:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of events per second above 0 and up to 100000")
    return rate
