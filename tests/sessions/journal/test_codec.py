"""Events and states as bytes: what is written is read back, and what cannot be read is counted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.conflicts import key_of
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.harmless import harmless, is_harmless, map_strings
from sessions.journal import codec
from tests.support.chance import of_hundred
from tests.support.journal import KINDS, event_lists, events, events_of_kind, line_of


@given(events)
def test_events_come_back_as_they_were(event: ev.Event) -> None:
    line = line_of(event)
    assert b"\n" not in line
    assert codec.decode(line) == event


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_is_in_the_vocabulary(kind: type[ev.Event]) -> None:
    tag = codec.TAGS[kind]
    assert tag.rpartition(".")[2].isdigit()

    @settings(max_examples=of_hundred(30))
    @given(events_of_kind(kind))
    def check(event: ev.Event) -> None:
        assert type(codec.decode(line_of(event))) is kind

    check()


@given(event_lists)
def test_states_come_back_as_they_were(facts: list[ev.Event]) -> None:
    state = fold_all(EMPTY, facts)
    assert codec.decode_state(codec.encode_state(state)) == state


@given(st.binary())
def test_no_bytes_break_the_reader(line: bytes) -> None:
    assert isinstance(codec.decode(line), ev.Event)


@settings(max_examples=of_hundred(50))
@given(st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_no_json_breaks_the_reader(value: object) -> None:
    for fact in (value, {"type": "tokens_used.1", "time": value}, {"type": value}):
        event = codec.decode(msgspec.json.encode(_without_surrogates(fact)))
        assert isinstance(event, ev.SourceSkipped)
        assert math.isfinite(event.time)


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def test_an_event_of_a_newer_program_is_counted() -> None:
    event = codec.decode(b'{"type":"station_paid.1","time":12.5,"source":"x","amount":3}')
    assert event == ev.SourceSkipped(time=12.5, source="x", reason="unknown event", detail="station_paid.1")
    assert fold_all(EMPTY, [event]).skipped == {"unknown event": 1}


def test_a_new_field_of_a_newer_program_is_left_out() -> None:
    line = b'{"type":"turn_finished.1","time":1.0,"station":"s","mood":["good"]}'
    assert codec.decode(line) == ev.TurnFinished(time=1.0, station="s")


def test_old_events_are_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(fact: dict[str, object]) -> dict[str, object]:
        return {**fact, "type": "turn_ended.2", "station": fact["agent"]}

    def second(fact: dict[str, object]) -> dict[str, object]:
        return {**fact, "type": "turn_finished.1"}

    monkeypatch.setitem(codec.LIFTS, "turn_ended.1", first)
    monkeypatch.setitem(codec.LIFTS, "turn_ended.2", second)
    line = b'{"type":"turn_ended.1","time":1.0,"agent":"s"}'
    assert codec.decode(line) == ev.TurnFinished(time=1.0, station="s")


@pytest.mark.parametrize("time", [math.nan, math.inf, -math.inf, -5.0, 1e300])
def test_impossible_times_are_made_possible(time: float) -> None:
    event = ev.TurnFinished(time=time, station="s")
    (stored,), (line,) = codec.encode_all([event])
    assert 0.0 <= stored.time <= codec.MAX_TIME
    assert codec.decode(line) == stored


def test_names_that_are_no_text_can_be_written() -> None:
    event = ev.ToolCalled(time=1.0, station="s", tool="Edit", file="caf\udce9.py")
    (stored,), (line,) = codec.encode_all([event])
    assert codec.decode(line) == stored == ev.ToolCalled(time=1.0, station="s", tool="Edit", file="caf?.py")
    assert line_of(event) == line


@pytest.mark.parametrize("packed", [b"", b"garbage", codec.encode_state(EMPTY)[:-3]])
def test_a_damaged_checkpoint_is_refused(packed: bytes) -> None:
    with pytest.raises(FactoryError, match="checkpoint"):
        codec.decode_state(packed)


def test_a_checkpoint_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_STATE_BYTES", 1_000)
    state = fold_all(EMPTY, [ev.StationOpened(time=1.0, station="s", kind="x" * 2_000)])
    with pytest.raises(FactoryError, match="too large"):
        codec.decode_state(codec.encode_state(state))


@given(events)
def test_harmless_is_never_said_of_what_cleaning_would_change(event: ev.Event) -> None:
    line = line_of(event)
    cleaned = harmless(event)
    if is_harmless(line):
        assert cleaned == map_strings(event, lambda text: text)
    assert is_harmless(line_of(cleaned)) or not line_of(cleaned).isascii() or b"\\" in line_of(cleaned)


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "\x7f", "\u202e", "\x9b2J", "e\u0301", "\u3164"])
def test_hostile_text_is_not_called_harmless(text: str) -> None:
    event = ev.TextWritten(time=1.0, station="s", text=text)
    assert not is_harmless(line_of(event))
    assert is_harmless(line_of(harmless(event))) or text == "e\u0301"


@pytest.mark.parametrize("text", ["plain", 'quote " and \\ backslash', "é … 漢字", "\\n is two characters"])
def test_ordinary_text_is_called_harmless(text: str) -> None:
    assert is_harmless(line_of(ev.TextWritten(time=1.0, station="s", text=text)))


def test_the_key_of_a_pair_stays_the_key() -> None:
    """What is made harmless on reading is made so name by name; a key must come out as made from those names."""
    for one, other in (("feature/a", "feature/b"), ("feature/a", "")):
        assert is_harmless(msgspec.json.encode(key_of(one, other)))
