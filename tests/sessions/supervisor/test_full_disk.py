"""A disk that takes nothing: commands answer with what can be read, say why, and all goes on when there is room."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.support.house import House, house_in

house = pytest.fixture(lambda monkeypatch: (yield from house_in(monkeypatch)))

STORY = """
import json, os, subprocess, sys, threading
from pathlib import Path
from sessions.supervisor.wire.client import Client
from sessions.floor.state import EMPTY
from sessions.supervisor import process
from sessions.place import place_of

repo, transcript, more = map(Path, sys.argv[1:])
disk = Path(os.environ["XDG_STATE_HOME"])
words = [sys.executable, "-m", "console", "--repo", str(repo)]

def fill():
    with open(disk / "fill", "ab", buffering=0) as file:
        for size in (4_096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass

def calls(what):
    done = subprocess.run([*words, "meters", "--json"], capture_output=True, text=True, check=True, timeout=20)
    print(what, json.loads(done.stdout)["total"]["calls"], "nothing was written" in done.stderr)

def write():
    with transcript.open("ab") as file:
        file.write(more.read_bytes())

fill()
calls("nothing yet:")
(disk / "fill").unlink()
calls("room:")
fill()
write()
calls("full:")
(disk / "fill").unlink()
process.start(repo, process.Options(idle_minutes=1))
try:
    calls("supervised:")
    fill()
    more.write_bytes(more.read_bytes().replace(b"_", b"_x").replace(b"0000-4000", b"0000-4900"))
    write()
    calls("supervised and full:")
    print("told:", "make room" in process.trouble(repo))
    frozen = subprocess.run([*words, "freeze"], capture_output=True, text=True, timeout=20)
    print("refused:", frozen.returncode, "nothing was written" in frozen.stderr)
    (disk / "fill").unlink()
    heard = threading.Event()
    client = Client(place_of(repo).socket, EMPTY, changed=lambda: client.state.total.calls == 1_002 and heard.set())
    client.start()
    assert heard.wait(20), "it tries again by itself"
    client.stop()
    calls("room again:")
    print("frozen:", client.state.frozen)
finally:
    process.stop(repo)
"""


def test_a_full_disk_is_said_and_what_can_be_read_is_answered(house: House) -> None:
    house.write(1, 2)
    more = house.elsewhere(house.root / f"{house.transcript().stem}.jsonl", 3, 502)
    (house.root / "state").mkdir()
    mount = 'mount -t tmpfs -o size=2m none "$XDG_STATE_HOME"'
    private = ["unshare", "-Urm", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*private, mount], check=False, capture_output=True).returncode:
        pytest.skip("a small disk of its own cannot be mounted here")
    command = [*private, f'{mount} && exec "$0" -c "$@"', sys.executable, STORY]
    words = [str(house.repo.path), str(house.transcript()), str(more)]
    done = subprocess.run([*command, *words], check=False, capture_output=True, text=True, timeout=60)
    assert not done.returncode, done.stderr
    assert done.stdout.splitlines() == [
        "nothing yet: 2 True",
        "room: 2 False",
        "full: 2 True",
        "supervised: 502 False",
        "supervised and full: 502 True",
        "told: True",
        "refused: 1 True",
        "room again: 1002 False",
        "frozen: False",
    ]
