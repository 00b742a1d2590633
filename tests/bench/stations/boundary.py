"""Measures what a boundary costs: each command in it, drawing and proving it, and what comes through its door."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

import msgspec

from sessions.floor.scope import Network, Scope
from sessions.stations.boundary import machine
from sessions.stations.boundary.bounds import Boundary
from sessions.stations.boundary.draw import draw
from sessions.stations.boundary.machine import Machine
from sessions.stations.boundary.proof import prove
from tests.bench.figure import Figure
from tests.support.boundary.site import Site

COMMAND_MS = 15.0
_LONG = 200_000_000


def figures(quick: bool) -> Iterator[Figure]:
    """Each against the same command without a boundary, turn by turn, so that both see the same load."""
    here = machine.here()
    runs = 15 if quick else 60
    site = Site(root=True)
    try:
        if here.bubblewrap:
            yield from _figures(site, runs, quick)
        if here.landlock:
            confined = draw(site.bounds, Machine(landlock=here.landlock, trouble="measured"))
            yield Figure("Landlock: cost of a command", _cost(site, confined, runs), "ms")
    finally:
        site.close()


def _figures(site: Site, runs: int, quick: bool) -> Iterator[Figure]:
    boundary = draw(site.bounds)
    yield Figure("sandbox cost of a command", _cost(site, boundary, runs), "ms", COMMAND_MS)
    with_door = draw(msgspec.structs.replace(site.bounds, model="127.0.0.1:9"))
    yield Figure("the same with a way to its model, once for an agent", _cost(site, with_door, runs // 3), "ms")
    drawn = [_timed(lambda: draw(site.bounds)) for _ in range(runs)]
    yield Figure("drawing a boundary", median(drawn), "ms")
    yield Figure("proving it", median(_timed(lambda: prove(boundary, site.bounds)) for _ in range(runs)), "ms")
    if not quick:
        yield Figure("200 MB through its proxy", _through_the_proxy(site), "s")


def _cost(site: Site, boundary: Boundary, runs: int) -> float:
    """The middle of what it takes longer, in milliseconds."""
    env = dict(boundary.environment)

    def run(*words: str) -> float:
        return _timed(lambda: subprocess.run(words, cwd=site.place, env=env, check=True, stdin=subprocess.DEVNULL))

    return median(run(*boundary.wrap(["/bin/true"])) - run("/bin/true") for _ in range(runs))


def _timed(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1_000


class _Long(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(_LONG))
        self.end_headers()
        for _ in range(_LONG // 1_000_000):
            self.wfile.write(b"x" * 1_000_000)

    def log_message(self, *_: object) -> None:
        pass


def _through_the_proxy(site: Site) -> float:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Long)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hosts = (f"localhost:{server.server_port}",)
    boundary = draw(msgspec.structs.replace(site.bounds, scope=Scope(network=Network.LISTED, hosts=hosts)))
    script = "import os, urllib.request\nos.environ['no_proxy'] = ''\n"
    script += f"with urllib.request.urlopen('http://{hosts[0]}/') as answer:\n while answer.read(1 << 20): pass\n"
    took = _timed(lambda: site.run(["/usr/bin/python3", "-c", script], boundary))
    server.shutdown()
    server.server_close()
    return took / 1_000
