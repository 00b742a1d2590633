"""Short ways to write verdicts, and any floor of branches for property tests."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from sessions.floor.conflicts import FileConflict, Outcome, Verdict, key_of, pair_of
from sessions.landing.plan import Candidate, Wishes

Verdicts = dict[str, Verdict]


def conflict(one: str, other: str, *files: tuple[str, int]) -> Verdict:
    """A pair that collides at files, each with its conflicting lines."""
    a, b = pair_of(one, other)
    return Verdict(a, b, Outcome.CONFLICT, tuple(FileConflict(path, "content", lines) for path, lines in files))


def unknown(one: str, other: str, reason: str = "a file is too large") -> Verdict:
    """A pair that could not be tried."""
    a, b = pair_of(one, other)
    return Verdict(a, b, Outcome.UNKNOWN, reason=reason)


def book(*verdicts: Verdict) -> Verdicts:
    """Verdicts by their keys."""
    return {key_of(verdict.a, verdict.b): verdict for verdict in verdicts}


def queue(names: Iterable[str]) -> list[Candidate]:
    """Branches that arrived in this order."""
    return [Candidate(name, float(number)) for number, name in enumerate(names)]


@st.composite
def floors(draw: st.DrawFn) -> tuple[list[Candidate], Verdicts]:
    """Up to nine branches with any verdicts on them, the base, and one that is not among them."""
    names = draw(st.lists(st.sampled_from("abcdefghi"), unique=True, max_size=9))
    branches = [Candidate(name, draw(st.integers(0, 3)), draw(st.integers(0, 9)) > 0) for name in names]
    others = ["", "stranger", *names]
    pairs = [(name, other) for i, name in enumerate(others) for other in others[:i] if name != "stranger"]
    made = []
    for one, other in pairs:
        match draw(st.integers(0, 4)):
            case 0:
                made.append(conflict(one, other, (draw(st.sampled_from(("x/f", "x/g", "h"))), draw(st.integers(0, 9)))))
            case 1 if draw(st.booleans()):
                made.append(unknown(one, other))
            case 2:
                made.append(Verdict(*pair_of(one, other), Outcome.CLEAN, shared=2))
            case _:
                pass
    return branches, book(*made)


def wishes() -> st.SearchStrategy[Wishes]:
    """Any wishes, also for branches that do not exist."""
    some = st.lists(st.sampled_from("abcdefghiz"), max_size=3).map(tuple)
    return st.builds(Wishes, pinned=some, dropped=some, moved=some)
