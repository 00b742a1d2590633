"""Looking for bytes: the quick way finds what the plain one finds."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from sessions.find import find, plain

BYTES = st.lists(st.sampled_from([b'"input_tokens"', b'"input_', b'"', b"tokens", b"\n", b"\0", b"\xff" * 70])).map(
    b"".join
)


@given(BYTES, st.sampled_from([b'"input_tokens"', b"\n", b'"i', b"\0"]), st.integers(0, 300), st.integers(0, 300))
@example(b'"input_tokens"', b'"input_tokens"', 0, 13)
@example(b'"input_tokens"', b'"input_tokens"', 1, 14)
@example(b"", b"\n", 0, 0)
def test_what_is_found_does_not_depend_on_how(data: bytes, sign: bytes, begin: int, end: int) -> None:
    end = min(end, len(data))
    begin = min(begin, end)
    assert find(data, sign, begin, end) == plain(data, sign, begin, end)
    assert find(bytearray(data), sign, begin, end) == data.find(sign, begin, end)
