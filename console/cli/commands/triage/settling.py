"""`triage settle` and `triage expect`: what is done about cases."""

from __future__ import annotations

import time

from console.cli.command import InRepository
from console.cli.words import Parser, filled, whole
from sessions.errors import UsageError
from sessions.floor.triage.case import Act, Kind, Wake

ACTS = tuple(act.value.replace(" ", "-") for act in Act)
KINDS = tuple(kind.value for kind in Kind)
MOST = 2**53


class Settle(InRepository, frozen=True, kw_only=True):
    """Do something about a case."""

    case: str
    act: str
    text: str = ""
    paths: tuple[str, ...] = ()
    tokens: int = 0
    dollars: float = 0.0
    minutes: float = 0.0
    turns: int = 0
    model: str = ""
    to: str = ""
    snoozed: str = ""
    wakes: str = ""
    all_alike: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("case", type=filled, metavar="ID", help="a case, or the only one of a station")
        parser.add_argument("act", choices=ACTS, metavar="ACT", help=", ".join(ACTS))
        parser.add_argument("--text", type=filled, help="the answer, the reason, or what it is told")
        parser.add_argument(
            "--path", dest="paths", type=filled, action="append", metavar="GLOB", help="what it may write, too (again)"
        )
        parser.add_argument("--tokens", type=whole(1, MOST), metavar="N", help="raise its budget to so many")
        parser.add_argument("--dollars", type=_amount, metavar="N", help="likewise")
        parser.add_argument("--minutes", type=_amount, metavar="N", help="likewise")
        parser.add_argument("--turns", type=whole(1, MOST), metavar="N", help="likewise")
        parser.add_argument("--model", type=filled, metavar="NAME", help="have it go on with this model")
        parser.add_argument("--to", type=filled, metavar="STATION", help="hand it over to this one")
        snooze = parser.add_mutually_exclusive_group()
        snooze.add_argument("--for", dest="snoozed", type=filled, metavar="TIME", help="snooze for 30m, 2h, 1d")
        snooze.add_argument(
            "--until-event",
            dest="wakes",
            type=filled,
            metavar="EVENT",
            help=f"snooze until then: {', '.join(Wake)}, or an event of its station by type",
        )
        parser.add_argument("--all-alike", action="store_true", help="settle all cases of its group with it")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.named import floor_now
        from console.cli.commands.triage.obeyed import obey
        from sessions.floor.commands import SettleCase
        from sessions.floor.decide.naming import meant
        from sessions.floor.scope import Budget
        from sessions.floor.triage.groups import alike
        from sessions.views.triage.named import case_named

        state, now = floor_now(self.repo), time.time()
        first = case_named(state, self.case)
        to = meant(state, self.to) if self.to else ""
        wish = SettleCase(
            first.id,
            Act(self.act.replace("-", " ")),
            self.text,
            self.paths,
            Budget(self.tokens, self.dollars, self.minutes * 60, self.turns),
            self.model,
            to if isinstance(to, str) else self.to,
            now + _seconds(self.snoozed) if self.snoozed else 0.0,
            self.wakes,
        )
        return obey(self.repo, alike(state, first, now) if self.all_alike else (first,), wish, self.json)


class Expect(InRepository, frozen=True, kw_only=True):
    """Have cases of a kind not shown for stations."""

    stations: tuple[str, ...]
    kind: str
    again: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.stations()
        parser.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("--again", action="store_true", help="show them again")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.named import floor_now
        from console.cli.commands.stations.obeyed import obey_all
        from console.cli.source import ids_of
        from sessions.floor.commands import ExpectKind

        names = ids_of(floor_now(self.repo), self.stations)
        wishes = {name: ExpectKind(name, Kind(self.kind), not self.again) for name in names}
        done = f"has its {self.kind} cases shown {'again' if self.again else 'no more'}"
        return obey_all(self.repo, wishes, done, self.json)


def _amount(text: str) -> float:
    import argparse

    try:
        amount = float(text)
    except ValueError:
        amount = 0.0
    if not 0 < amount < MOST:
        raise argparse.ArgumentTypeError("it is more than 0")
    return amount


def _seconds(text: str) -> float:
    """A duration as people write it. Raises UsageError."""
    units = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.isdecimal() or len(number) > 6:
        raise UsageError(f"{text[:40]!r} is no time", "write 30m, 2h or 1d")
    return int(number) * units[unit]
