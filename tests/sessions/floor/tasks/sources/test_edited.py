"""One task as a text for an editor, amounts in words, and what makes two tasks the same work."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.scope import Budget
from sessions.floor.tasks.sources import amounts, lists
from sessions.floor.tasks.sources.edited import parsed, rendered
from sessions.floor.tasks.sources.fault import Fault, WrongValueError
from sessions.floor.tasks.sources.key import content_key, placed, reference
from sessions.floor.tasks.task import Check, Source, TaskSpec
from sessions.text import clean, clean_lines

SPEC = TaskSpec(
    "Split the parser",
    "It is long.\n\n---\n# no hint\ncheck: no key",
    Check(("make test", "set -e\nmake a\n\nmake b", "|"), ("src/**",), ("a, b/**", "docs/**"), 3, 40, 5_400.0),
    ("src/**", "!src/gen/**"),
    "tester",
    Budget(200_000, 0.1, 90.5, 7),
    -2,
    0,
    ("t3", "t12"),
    Source.SURVEY,
    "a.md:3",
)


def test_a_task_is_written_and_read_again() -> None:
    assert parsed(rendered(SPEC), SPEC) == SPEC
    assert rendered(SPEC).splitlines()[2:8] == [
        "title: Split the parser",
        "check: make test",
        "check: |",
        "    set -e",
        "    make a",
        "",
    ]
    plain = rendered(TaskSpec("A"))
    assert "# scope: patterns of what it may change" in plain
    assert parsed(plain) == TaskSpec("A")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "task:1: it does not begin with ---"),
        ("title: A\n---\n", "task:1: it does not begin with ---"),
        ("---\ntitle: A\n", "task:3: the keys do not end with ---"),
        ("---\ntitel: A\n---\n", "task:2: titel: it is no key: write title: if that is meant"),
        ("---\ntitle: A\nwho: me\n---\n", "task:3: who: it is no key: the keys are title, check, must"),
        ("---\ntitle: A\nfree words\n---\n", "task:3: there is no key before a colon"),
        ("---\n# title: A\n---\n", "task:1: title: there is none"),
        ("---\ntitle: A\n\nfiles: x\n---\n", "task:4: files: 'x' is no whole number"),
        ("---\ntitle: A\nscope: a/../b\n---\n", "task:3: scope: a/../b leads upwards: write the path"),
        ('---\ntitle: A\nmust: "a\n---\n', "task:3: must: '\"a' cannot be read: close the quotation mark"),
    ],
)
def test_what_is_wrong_names_line_and_key(text: str, said: str) -> None:
    with pytest.raises(Fault) as caught:
        parsed(text)
    assert said in str(caught.value)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
TITLES = LINE.map(clean).filter(bool)
TEXTS = st.lists(LINE | st.sampled_from(["---", "# x", "check: x", "", "  in"]), max_size=6).map(
    lambda lines: "\n".join(line.rstrip() for line in clean_lines("\n".join(lines))).strip("\n")
)
COMMANDS = st.lists(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30), min_size=1, max_size=3
).map(lambda lines: "\n".join(lines).strip())
GLOBS = st.lists(
    st.sampled_from(["src/**", "a b/*.py", 'q"uote', "`x`", "com,ma", "*.md", "docs/*"]), max_size=3, unique=True
)
COUNTS = st.integers(0, 10**12)
AMOUNTS = st.floats(0, 10**9)
SPECS = st.builds(
    TaskSpec,
    TITLES,
    TEXTS,
    st.builds(
        Check,
        st.lists(COMMANDS.filter(bool), max_size=3).map(tuple),
        GLOBS.map(tuple),
        GLOBS.map(tuple),
        COUNTS,
        COUNTS,
        st.floats(0.001, 10**9),
    ),
    GLOBS.map(tuple),
    LINE.map(lambda role: clean(role, 60)),
    st.builds(Budget, COUNTS, AMOUNTS, AMOUNTS, COUNTS),
    st.integers(-1_000_000, 1_000_000),
    st.integers(0, 100),
    st.lists(st.from_regex(r"t[0-9]{1,4}|=[0-9a-f]{8}", fullmatch=True), max_size=3, unique=True).map(tuple),
    st.sampled_from(Source),
    LINE,
)


@given(SPECS)
def test_every_task_survives_an_editor(spec: TaskSpec) -> None:
    assert parsed(rendered(spec), spec) == spec


@given(st.text() | st.lists(st.sampled_from(["---", "title: A", "check: |", "    x", "", "# h", "x"])).map("\n".join))
def test_no_text_breaks_it(text: str) -> None:
    try:
        assert parsed(text).title
    except Fault as fault:
        assert fault.line >= 1
        assert fault.cure


@pytest.mark.parametrize(
    ("text", "meant"),
    [("90", 90.0), ("1.5h", 5_400.0), ("1h30m", 5_400.0), ("2 days", 172_800.0), ("10 minutes 5 sec", 605.0)],
)
def test_times_are_read_as_people_write_them(text: str, meant: float) -> None:
    assert amounts.seconds(text) == meant


@pytest.mark.parametrize("text", ["", "soon", "10 monkeys", "-1", "1e999", "m", "1h x"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(WrongValueError):
        amounts.seconds(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("$5", Budget(dollars=5.0)),
        ("1,200,000 tokens, 5 turns", Budget(tokens=1_200_000, turns=5)),
        ("1.5M tokens; 3 USD; 45m", Budget(1_500_000, 3.0, 2_700.0)),
        ("2M tokens $5 1h30m 20 turns", Budget(2_000_000, 5.0, 5_400.0, 20)),
        ("1h 30m 2M, $5", Budget(2_000_000, 5.0, 5_400.0)),
        ("20 turns 2m", Budget(seconds=120.0, turns=20)),
        ("2M", Budget(tokens=2_000_000)),
        ("200k", Budget(tokens=200_000)),
        ("", Budget()),
    ],
)
def test_budgets_are_read_as_people_write_them(text: str, meant: Budget) -> None:
    assert amounts.budget(text) == meant


@pytest.mark.parametrize(
    "text", ["5", "$5, $6", "$5 $6", "1e30 tokens", "$1e400", "5 turns 6", "200 $5", "5m 2m tokens", "$5turns"]
)
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(WrongValueError):
        amounts.budget(text)


@given(st.lists(st.text(min_size=1).map(lambda value: value.strip()).filter(bool)).map(tuple))
def test_values_come_back_from_one_text(values: tuple[str, ...]) -> None:
    assert tuple(lists.parts(lists.joined(values))) == values


def test_the_same_work_has_the_same_key_and_other_work_another() -> None:
    key = content_key(SPEC)
    for same in (
        replace(SPEC, priority=9, retries=9, after=(), budget=Budget(), source=Source.TYPED, origin="elsewhere"),
        replace(SPEC, title=" Split  the parser ", text=SPEC.text + "\n \n"),
        replace(SPEC, check=replace(SPEC.check, seconds=1.0)),
    ):
        assert content_key(same) == key
    others = [
        replace(SPEC, title="Split it"),
        replace(SPEC, text="x"),
        replace(SPEC, role=""),
        replace(SPEC, write=("src/**",)),
        *(replace(SPEC, check=replace(SPEC.check, **change)) for change in CHANGES),
    ]
    assert len({key, *map(content_key, others)}) == len(others) + 1
    assert content_key(TaskSpec("A b", "A  b")) == content_key(TaskSpec("A b"))
    assert content_key(TaskSpec("Split")) == "f615f76501a6d8817466331f9e1a059b", "it is kept for ever"


CHANGES: list[dict[str, object]] = [
    {"commands": ()},
    {"must": ()},
    {"must_not": ()},
    {"most_files": 0},
    {"most_lines": 0},
]


def test_references_become_ids() -> None:
    one = TaskSpec("A")
    two = TaskSpec("B", after=(reference(one), "t3", "=gone"))
    assert placed([two], {content_key(one): "t7"})[0].after == ("t7", "t3", "=gone")
