"""The call book states differences, and knows after a restart what the journal knows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.tokens import Tokens
from sessions.observe.callbook import KEY_BYTES, Calls, decode_tokens, encode_tokens
from sessions.observe.contract import Statement

COUNTS = st.lists(st.integers(0, 10**12), min_size=6, max_size=6)


class Journal:
    """The calls of a journal."""

    def __init__(self) -> None:
        self.calls: dict[bytes, bytes] = {}

    def call(self, key: bytes) -> bytes | None:
        return self.calls.get(key)

    def has_calls(self) -> bool:
        return bool(self.calls)


def test_statements_become_differences() -> None:
    book = Calls()
    assert book.state("a", Tokens(1, output=5)) == Statement(Tokens(1, output=5), 1)
    assert book.state("a", Tokens(1, output=5)) is None
    assert book.state("a", Tokens(1, output=3)) == Statement(Tokens(output=-2), 0)
    assert book.state("b", Tokens()) == Statement(Tokens(), 1)
    assert book.state("b", Tokens()) is None


def test_what_was_stated_in_part_is_settled_once_and_what_was_in_full_stays_so() -> None:
    book = Calls()
    assert book.state("a", Tokens(output=5), partial=True) == Statement(Tokens(output=5), 1)
    assert book.state("a", Tokens(output=7), partial=True) == Statement(Tokens(output=2), 0)
    assert book.state("a", Tokens(output=9)) == Statement(Tokens(output=2), 0, settled=True)
    assert book.state("a", Tokens(output=12), partial=True) == Statement(Tokens(output=3), 0)
    assert book.state("a", Tokens(output=12)) is None, "it was settled before"


def test_taken_calls_are_known_after_a_restart() -> None:
    journal = Journal()
    book = Calls(journal)
    book.state("a", Tokens(output=5))
    book.state("half of a pair \ud800", Tokens(output=1))
    journal.calls.update(book.take())
    assert not book.take()
    assert all(len(key) == KEY_BYTES for key in journal.calls)
    again = Calls(journal)
    assert again.state("a", Tokens(output=5)) is None
    assert again.state("a", Tokens(output=9)) == Statement(Tokens(output=4), 0)
    assert again.state("half of a pair \ud800", Tokens(output=1)) is None


def test_memory_is_bounded_and_the_journal_answers_for_the_rest() -> None:
    journal = Journal()
    book = Calls(journal, remembered=10)
    for number in range(1_000):
        book.state(f"call {number}", Tokens(output=number))
        journal.calls.update(book.take())
    assert len(book._recent) + len(book._older) <= 24
    assert book.state("call 0", Tokens()) is None
    assert book.state("call 7", Tokens(output=8)) == Statement(Tokens(output=1), 0)


def test_once_the_past_is_committed_the_journal_answers_for_it() -> None:
    journal = Journal()
    book = Calls(journal)
    for number in range(100):
        book.state(f"call {number}", Tokens(output=number))
    journal.calls.update(book.take())
    book.state("not taken yet", Tokens(output=3))
    book.settle()
    assert len(book._recent) + len(book._older) == 1
    assert book.state("call 7", Tokens(output=8)) == Statement(Tokens(output=1), 0)
    assert book.state("not taken yet", Tokens(output=3)) is None
    alone = Calls()
    alone.state("a", Tokens(output=5))
    alone.settle()
    assert alone.state("a", Tokens(output=5)) is None, "nobody else knows"


@given(COUNTS)
def test_tokens_survive_encoding(counts: list[int]) -> None:
    tokens = Tokens(*counts)
    assert decode_tokens(encode_tokens(tokens)) == tokens


@given(st.binary())
def test_a_damaged_body_counts_as_nothing(body: bytes) -> None:
    assert decode_tokens(body).total >= 0 or len(body) > 6
