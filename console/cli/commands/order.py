"""`order`: in which order the most branches land on the base without a conflict, and what stands in the others' way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.cli.command import Compared
from console.cli.imports import importing
from console.cli.output import count, say, table
from console.cli.words import Parser
from sessions.text import clean

if TYPE_CHECKING:
    from sessions.headless import conflicts_shape


class Order(Compared, frozen=True, kw_only=True):
    """Print an order in which branches can land."""

    verify: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.json()
        parser.add_argument(
            "--verify", action="store_true", help="really merge them one after the other, in a scratch store"
        )
        super().words(parser)

    def run(self) -> int:
        with importing():
            from console.cli.compared import look, opened
            from sessions.branches.merges.rehearsal import rehearse_plan
            from sessions.headless.line import text
            from sessions.headless.order_shape import shape_of
            from sessions.landing.plan import Candidate, plan
            from sessions.place import place_of

        place, rehearsed = place_of(self.repo), None
        with opened(place) as matrix:
            chosen, rows, verdicts = look(matrix, place, self)
            arrived = {subject.name: subject.committed for subject in chosen.others}
            planned = plan([Candidate(row.name, arrived[row.name], not row.trouble) for row in rows], verdicts)
            if self.verify:
                commits = {row.name: row.commit for row in rows if not row.trouble}
                rehearsed = rehearse_plan(matrix.scratch, chosen.base_head, commits, planned, verdicts)
        shape = shape_of(planned, rehearsed, verdicts, chosen.base, chosen.left_out)
        if self.json:
            say(text(shape))
        else:
            _print(shape, chosen.base, len(rows))
        return 0


def _print(shape: conflicts_shape.Order, base: str, branches: int) -> None:
    from console.cli.told.conflicts import say_left_out

    sure = "really merged one after the other" if shape.verified else "not rehearsed; --verify merges them for real"
    say(
        f"{shape.lands} of {count(branches, 'branch', 'branches')} can land on {clean(base)} ({sure}); "
        f"{shape.in_arrival_order} in order of arrival, {shape.upper_bound} at most"
    )
    say_left_out(shape.left_out)
    if shape.order:
        say()
        table(("", "lands"), ((str(number), name) for number, name in enumerate(shape.order, 1)), left=2)
    if shape.left:
        say()
        table(("left", "blocked by"), ((item.name, ", ".join(item.blocked_by)) for item in shape.left), left=2)
