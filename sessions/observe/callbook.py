"""The one memory of what every model call has used, over all files, runs and restarts."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Protocol

import msgspec

from sessions.floor.tokens import Tokens
from sessions.observe.contract import Statement

KEY_BYTES = 16
REMEMBERED, FOLLOWED = 200_000, 10_000
"""Calls held in memory before the older half is left to the journal: while the past is read, where asking the journal
(20 µs) would take as long as reading, and afterwards, where it does not matter. A call takes 230 bytes."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, ...]).decode
KINDS = 6
_SEVEN = b"\x97"
"""How an array of seven begins in msgpack."""
_NOTHING = Tokens()


class PastCalls(Protocol):
    """The calls that the journal knows (see `sessions.journal.reader`)."""

    def call(self, key: bytes) -> bytes | None: ...

    def has_calls(self) -> bool: ...


class Calls:
    """A `CallBook` over the journal: what it learns is taken by `take` and committed with the events it led to."""

    def __init__(self, past: PastCalls | None = None, remembered: int = REMEMBERED) -> None:
        self._past = past
        self._look = past is not None and past.has_calls()
        self._remembered = remembered
        self._recent: dict[bytes, bytes] = {}
        self._older: dict[bytes, bytes] = {}
        self._new: dict[bytes, bytes] = {}

    def state(self, call: str, tokens: Tokens, partial: bool = False) -> Statement | None:
        """Note that `call` has used `tokens` so far; the last statement wins, so the difference may be negative.

        What was once stated in full stays so.
        """
        key = call_key(call)
        known = self._known(key)
        partial = partial and (known is None or is_partial(known))
        body = encode_tokens(tokens, partial)
        if known == body:
            return None
        self._recent[key] = self._new[key] = body
        if known is None:
            return Statement(tokens, 1)
        return Statement(tokens - decode_tokens(known), 0, not partial and is_partial(known))

    def knows(self, call: str) -> bool:
        """Whether any statement of the call was noted, in this run or before."""
        return self._known(call_key(call)) is not None

    def take(self) -> Mapping[bytes, bytes]:
        """What was learned since the last taking, for the journal."""
        new, self._new = self._new, {}
        if len(self._recent) > self._remembered and self._past is not None:
            self._older, self._recent, self._look = self._recent, {}, True
        return new

    def settle(self) -> None:
        """The past was read and is committed: leave it to the journal, and hold few calls from now on."""
        if self._past is not None:
            self._remembered = min(self._remembered, FOLLOWED)
            self._recent, self._older = dict(self._new), {}
            self._look = True

    def _known(self, key: bytes) -> bytes | None:
        body = self._recent.get(key) or self._older.get(key)
        if body is None and self._look and self._past is not None:
            body = self._past.call(key)
            if body is not None:
                self._recent[key] = body
        return body


class Loose:
    """A `CallBook` without a journal: nothing of it outlives the reading, so nothing is packed for being kept."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Tokens, bool]] = {}

    def state(self, call: str, tokens: Tokens, partial: bool = False) -> Statement | None:
        """As `Calls.state`."""
        known = self._known.get(call)
        if known is None:
            self._known[call] = (tokens, partial)
            return Statement(tokens, 1)
        before, was_partial = known
        partial = partial and was_partial
        if before == tokens and partial == was_partial:
            return None
        self._known[call] = (tokens, partial)
        return Statement(tokens - before, 0, was_partial and not partial)

    def knows(self, call: str) -> bool:
        """As `Calls.knows`."""
        return call in self._known

    def take(self) -> Mapping[bytes, bytes]:
        """Nothing, for no journal."""
        return {}

    def settle(self) -> None:
        """There is nobody to leave it to."""


def call_key(call: str) -> bytes:
    """The key of a call's identity in the journal."""
    return blake2b(call.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def encode_tokens(t: Tokens, partial: bool = False) -> bytes:
    """Tokens as the journal keeps them: six numbers, and a seventh where they are known to be less than was used."""
    numbers = (t.input, t.cache_write_5m, t.cache_write_1h, t.cache_read, t.output, t.thinking)
    return _encode((*numbers, 1) if partial else numbers)


def decode_tokens(body: bytes) -> Tokens:
    """The reverse of `encode_tokens`; an unreadable body counts as nothing used, which overcounts rather than fails."""
    try:
        return Tokens(*_decode(body)[:KINDS])
    except (msgspec.DecodeError, TypeError):
        return _NOTHING


def is_partial(body: bytes) -> bool:
    """Whether the tokens in `body` are known to be less than was used."""
    return body[:1] == _SEVEN
