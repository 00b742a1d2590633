"""One look at what is on disk, for commands without a screen and for replays of transcripts.

Where a supervisor runs it is asked to look; otherwise the command looks itself and lets go of the journal again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from sessions import disk, operator, settings
from sessions.branches.watch.repo import Repository
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, CatchUp, ImportPaths
from sessions.floor.events import BaseChosen, StationEvent
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import schema
from sessions.journal.past.chronicle import arranged
from sessions.journal.past.past import EventList, Past
from sessions.journal.reader import JournalReader
from sessions.journal.recording import archive
from sessions.journal.recording.recording import Recording
from sessions.journal.writer import Journal, UnwritableError
from sessions.observe.files import discover
from sessions.observe.seats import Seats
from sessions.place import Place, place_of
from sessions.supervisor.lock import HeldError, hold
from sessions.supervisor.process import Options, reachable
from sessions.supervisor.recorder import Recorder, Told
from sessions.supervisor.services.branches import open_repository, opening
from sessions.supervisor.services.transcripts import ground_of
from sessions.supervisor.staff import work_of
from sessions.supervisor.wire.client import Client
from sessions.text import clean

PATIENCE_S = 30.0
"""How long a command waits for another one that writes the journal."""


def floor_of(
    repo: Path,
    *,
    base: str = "",
    sessions: Sequence[Path] = (),
    only: bool = False,
    progress: Told | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> FloorState:
    """The floor as it is on disk now, which the journal also holds from then on.

    `sessions` are further places to look. With `only` they are the only ones, `repo` need not be a repository, and
    nothing is written. Another `base` holds for this answer alone. `warn` is told what keeps the answer from being
    whole, with the cure: a disk that takes nothing, for which it is what the journal holds, or folders not watched.
    """
    if only:
        return disk.floor_at(sessions, progress)
    wishes: list[AnyWish] = [CatchUp()]
    if sessions:
        wishes.append(ImportPaths(tuple(str(path.absolute()) for path in sessions)))
    place = place_of(repo)
    try:
        _before, state = _told_to(place, wishes, progress, warn)
    except UnwritableError as error:
        warn(str(error))
        state = _readable(place, sessions, progress, warn)
    return measured(state, repo, base) if base and base != state.base else state


def import_paths(repo: Path, paths: Sequence[Path], *, progress: Told | None = None) -> tuple[int, int]:
    """Read these transcripts, or those in these directories, into the journal of `repo`.

    Returns the journal's last sequence number before and after.
    """
    wish = ImportPaths(tuple(str(path.absolute()) for path in paths))
    before, after = _told_to(place_of(repo), [wish], progress)
    return before, after.seq


def past_of(path: Path, *, progress: Told | None = None) -> Past:
    """The past that lies in a file or directory: a recording, a journal, a transcript, or many of these."""
    if path.is_file():
        # A copy may have any name; a damaged file has only its name left, and is then told to be damaged.
        if path.suffix == ".ftr" or archive.is_archive(path):
            return Recording(path)
        if path.suffix == ".db" or schema.is_journal(path):
            return JournalReader(path)
    events = arranged(disk.observed([path], progress))
    if not any(isinstance(event, StationEvent) for event in events):
        raise FactoryError(f"{clean(str(path))} holds no session that is known", "name a transcript or a recording")
    return EventList([disk.opened(events[0].time), *events], clean(str(path)))


def past_of_places(paths: Sequence[Path], *, progress: Told | None = None) -> Past:
    """The past in these transcripts and directories, in order of time; it may be empty."""
    events = arranged(disk.observed(paths, progress))
    return EventList([disk.opened(events[0].time if events else 0.0), *events], "transcripts")


def measured(state: FloorState, repo: Path, base: str) -> FloorState:
    """The same floor with branches measured against another base. Raises `FactoryError` when that is not there."""
    repository, now = Repository.open(repo, base), time.time()
    events = repository.read({}, now)
    chosen = BaseChosen(time=now, source="git", base=repository.base, base_head=repository.base_head)
    return fold_all(state, [chosen, *events])


def _readable(place: Place, sessions: Sequence[Path], progress: Told | None, warn: Callable[[str], None]) -> FloorState:
    """The floor where nothing can be written: as the journal has it, or without one as it is on disk now."""
    with suppress(FactoryError):
        reader = JournalReader(place.journal)
        try:
            state = reader.latest()
            if state.seq:
                warn("shown is what was read before that")
                return state
        finally:
            reader.close()
    repository = open_repository(place.repo, settings.load().base, strict=False)
    state = fold_all(EMPTY, [opening(repository), *repository.read({}, time.time())])
    found = discover.places([*sessions, *settings.load().session_paths])
    return fold_all(state, disk.events_in(found, Seats(state, ground_of(state)), progress))


def _told_to(
    place: Place, wishes: Sequence[AnyWish], progress: Told | None, warn: Callable[[str], None] = lambda _: None
) -> tuple[int, FloorState]:
    """Have the wishes carried out on the journal; its last number before, and the floor after."""
    while not reachable(place.socket):
        reach = _reach(place)
        try:
            # Another command has it, or a supervisor that is about to answer.
            with hold(place.lock, PATIENCE_S, lambda: reachable(place.socket)):
                return asyncio.run(_alone(place, wishes, progress))
        except HeldError:
            # One that brings a long journal up to date may take longer than that; it is waited for while it goes on.
            if not reachable(place.socket) and _reach(place) == reach:
                raise
    return _by_supervisor(place, wishes, progress, warn)


def _reach(place: Place) -> tuple[int, int]:
    """How far a journal is up to date: its newest stored floor, and how many blocks it has."""
    with suppress(FactoryError), closing(JournalReader(place.journal)) as reader:
        return reader.checkpoint().seq, len(reader.grid())
    return 0, 0


def _by_supervisor(
    place: Place, wishes: Sequence[AnyWish], progress: Told | None, warn: Callable[[str], None]
) -> tuple[int, FloorState]:
    reader = JournalReader(place.journal)
    answered, settled = threading.Event(), threading.Event()

    def changed() -> None:
        contact = client.contact
        if contact.connected or contact.trouble:
            answered.set()
        if contact.halted:
            settled.set()
        if progress is not None and contact.progress is not None:
            progress(contact.progress)

    before = reader.span.last_seq
    client = Client(place.socket, reader.checkpoint(), changed=changed)
    client.start()
    try:
        answered.wait()
        for wish in wishes:
            settled.clear()
            asked = client.send(operator.command(wish))
            asked.add_done_callback(lambda _: settled.set())
            changed()
            settled.wait()
            if client.contact.halted and not asked.done():
                # It would wait for the disk as long as that takes.
                raise UnwritableError(client.contact.trouble)
            reply = asked.result()
            if not reply.ok:
                raise FactoryError(reply.reason, reply.cure)
        if client.contact.trouble:
            warn(client.contact.trouble)
        # Opened anew: the supervisor that answered may have begun another journal meanwhile, where one was moved away.
        reader.close()
        reader = JournalReader(place.journal)
        return before, reader.latest()
    finally:
        client.stop()
        reader.close()


async def _alone(place: Place, wishes: Sequence[AnyWish], progress: Told | None) -> tuple[int, FloorState]:
    """The same without a supervisor; the caller holds the lock."""
    journal = await Journal.open(place.journal, progress)
    try:
        recorder = Recorder(journal, progress)
        work = work_of(place, Options(), settings.load(), recorder, await journal.marks())
        await work.open()
        try:
            before = journal.state.seq
            if not journal.state.runs:
                await work.begin_run()
            for wish in wishes:
                reply = await work.obey(operator.command(wish))
                if not reply.ok:
                    raise recorder.unwritable or FactoryError(reply.reason, reply.cure)
            return before, journal.state
        finally:
            await work.close()
    finally:
        await journal.close()
