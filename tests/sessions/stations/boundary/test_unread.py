"""What a scope does not let a station read is not there inside, and git does not miss it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given

from sessions.floor.patterns import matches
from sessions.floor.scope import Scope
from sessions.floor.scopes.unread import MOST, unread
from sessions.stations.boundary import machine
from sessions.stations.boundary.tree import DiskTree
from tests.sessions.stations.boundary.test_mounts import FILES, PATTERNS
from tests.support.boundary.site import Site

HERE = machine.here()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="module")
def tree() -> Iterator[DiskTree]:
    made = Site(root=True)
    made.repository.write(dict.fromkeys(FILES, "x"), cwd=made.place)
    yield DiskTree(made.place)
    made.close()


@given(read=PATTERNS, write=PATTERNS)
def test_what_is_hidden_is_what_neither_pattern_allows(tree: DiskTree, read: list[str], write: list[str]) -> None:
    found = unread(Scope(read=tuple(read), write=tuple(write)), tree)
    for name in FILES:
        hidden = name in found.files or any(name.startswith(f"{folder}/") for folder in found.folders)
        allowed = matches(read, name) or matches(write, name)
        assert not (hidden and allowed), name
        assert hidden or allowed or read == ["**"], name


def test_too_much_is_said(site: Site) -> None:
    for number in range(MOST + 1):
        (site.place / f"{number}.txt").touch()
    found = unread(Scope(read=("src/**",), write=("src/**",)), DiskTree(site.place))
    assert found.more
    assert len(found.folders) + len(found.files) == MOST


@pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")
@pytest.mark.parametrize("root", [False, True])
def test_it_is_not_there_inside(root: bool) -> None:
    site = Site(root=root)
    try:
        site.bounds = msgspec.structs.replace(site.bounds, scope=Scope(read=("src/**", "lib/*.txt"), write=("src/**",)))
        boundary = site.draw()
        assert {*boundary.unread} >= {"lib/b.py", "README.md", ".claude"}
        said = site.sh(
            "cat lib/b.py README.md; ls .claude; chmod 600 README.md; chmod 755 .claude; cat src/a.py", boundary
        )
        assert "settings.json" not in said
        assert "read me" not in said
        assert said.count("Permission denied") == 2
        assert said.count("Read-only file system") == 2
        assert said.endswith("a\n")
        assert any("history" in text for text in boundary.held.unheld)
    finally:
        site.close()
