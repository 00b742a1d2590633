"""The acceptance check of a task: finished means that it passed here, not that an agent said so.

What is looked at: what the branch changed, what of the work is not in it, and whether the commands pass in a fresh
clone at that commit, inside a boundary. The commands are the operator's; the tree is the agent's, and so hostile.

They run as children of the supervisor's runner, not of the keeper: a check holds nothing that is worth keeping. Whoever
finds one that was begun and not ended runs it again, in a new place; what is left of the old one is swept.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sessions.branches.git.run import GitError, Reins
from sessions.errors import FactoryError
from sessions.floor.scope import HeldBy
from sessions.floor.tasks.task import Check
from sessions.redact import redact
from sessions.stations.boundary.bounds import Limits
from sessions.stations.boundary.machine import Machine
from sessions.stations.checking import room
from sessions.stations.checking.changes import Changed, changed, common, is_commit, looking
from sessions.stations.checking.judging import judged, warned
from sessions.stations.checking.leftovers import left
from sessions.stations.checking.running import Ran, run
from sessions.stations.checking.values import MOST_OUTPUT, Checked, Work
from sessions.stations.places import setup
from sessions.stations.running.fitting import Factory
from sessions.text import clean, clean_lines

UNCHANGED = "nothing was changed"
_MOST_LOOKED_AT = 4 * MOST_OUTPUT
_P = ParamSpec("_P")
_T = TypeVar("_T")


async def run_check(
    factory: Factory, work: Work, check: Check, limits: Limits | None = None, on: Machine | None = None
) -> Checked:
    """Check a station's work. At most `values.AT_ONCE` on a machine: whoever calls it holds the seats.

    When it is cancelled nothing of it runs any more, and its place is gone. Raises `FactoryError` where nothing can be
    said of the work: the repository cannot be read, no place can be made, no boundary holds.
    """
    began = time.monotonic()
    reins = Reins()
    changes, failures, warnings, unfinished = await _on_thread(reins, _looked_at, factory, work, check, reins)
    output = ""
    if check.commands and not unfinished:
        ran, troubles = await _tried(factory, work, check, reins, limits or Limits(), on)
        failures += [words for each in ran if (words := _failure(each))]
        warnings += troubles
        output = _output(ran)
    return Checked(
        not failures,
        tuple(clean(words, 400) for words in failures),
        output,
        tuple(file.name for file in changes.files),
        changes.lines,
        time.monotonic() - began,
        work.head,
        tuple(clean(words, 400) for words in warnings),
    )


def _looked_at(factory: Factory, work: Work, check: Check, reins: Reins) -> tuple[Changed, list[str], list[str], bool]:
    """What was changed, what is wrong with that, what is to be told; and whether the work is not all there.

    Then it is not worth while to run anything: it would be something else that is tried.
    """
    git = looking(room.source_of(factory), reins)
    trunk = work.trunk if is_commit(git, work.trunk) else ""
    base = work.base or common(git, trunk, work.head)
    for commit in (work.head, base):
        if not is_commit(git, commit):
            raise FactoryError(f"the repository has no commit {clean(commit, 40)!r}", "requeue the task")
    missing, told = left(factory.state_dir, work.station, work.head)
    try:
        changes = changed(git, base, work.head, trunk)
    except GitError as error:
        return Changed(), [*missing, f"what was changed cannot be looked at: {error.message}"], told, bool(missing)
    told += warned(changes, check.commands)
    if not changes.files:
        told.append(UNCHANGED)
    return changes, [*missing, *judged(changes, check, work.write)], told, bool(missing)


async def _tried(
    factory: Factory, work: Work, check: Check, reins: Reins, limits: Limits, on: Machine | None
) -> tuple[list[Ran], list[str]]:
    """What became of the commands in a clean place, and what is to be told; the place is gone then."""
    place = room.begin(factory, work)
    try:
        lacks = await _on_thread(reins, room.fill, factory, place, reins)
        boundary, wanted, troubles = await _on_thread(reins, room.bound, factory, place, work.scope, limits, on)
        told = [*lacks, *troubles]
        if boundary.held.by is HeldBy.ADVISORY:
            told.append(f"nothing held its commands: {boundary.held.why}")
        mark = room.mark_of(factory, place)
        ran = list[Ran]()
        if wanted.script:
            ran += await run(place, boundary, mark, [wanted.script], setup.LONGEST_S)
        if all(each.passed for each in ran):
            ran += await run(place, boundary, mark, check.commands, check.seconds)
        return ran, told
    finally:
        await _on_thread(reins, room.take_away, place)


def _failure(ran: Ran) -> str:
    """What is wrong with a command, in words; "" where nothing is."""
    name = f"`{clean(ran.command, 80)}`"
    if ran.why == "late":
        return f"{name} was ended: with those before it, it took longer than {ran.limit:g} s"
    if ran.why == "disk":
        return f"{name} was ended: it fills the disk"
    if ran.why:
        return f"{name} could not be run: {ran.why.partition(': ')[2]}"
    if ran.code < 0:
        return f"{name} was ended by signal {-ran.code} after {ran.seconds:.1f} s"
    return f"{name} ended with {ran.code} after {ran.seconds:.1f} s" if ran.code else ""


def _output(ran: list[Ran]) -> str:
    """The end of what they printed."""
    printed = "\n".join(f"$ {each.command}\n{each.output.rstrip()}" for each in ran)
    if len(printed) > _MOST_LOOKED_AT:
        cut = printed[-_MOST_LOOKED_AT:]
        printed = cut.partition("\n")[2] or cut  # half a line may hold half a secret, which nobody would know
    return redact("\n".join(line.rstrip() for line in clean_lines(printed)))[-MOST_OUTPUT:]


async def _on_thread(reins: Reins, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What it returns. Who is cancelled has its git called off, and waits for its end: what it works on then goes."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        reins.pull()
        while not work.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        work.exception()  # nobody wants to know that
        raise
