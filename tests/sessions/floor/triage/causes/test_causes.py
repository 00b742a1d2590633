"""Causes by rules: each rule, and each word of it, is held by something that somebody said."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.triage.case import Cause
from sessions.floor.triage.causes.bounded import TEXT, trouble
from sessions.floor.triage.causes.rule import PIECES, Found, Rule, Said, Where, cause_of
from sessions.floor.triage.causes.rules import RULES
from tests.sessions.floor.triage.causes.said import SAID, UNKNOWN

BY_NAME = {rule.name: rule for rule in RULES}


def told(rules: tuple[Rule, ...], where: Where, text: str) -> Found:
    return cause_of(rules, (Said(where, text),))


def test_every_rule_has_a_name_of_its_own_and_something_that_was_said() -> None:
    assert len(BY_NAME) == len(RULES)
    assert [*SAID] == [rule.name for rule in RULES], "in the order in which they are asked"
    assert {rule.cause for rule in RULES} == {*Cause} - {Cause.UNKNOWN, Cause.STALL, Cause.LOOP}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_tells_its_cause(name: str) -> None:
    found = {text: told(RULES, where, text).rule for where, text in SAID[name]}
    assert found == dict.fromkeys(found, name)
    assert {told(RULES, where, text).cause for where, text in SAID[name]} == {BY_NAME[name].cause}


@pytest.mark.parametrize("name", SAID)
def test_every_word_of_a_rule_is_needed(name: str) -> None:
    """Without it, something that was said would tell another cause, or none."""
    rule = BY_NAME[name]
    for at, word in enumerate(rule.words):
        less = replace(rule, words=(*rule.words[:at], *rule.words[at + 1 :]) or ("(?!)",))
        rules = tuple(less if each is rule else each for each in RULES)
        assert any(told(rules, where, text).rule != name for where, text in SAID[name]), word


@pytest.mark.parametrize("name", SAID)
def test_a_rule_hears_only_those_who_can_say_so(name: str) -> None:
    """Without any of them, something would not be heard."""
    rule = BY_NAME[name]
    kept = (*dict.fromkeys(where for where, _ in SAID[name]),)
    deaf = tuple(where for where in Where if where not in rule.where)
    for where in deaf:
        assert all(told(RULES, where, text).rule != name for _, text in SAID[name]), where
    for where in kept:
        less = replace(rule, where=tuple(each for each in rule.where if each is not where))
        rules = tuple(less if each is rule else each for each in RULES)
        assert any(told(rules, said, text).rule != name for said, text in SAID[name]), where


@pytest.mark.parametrize(("where", "text"), UNKNOWN)
def test_what_nobody_knows_is_unknown(where: Where, text: str) -> None:
    assert told(RULES, where, text) == Found()


def test_the_line_that_tells_it_is_the_evidence_and_harmless() -> None:
    output = "collected 3 items\n\x1b[31mFAILED tests/test_a.py::test_b\x1b[0m - boom\nbye"
    assert told(RULES, Where.CHECK, output).line == "FAILED tests/test_a.py::test_b - boom"


def test_of_a_long_line_whole_words_before_what_tells_it_are_told() -> None:
    line = told(RULES, Where.CHECK, f"{'compiling ' * 30}SyntaxError: invalid syntax").line
    assert line.startswith("…compiling compiling") and "SyntaxError: invalid syntax" in line
    assert "SyntaxError" in told(RULES, Where.CHECK, f"{'x' * 300}SyntaxError").line


def test_of_a_long_output_the_end_tells_how_it_came_out() -> None:
    long = "No space left on device\n" + "x" * (PIECES * TEXT) + "\n1 failed"
    assert told(RULES, Where.CHECK, long).rule == "failing test"


@pytest.mark.parametrize(
    ("after", "seen"),
    [
        ("x" * 3_988, True),
        ("x" * 3_989, False),
        ("\x1b[0m" * 1_997, True),  # what is thrown out counts half
        ("\x1b[0m" * 1_997 + "x", False),
    ],
)
def test_how_much_of_the_end_is_looked_at(after: str, seen: bool) -> None:
    found = told(RULES, Where.CHECK, f"SyntaxError\n{after}")
    assert (found.rule == "does not build") is seen


@pytest.mark.parametrize(("before", "line"), [("a" * 80, "a" * 80), ("a" * 81, "…" + "a" * 80)])
def test_of_a_long_line_half_comes_before_what_tells_it(before: str, line: str) -> None:
    found = told(RULES, Where.CHECK, f"b\n{before}SyntaxError{'c' * 200}\nd").line
    assert found.startswith(f"{line}SyntaxError") and len(found) == 160


@pytest.mark.parametrize("where", [Where.TOOL, Where.CHECK])
def test_what_is_said_last_of_all_tells_something_too(where: Where) -> None:
    assert told(RULES, where, "\n\n boom").line == "boom"


def test_no_rule_of_ours_can_run_for_long() -> None:
    assert {rule.name: word for rule in RULES for word in rule.words if trouble(word, 500_000)} == {}


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "it is empty, and would match anything"),
        ("x*", "it matches a text that is empty"),
        ("(a+)+b", "it repeats what repeats: hostile text could make that run for hours"),
        ("(a|a)*b", "it repeats what repeats: hostile text could make that run for hours"),
        ("(a?){40}b", "it repeats what repeats: hostile text could make that run for hours"),
        (r"(\w)\1", "it refers back to a group"),
        ("a(?=b)", "it looks ahead or behind"),
        ("(?<!a)b", "it looks ahead or behind"),
        ("a.*b.*c", "it has too many parts of any length: write .{0,80} for .*"),
        ("a" * 601, "it is longer than 600 characters"),
        ("a(", "it is no regular expression"),
    ],
)
def test_what_could_run_for_hours_is_refused(pattern: str, why: str) -> None:
    assert trouble(pattern).startswith(why)


@pytest.mark.parametrize("pattern", ["a", "rate.*limit", "foo (bar|baz)?.{0,80}x", r"^E\d{3}:", "(?:abc){3}", "x+"])
def test_what_cannot_is_taken(pattern: str) -> None:
    assert trouble(pattern) == ""


@given(st.text(st.sampled_from("aab .*+?()[]{}|\\d^$1,:x"), max_size=24), st.text("ab :1x", max_size=60))
def test_whatever_is_taken_is_quick_on_hostile_text(pattern: str, text: str) -> None:
    if trouble(pattern) == "":
        rule = Rule("mine", Cause.BUILD, (pattern,))
        begun = time.process_time()
        cause_of((rule,), (Said(Where.TOOL, (text * TEXT)[: PIECES * TEXT] if text else ""),))
        assert time.process_time() - begun < 2.0


@given(st.text(max_size=300), st.sampled_from(Where))
def test_whatever_is_said_tells_some_cause_of_the_list(text: str, where: Where) -> None:
    found = told(RULES, where, text)
    assert isinstance(found.cause, Cause) and (found.rule in BY_NAME or not found.rule)
    assert found.line.isprintable()
