"""Events and states as bytes and back: JSON, one event a line, which any tool can read.

A newer program may have written events this one does not know, and a hostile file anything at all. Whatever cannot be
read becomes a counted `SourceSkipped`, so that numbering holds and nothing is dropped in silence.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import get_args

import msgspec
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.state import FloorState
from sessions.harmless import map_strings
from sessions.journal.lifting import lift
from sessions.text import clean

MAX_TIME = 253_402_300_799.0
"""The last second of the year 9999; times of events lie between 0 and this."""
MAX_STATE_BYTES = 1 << 28
"""Longest state that is unpacked, so that a hostile one cannot fill the memory: a floor of a million sessions."""

Lift = Callable[[dict[str, object]], dict[str, object]]
LIFTS: dict[str, Lift] = {}
"""By old tag: a function that turns such an event into the next version of it, `type` included."""

TAGS: dict[type[ev.Event], str] = {kind: str(kind.__struct_config__.tag) for kind in get_args(ev.AnyEvent)}
"""The tag that each kind of event is written with."""
_KNOWN = frozenset(TAGS.values())
_KINDS = {tag: kind for kind, tag in TAGS.items()}
_TAG = b'{"type":"'


class Encoded(tuple[ev.Event, ...]):
    """Events as the journal holds them and the line of each, made once for everybody who needs them."""

    bodies: list[bytes]

    @classmethod
    def of(cls, events: Iterable[ev.Event], bodies: list[bytes]) -> Encoded:
        made = cls(events)
        made.bodies = bodies
        return made


_encoder = msgspec.json.Encoder()


@cache
def _events() -> msgspec.json.Decoder[ev.AnyEvent]:
    """Made when first an event is read, which a floor painted from its checkpoint does not wait for."""
    return msgspec.json.Decoder(ev.AnyEvent)


@cache
def _states() -> msgspec.json.Decoder[FloorState]:
    """Made when first a state is read, which a console that begins with its last floor does not wait for."""
    return msgspec.json.Decoder(FloorState)


def decode(line: bytes) -> ev.Event:
    """The event in `line`; one that cannot be read becomes a `SourceSkipped`."""
    try:
        return _events().decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _decode_other(line)


def may_be(line: bytes, kinds: Collection[type[ev.Event]]) -> bool:
    """Whether the event in `line` may be of one of these kinds; only reading it tells for sure."""
    kind = _KINDS.get(tag_of(line))
    return kind is None or kind in kinds


def tag_of(line: bytes) -> str:
    """The tag of the event in `line`, where it stands first as this program writes it; else nothing."""
    if not line.startswith(_TAG):
        return ""
    return line[len(_TAG) : line.find(b'"', len(_TAG))].decode("ascii", "replace")


def told(line: bytes) -> bytes:
    """A line of a journal; of a damaged one what its readers make of it, since it would spoil what it is told with."""
    try:
        return bytes(msgspec.json.decode(line, type=msgspec.Raw))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return encode_all([decode(line)])[1][0]


def decode_array(body: bytes | msgspec.Raw) -> list[ev.Event]:
    """The events in a JSON array of bodies, as `decode` would read each. Raises `FactoryError` when it is none."""
    try:
        return list(_arrays().decode(body))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        pass  # one of them is not known here: the others are
    try:
        return decode_all(bytes(each) for each in msgspec.json.decode(body, type=tuple[msgspec.Raw, ...]))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FactoryError(f"not a list of events ({error})") from error


def decode_all(lines: Iterable[bytes]) -> list[ev.Event]:
    """The events in `lines`, as `decode` would read each."""
    return [decode(line) for line in lines]


def missing(after: int, numbers: Iterable[int]) -> int:
    """The first number that `numbers`, which ascend from above `after`, leave out."""
    due = after + 1
    for number in numbers:
        if number != due:
            break
        due += 1
    return due


def stored(value: object) -> bytes:
    """What a database gives for bytes that were stored; of a damaged one it may be anything, and then nothing."""
    return value if isinstance(value, bytes) else b""


def storable_text(text: str) -> str:
    """The text without lone surrogates, which a file name may bring along."""
    return text.encode("utf-8", "replace").decode()


def storable(event: ev.Event) -> ev.Event:
    """The event as it will be read back: without lone surrogates and with a time that can be a time."""
    event = map_strings(event, storable_text)
    return event if 0.0 <= event.time <= MAX_TIME else replace(event, time=_possible(event.time))


@cache
def _arrays() -> msgspec.json.Decoder[tuple[ev.AnyEvent, ...]]:
    return msgspec.json.Decoder(tuple[ev.AnyEvent, ...])


def encode_all(events: Sequence[ev.Event]) -> tuple[Sequence[ev.Event], list[bytes]]:
    """Events made storable where they are not, and their lines."""
    if any(not 0.0 <= event.time <= MAX_TIME for event in events):
        events = [storable(event) for event in events]
    try:
        return events, [_encoder.encode(event) for event in events]
    except UnicodeEncodeError:
        events = [storable(event) for event in events]
        return events, [_encoder.encode(event) for event in events]


def encoded(events: Sequence[ev.Event]) -> Encoded:
    """The one door of the journal: the events as they will be read back, without secrets, and with their lines."""
    from sessions.secrets import without_secrets  # the first paint reads events, and writes none

    if isinstance(events, Encoded):
        return events
    events, bodies = encode_all(without_secrets(events))
    return Encoded.of(events, bodies)


def write_state(state: FloorState) -> bytes:
    """A state as JSON."""
    return _encoder.encode(state)


def encode_state(state: FloorState) -> bytes:
    """A state as compressed JSON. Level 1 of zlib is twice as fast as 6 and a quarter larger."""
    return zlib.compress(write_state(state), 1)


def decode_state(packed: bytes) -> FloorState:
    """The state that `encode_state` packed; `FactoryError` when it cannot be read."""
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(packed, MAX_STATE_BYTES)
    except zlib.error as error:
        raise FactoryError(f"a checkpoint is damaged ({error})") from error
    if not unpacker.eof:
        raise FactoryError("a checkpoint is cut off or too large")
    return read_state(body)


def read_state(body: bytes) -> FloorState:
    """A state from its JSON; `FactoryError` when it is none, or names things otherwise than it files them."""
    try:
        state = _decoded(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FactoryError(f"a checkpoint is damaged ({error})") from error
    ids = ((key, station.id) for key, station in state.stations.items())
    names = ((key, branch.name) for key, branch in state.branches.items())
    if any(key != own for key, own in chain(ids, names)):
        raise FactoryError("a checkpoint is damaged (it calls something by two names)")
    return state


def _decoded(body: bytes) -> FloorState:
    try:
        return _states().decode(body)
    except msgspec.ValidationError:
        fact = msgspec.json.decode(body)
        if not isinstance(fact, dict):
            raise
        lift(fact)
        return msgspec.convert(fact, FloorState)


def _possible(time: object) -> float:
    if not isinstance(time, int | float) or isinstance(time, bool) or math.isnan(time):
        return 0.0
    return float(min(max(time, 0.0), MAX_TIME))


def _decode_other(line: bytes) -> ev.Event:
    try:
        fact = msgspec.json.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ev.SourceSkipped(time=0.0, reason="unreadable event")
    if not isinstance(fact, dict):
        return ev.SourceSkipped(time=0.0, reason="unreadable event")
    tag = str(fact.get("type"))
    for _ in LIFTS:
        lift = LIFTS.get(tag)
        if lift is None:
            break
        fact = lift(fact)
        tag = str(fact.get("type"))
    time, source = _possible(fact.get("time")), fact.get("source")
    source = source if isinstance(source, str) else ""
    if tag not in _KNOWN:
        return ev.SourceSkipped(time=time, source=source, reason="unknown event", detail=clean(tag, 100))
    try:
        event: ev.AnyEvent = msgspec.convert(fact, ev.AnyEvent)
        return event
    except msgspec.MsgspecError:
        return ev.SourceSkipped(time=time, source=source, reason="unreadable event", detail=clean(tag, 100))
