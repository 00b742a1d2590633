"""What a boundary lets through, what it refuses to be drawn around, and that it is proven before it is trusted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from sessions.errors import FactoryError
from sessions.floor.scope import HeldBy, Mode, Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.machine import Machine
from sessions.stations.boundary.proof import NotHeldError, prove
from tests.support.boundary.site import SECRET, Site

HERE = machine.here()
needs_bubblewrap = pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@needs_bubblewrap
def test_what_holds_is_told(site: Site) -> None:
    boundary = site.draw()
    assert boundary.held.by is HeldBy.BUBBLEWRAP
    assert (boundary.kernel, boundary.held.why, boundary.held.asked) == (True, "", ())


@pytest.mark.parametrize(
    "on",
    [
        pytest.param(HERE, marks=needs_bubblewrap, id="bubblewrap"),
        pytest.param(
            Machine(landlock=HERE.landlock, trouble="not used"),
            marks=pytest.mark.skipif(HERE.landlock < 2, reason="no Landlock 2"),
            id="landlock",
        ),
    ],
)
def test_a_station_can_work(on: Machine) -> None:
    """Case 19: all that git does in a place, on what the scope allows."""
    site = Site()
    boundary = site.draw(on)
    prove_as = Site(root=True)
    prove(prove_as.draw(on), prove_as.bounds)
    prove_as.close()
    steps = (
        "echo new > src/new.py",
        "git add -A && git commit -qm new",
        "echo more >> src/new.py && git stash -q && git stash pop -q",
        "git switch -qc side && git commit -qam side",
        "git fetch -q origin && git rebase -q origin/main",
        "git worktree add -q $TMPDIR/tree -b tree && git worktree remove $TMPDIR/tree",
        "git gc -q && git pack-refs --all && git fsck --no-dangling",
        "git merge -q tree && git log --oneline",
        "git config --global user.name Me",
    )
    for step in steps:
        done = site.run(["/bin/sh", "-c", step], boundary)
        assert done.returncode == 0, f"{step}: {done.stdout.decode()}"
    assert site.host_git("log", "-1", "--format=%s", "side") == "side\n"
    site.close()


@needs_bubblewrap
def test_programs_know_where_they_are_and_nothing_else(site: Site) -> None:
    os.environ["OPERATORS_API_KEY"] = SECRET
    try:
        boundary = site.draw()
    finally:
        del os.environ["OPERATORS_API_KEY"]
    said = site.sh("env; pwd; hostname; id -u; cat /proc/self/cmdline | tr '\\0' ' '", boundary)
    assert SECRET not in said
    assert f"HOME={site.bounds.home}" in said
    assert f"\n{site.place}\nstation\n" in said


@needs_bubblewrap
def test_a_program_in_tmp_is_there_at_every_start() -> None:
    """Its link would stay in the station's own `/tmp`, where the next start could not make it."""
    own, brought = Site(), Path(tempfile.mkdtemp(dir="/tmp"))
    (brought / "program").write_text("#!/bin/sh\necho works\n")
    for path in (brought, brought / "program"):
        path.chmod(0o755)
    (brought / "link").symlink_to("program")
    tmp = own.station / "tmp"
    tmp.mkdir()
    own.give(tmp)
    own.bounds = msgspec.structs.replace(own.bounds, tmp=tmp, programs=(brought / "link", brought / "program"))
    boundary = own.draw()
    said = [own.run([str(brought / "link")], boundary).stdout for _ in range(2)]
    assert said == [b"works\n", b"works\n"]
    own.close()
    shutil.rmtree(brought)


@needs_bubblewrap
def test_a_link_in_an_installation_that_is_there_is_made_no_second_time() -> None:
    """Such as `bin/python3` of an interpreter that both the factory and a script of the agent need."""
    own, brought = Site(), Path(tempfile.mkdtemp())
    (brought / "bin").mkdir()
    (brought / "bin/program").write_text("#!/bin/sh\necho works\n")
    for path in (brought, brought / "bin", brought / "bin/program"):
        path.chmod(0o755)
    inner, outer = brought / "bin/link", Path(tempfile.mkdtemp()) / "link"
    outer.parent.chmod(0o755)
    inner.symlink_to("program")
    outer.symlink_to(inner)
    own.bounds = msgspec.structs.replace(own.bounds, programs=(outer, brought, inner, outer))
    assert own.run([str(outer)], own.draw()).stdout == b"works\n"
    own.close()
    shutil.rmtree(brought)
    shutil.rmtree(outer.parent)


@needs_bubblewrap
def test_the_proof_is_quick_leaves_nothing_and_passes() -> None:
    own = Site(root=True)
    boundary = own.draw()
    before = sorted(own.station.rglob("*"))
    prove(boundary, own.bounds)
    assert sorted(own.station.rglob("*")) == before
    own.close()


def test_a_boundary_that_does_not_hold_is_found_out(site: Site) -> None:
    """Words that are delivered and do nothing, and words that start nothing."""
    drawn = site.draw(Machine(bubblewrap=HERE.bubblewrap or "/usr/bin/bwrap", version=(0, 8, 0)))
    hollow = msgspec.structs.replace(drawn, words=("/usr/bin/env",))
    with pytest.raises(NotHeldError, match=r"read .*outside-.*written .*outside-"):
        prove(hollow, site.bounds)
    with pytest.raises(NotHeldError, match="nothing can be started in it"):
        prove(msgspec.structs.replace(drawn, words=("/bin/false",)), site.bounds)
    with pytest.raises(NotHeldError, match="cannot be tried"):
        prove(msgspec.structs.replace(drawn, words=("/no/such/program",)), site.bounds)
    assert not list(site.bounds.private.glob("*side-*"))


def test_without_means_it_says_so_and_why(site: Site) -> None:
    none = Machine(trouble="bubblewrap is not installed", cure="install the package bubblewrap")
    boundary = site.draw(none)
    assert boundary.held.by is HeldBy.ADVISORY
    assert boundary.held.why == "bubblewrap is not installed: install the package bubblewrap"
    assert boundary.held.asked == site.bounds.scope.write
    assert (boundary.wrap(["a", "b"]), boundary.kernel) == (("a", "b"), False)
    prove(boundary, site.bounds)


def test_a_full_station_is_held_by_nobody(site: Site) -> None:
    boundary = draw(msgspec.structs.replace(site.bounds, mode=Mode.FULL))
    assert (boundary.held.by, boundary.words) == (HeldBy.ADVISORY, ())
    assert "full station" in boundary.held.why


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"programs": (Path("/"),)}, "holds a home or the place"),
        ({"programs": (Path.home(),)}, "holds a home or the place"),
        ({"programs": (Path("/tmp"),)}, "holds a home or the place"),
        ({"place": Path("/no/such/place")}, "there is no directory"),
        ({"git_dir": Path("/no/such/place/.git")}, "is no private clone"),
        ({"scope": Scope(write=("/etc/**",))}, "the scope cannot be held: .*outside the work tree"),
    ],
)
def test_what_would_open_more_than_it_says_is_refused(site: Site, change: dict[str, object], reason: str) -> None:
    with pytest.raises(FactoryError, match=reason) as caught:
        draw(msgspec.structs.replace(site.bounds, **change))
    assert caught.value.cure


@pytest.mark.parametrize("name", ["config", "commondir", "objects/info", "hooks"])
def test_a_clone_without_its_pins_is_refused(name: str) -> None:
    """Missing, or a link that leads elsewhere."""
    made = Site()
    try:
        pin = made.git_dir / name
        pin.rename(made.git_dir / "away")
        with pytest.raises(FactoryError, match="missing or a link"):
            made.draw()
        pin.symlink_to(made.git_dir / "away")
        with pytest.raises(FactoryError, match="missing or a link"):
            made.draw()
    finally:
        made.close()


@pytest.mark.parametrize("version", [(0, 5), (0, 6, 1), (0, 7), (0, 8), (0, 11)])
@needs_bubblewrap
def test_older_ones_are_given_words_that_they_know(version: tuple[int, ...]) -> None:
    own = Site(root=True)
    words = own.draw(Machine(HERE.bubblewrap, version)).words
    own.close()
    assert ("--disable-userns" in words) == (version >= (0, 8))
    assert ("--size" in words) == (version >= (0, 7))


@needs_bubblewrap
def test_whoever_is_in_no_list_of_users_has_a_name_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs end where there is none."""

    def unknown(number: int) -> object:
        raise KeyError(number)

    monkeypatch.setattr("sessions.stations.boundary.system.pwd.getpwuid", unknown)
    own = Site(root=True)
    said = own.sh("grep -c :/tmp: /etc/passwd; getent hosts $(hostname)", own.draw())
    own.close()
    assert said.split()[:2] == ["1", "127.0.0.1"]


@needs_bubblewrap
def test_a_home_is_not_there_where_a_directory_above_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on systems that have homes in `/usr`; its own is there all the same."""
    own = Site(root=True)
    monkeypatch.setattr(
        "sessions.stations.boundary.system.is_part", lambda path: path.is_relative_to(own.base / "home")
    )
    monkeypatch.setenv("HOME", str(own.base / "home"))
    hidden = own.draw()
    assert ("--tmpfs", str(own.base / "home")) in pairwise(hidden.words)
    assert own.sh(f"ls -A {own.base}/home && echo there", hidden) == "there\n"
    own.close()


@pytest.mark.parametrize("on", [HERE, Machine(landlock=HERE.landlock, trouble="bubblewrap is not used")])
def test_the_kernel_ends_it_first_when_memory_is_out(on: Machine) -> None:
    own = Site(root=True)
    boundary = own.draw(on)
    if not boundary.kernel:
        pytest.skip("nothing holds it on this machine")
    said = own.sh("cat /proc/self/oom_score_adj", boundary)
    own.close()
    assert said == "500\n"


@needs_bubblewrap
@pytest.mark.parametrize("folder", ["/var/tmp", "/dev/shm", "/run"])
def test_a_station_lives_wherever_its_factory_does(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.access(folder, os.W_OK):
        pytest.skip(f"{folder} cannot be written")
    monkeypatch.setattr(tempfile, "tempdir", folder)
    own = Site(root=True)
    boundary = own.draw()
    prove(boundary, own.bounds)
    said = own.sh("echo x >> src/a.py; git add -A; git commit -qm mine; git log --format=%s", boundary)
    own.close()
    assert said.splitlines()[:1] == ["mine"]
