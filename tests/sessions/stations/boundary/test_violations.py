"""Refused writes are recognised in what programs print, whatever else is in it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.stations.boundary import machine
from sessions.stations.boundary.violations import MOST_PATHS, violations
from tests.support.boundary.site import Site

HERE = machine.here()
FORMS = (
    "touch: cannot touch '{}': Read-only file system",
    "mkdir: cannot create directory ‘{}’: Read-only file system",
    "cp: cannot create regular file '{}': Permission denied",
    "mv: cannot move 'src/a' to '{}': Read-only file system",
    "rm: cannot remove '{}': Read-only file system",
    "chmod: changing permissions of '{}': Read-only file system",
    "ln: failed to create hard link '{}' => 'src/a': Invalid cross-device link",
    "tee: {}: Read-only file system",
    "sh: 1: cannot create {}: Read-only file system",
    "/bin/sh: 2: cannot create {}: Permission denied",
    "bash: line 1: {}: Read-only file system",
    "zsh:1: read-only file system: {}",
    "OSError: [Errno 30] Read-only file system: '{}'",
    "Error: EROFS: read-only file system, open '{}'",
    "npm ERR! Error: EACCES: permission denied, mkdir '{}'",
    "error: failed to create directory `{}`\n\nCaused by:\n  Read-only file system (os error 30)",
    "error: could not write to {}: Read-only file system (os error 30)",
    "open {}: read-only file system",
    "error: unable to create file {}: Read-only file system",
    "fatal: Unable to create '{}': Read-only file system",
    "error: could not lock config file {}: Device or resource busy",
    "java.io.FileNotFoundException: {} (Read-only file system)",
)
NAMES = st.from_regex(r"[a-z0-9_][a-zA-Z0-9_.-]{0,12}[a-z0-9_]", fullmatch=True).filter(lambda name: not name.isdigit())
PATHS = st.builds(
    lambda parts, root: root + "/".join(parts), st.lists(NAMES, min_size=2, max_size=5), st.sampled_from(["", "/"])
)


@given(st.sampled_from(FORMS), PATHS, st.text(max_size=200), st.text(max_size=200))
def test_the_path_is_found_in_every_form(form: str, path: str, before: str, after: str) -> None:
    said = violations("\n".join([before, form.format(path), after]))
    if form.startswith("ln"):
        path = "src/a"
    assert path in said


@pytest.mark.parametrize(
    "line",
    [
        "cat: /root/x: Permission denied",
        "ls: cannot open directory '/root': Permission denied",
        "All files are read with a permission denied to nobody.",
        "src/a.py:10: error: cannot create an instance of Protocol",
        "",
    ],
)
def test_what_is_no_refused_write_is_none(line: str) -> None:
    assert violations(line) == ()


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    found = violations(text)
    assert len(found) == len(set(found)) <= MOST_PATHS
    assert all(path and path in text for path in found)


@pytest.mark.parametrize(
    "piece", ["a/", "'", "`x", "cannot create a", "open ", "Read-only file system: ", "x: ", "-", "EROFS mkdir ' "]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    """The time is bounded, whatever it is made of."""
    begin = time.process_time()
    violations(("Read-only file system " + piece * 2_000 + "\n") * 200)
    assert time.process_time() - begin < 2.0


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")
@pytest.mark.parametrize(
    "script",
    [
        "echo x > lib/b.py",
        "touch lib/b.py",
        "rm lib/b.py",
        "mv lib/b.py src/",
        "sed -i s/b/c/ lib/b.py",
        "echo x | tee lib/b.py",
        "python3 -c \"open('lib/b.py', 'w')\"",
        "git rm -q lib/b.py",
        "chmod 600 lib/b.py",
    ],
)
def test_what_real_programs_say_inside_is_understood(site: Site, script: str) -> None:
    found = violations(site.sh(script, site.draw()))
    assert any(path.startswith("lib/") for path in found), site.sh(script, site.draw())
