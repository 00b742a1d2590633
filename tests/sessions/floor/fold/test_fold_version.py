"""The version of a slice of the floor is raised with what the fold makes of any kind of event in it, and only then."""

from __future__ import annotations

import pytest

from sessions.floor.fold.slice import Slice
from sessions.floor.fold.slices import SLICES
from tests.support.folds import before, hashes, table, version_of

HOW = "raise its version, unless that was done since the last release, and note it: python -m tests.support.folds"


@pytest.mark.parametrize("each", SLICES, ids=lambda each: each.name)
def test_the_version_is_raised_with_the_fold(each: Slice) -> None:
    noted, now = table().get(each.name, {}).get(version_of(each), {}), hashes()[each.name]
    new = sorted({*noted, *now} - {kind for kind in now if noted.get(kind) == now[kind]})
    assert not new, f"another slice {each.name!r} comes of {', '.join(new)}: {HOW}"


@pytest.mark.parametrize("each", SLICES, ids=lambda each: each.name)
def test_the_version_is_raised_for_a_reason(each: Slice) -> None:
    """Every raise has the slice made anew in each journal, from its first event."""
    noted = table().get(each.name, {})
    old = [noted[version] for version in before(each, noted)]
    assert hashes()[each.name] not in old, f"nothing makes another slice {each.name!r} than before: lower its version"
