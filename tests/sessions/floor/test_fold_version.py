"""`FOLD_VERSION` is raised with what the fold makes of any kind of event, and only then."""

from __future__ import annotations

from sessions.floor.fold.fold import FOLD_VERSION
from tests.support.folds import hashes, table

HOW = "raise its slice, unless that was done since the last release, and note it: python -m tests.support.folds"


def test_the_version_is_raised_with_the_fold() -> None:
    noted, now = table().get(str(FOLD_VERSION), {}), hashes()
    new = sorted({*noted, *now} - {kind for kind in now if noted.get(kind) == now[kind]})
    assert not new, f"other states come of {', '.join(new)}: {HOW}"


def test_the_version_is_raised_for_a_reason() -> None:
    """Every raise has each journal folded anew from its first event."""
    before = [folds for version, folds in table().items() if int(version) < FOLD_VERSION]
    assert hashes() not in before, "nothing folds otherwise than before the version was raised: lower it"
