"""What sources could not give. Part of the fold."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.fold import versions
from sessions.floor.fold.draft import Draft
from sessions.floor.fold.slice import Slice

SKIPPED = Slice("skipped", versions.SKIPPED, ("skipped",))


@SKIPPED.folds
def source_skipped(draft: Draft, event: ev.SourceSkipped) -> None:
    draft.skipped[event.reason] = draft.skipped.get(event.reason, 0) + event.count
