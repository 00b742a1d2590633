"""The language of scopes, against its published table and a plain second reading of its rules."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import patterns
from sessions.floor.patterns import PatternError, matches, normalised, parsed, quoted, suggest, trouble
from tests.sessions.floor.scopes.truth import ERRORS, TRUTH

NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
SEGMENTS = st.one_of(
    st.just("**"), st.text("ab*?", min_size=1, max_size=4).filter(lambda text: "**" not in text), NAMES
)
PATTERNS = st.tuples(st.sampled_from(("", "!")), st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)).map("".join)
LISTS = st.tuples(st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join), st.lists(PATTERNS, max_size=2)).map(
    lambda parts: (parts[0], *parts[1])
)


def name_fits(pattern: str, name: str) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "*":
        return name_fits(pattern[1:], name) or (name != "" and name_fits(pattern, name[1:]))
    return name != "" and pattern[0] in ("?", name[0]) and name_fits(pattern[1:], name[1:])


def path_fits(segments: tuple[str, ...], names: tuple[str, ...]) -> bool:
    if not segments:
        return not names
    if segments == ("**",):
        return bool(names)
    if segments[0] == "**":
        return path_fits(segments[1:], names) or (bool(names) and path_fits(segments, names[1:]))
    return bool(names) and name_fits(segments[0], names[0]) and path_fits(segments[1:], names[1:])


def allowed(texts: tuple[str, ...], path: str) -> bool:
    """The rules read in the plainest way."""
    answer = False
    for text in texts:
        if path_fits(parsed(text).segments, tuple(path.split("/"))):
            answer = not text.startswith("!")
    return answer


@pytest.mark.parametrize(("texts", "path", "expected"), TRUTH)
def test_the_published_table_holds(texts: str, path: str, expected: bool) -> None:
    """Case 31; so do mounts, hook and the check at leaving, in tests of theirs."""
    assert trouble(texts.split(" ")) == ""
    assert matches(texts.split(" "), path) is expected


@pytest.mark.parametrize(("texts", "word"), ERRORS)
def test_what_could_match_nothing_is_an_error_with_the_cure(texts: str, word: str) -> None:
    """Case 32."""
    reason = trouble(texts.split(" "))
    assert word in reason
    assert reason.isprintable()
    with pytest.raises(PatternError, match=word):
        normalised(texts.split(" "))


def test_too_many_patterns_are_an_error() -> None:
    assert "too many" in trouble(["a"] * (patterns.MOST_PATTERNS + 1))


def test_what_lies_in_the_work_tree_is_made_relative() -> None:
    given_ = ["/home/me/repo/src/", "!~/repo/src/gen/**", "/home/me/repo", "./docs//a.md", "src/**/**/x"]
    expected = ("src/**", "!src/gen/**", "**", "docs/a.md", "src/**/x")
    assert normalised(given_, "/home/me/repo/", "/home/me") == expected
    for outside in ("/home/me/repository/x", "~/.ssh/**", "~me/repo/x", "/home/me/repo/../x"):
        with pytest.raises(PatternError):
            normalised([outside], "/home/me/repo", "/home/me")


@given(LISTS, PATHS)
def test_the_matcher_is_the_plain_reading(texts: tuple[str, ...], path: str) -> None:
    assert matches(texts, path) is allowed(texts, path)


@given(st.text(max_size=12))
def test_whatever_is_written_is_an_error_or_means_the_same_written_anew(text: str) -> None:
    if reason := trouble(["**", text]):
        assert reason.isprintable()
        return
    once = normalised(["**", text])
    assert normalised(once) == once
    assert parsed(once[-1]) == parsed(text) or once == ("**",)


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=3).map("/".join))
def test_any_path_can_be_quoted(path: str) -> None:
    if patterns.is_path(path) and trouble([quoted(path)]) == "":
        assert matches([quoted(path)], path)
        assert matches([quoted(path)], unicodedata.normalize("NFD", path))


def test_names_that_patterns_cannot_hold_are_quoted() -> None:
    for path in ("!x", "~x", " x", "x ", "a*b", "a\\b", "a\nb", "[a-z]", "{a,b}", "a\udcff", "{{x}}/[id].tsx"):
        assert trouble([quoted(path)]) == ""
        assert matches([quoted(path)], path)


@given(st.lists(PATHS, max_size=20))
def test_what_is_suggested_allows_every_path(paths: list[str]) -> None:
    found = suggest(paths)
    assert trouble(found) == ""
    assert len(found) <= 12
    assert all(matches(found, path) for path in paths)


def test_suggestions_name_files_and_the_directories_that_hold_several() -> None:
    touched = ["README.md", "src/a.py", "src/b.py", "src/sub/c.py", "src/sub/d.py", "tests/one/test_a.py", "/etc/x"]
    assert suggest(touched) == ("README.md", "src/**", "tests/one/test_a.py")
    assert suggest([f"{letter}.py" for letter in "abcdefghijklmnop"]) == ("**",)


@pytest.mark.parametrize(
    "texts",
    [["a*" * 400 + "b"], ["*a*a*a*a*a*a*a*a*a*b"] * 40, ["**/a/" * 150 + "b"], ["?a*?" * 60], ["**/*a*/**/*a*/b"] * 40],
)
@pytest.mark.parametrize("path", ["a" * 4_000, "a/" * 2_000 + "a"])
def test_no_pattern_takes_long(texts: list[str], path: str) -> None:
    matches(texts, "a")  # compiled once
    before = time.process_time()
    matches(texts, path)
    assert time.process_time() - before < 0.5
