"""What the commands of the command line have in common. Each is a struct of its own: its words, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from sessions.errors import FactoryError

if TYPE_CHECKING:  # a call without words is made without a parser
    from console.cli.words import Parser


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a command: a field for each of its words. What is not given stays at its default."""

    @classmethod
    def words(cls, parser: Parser) -> None:
        """Add to `parser` what it takes; what is given comes into the field of that name."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The call with what was given; words before the command that it has no use for are passed over."""
        look = Look(**_taken(Look.__struct_fields__, given))
        return cls(**_taken(cls.__struct_fields__, {**given, "look": look}))

    def run(self) -> int:
        """Do it; returns the exit code."""
        raise NotImplementedError


def _taken(fields: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in fields if name in given}


class InRepository(Command, frozen=True, kw_only=True):
    """A command about one repository."""

    repo: Path = Path()

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.repository()


class OfFloor(InRepository, frozen=True, kw_only=True):
    """A command about the floor of a repository."""

    base: str = ""
    sessions: tuple[Path, ...] = ()

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.place()

    @property
    def places(self) -> tuple[str, ...]:
        """The further places to look for transcripts, absolute."""
        return tuple(str(path.absolute()) for path in self.sessions)


class OfFloorOrPlaces(OfFloor, frozen=True, kw_only=True):
    """A command about the floor of a repository, or of transcripts alone."""

    only: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.place()
        parser.add_argument(
            "--only", action="store_true", help="look at nothing but the --sessions places; needs no repository"
        )


class Compared(InRepository, frozen=True, kw_only=True):
    """A command about how branches merge."""

    base: str = ""
    refs: tuple[str, ...] = ()
    """Globs of refs to compare instead of the branches that the floor shows."""
    dirty: bool = True
    """Uncommitted work counts as committed."""

    @classmethod
    def words(cls, parser: Parser) -> None:
        from console.cli.words import filled

        where = parser.repository()
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
        work.add_argument(
            "--dirty", action="store_true", help="count uncommitted work as if it were committed (default)"
        )
        work.add_argument("--committed", dest="dirty", action="store_false", help="look at commits only")


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How the screens are to look."""

    theme: str = ""
    ascii: bool = False
    slow_link: bool = False


def base_of(repo: Path, base: str) -> str:
    """The base that is asked for, else that of the settings where the repository has it; "" leaves it the choice."""
    if base:
        return base
    from sessions import settings

    if base := settings.load().base:
        from sessions.branches.watch.repo import Repository

        try:
            Repository.open(repo, base)
        except FactoryError:
            return ""
    return base
