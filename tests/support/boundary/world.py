"""What surrounds a station and may come to harm: sockets, a process, memory, files. It is looked at from outside."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from sessions.floor.scope import Network, Scope
from sessions.stations.boundary.bounds import MIB, Boundary, Bounds, Limits
from sessions.stations.boundary.machine import Machine
from tests.support.boundary.escape import Escape, Kind
from tests.support.boundary.site import SCOPE, SECRET, Site

ESCAPED = "ESCAPED"
"""What a script prints that got where it should not."""
MARK = "ft-escape"
_SMALL = Limits(file_bytes=MIB, processes=40, memory_files=MIB, shared_memory=MIB)
_GONE_S, _ANSWER_S = 1.0, 20.0


class World:
    """A site with what lies around it. It is put back as it was after each attack."""

    def __init__(self, *, root: bool = False) -> None:
        self.site = Site(root=root)
        self.base = self.site.base
        self.tag = f"{MARK}-{os.getpid()}-{'r' if root else 'u'}"
        (self.base / "run").mkdir()
        self.sockets = list(self._listeners())
        self.shared = [Path("/dev/shm", self.tag), Path("/tmp", self.tag)]
        for path in self.shared:
            path.write_text(SECRET)
        self.memory = _said("ipcmk", "-M", "4096", "-p", "0666").split()[-1]
        for path in (self.base / "run", *self.shared):
            self.site.give(path)
        self.pristine = self.base.with_name(self.base.name + "-as-it-was")
        _said("cp", "-a", str(self.base), str(self.pristine))
        self.before, self.as_it_was = self.site.outside(), _state(self.base)
        self.victim = self._victim()
        self._drawn: dict[tuple[Kind, Machine | None], Boundary] = {}

    def close(self) -> None:
        self.site.close()
        self._end_victim()
        for end in self.sockets:
            end.close()
        for path in self.shared:
            path.unlink(missing_ok=True)
        _said("ipcrm", "-m", self.memory)
        shutil.rmtree(self.pristine, ignore_errors=True)

    def _listeners(self) -> Iterator[socket.socket]:
        for address in (str(self.base / "run/docker.sock"), "\0" + self.tag):
            end = socket.socket(socket.AF_UNIX)
            end.bind(address)
            end.listen(8)
            yield end
        tcp = socket.socket()
        tcp.bind(("127.0.0.1", 0))
        tcp.listen(8)
        udp = socket.socket(type=socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        self.tcp, self.udp = tcp.getsockname()[1], udp.getsockname()[1]
        yield from (tcp, udp)

    def _victim(self) -> subprocess.Popen[bytes]:
        env = {"PATH": os.environ["PATH"], "KEY": SECRET}
        pipe = subprocess.PIPE
        return subprocess.Popen([*self.site.before, "cat"], env=env, stdin=pipe, stdout=pipe, bufsize=0)

    def _victim_answers(self) -> bool:
        """A process that was ended says nothing more, however late the machine takes it away."""
        assert self.victim.stdin and self.victim.stdout
        with contextlib.suppress(OSError):
            self.victim.stdin.write(b"?")
            said, _, _ = select.select([self.victim.stdout], [], [], _ANSWER_S)
            return bool(said) and self.victim.stdout.read(1) == b"?"
        return False

    def _end_victim(self) -> None:
        self.victim.kill()
        self.victim.communicate()

    def bounds(self, kind: Kind) -> Bounds:
        bounds = self.site.bounds
        if kind is Kind.WIDE:
            return msgspec.structs.replace(bounds, scope=Scope())
        if kind is Kind.LISTED:
            listed = msgspec.structs.replace(SCOPE, network=Network.LISTED, hosts=("*.example", "files.test"))
            return msgspec.structs.replace(bounds, scope=listed)
        if kind is Kind.NARROW:
            return msgspec.structs.replace(bounds, scope=msgspec.structs.replace(SCOPE, read=("src/**",)))
        if kind is Kind.SMALL:
            return msgspec.structs.replace(bounds, limits=_SMALL)
        return msgspec.structs.replace(bounds, terminal=kind is Kind.TERMINAL)

    def boundary(self, kind: Kind, on: Machine | None = None) -> Boundary:
        key = (kind, on)
        if key not in self._drawn:
            kept, self.site.bounds = self.site.bounds, self.bounds(kind)
            self._drawn[key] = self.site.draw(on)
            self.site.bounds = kept
            private = self.site.bounds.private.relative_to(self.base)
            shutil.rmtree(self.pristine / private)
            _said("cp", "-a", str(self.base / private), str(self.pristine / private))
            self.as_it_was = _state(self.pristine)
        return self._drawn[key]

    def tried(self, escape: Escape, boundary: Boundary | None) -> str:
        """What harm an attack did, "" for none; then all is as before."""
        argv = ["/usr/bin/python3", "-I", "-S", "-c"] if escape.python else ["/bin/sh", "-c"]
        run = self._in_terminal if escape.kind is Kind.TERMINAL else self._run
        begins = "print('BEGUN', flush=True)\n" if escape.python else "echo BEGUN\n"
        begun, _, said = run([*argv, begins + escape.script], boundary).partition("BEGUN")
        assert said, f"it was not even tried: {begun}"
        if escape.git:
            said += self._host_looks(careful=boundary is not None)
        try:
            return self.harm(escape, said)
        finally:
            self.restore()

    def _environment(self) -> dict[str, str]:
        site = self.site
        return {
            **{"PLACE": str(site.place), "GIT": str(site.git_dir), "REPO": str(site.common), "BASE": str(self.base)},
            **{"SIBLING": str(self.base / "places/two/work"), "OPERATOR": str(self.base / "home")},
            **{"VICTIM": str(self.victim.pid), "TCP": str(self.tcp), "UDP": str(self.udp), "TAG": self.tag},
            **{
                "MEMORY": self.memory,
                "TRAP": f"touch {site.fired}; false",
                "SOCKET": str(self.base / "run/docker.sock"),
            },
        }

    def _run(self, argv: list[str], boundary: Boundary | None) -> str:
        env = self._environment() | ({} if boundary else {"OPERATORS_KEY": SECRET})
        words = argv if boundary is None else boundary.wrap(argv)
        leaves_open = ("/bin/sh", "-c", 'exec 5<"$1"; shift; exec "$@"', "sh", str(self.base / "home"))
        return self.site.run([*leaves_open, *words], env=env, around=boundary).stdout.decode(errors="replace")

    def _in_terminal(self, argv: list[str], boundary: Boundary | None) -> str:
        """Run it in a terminal of its own."""
        ours, theirs = os.openpty()
        words = list(boundary.wrap(argv)) if boundary else argv
        env = {"PATH": os.environ["PATH"], **self._environment(), **(boundary.environment if boundary else {})}
        with subprocess.Popen(
            [*self.site.before, "setsid", "--ctty", "--wait", *words],
            cwd=self.site.place,
            env=env,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            os.close(theirs)
            said, _ = process.communicate(timeout=30)
        os.close(ours)
        return said.decode(errors="replace")

    def _host_looks(self, *, careful: bool) -> str:
        """The host runs git in the place: as the product does, or as anybody would."""
        if careful:
            self.site.host_git("status", "--porcelain", "--ignore-submodules=dirty")
            self.site.host_git("diff", "--stat", "--ignore-submodules=dirty", "HEAD")
            return ""
        self.site.sh("git status; git commit --allow-empty -qm host; git checkout -q -b host")
        return ""

    def harm(self, escape: Escape, said: str) -> str:
        """What came to harm."""
        hits = [end for end in self.sockets if select.select([end], [], [], 0)[0]]
        for end in hits:
            if end.type == socket.SOCK_DGRAM:
                end.recv(4096)
            else:
                end.accept()[0].close()
        found = [
            (SECRET in said, "a secret was read"),
            (ESCAPED in said, said[-200:]),
            (bool(hits), "a socket outside was reached"),
            (not self._victim_answers(), "a process outside was ended"),
            (self.site.fired.exists(), "the host ran a program of the station's"),
            (self.site.outside() != self.before, "files outside were changed"),
            (any(path.read_text() != SECRET for path in self.shared), "shared memory or /tmp was changed"),
            (escape.landed(self, said), "it got where it should not"),
        ]
        return "; ".join(text for is_so, text in found if is_so)

    def flooded(self) -> bool:
        """Whether files were made where others have theirs; they are taken away."""
        tops = ("/tmp", "/dev/shm", "/var/tmp")
        found = [path for top in tops if (path := Path(top, f"{self.tag}.d")).exists()]
        for path in found:
            shutil.rmtree(path)
        return bool(found)

    def restore(self) -> None:
        if not self._victim_answers():
            self._end_victim()
            self.victim = self._victim()
        for path in self.shared:
            path.write_text(SECRET)
        now = _state(self.base)
        for name in sorted(now.keys() - self.as_it_was.keys()):
            _remove(self.base / name)
        for name, kept in sorted(self.as_it_was.items()):
            if now.get(name) != kept:
                self._bring_back(name, now.get(name))

    def _bring_back(self, name: str, now: tuple[int, ...] | None) -> None:
        path, was = self.base / name, self.pristine / name
        if now is not None and not (path.is_dir() and was.is_dir() and not path.is_symlink()):
            _remove(path)
        if was.is_dir():
            path.mkdir(exist_ok=True)
            shutil.copystat(was, path)
        else:
            shutil.copy2(was, path)
        os.chown(path, was.stat().st_uid, was.stat().st_gid)


def survivor(_: World, __: str) -> bool:
    """Whether a process that the attack left behind is still there; it is ended."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and b"sleep\x0098765" in (entry / "cmdline").read_bytes():
                handle = os.pidfd_open(int(entry.name))
                try:
                    if not select.select([handle], [], [], _GONE_S)[0]:
                        signal.pidfd_send_signal(handle, signal.SIGKILL)
                        return True
                finally:
                    os.close(handle)
    return False


def longer_than(size: int) -> Callable[[World, str], bool]:
    """Whether the place has a file that is longer."""
    return lambda world, _: any(path.stat().st_size > size for path in (world.site.place / "src").rglob("*.big"))


def _state(folder: Path, prefix: str = "") -> dict[str, tuple[int, ...]]:
    """Enough of all that lies in a directory to see what was changed."""
    found: dict[str, tuple[int, ...]] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            kept = entry.stat(follow_symlinks=False)
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                found[name] = (kept.st_mode,)
                found |= _state(folder / entry.name, f"{name}/")
            else:
                found[name] = (kept.st_mode, kept.st_size, kept.st_mtime_ns, kept.st_nlink)
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout
