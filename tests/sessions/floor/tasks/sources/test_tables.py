"""Tables and lines of JSON."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.scope import Budget
from sessions.floor.tasks.sources import objects, table
from sessions.floor.tasks.sources.key import reference
from sessions.floor.tasks.sources.read import MOST_BYTES, read
from sessions.floor.tasks.task import Check

TABLE = '''\ufeffTitle,Check,Scope,Must not,Budget,After,id\r
Split,"make test
make lint","src/**, ""a b/**""",docs/**,"$1, 5 turns",,one\r
\r
"Two
lines",,,,,one,\r
'''


def test_a_row_is_a_task() -> None:
    found = read(TABLE.encode(), "a.csv")
    assert found.faults == ()
    one, two = found.specs
    assert (one.check, one.write) == (Check(("make test", "make lint"), must_not=("docs/**",)), ("src/**", "a b/**"))
    assert (one.budget, one.origin) == (Budget(dollars=1.0, turns=5), "a.csv:2")
    assert (two.title, two.after, two.origin) == ("Two lines", (reference(one),), "a.csv:5")


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_cells_may_stand_apart_by_several_signs(between: str) -> None:
    (spec,) = table.read(f"title{between}priority\nA{between}3\n", "a.csv").specs
    assert (spec.title, spec.priority) == ("A", 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.csv:1: there is no task in it"),
        ("title,owner\nA,me\n", "a.csv:1: owner: it is no key: name the columns title, text, check"),
        ("title,name\nA,B\n", "a.csv:1: title: two columns are called that"),
        ("check\nmake\n", "a.csv:1: title: no column is called that"),
        ("title\nA,B\n", "a.csv:2: 'B' stands below no key"),
        ('title,text\nA,"open\n', "it cannot be read as a table"),
        ("title,files\nA,1\nB,x\nC,y\n", "a.csv:3: files: 'x' is no whole number"),
        ("title,text\n,words\n", "a.csv:2: title: there is none"),
    ],
)
def test_what_is_wrong_in_a_table_is_told(text: str, said: str) -> None:
    found = table.read(text, "a.csv")
    assert said in str(found.faults[0])
    assert found.specs == ()


def test_an_object_is_a_task() -> None:
    lines = [
        {"title": "Split", "check": {"commands": ["make, test"], "must": "src/**", "most_files": 3, "seconds": 90.5}},
        {"title": "Ship", "after": ["Split"], "budget": {"dollars": 0.25, "tokens": 1000}, "scope": ["a b/**"]},
        {"title": "Plain", "check": "make", "budget": "$2", "priority": 4, "text": "a\nb", "role": None},
    ]
    found = objects.read("\n\n".join(map(json.dumps, lines)), "a.jsonl")
    assert found.faults == ()
    split, ship, plain = found.specs
    assert split.check == Check(("make, test",), ("src/**",), (), 3, 0, 90.5)
    assert (ship.after, ship.budget, ship.write) == ((reference(split),), Budget(1_000, 0.25), ("a b/**",))
    assert (plain.check.commands, plain.budget) == (("make",), Budget(dollars=2.0))
    assert (plain.priority, plain.text) == (4, "a\nb")
    assert plain.origin == "a.jsonl:5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "a.jsonl:1: it is no object"),
        ('{"title": "A"}\n{', "a.jsonl:2: no JSON"),
        ('{"title": "A", "owner": 1}', "a.jsonl:1: owner: it is no key: the keys are title"),
        ('{"title": ["A"]}', "a.jsonl:1: title: list means nothing there: write a text or a number"),
        ('{"title": "A", "check": [1]}', "a.jsonl:1: check: list means nothing there"),
        ('{"title": "A", "check": {"command": "x", "run": 1}}', "a.jsonl:1: check.run: it is no key"),
        ('{"title": "A", "budget": {"cents": 1}}', "a.jsonl:1: budget.cents: it is no amount"),
        ('{"title": "A", "files": NaN}', "a.jsonl:1: no JSON: NaN is no number"),
        ('{"title": "A", "files": true}', "a.jsonl:1: files: bool means nothing there"),
        ('{"title": "A", "files": 1e400}', "a.jsonl:1: files: 'inf' is no whole number"),
        ("[" * 100_000, "a.jsonl:1: no JSON"),
    ],
)
def test_what_is_wrong_in_an_object_is_told(text: str, said: str) -> None:
    assert said in str(objects.read(text, "a.jsonl").faults[0])


def test_what_is_no_text_of_a_known_form_is_told() -> None:
    assert "a.xls:1: what form it has is not known: name it .md" in str(read(b"", "a.xls").faults[0])
    assert "a.md:2: it is not in UTF-8" in str(read(b"- [ ] A\n\xff", "a.md").faults[0])
    assert "are too much" in str(read(b" " * (MOST_BYTES + 1), "a.md").faults[0])
    assert read(b"- [ ] A", "-", "MD").specs[0].title == "A"


WORDS = st.text(max_size=20)
PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | WORDS
JSON = PLAIN | st.lists(PLAIN, max_size=3)
KEYS = st.sampled_from(["title", "check", "scope", "budget", "after", "files", "seconds", "priority", "x"]) | WORDS


@given(st.lists(st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON, max_size=3), max_size=5), max_size=5))
def test_no_objects_break_it(rows: list[dict[str, object]]) -> None:
    found = objects.read("\n".join(map(json.dumps, rows)), "a.jsonl")
    assert bool(found.faults) != bool(found.specs)


@given(st.lists(st.lists(WORDS, max_size=5), max_size=5), st.text(max_size=50))
def test_no_tables_break_it(rows: list[list[str]], text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["title", "check", "scope"], *rows])
    for each in (out.getvalue(), text, "title,check\n" + text):
        found = read(each.encode("utf-8", "replace"), "a.csv")
        assert bool(found.faults) != bool(found.specs)
