"""What is changed of a module, and that a change is in force for whoever imported it before."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutants.change import change
from tests.mutants.mutations import mutants

SOURCE = '''
LEAST = 3
NAMES = ("a", "b")
def late(at: float, now: float) -> bool:
    """Whether 2 is more than 1."""
    if not at:
        return False
    return at + LEAST < now and now > min(at, 9)
'''


LAST = "return at + LEAST < now and now > min(at, 9)"


def test_each_small_thing_is_changed_once() -> None:
    tree = ast.parse(SOURCE)
    found = [(each.line, each.before, each.after) for each in mutants(tree)]
    assert ast.unparse(tree) == ast.unparse(ast.parse(SOURCE)), "nothing stays changed"
    assert found == [
        *((2, "LEAST = 3", f"LEAST = {number}") for number in (4, 2)),
        *((3, "NAMES = ('a', 'b')", f"NAMES = ('{name}',)") for name in "ba"),
        *((6, "if not at:", f"if {test}:") for test in ("False", "True", "at")),
        *((7, "return False", "return True") for _ in range(2)),
        *((8, LAST, f"return {value}") for value in (True, False)),
        (8, LAST, "return at + LEAST < now or now > min(at, 9)"),
        (8, LAST, "return now > min(at, 9)"),
        (8, LAST, "return at + LEAST < now"),
        (8, LAST, "return at + LEAST <= now and now > min(at, 9)"),
        (8, LAST[:-3], "return at - LEAST < now and now > min(at,"),
        (8, LAST[3:], "urn at + LEAST < now and now >= min(at, 9)"),
        (8, LAST[5:], "n at + LEAST < now and now > max(at, 9)"),
        *((8, LAST[12:], f"LEAST < now and now > min(at, {number})") for number in (10, 8)),
    ]


def test_a_change_is_in_force_for_whoever_had_imported_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules.py").write_text(SOURCE)
    (tmp_path / "user.py").write_text("from rules import LEAST, late\nTWICE = (LEAST, LEAST)")
    (tmp_path / "other.py").write_text("import rules\nONCE = rules.LEAST")
    monkeypatch.syspath_prepend(tmp_path)
    rules, user = import_module("rules"), import_module("user")
    other = import_module("other")
    monkeypatch.setattr(sys, "modules", {"rules": rules, "user": user, "other": other})
    said = [(*user.TWICE, other.ONCE, user.late(1, 4), user.late(5, 0))]
    for mutant in mutants(ast.parse(SOURCE)):
        if (mutant.before, mutant.after) in (("LEAST = 3", "LEAST = 2"), (LAST, "return True")):
            change(rules, mutant)
            said.append((*user.TWICE, other.ONCE, user.late(1, 4), user.late(5, 0)))
    assert said == [(3, 3, 3, False, False), (2, 2, 2, True, False), (2, 2, 2, True, True)]
