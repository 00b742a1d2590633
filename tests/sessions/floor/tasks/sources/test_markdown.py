"""Check lists in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.decide.queue.specs import trouble
from sessions.floor.scope import Budget
from sessions.floor.tasks import most
from sessions.floor.tasks.sources.imported import MOST_FAULTS, Imported
from sessions.floor.tasks.sources.key import reference
from sessions.floor.tasks.sources.markdown import DEEPEST, read
from sessions.floor.tasks.task import Check, Source, TaskSpec


def specs(text: str) -> tuple[TaskSpec, ...]:
    found = read(text, "todo.md")
    assert found.faults == (), found.faults
    return found.specs


def test_an_item_with_all_that_it_may_have() -> None:
    (spec,) = specs(
        """# Parser

Some prose, and a list:
- no box

- [ ] Split   the parser
  It has grown to 900 lines.

    indented: as it is
  check: `make test`
  - check: pytest -q "tests/a b"
  must: src/**, tests/**
  must-not:
    - docs/**
    - `*.lock`
  files: 10
  lines: 1,200
  timeout: 1h 30m
  scope: src/parser/
  role: tester
  budget: $5, 200k tokens, 30 min, 20 turns
  priority: -3
  retries: 0
  after: t12
  ```sh
  - [ ] no item: check: nothing
  ```
"""
    )
    assert spec == TaskSpec(
        "Split the parser",
        "It has grown to 900 lines.\n\n  indented: as it is\n```sh\n- [ ] no item: check: nothing\n```",
        Check(
            ("make test", 'pytest -q "tests/a b"'), ("src/**", "tests/**"), ("docs/**", "*.lock"), 10, 1_200, 5_400.0
        ),
        write=("src/parser/**",),
        role="tester",
        budget=Budget(200_000, 5.0, 1_800.0, 20),
        priority=-3,
        retries=0,
        after=("t12",),
        source=Source.FILE,
        origin="todo.md:6",
    )


def test_parts_are_tasks_before_the_whole_and_headings_are_none() -> None:
    found = read(
        """
1. [ ] Milestone
   - [ ] Lexer
     - [ ] Tokens
     - [ ] Numbers
       with exponents
     check: make lexer
   - [x] Grammar
   - [ ] Docs
2. [ ] Ship
   after: Milestone, grammar
""",
        "a.md",
    )
    assert [spec.title for spec in found.specs] == ["Lexer", "Tokens", "Numbers", "Docs", "Ship"]
    lexer, tokens, numbers, docs, ship = found.specs
    assert (found.done, found.twice) == (1, 0)
    assert numbers.text == "with exponents\n\nPart of: Milestone > Lexer"
    assert tokens.text == "Tokens\n\nPart of: Milestone > Lexer"
    assert lexer.after == (reference(tokens), reference(numbers))
    assert ship.after == (reference(lexer), reference(docs))


def test_a_fence_may_hold_the_values_of_a_key() -> None:
    (spec,) = specs("* [ ] A\n\n  ```check\n  make a\n\n  make b\n  ```\n  scope:\n  ~~~\n  src/**\n  ~~~\n  more\n")
    assert (spec.check.commands, spec.write, spec.text) == (("make a", "make b"), ("src/**",), "more")


COMMAND = """- [ ] A
  check: |
      set -e
      if true; then

        make a
      fi
  check: make b

  more
"""


def test_a_command_may_have_several_lines() -> None:
    (spec,) = specs(COMMAND)
    assert spec.check.commands == ("set -e\nif true; then\n\n  make a\nfi", "make b")
    assert spec.text == "more"
    (fault,) = read("- [ ] A\n  check: |\n    x\n" + "\n" * 20_000 + "    y\n", "a.md").faults
    assert str(fault).startswith("a.md:2: check: it is too long")


def test_a_line_that_goes_on_is_not_lost() -> None:
    one, two = specs("- [ ] A long\nwish of somebody\n- [ ] B\n\nprose\n")
    assert (one.text, two.text) == ("wish of somebody", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prose\n", "a.md:1: there is no task in it: write one as: - [ ]"),
        ("- [ ] A\n- [ ]\n", "a.md:2: title: there is none"),
        ("- [ ] A\n  chek: make\n", "a.md:2: chek: it is no key: write check:"),
        ("- [ ] A\n  files: many\n", "a.md:2: files: 'many' is no whole number"),
        ("- [ ] A\n  files: 1\n  files: 2\n", "a.md:3: files: it is there twice: leave one of the two"),
        ("- [ ] A\n  scope: /etc/**\n", "a.md:2: scope: /etc/** lies outside the work tree: patterns are relative"),
        ("- [ ] A\n  scope: src/** tests/**\n", "a.md:2: scope: 'src/** tests/**' has a blank: write a comma"),
        ("- [ ] A\n  scope: src/**, !docs/**\n", "takes away nothing: write it behind"),
        ("- [ ] A\n  budget: 5 bananas\n", "a.md:2: budget: '5 bananas' is no amount"),
        ("- [ ] A\n  seconds: soon\n", "a.md:2: seconds: 'soon' is no time"),
        ("- [ ] A\n  check: make\u200b test\n", "a.md:2: check: it has letters that cannot be seen"),
        ("- [ ] A\n  after: C\n- [ ] B\n", "a.md:2: after: there is no task 'C'"),
        ("- [ ] A\n  after: A\n", "a.md:2: after: it waits for itself"),
        ("- [ ] A\n  after: B\n- [ ] B\n  after: a\n", "each waits for another"),
        ("- [ ] C\n- [ ] B\n- [ ] B\n  other\n- [ ] A\n  after: B\n", "a.md:6: after: 2 tasks are called 'B'"),
        ("- [ ] A\n  ```\n  text\n", "a.md:2: the fence is not closed: close it with ```"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_a_cure(text: str, said: str) -> None:
    found = read(text, "a.md")
    assert found.specs == ()
    assert said in str(found.faults[0])
    assert found.faults[0].cure


def test_the_same_work_twice_is_one_task() -> None:
    found = read("- [ ] A\n  priority: 1\n- [ ] B\n  after: A\n- [ ] A\n", "a.md")
    assert ([spec.title for spec in found.specs], found.twice) == (["A", "B"], 1)
    assert found.specs[0].priority == 1


LISTED = """- [ ] A
  - [ ] B
    * [x] C
1. [ ] D
  text
text

  check: make
  check: |
      x
  scope:
    - src/**
  ```
```check
  ~~~
  after: A
# head
\t- [ ] T
  chek: x
  files: 3
- [ ] """
LINES = st.sampled_from(LISTED.split("\n"))


@given(st.lists(st.one_of(LINES, st.text(max_size=30)), max_size=30).map("\n".join))
def test_nothing_that_is_written_breaks_it(text: str) -> None:
    found = read(text, "a.md")
    assert isinstance(found, Imported)
    assert bool(found.faults) or bool(found.specs) or found.done
    for spec in found.specs:
        assert spec.title.isprintable()
        assert spec.title
    for fault in found.faults:
        assert 1 <= fault.line <= text.count("\n") + len(text.splitlines()) + 1
        assert str(fault).isprintable()


def test_a_large_file_is_read_and_what_is_too_much_is_told() -> None:
    assert len(specs("\n".join(f"- [ ] T{n}\n  check: make t{n}" for n in range(2_000)))) == 2_000
    assert "a.md:5001: these are too many" in str(read("- [ ] A\n" * 1_000_000, "a.md").faults[0])
    assert len(read("- [ ] A\n" + "  chek: x\n" * 100_000, "a.md").faults) == MOST_FAULTS
    deep = "\n".join("  " * depth + f"- [ ] {depth}" for depth in range(1_000))
    assert f"a.md:{DEEPEST + 1}: it lies more than {DEEPEST} items deep" in str(read(deep, "a.md").faults[0])


def test_what_a_file_may_hold_the_queue_takes_and_what_is_too_long_is_told_with_its_line() -> None:
    longest = f"- [ ] A\n  role: {'r' * 60}\n  check: {'x' * most.COMMAND_CHARS}"
    (spec,) = read(longest, "a.md").specs
    assert trouble(spec) is None
    assert "a.md:3: check: it is too long" in str(read(f"{longest}x", "a.md").faults[0])
