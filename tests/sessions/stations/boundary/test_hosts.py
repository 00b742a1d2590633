"""Which hosts a list means, and what leads back into this machine."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.stations.boundary.apart import hosts, proxy


@pytest.mark.parametrize(
    ("entries", "target", "is_allowed"),
    [
        (["example.com"], "example.com:443", True),
        (["example.com"], "example.com:80", True),
        (["example.com"], "EXAMPLE.com.:443", True),
        (["Example.COM."], "example.com:443", True),
        (["example.com"], "example.com:22", False),
        (["example.com:22"], "example.com:22", True),
        (["example.com:22"], "example.com:443", False),
        (["example.com"], "www.example.com:443", False),
        (["*.example.com"], "www.example.com:443", True),
        (["*.example.com"], "a.b.example.com:443", True),
        (["*.example.com"], "example.com:443", False),
        (["*.example.com"], "evilexample.com:443", False),
        (["example.com"], "example.com.evil.test:443", False),
        (["bücher.example"], "xn--bcher-kva.example:443", True),
        (["[::1]:8080"], "[::1]:8080", True),
        (["10.1.2.3"], "10.1.2.3:443", True),
        (["10.1.2.3"], "10.1.2.30:443", False),
        ([], "example.com:443", False),
        (["example.com"], ":443", False),
    ],
)
def test_the_list_means_what_it_says(entries: list[str], target: str, is_allowed: bool) -> None:
    host, port = hosts.split(target)
    assert port is not None
    assert hosts.allowed(entries, host, port) is is_allowed


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "::",
        "169.254.169.254",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "224.0.0.1",
    ],
)
def test_addresses_that_lead_inward_are_known(address: str) -> None:
    assert hosts.is_inward(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "10.1.2.3", "2606:2800:220:1::1"])
def test_others_do_not(address: str) -> None:
    assert not hosts.is_inward(address)


@given(st.text(), st.lists(st.text(max_size=20), max_size=3))
def test_any_words_are_taken(text: str, entries: list[str]) -> None:
    host, port = hosts.split(text)
    hosts.trouble(text)
    hosts.allowed(entries, host, port or 443)


def own_address() -> str:
    """The one by which this machine reaches others; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@pytest.mark.parametrize("address", ["127.0.0.1", own_address()])
def test_a_listed_name_that_leads_here_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Whoever owns a name may let it lead to this machine."""
    listener = socket.create_server((address, 0))
    port = listener.getsockname()[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    refused: list[tuple[str, int]] = []
    with pytest.raises(proxy.RefusedError, match="leads to this machine itself"):
        proxy.connect([f"rebound.test:{port}"], "rebound.test", port, lambda *what: refused.append(what))
    assert refused == [("rebound.test", port)]
    listener.close()


def asked(first: bytes, entries: list[str]) -> bytes:
    """What the proxy answers to these bytes."""
    ours, theirs = socket.socketpair()
    serving = threading.Thread(target=proxy.serve, args=(theirs, entries, lambda *_: None))
    serving.start()
    with ours:
        ours.settimeout(20)
        ours.sendall(first)
        ours.shutdown(socket.SHUT_WR)
        answer = b""
        while portion := ours.recv(65_536):
            answer += portion
    serving.join(20)
    return answer


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (b"CONNECT evil.test:443 HTTP/1.1\r\n\r\n", b"403"),
        (b"GET http://evil.test/ HTTP/1.1\r\nHost: files.test\r\n\r\n", b"403"),
        (b"GET http://files.test@evil.test/ HTTP/1.1\r\n\r\n", b"403"),
        (b"GET /path HTTP/1.1\r\nHost: files.test\r\n\r\n", b"400"),
        (b"GET ftp://files.test/ HTTP/1.1\r\n\r\n", b"400"),
        (b"\x05\x01\x00", b"400"),
        (b"CONNECT files.test:99999 HTTP/1.1\r\n\r\n", b"400"),
        (b"CONNECT files.test HTTP/2\r\n\r\n", b"400"),
        (b"x" * (proxy.LONGEST + 2), b"431"),
    ],
)
def test_what_is_no_request_for_a_listed_host_is_refused(first: bytes, status: bytes) -> None:
    assert asked(first, ["files.test"]).split(b" ")[1] == status


@given(st.binary(max_size=300))
def test_no_bytes_break_it(first: bytes) -> None:
    answer = asked(first + b"\r\n\r\n", [])
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


def test_a_plain_request_goes_on_without_what_is_meant_for_the_proxy() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    heard: list[bytes] = []

    def answer() -> None:
        end, _ = listener.accept()
        with end:
            heard.append(end.recv(65_536))
            end.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    serving = threading.Thread(target=answer)
    serving.start()
    request = (
        f"POST http://localhost:{port}/a?b=c HTTP/1.1\r\nHost: localhost:{port}\r\nProxy-Authorization: secret\r\n"
        "Connection: keep-alive\r\nX-Own: 1\r\nContent-Length: 4\r\n\r\nbody"
    )
    assert asked(request.encode(), [f"localhost:{port}"]).startswith(b"HTTP/1.1 204")
    serving.join(20)
    listener.close()
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert (b"secret" in head, b"keep-alive" in head, b"X-Own: 1" in head, body) == (False, False, True, b"body")
