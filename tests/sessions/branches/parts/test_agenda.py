"""What is taken to be merged: each part once, with as few sheets as may be, what takes long last and alone."""

from __future__ import annotations

from collections.abc import Mapping

from sessions.branches.merges.verdicts import CLEAN, Merged, Pair
from sessions.branches.parts.agenda import HEAVY, Agenda, Task
from sessions.branches.parts.known import Known
from sessions.branches.parts.parts import Part, Piece, Rest, sheets
from sessions.floor.conflicts import FileConflict, Outcome

CLASH = Merged(Outcome.CONFLICT, (FileConflict("a", "content", 2),))
BROKEN = Merged(Outcome.UNKNOWN, reason="broken")


def piece(path: bytes, base: bytes = b"1", ours: bytes = b"2", theirs: bytes = b"3") -> Piece:
    return (path, base, ours, theirs)


A, A2, B, C = piece(b"a"), piece(b"a", theirs=b"4"), piece(b"b"), piece(b"c")
MOVED = Rest(b"moved", "1" * 40, ((b"x", b"1 2"),), ())
HARD = Rest(b"hard", "1" * 40, ((b"y", b"1 2"),), (), HEAVY + 1)
Z = Task(pair=("z", ""))


def agenda(known: Known, **parts: set[Part] | None) -> Agenda:
    """Pairs named by one letter, with their parts."""
    named = {(name, ""): None if own is None else frozenset(own) for name, own in parts.items()}
    return Agenda(list(named), named, known)


def names(pairs: Mapping[Pair, Merged]) -> str:
    return "".join(sorted(name for name, _ in pairs))


def test_a_part_is_merged_once_for_all_who_need_it() -> None:
    left = agenda(Known(), u={A}, v={A, B}, w={A, MOVED}, x=set(), z=None)
    assert left.merged({}) == {("x", ""): CLEAN}
    first = left.take(2)
    assert first == [Task((A, B))], "the first two pairs, on one sheet"
    assert left.take(9) == [Task(MOVED), Z]
    assert (len(left), left.take(9)) == (4, [])
    assert left.merged({first[0]: CLASH}) == {("u", ""): CLASH, ("v", ""): CLASH}
    assert left.merged({Task(MOVED): CLEAN, Z: CLEAN}) == {("w", ""): CLASH, ("z", ""): CLEAN}
    assert len(left) == 0


def test_what_takes_long_comes_last_and_alone_with_its_time() -> None:
    left = agenda(Known(), u={HARD, A}, v={B}, w={HARD, C}, x={C})
    assert not left.alone()
    assert left.take(9) == [Task((B, C))]
    assert left.alone()
    assert names(left.merged({Task((B, C)): CLEAN})) == "vx", "the others do not wait for it"
    assert left.take(9) == [Task(HARD), Task((A,))], "of one pair only"
    assert left.take(9) == []
    found = left.merged({Task(HARD): CLEAN, Task((A,)): CLEAN}, 4.5)
    assert (names(found), {merged.outcome for merged in found.values()}) == ("uw", {Outcome.CLEAN})
    assert all(merged.seconds >= 4.5 for merged in found.values())


def test_what_proves_to_take_long_comes_again_when_nothing_else_is_left() -> None:
    left = agenda(Known(), u={A}, v=None)
    slow, other = left.take(9)[::-1]
    left.delay([slow])
    assert left.alone()
    assert left.take(9) == [slow]
    assert left.merged({slow: CLEAN}, 12.0) == {("u", ""): Merged(Outcome.CLEAN, seconds=12.0)}
    assert left.merged({other: CLEAN}) == {("v", ""): CLEAN}


def test_a_part_that_fails_leaves_its_pairs_to_git() -> None:
    left = agenda(Known(), u={A, B}, v={A}, w={C})
    (sheet,) = left.take(9)
    assert left.merged({sheet: BROKEN}) == {}
    whole = left.take(9)
    assert whole == [Task(pair=(name, "")) for name in "uvw"]
    found = left.merged({whole[0]: BROKEN, whole[1]: CLASH, whole[2]: CLEAN})
    assert found == {("u", ""): BROKEN, ("v", ""): CLASH, ("w", ""): CLEAN}
    assert len(left) == 0


def test_what_was_learned_is_kept_for_later_and_forgotten_under_other_rules() -> None:
    known = Known()
    known.follow(b"rules")
    first = agenda(known, u={A, B, MOVED})
    first.merged(dict.fromkeys(first.take(1), CLEAN))
    known.follow(b"rules")
    assert names(agenda(known, v={A}, w={B}, x={C}, y={MOVED}).merged({})) == "vwy"
    known.follow(b"others")
    assert agenda(known, v={A}, w={B}, y={MOVED}).merged({}) == {}


def test_nothing_is_learned_from_a_merge_that_tells_of_more_than_its_pieces() -> None:
    known = Known()
    twice = Merged(Outcome.CONFLICT, (FileConflict("a", "content"), FileConflict("a", "mode")))
    for merged in (Merged(Outcome.CONFLICT, (FileConflict("elsewhere", "content"),)), twice):
        assert not known.learn({A}, merged)
        assert known.lacking({A}) == {A}


def test_sheets_hold_no_path_twice_and_nothing_that_looks_renamed() -> None:
    assert sheets([A, A2, B]) == [(A, B), (A2,)]
    inside = piece(b"a/b")
    assert sheets([A, inside]) == [(A,), (inside,)], "a path is a file or a directory"
    assert sheets([inside, A]) == [(inside,), (A,)]
    added, deleted = piece(b"new", base=b""), piece(b"old", ours=b"")
    assert sheets([A, added, deleted, B]) == [(A, added, B), (deleted,)]
