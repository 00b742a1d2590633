"""`doctor`: what this program found on this machine, what is broken, and the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from console.cli.call import Call
from console.cli.findings import Finding
from console.cli.output import say
from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.headless import floor_shape as jsonshape
from sessions.headless.line import text
from sessions.text import clean


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `doctor --json`."""

    version: int = jsonshape.VERSION
    ok: bool
    findings: list[Finding]


def doctor(call: Call) -> int:
    """Print all findings; the exit code is 1 when something is broken."""
    from console.cli import findings

    rooms = (
        findings.program,
        findings.terminal,
        findings.configuration,
        findings.repository,
        findings.sources,
        findings.prices,
    )
    found = [finding for room in rooms for finding in _looked(room, call)]
    ok = not any(finding.broken for finding in found)
    if call.json:
        say(text(Report(ok=ok, findings=found)))
    else:
        _print(found)
    return 0 if ok else EXIT_FAILURE


def _looked(room: Callable[[Call], Iterator[Finding]], call: Call) -> Iterator[Finding]:
    """The findings of one room; what it cannot look at is a finding too."""
    topic = room.__name__
    try:
        yield from room(call)
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
