"""Names of branches as visible text, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.branches.git.names import ref_bytes, shown, shown_path
from sessions.text import clean


@given(st.binary() | st.text(alphabet="\\xuU05cf\u200b").map(str.encode))
def test_every_name_is_visible_and_leads_back(raw: bytes) -> None:
    name = shown(raw)
    assert name.isprintable()
    assert ref_bytes(name) == raw
    name.encode()


@given(st.text())
def test_text_leads_back(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    assert ref_bytes(shown(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"feature/login", "feature/login"),
        ("größe-🙂".encode(), "größe-🙂"),
        (b"bad\xffname", "bad\\xffname"),
        ("a\u202eb".encode(), "a\\u202eb"),
        ("a\u200bb".encode(), "a\\u200bb"),
        (b"c1\xc2\x9b31m", "c1\\u009b31m"),
        ("tag\U000e0001".encode(), "tag\\U000e0001"),
        (b"dos\\path", "dos\\path"),
        (b"\\x41 \\Uffffffff", "\\x5cx41 \\x5cUffffffff"),
    ],
)
def test_invisible_parts_are_written_out(raw: bytes, name: str) -> None:
    assert shown(raw) == name
    assert clean(name) == name


def test_a_path_stays_itself_where_it_can() -> None:
    assert shown_path(Path("/home/ada/work trees/größe")) == "/home/ada/work trees/größe"
    assert shown_path(Path("/tmp/a\x1b[2J\n")) == "/tmp/a\\u001b[2J\\u000a"
