"""The one way out of a station without a network: its model, and the hosts of its scope."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from sessions.errors import FactoryError
from sessions.floor.scope import Network, Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.apart import door
from sessions.stations.boundary.bounds import Bounds
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.machine import Machine
from sessions.stations.boundary.proof import prove
from tests.support.boundary.site import Site

HERE = machine.here()
LANDLOCK = Machine(landlock=HERE.landlock, trouble="bubblewrap is not used")
MEANS = [
    pytest.param(HERE, marks=pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}"), id="bwrap"),
    pytest.param(LANDLOCK, marks=pytest.mark.skipif(HERE.landlock < 4, reason="no Landlock 4"), id="landlock"),
]
needs_bubblewrap = pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}")
LONG = 200_000_000
GET = """\
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=20) as answer:
    size = 0
    while portion := answer.read(1 << 20):
        size += len(portion)
print(size)
"""


class Counting(BaseHTTPRequestHandler):
    """Answers with as many bytes as the path says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        left = int(self.path.rpartition("/")[2])
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        portion = b"x" * (1 << 20)
        while left > 0:
            self.wfile.write(portion[:left])
            left -= len(portion)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def served() -> Iterator[int]:
    """A server on this machine's loopback; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site(root=True)
    yield made
    made.close()


def listed(site: Site, *hosts: str) -> Bounds:
    scope = Scope(write=("**",), network=Network.LISTED, hosts=hosts)
    return msgspec.structs.replace(site.bounds, scope=scope)


def got(site: Site, bounds: Bounds, on: Machine, *words: str) -> subprocess.CompletedProcess[bytes]:
    return site.run([machine_python(), "-c", GET, *words], draw(bounds, on))


def machine_python() -> str:
    return "/usr/bin/python3" if Path("/usr/bin/python3").exists() else "python3"


@pytest.mark.parametrize("on", MEANS)
def test_the_model_is_reached_and_nothing_else(site: Site, served: int, on: Machine) -> None:
    bounds = msgspec.structs.replace(site.bounds, model=f"127.0.0.1:{served}")
    boundary = draw(bounds, on)
    prove(boundary, bounds)
    assert got(site, bounds, on, f"http://{boundary.model}/v1/1234").stdout == b"1234\n"
    other = socket.create_server(("127.0.0.1", 0))
    refused = got(site, bounds, on, f"http://127.0.0.1:{other.getsockname()[1]}/1")
    assert refused.returncode != 0
    assert not select.select([other], [], [], 0)[0]
    other.close()


@needs_bubblewrap
def test_a_model_behind_a_socket_is_reached(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "model.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            end, _ = listener.accept()
            with end:
                end.recv(4096)
                end.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")

        threading.Thread(target=answer, daemon=True).start()
        bounds = msgspec.structs.replace(site.bounds, model=str(path))
        assert got(site, bounds, HERE, f"http://{draw(bounds).model}/").stdout == b"2\n"


@pytest.mark.parametrize("on", MEANS)
def test_much_comes_through_the_proxy(site: Site, served: int, on: Machine) -> None:
    """Large transfers are where such proxies failed."""
    bounds = listed(site, f"localhost:{served}")
    script = "import os\nos.environ['no_proxy'] = ''\n" + GET
    done = site.run([machine_python(), "-c", script, f"http://localhost:{served}/{LONG}"], draw(bounds, on))
    assert done.stdout.decode() == f"{LONG}\n"


@pytest.mark.parametrize("on", MEANS)
def test_refused_hosts_are_told_once_with_their_port(site: Site, on: Machine) -> None:
    outbox = site.station / "outbox"
    for path in outbox.iterdir():
        path.unlink()
    bounds = listed(site, "files.test")
    for host in ("http://evil.test/", "http://evil.test/again", "https://evil.test/"):
        assert b"403" in got(site, bounds, on, host).stdout
    told = [json.loads(path.read_bytes()) for path in outbox.iterdir()]
    assert {said["name"] for said in told} == {door.REFUSED}
    assert sorted((said["payload"]["host"], said["payload"]["port"]) for said in told) == [
        *[("evil.test", 80)] * 2,
        ("evil.test", 443),
    ]


def test_a_refused_host_is_told_once_a_minute() -> None:
    told: list[tuple[str, int]] = []
    now = 0.0
    report = door.Reporter(lambda host, port: told.append((host, port)), lambda: now)
    for _ in range(5):
        report("a", 1)
    now = 61.0
    report("a", 1)
    assert told == [("a", 1)] * 2
    for number in range(1_000):
        report("a", number)
    assert len(told) < 300


@needs_bubblewrap
@pytest.mark.parametrize("network", [Network.OFF, Network.LISTED])
def test_names_are_asked_of_nobody(site: Site, network: Network) -> None:
    """No question for a name leaves a station: there is nobody to ask, and no way."""
    scope = Scope(network=network, hosts=("files.test",) if network is Network.LISTED else ())
    boundary = draw(msgspec.structs.replace(site.bounds, scope=scope))
    script = "import socket\ntry:\n socket.getaddrinfo('files.test', 80)\nexcept OSError as e:\n print('no')\n"
    script += "print(open('/proc/net/route').read().count('\\n'), open('/etc/resolv.conf').read())"
    said = site.run([machine_python(), "-c", script], boundary).stdout.decode()
    assert said.split() == ["no", "1"]


@needs_bubblewrap
def test_an_open_network_is_open_and_says_what_follows(site: Site, served: int) -> None:
    bounds = msgspec.structs.replace(site.bounds, scope=Scope(network=Network.OPEN), model=f"127.0.0.1:{served}")
    boundary = draw(bounds)
    prove(boundary, bounds)
    assert got(site, bounds, HERE, f"http://{boundary.model}/77").stdout == b"77\n"
    assert any("loopback" in text for text in boundary.held.unheld)
    with pytest.raises(FactoryError, match="no way through a socket"):
        draw(msgspec.structs.replace(bounds, model="/a/socket"))


@pytest.mark.parametrize("on", MEANS)
def test_an_open_network_does_not_open_services_that_are_reached_by_a_file(
    site: Site, served: int, on: Machine, tmp_path: Path
) -> None:
    """Ours are among them: whoever reaches the supervisor answers his own questions, and starts whom he likes."""
    bounds = msgspec.structs.replace(site.bounds, scope=Scope(network=Network.OPEN), model=f"127.0.0.1:{served}")
    assert got(site, bounds, on, f"http://127.0.0.1:{served}/77").stdout == b"77\n"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        script = f"import socket\nsocket.socket(socket.AF_UNIX).connect({str(tmp_path / 's')!r})\nprint('reached')"
        said = site.run([machine_python(), "-c", script], draw(bounds, on)).stdout.decode()
        assert "Error" in said
        assert not select.select([listener], [], [], 0)[0]


@pytest.mark.parametrize("host", ["https://example.com/", "a b", "", "*.127.0.0.1", "example.com:0", "example.com:x"])
def test_what_can_be_no_host_is_refused(site: Site, host: str) -> None:
    with pytest.raises(FactoryError, match="names no host"):
        draw(listed(site, host), Machine(bubblewrap="/usr/bin/bwrap", version=(0, 8)))


@pytest.mark.parametrize("on", MEANS)
def test_the_door_ends_with_its_program_and_holds_nothing_open(site: Site, served: int, on: Machine) -> None:
    """Who waits for the end of the output waits for the program alone; and then nobody is left."""
    bounds = msgspec.structs.replace(listed(site, "files.test"), model=f"127.0.0.1:{served}")
    boundary = draw(bounds, on)
    with subprocess.Popen(
        boundary.wrap(["/bin/sh", "-c", "echo begun; read line; exit 7"]),
        env=dict(boundary.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"begun\n"
        doors = [int(text) for text in Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()]
        handles = [os.pidfd_open(pid) for pid in doors]
        assert len(doors) == (2 if on.bubblewrap else 1)  # that of bubblewrap is the first process inside
        program.communicate(b"\n", timeout=20)
    assert program.returncode == 7
    for handle in handles:
        assert select.select([handle], [], [], 10)[0], "it is still there"
        os.close(handle)
