"""`doctor`: what this program found on this machine, what is broken, and the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from console.cli.command import OfFloor
from console.cli.imports import importing
from console.cli.output import say
from console.cli.words import Parser
from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.text import clean

if TYPE_CHECKING:
    from console.cli.findings import Finding


class Doctor(OfFloor, frozen=True, kw_only=True):
    """Print all findings; the exit code is 1 when something is broken."""

    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.json()
        super().words(parser)

    def run(self) -> int:
        with importing():
            from console.cli import findings
            from sessions.headless.line import text

        found = [finding for room in findings.ROOMS for finding in _looked(room, self)]
        ok = not any(finding.broken for finding in found)
        if self.json:
            say(text(findings.Report(ok=ok, findings=found)))
        else:
            _print(found)
        return 0 if ok else EXIT_FAILURE


def _looked(room: Callable[[OfFloor], Iterator[Finding]], asked: OfFloor) -> Iterator[Finding]:
    """The findings of one room; what it cannot look at is a finding too."""
    from console.cli.findings import Finding

    topic = room.__name__
    try:
        yield from room(asked)
    except FactoryError as error:
        yield Finding(topic, "problem", error.message, broken=True, cure=error.cure)
    except OSError as error:
        yield Finding(topic, "problem", str(error), broken=True, cure="see that path and its mode")


def _print(found: list[Finding]) -> None:
    topic = ""
    for finding in found:
        if finding.topic != topic:
            topic = finding.topic
            say(topic if finding is found[0] else f"\n{topic}")
        mark = "✖" if finding.broken else "!" if finding.cure else " "
        say(f"  {mark} {clean(finding.name, 40):<18} {clean(finding.value, 300)}")
        if finding.cure:
            say(f"      cure: {clean(finding.cure, 300)}")
