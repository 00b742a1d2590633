"""`conflicts`: which branches cannot be merged with the base and with each other, without a supervisor or a journal.

It exits with 1 when anything collides. What is found is remembered beside the journal; the repository stays as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.cli.command import Compared, base_of
from console.cli.imports import importing
from console.cli.output import say
from console.cli.words import Parser, filled
from sessions.errors import UsageError

if TYPE_CHECKING:
    from sessions.branches.merges.judge import Matrix
    from sessions.place import Place

CONFLICTS = 1
"""Exit code when something collides."""


class Conflicts(Compared, frozen=True, kw_only=True):
    """Print which branches collide, or the lines of one pair."""

    pair: tuple[str, ...] = ()
    """Words that name a pair of branches."""
    only_conflicts: bool = False
    watch: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument(
            "pair",
            type=filled,
            nargs="*",
            metavar="PAIR",
            help="show the colliding lines of one pair: A B, A...B, or A alone for it and the base",
        )
        parser.json()
        super().words(parser)
        parser.add_argument("--only-conflicts", action="store_true", help="leave out pairs that do not collide")
        parser.add_argument("--watch", action="store_true", help="print it again whenever it has changed")

    def run(self) -> int:
        if self.pair and (self.watch or self.refs):
            raise UsageError("--watch and --branches are about all branches", "leave them out, or the pair")
        with importing():
            from console.cli.compared import opened
            from sessions.place import place_of

        place = place_of(self.repo)
        with opened(place) as matrix:
            if self.pair:
                return self._pair(place, matrix)
            if self.watch:
                return self._watch(place, matrix)
            return self._whole(place, matrix)[0]

    def _whole(self, place: Place, matrix: Matrix, before: str = "") -> tuple[int, str]:
        """Print the whole matrix unless it is as it was `before`; the exit code, and what it is now."""
        from console.cli.compared import look
        from console.cli.told.conflicts import print_conflicts
        from sessions.headless import conflicts_shape
        from sessions.headless.line import text

        chosen, rows, verdicts = look(matrix, place, self)
        base, only = (chosen.base, chosen.base_head), self.only_conflicts
        shape = conflicts_shape.conflicts(*base, rows, verdicts, only, chosen.left_out)
        now = text(shape)
        if now != before:
            if self.json:
                say(now)
            else:
                if before:
                    say()
                print_conflicts(shape, verdicts)
        return CONFLICTS if shape.any else 0, now

    def _watch(self, place: Place, matrix: Matrix) -> int:
        """Print the matrix now and whenever it has changed, until interrupted."""
        import asyncio
        from contextlib import aclosing

        from sessions.branches.watch.repo import Repository
        from sessions.branches.watch.watch import watch

        async def follow() -> int:
            repository = await asyncio.to_thread(Repository.open, place.repo, base_of(self.repo, self.base) or None)
            code, now = 0, ""
            async with aclosing(watch(repository)) as hints:
                async for _ in hints:
                    code, now = await asyncio.to_thread(self._whole, place, matrix, now)
                    sys.stdout.flush()
            return code

        return asyncio.run(follow())

    def _pair(self, place: Place, matrix: Matrix) -> int:
        from console.cli.told.conflicts import print_pair
        from sessions.branches.merges.comparing import compare
        from sessions.branches.merges.pair import hunks_of
        from sessions.branches.merges.subjects import rows_of, subjects
        from sessions.floor.conflicts import Outcome, pair_of
        from sessions.headless import conflicts_shape
        from sessions.headless.line import text

        names = [name.removeprefix("refs/heads/") for name in names_of(self.pair)]
        chosen = subjects(matrix.git, place.common_dir, base_of(self.repo, self.base), names)
        beside = [name for name in names if name != chosen.base]
        wanted = [item for item in chosen.others if any(_is_called(item.name, name) for name in beside)]
        if not wanted or len(wanted) != len(beside):
            raise UsageError("a pair is two different branches, or one and the base", "see `factory-tui conflicts`")
        rows = rows_of(matrix, wanted, dirty=self.dirty)
        pair = pair_of(rows[0].name, rows[1].name if len(rows) == 2 else "")
        ((verdict,),) = compare(matrix, chosen.base_head, rows, [pair])
        hunks = hunks_of(matrix, chosen.base_head, rows, verdict)
        shape = conflicts_shape.pair(verdict, chosen.base, hunks)
        if self.json:
            say(text(shape))
        else:
            print_pair(shape)
        return CONFLICTS if verdict.outcome is Outcome.CONFLICT else 0


def _is_called(ref: str, name: str) -> bool:
    """Whether an operator who writes `name` may mean this ref; local branches go by their short names."""
    return ref in (name, f"refs/remotes/{name}", f"refs/tags/{name}")


def names_of(words: Sequence[str]) -> list[str]:
    """The branches of a pair, written as two words, `A...B` or `A×B`; one alone is meant against the base."""
    if len(words) > 2:
        raise UsageError("a pair is two branches", "name two, or one to compare it with the base")
    for between in ("...", "×"):
        one, found, other = words[0].partition(between)
        if len(words) == 1 and found and one and other:
            return [one, other]
    return list(words)
