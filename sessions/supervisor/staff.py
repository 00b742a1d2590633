"""The services of a supervisor: every one there is, in the order in which they begin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sessions.models.prices import Prices
from sessions.place import Place
from sessions.settings import Settings
from sessions.supervisor.process import Options
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.branches import BASE_MARK, BranchWatch, opening
from sessions.supervisor.services.conflicts import ConflictWatch
from sessions.supervisor.services.journal import JournalCare
from sessions.supervisor.services.stations.service import Stations
from sessions.supervisor.services.tasks.service import Tasks
from sessions.supervisor.services.transcripts import TranscriptWatch
from sessions.supervisor.services.triage.service import Triage
from sessions.supervisor.supervisor import Supervisor


def supervisor_of(
    place: Place, options: Options, settings: Settings, recorder: Recorder, marks: Mapping[str, bytes]
) -> Supervisor:
    """All that a supervisor of the repository at `place` does; `marks` are the journal's."""
    chosen = marks.get(BASE_MARK, b"").decode("utf-8", "replace")
    base = options.base or chosen or settings.base
    conflicts = ConflictWatch(place, lambda: branches.repository, recorder)
    branches = BranchWatch(place.repo, base, recorder, conflicts.touch, strict=bool(options.base))
    places = [*map(Path, options.sessions), *settings.session_paths]
    prices = Prices.load(settings.prices_path)
    transcripts = TranscriptWatch(place.journal, places, prices, recorder, branches.catch_up)
    care = JournalCare(place.journal, recorder)
    stations = Stations(place, recorder, transcripts.follow_also)
    tasks, triage = Tasks(recorder, stations), Triage(recorder, settings.queue)
    services = (branches, conflicts, transcripts, care, stations, tasks, triage)
    return Supervisor(
        recorder,
        services,
        lambda: opening(branches.repository, options.scripted),
        stations.attach,
        stations.pictures,
        stations.aside,
        tasks.vet,
    )
