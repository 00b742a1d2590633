"""Which scopes would have prevented the most conflicts."""

from __future__ import annotations

import random
from itertools import combinations

from msgspec.structs import replace

from sessions.floor.conflicts import Compared, Outcome
from sessions.views.scopes.known import NOTHING, known
from sessions.views.scopes.prevent import Rule, on_branch, prevention, who
from tests.support.branches.verdict import book, conflict, unknown
from tests.support.stations.bounded import bounded


def test_the_one_that_collides_with_all_leaves_the_file() -> None:
    verdicts = book(
        conflict("station/p", "station/q", ("src/a.py", 1)),
        conflict("station/p", "station/r", ("src/a.py", 1)),
        conflict("station/p", "topic", ("src/a.py", 1)),
        conflict("x", "y", ("docs/b.md", 1)),
        unknown("x", "z"),
        conflict("x", "", ("docs/b.md", 1)),
    )
    state = bounded({"p": ("**",), "q": ("**",), "r": ("**",)}, verdicts=verdicts)
    found = prevention(state, known(state))
    assert found.pairs == 4
    assert found.rules == (
        Rule("src/a.py", ("station/p",), ("station/q", "station/r", "topic"), 3),
        Rule("docs/b.md", ("x",), ("y",), 1),
    )
    assert who(state, found.rules[0].keep) == ["q", "r", "topic"]
    assert on_branch(state, "station/q") == "q"


def test_a_directory_is_named_where_pairs_collide_in_several_files_of_it() -> None:
    verdicts = book(
        conflict("p", "q", ("src/a/x.py", 1), ("src/a/y.py", 1)),
        conflict("p", "r", ("src/a/x.py", 1), ("src/a/z.py", 1)),
    )
    assert prevention(bounded({}, verdicts=verdicts), NOTHING).rules == (Rule("src/a/", ("p",), ("q", "r"), 2),)


def test_nobody_leaves_the_area_in_which_it_works() -> None:
    verdicts = book(
        conflict("p", "q", ("src/a/x.py", 1), ("src/a/y.py", 1)),
        conflict("p", "r", ("src/a/x.py", 1), ("src/a/z.py", 1)),
    )
    state = replace(bounded({}, verdicts=verdicts), compared={"p": Compared("", area="src/a/")})
    assert prevention(state, NOTHING).rules == (Rule("src/a/", ("q",), ("p",), 1), Rule("src/a/", ("r",), ("p",), 1))


def test_of_two_alike_the_one_leaves_that_wrote_less_there() -> None:
    state = bounded(
        {"p": ("**",), "q": ("**",)},
        wrote={"p": {"a.py": 5}, "q": {"a.py": 1}},
        verdicts=book(conflict("station/p", "station/q", ("a.py", 1))),
    )
    assert prevention(state, known(state)).rules[0].leave == ("station/q",)


def test_rules_keep_what_they_promise() -> None:
    chance = random.Random(7)
    for _ in range(20):
        names = [f"b{n}" for n in range(7)]
        paths = ["src/a.py", "src/b.py", "src/in/c.py", "docs/d.md"]
        some = [pair for pair in combinations(names, 2) if chance.random() < 0.4]
        verdicts = book(
            *(conflict(*pair, *((path, 1) for path in chance.sample(paths, chance.randint(1, 3)))) for pair in some)
        )
        found = prevention(bounded({}, verdicts=verdicts), NOTHING)
        left = {key: {file.path for file in it.files} for key, it in verdicts.items() if it.outcome is Outcome.CONFLICT}
        for rule in found.rules:
            before = sum(bool(files) for files in left.values())
            for key, it in verdicts.items():
                if {it.a, it.b} & set(rule.leave):
                    left[key] = {
                        p
                        for p in left[key]
                        if p != rule.place and not (rule.place[-1] == "/" and p.startswith(rule.place))
                    }
            assert before - sum(bool(files) for files in left.values()) == rule.pairs
