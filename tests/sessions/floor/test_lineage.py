"""What was changed between two mappings is found, however they came to be."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import lineage
from sessions.floor.lineage import KEPT, Descendant, changed

KEYS = st.sampled_from("abcdef")
BATCH = st.lists(st.tuples(KEYS, st.booleans()), max_size=6)


def after(before: dict[str, object], batch: list[tuple[str, bool]]) -> Descendant[object]:
    now = Descendant(before)
    for key, there in batch:
        if there:
            now[key] = object()
        else:
            now.pop(key, None)
    return now


@given(st.lists(BATCH, min_size=1, max_size=8), st.data())
def test_what_is_told_is_what_differs(batches: list[list[tuple[str, bool]]], data: st.DataObject) -> None:
    line: list[dict[str, object]] = [{"a": object(), "b": object()}]
    for batch in batches:
        line.append(after(line[-1], batch))
    for one, other in [(line[0], line[-1]), *itertools.pairwise(line), (line[-1], line[1])]:
        wanted = {key for key in one | other if one.get(key) is not other.get(key)}
        assert set(changed(one, other)) == wanted
        assert set(changed(dict(one), other)) == set(changed(one, dict(other))) == wanted


def test_of_very_many_only_those_that_were_touched_are_looked_at() -> None:
    first = Descendant({str(number): object() for number in range(10_000)})
    second = after(first, [("1", True), ("2", False), ("new", True)])
    third = after(second, [("3", True)])
    assert third.since(first) == {"1", "2", "new", "3"}
    assert third.since(second) == {"3"}
    assert second.since(third) is None


def test_what_is_too_long_ago_is_not_remembered_and_found_all_the_same() -> None:
    first = last = Descendant[object]({"a": object()})
    for _ in range(KEPT + 2):
        last = after(last, [("b", True)])
    assert last.since(first) is None
    assert list(changed(first, last)) == ["b"]


def test_a_descendant_is_a_mapping_like_any_other() -> None:
    made = Descendant({"a": 1})
    made["b"] = 2
    del made["a"]
    assert made == {"b": 2}
    assert msgspec.json.encode(made) == b'{"b":2}'
    assert copy.deepcopy(made) == {"b": 2}
    with pytest.raises(KeyError):
        made.pop("a")


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.update(a=2),
        lambda made: made.setdefault("b", 2),
        lambda made: made.popitem(),
        lambda made: made.clear(),
        lambda made: made.__ior__({"a": 2}),
    ],
)
def test_a_descendant_is_not_changed_but_key_by_key(change: Callable[[Descendant[int]], object]) -> None:
    made = Descendant({"a": 1})
    with pytest.raises(TypeError, match="key by key"):
        change(made)
    assert made == {"a": 1}


def test_the_verdicts_of_a_floor_know_what_was_changed() -> None:
    from sessions.floor.conflicts import Outcome
    from sessions.floor.events import VerdictReached
    from sessions.floor.fold.fold import fold_all
    from sessions.floor.state import EMPTY

    first = fold_all(EMPTY, [VerdictReached(time=1.0, a="a", b="b", outcome=Outcome.CONFLICT)])
    second = fold_all(first, [VerdictReached(time=2.0, a="a", b="c", outcome=Outcome.CONFLICT)])
    third = fold_all(second, [VerdictReached(time=3.0, a="a", b="b", outcome=Outcome.CLEAN)])
    assert isinstance(third.verdicts, lineage.Descendant)
    assert third.verdicts.since(first.verdicts) == {"a..c", "a..b"}
