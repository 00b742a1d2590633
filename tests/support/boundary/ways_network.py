"""Ways out by sockets: to services of this machine, and to the world."""

from __future__ import annotations

from tests.support.boundary.escape import Control, Escape, Kind

_TALK = """\
import os, socket
env = os.environ
def to(kind, address, family=socket.AF_INET):
    end = socket.socket(family, kind)
    end.settimeout(2)
    end.connect(address)
    end.send(b"hello")
"""
_ASK = """\
import os, socket
port = os.environ["TCP"]
def ask(first):
    with socket.create_connection(("127.0.0.1", int(os.environ["http_proxy"].rpartition(":")[2])), 5) as end:
        end.sendall(first.encode() + b"\\r\\n\\r\\n")
        if b" 403 " not in end.recv(4096):
            print("ESCAPED", first)
"""
_UNLISTED = (
    _ASK
    + """\
for name in ("evil.test", "example", "files.test.evil.test", "xfiles.test", "files.test:22", "files.test\\x00.evil"):
    ask(f"CONNECT {name if name[-1] == '2' else name + ':443'} HTTP/1.1")
"""
)
_INWARD = (
    _ASK
    + """\
for name in ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "127.1", "2130706433", "[::ffff:127.0.0.1]", "LOCALHOST."):
    ask(f"CONNECT {name}:{port} HTTP/1.1")
    ask(f"GET http://{name}:{port}/ HTTP/1.1")
"""
)

WAYS = (
    Escape(
        "unix socket",
        "connects to one outside, as that of Docker",
        _TALK + "to(socket.SOCK_STREAM, env['SOCKET'], socket.AF_UNIX)",
        python=True,
    ),
    Escape(
        "abstract socket",
        "connects to one that has no file",
        _TALK + "to(socket.SOCK_STREAM, '\\0' + env['TAG'], socket.AF_UNIX)",
        python=True,
    ),
    Escape(
        "ssh-agent, D-Bus",
        "looks for their sockets where they usually are",
        "[ \"$(ls -A /run /var/run 2>/dev/null | grep -v '^/')\" ] && echo ESCAPED",
    ),
    Escape(
        "loopback services",
        "connects to a service of this machine",
        _TALK + "to(socket.SOCK_STREAM, ('127.0.0.1', int(env['TCP'])))",
        python=True,
        abi=4,
    ),
    Escape(
        "DNS out",
        "sends a datagram, as a question to a name server",
        _TALK + "to(socket.SOCK_DGRAM, ('127.0.0.1', int(env['UDP'])))",
        python=True,
    ),
    Escape(
        "the machine's host",
        "opens a socket to the host of a virtual machine",
        "import socket\nsocket.socket(40, socket.SOCK_STREAM)\nprint('ESCAPED')\n",
        python=True,
        control=Control.NO,
    ),
    Escape(
        "raw packets",
        "opens a socket below the network",
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW, 1)\nprint('ESCAPED')\n",
        python=True,
        control=Control.ROOT,
    ),
    Escape(
        "other interfaces",
        "looks for one beside its loopback",
        "tail -n +3 /proc/net/dev | grep -v ' lo:' | grep -q . && echo ESCAPED",
        landlock="it shows the machine's interfaces, but nothing can be sent by them",
    ),
    Escape(
        "a host that is not listed",
        "asks the proxy for it",
        _UNLISTED,
        python=True,
        kind=Kind.LISTED,
        control=Control.NO,
    ),
    Escape(
        "this machine by the proxy",
        "asks the proxy for the loopback, by all its names",
        _INWARD,
        python=True,
        kind=Kind.LISTED,
        control=Control.NO,
    ),
)
