"""`kept`: the work of stations that is kept under refs, as it was refused, or was left when a place was removed."""

from __future__ import annotations

import time

from console.cli.command import InRepository
from console.cli.output import count, say, table
from console.cli.words import Parser, filled
from sessions.errors import FactoryError, UsageError

WHAT = ("list", "restore", "drop")


class Kept(InRepository, frozen=True, kw_only=True):
    """List what is kept, make it a branch again, or let it go."""

    what: str = "list"
    ref: str = ""
    branch: str = ""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "what",
            nargs="?",
            choices=WHAT,
            default="list",
            metavar="|".join(WHAT),
            help="list: what is kept, the newest first. restore: make a branch of it. drop: let go of one, or of all "
            "that is kept for longer than 30 days",
        )
        parser.add_argument("ref", nargs="?", type=filled, metavar="KEPT", help="which, as the list names it")
        parser.add_argument("branch", nargs="?", type=filled, metavar="NEW", help="restore: the branch to make")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        if self.what == "restore":
            return self._restore()
        if self.branch or (self.ref and self.what == "list"):
            raise UsageError("that is a word too many", "see factory-tui kept --help")
        return self._drop() if self.what == "drop" else self._list()

    def _restore(self) -> int:
        if not self.branch:
            raise UsageError("restore takes what is kept and a branch", "factory-tui kept restore KEPT NEW")
        from console.cli.commands.stations.obeyed import obey_all, tell_all
        from sessions.floor.commands import RestoreKept
        from sessions.floor.decide.decision import Refusal
        from sessions.place import place_of
        from sessions.stations.places.keeping import find

        common_dir = place_of(self.repo).common_dir
        try:
            ref = find(common_dir, self.ref).ref
        except FactoryError as error:
            refusal = Refusal(error.message, error.cure)
            return tell_all({self.branch: refusal}, lambda _: None, self.json)
        return obey_all(self.repo, {self.branch: RestoreKept(ref, self.branch)}, "is a branch now", self.json)

    def _list(self) -> int:
        from sessions.headless.kept_shape import shape_of
        from sessions.headless.line import text
        from sessions.place import place_of
        from sessions.stations.places.keeping import kept

        found = kept(place_of(self.repo).common_dir)
        if self.json:
            say(text(shape_of(found)))
        elif not found:
            say("nothing of a station is kept")
        else:
            now = time.time()
            table(
                ("kept", "commit", "days left", "why", "what"),
                (
                    (item.name, item.head[:12], f"{max(0.0, item.until - now) / 86_400:.0f}", item.reason, item.subject)
                    for item in found
                ),
                told=True,
            )
        return 0

    def _drop(self) -> int:
        from sessions.headless.kept_shape import shape_of
        from sessions.headless.line import text
        from sessions.place import place_of
        from sessions.stations.places.keeping import drop, drop_expired, find

        common_dir = place_of(self.repo).common_dir
        gone = [drop(common_dir, find(common_dir, self.ref))] if self.ref else drop_expired(common_dir, time.time())
        if self.json:
            say(text(shape_of(gone)))
            return 0
        for item in gone:
            say(f"{item.name} is let go of; its commit is {item.head}")
        if not gone:
            say("nothing is kept for longer than 30 days")
        elif len(gone) > 1:
            say(f"{count(len(gone), 'ref')} in all")
        return 0
