"""The plan of mounts says of every file what the scope says of it, and what is read-only cannot be moved away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor.patterns import matches, trouble
from sessions.floor.scope import Scope
from sessions.stations.boundary.mounts import Access, Plan, planned
from tests.support.boundary.site import Site
from tests.support.chance import of_hundred

FILES = ("a", "b/a", "b/c/a", "b/c/d/a", "b/c/d/e", "b/x", "c/a", "c/d/a", ".claude/settings.json", "c/d/e/f/a")
PARTS = st.sampled_from(["a", "b", "c", "d", "e", "*", "**", "x", ".claude"])
PATTERNS = st.lists(
    st.builds(
        lambda minus, parts: minus + "/".join(parts),
        st.sampled_from(["", "", "!"]),
        st.lists(PARTS, min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
).filter(lambda texts: not trouble(texts))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site(root=True)
    made.repository.write(dict.fromkeys(FILES, "x"), cwd=made.place)
    yield made
    made.close()


def access(plan: Plan, path: Path) -> Access:
    """What may be done with a file: the last mount that it lies on says it."""
    return [mount.access for mount in plan.mounts if path.is_relative_to(mount.path)][-1]


@settings(max_examples=of_hundred(50))
@given(patterns=PATTERNS, pinned=st.lists(st.sampled_from([*FILES, "b", "b/c", "c/d", "src/gen"]), max_size=3))
def test_every_file_is_as_open_as_its_scope(site: Site, patterns: list[str], pinned: list[str]) -> None:
    bounds = msgspec.structs.replace(site.bounds, scope=Scope(write=tuple(patterns)), pinned=tuple(pinned))
    plan = planned(bounds)
    for name in FILES:
        path = site.place / name
        is_pinned = any(path.is_relative_to(site.place / pin) for pin in pinned)
        found = access(plan, path)
        if is_pinned:
            assert found is Access.READ, name
        elif matches(patterns, name):
            assert found is Access.WRITE, name
        elif found is Access.WRITE:
            assert plan.asked, name


@settings(max_examples=of_hundred(50))
@given(patterns=PATTERNS, read=PATTERNS, pinned=st.lists(st.sampled_from(FILES), max_size=3))
def test_nothing_above_what_is_shut_can_be_moved(
    site: Site, patterns: list[str], read: list[str], pinned: list[str]
) -> None:
    """Each directory between it and the directory that is open around it is a mount point, and so is it."""
    scope = Scope(write=tuple(patterns), read=tuple(read))
    plan = planned(msgspec.structs.replace(site.bounds, scope=scope, pinned=tuple(pinned)))
    points = {mount.path for mount in plan.mounts}
    for mount in plan.mounts:
        if mount.access is Access.WRITE or not mount.path.is_relative_to(site.place):
            continue
        for above in mount.path.parents:
            if above.is_relative_to(site.place) and access(plan, above) is Access.WRITE:
                assert above in points, (mount.path, above)
