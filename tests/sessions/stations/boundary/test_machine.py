"""What a machine gives is tried, and what stands in the way is named with its cure."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.scope import HeldBy
from sessions.stations.boundary import machine, seccomp
from sessions.stations.boundary.machine import Host, Machine, blocker

LOOPBACK = "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"
UID_MAP = "bwrap: setting up uid map: Permission denied"
NAMESPACE = "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged"
PROC = "bwrap: Can't mount proc on /newroot/proc: Operation not permitted"


@pytest.mark.parametrize(
    ("said", "host", "trouble", "cure"),
    [
        (LOOPBACK, Host(apparmor=1, namespaces=1), "AppArmor forbids", "apparmor_restrict_unprivileged_userns=0"),
        (UID_MAP, Host(apparmor=1), "AppArmor forbids", "/etc/apparmor.d/bwrap"),
        (NAMESPACE, Host(clone=0), "for root alone", "unprivileged_userns_clone=1"),
        (NAMESPACE, Host(namespaces=0), "switched off", "max_user_namespaces"),
        (NAMESPACE, Host(container=True), "the container forbids", "seccomp=unconfined"),
        (LOOPBACK, Host(container=True, apparmor=1), "AppArmor forbids them too", "apparmor=unconfined"),
        (PROC, Host(container=True), "hides parts of /proc", "systempaths=unconfined"),
        ("bwrap: Something new", Host(), "Something new", "bwrap --unshare-all"),
        ("", Host(), "says nothing", "bwrap"),
    ],
)
def test_what_stands_in_the_way_is_named(said: str, host: Host, trouble: str, cure: str) -> None:
    found = blocker(said, host)
    assert trouble in found[0]
    assert cure in found[1]


@given(st.text())
def test_whatever_is_said_there_is_a_reason_and_a_cure(said: str) -> None:
    assert all(blocker(said, Host()))


def test_the_best_that_works_is_taken() -> None:
    assert Machine("/usr/bin/bwrap", (0, 8)).by is HeldBy.BUBBLEWRAP
    assert Machine(landlock=3, trouble="none", cure="install it").by is HeldBy.LANDLOCK
    nothing = Machine(trouble="none", cure="install it")
    assert (nothing.by, nothing.why) == (HeldBy.ADVISORY, "none: install it")


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ('echo bubblewrap 0.8.0; [ "$1" = --version ] || exit 7', ""),
        ("echo bubblewrap 0.3.1", "0.3.1 is too old"),
        ("echo nonsense", "unknown is too old"),
        (f'[ $1 = --version ] && echo bubblewrap 0.11.0 && exit; echo "{PROC}" >&2; exit 1', "hides parts of /proc"),
        ('[ "$1" = --version ] && echo bubblewrap 0.11.0', "it ended with 1"),
    ],
)
def test_bubblewrap_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, trouble: str) -> None:
    """One that starts and does not do what it was asked is none."""
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = machine.here.__wrapped__()
    assert bool(found.bubblewrap) == (not trouble)
    assert trouble in found.trouble


def test_without_bubblewrap_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = machine.here.__wrapped__()
    assert (found.bubblewrap, found.trouble) == ("", "bubblewrap is not installed")


@pytest.mark.parametrize("name", ["x86_64", "aarch64"])
@pytest.mark.parametrize("sockets", list(seccomp.Sockets))
def test_the_filter_is_a_program_that_ends(name: str, sockets: seccomp.Sockets) -> None:
    """Every jump stays inside, and the last line is an answer: the kernel takes no other."""
    code = seccomp.program(name, sockets)
    lines = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    for number, (kind, if_true, if_false, _) in enumerate(lines):
        if kind & 0x07 == 0x05:
            assert number + 1 + max(if_true, if_false) < len(lines)
    assert lines[-1][0] == 0x06
    assert len(lines) < 4_096


def test_a_machine_whose_calls_are_not_known_has_no_filter() -> None:
    assert seccomp.program("riscv64") == b""


@pytest.mark.skipif(not machine.here().bubblewrap, reason="bubblewrap does not run here")
def test_threads_and_children_start_under_the_filter(tmp_path: Path) -> None:
    """What the filter says of calls that it wants to look at must not keep programs from doing their work."""
    from tests.support.boundary.site import Site

    site = Site(root=True)
    script = (
        "import threading, subprocess, socket, multiprocessing, os\n"
        "t = threading.Thread(target=lambda: None); t.start(); t.join()\n"
        "subprocess.run(['true'], check=True)\n"
        "s = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(s.getsockname())\n"
        "u = socket.socketpair(); multiprocessing.Lock()\n"
        "x = socket.socket(socket.AF_UNIX); x.bind('/tmp/s'); print('ok')\n"
    )
    done: subprocess.CompletedProcess[bytes] = site.run(["/usr/bin/python3", "-c", script], site.draw())
    site.close()
    assert done.stdout == b"ok\n", done.stdout.decode()
