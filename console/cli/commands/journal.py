"""`journal size` and `journal prune`: how large the journal is, and taking out of it what is over."""

from __future__ import annotations

from pathlib import Path

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.words import MOMENT, Parser, filled, path

JOURNAL = ("size", "prune")
"""What can be done with the journal itself."""


class Journal(OfFloor, frozen=True, kw_only=True):
    """Do something with the journal itself."""

    what: str
    before: str = ""
    """A time: what happened until then is pruned."""
    keep: Path | None = None
    """The recording to make of what is pruned."""
    dry_run: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "what",
            choices=JOURNAL,
            metavar="|".join(JOURNAL),
            help="size: events and bytes, by table and by type of event. prune: take out what is over, before "
            "--before; what is alive, unanswered or in no recording stays, and so does every total",
        )
        parser.add_argument(
            "--before", type=filled, metavar="TIME", help=f"prune what happened before this time: {MOMENT}"
        )
        parser.add_argument("--keep", type=path, metavar="FILE", help="record what is pruned to this file (.ftr) first")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be pruned")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        if self.what == "size":
            with importing():
                from console.cli.journal.size import size

            return size(self, self.json)
        with importing():
            from console.cli.journal.prune import prune

        return prune(self, self.before, self.keep, self.dry_run, self.json)
