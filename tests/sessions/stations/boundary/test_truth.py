"""The mounts say the same as the published table of what patterns mean, for files that are there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import msgspec
import pytest

from sessions.floor.scope import Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.draw import draw
from tests.sessions.floor.scopes.truth import TRUTH
from tests.support.boundary.site import Site

HERE = machine.here()
ROWS = [row for row in TRUTH if "/.git/" not in row[1]]
"""A repository within the work tree is the agent's own: no work leaves by it, and the host never enters it."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site(root=True)
    yield made
    made.close()


@pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")
@pytest.mark.parametrize(("texts", "path", "allowed"), ROWS)
def test_the_kernel_says_what_the_table_says(site: Site, texts: str, path: str, allowed: bool) -> None:
    """Where mounts say more than is meant, they say so: then the agent's hook says the rest."""
    for old in site.place.iterdir():
        if old.name != ".git":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for name in (path, "src/a.py", "docs/index.md"):
        file = site.place / name
        if not name.startswith("/") and ".." not in name and not any(above.is_file() for above in file.parents):
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.write_text("as it was\n")
    boundary = draw(msgspec.structs.replace(site.bounds, scope=Scope(write=tuple(texts.split())), pinned=()))
    said = site.run(["/bin/sh", "-c", 'if [ -d "$1" ]; then exit 1; fi; echo x >> "$1"', "sh", path], boundary)
    written = said.returncode == 0
    assert written == allowed or (written and boundary.held.asked), said.stdout.decode()
