"""What was changed is judged by what the operator allowed, in words. Nothing is run for that."""

from __future__ import annotations

import pytest

from sessions.errors import FactoryError
from sessions.floor.tasks.task import Check
from sessions.stations.checking.changes import Changed, File
from sessions.stations.checking.judging import judged, warned
from sessions.stations.places.leaving import Change


def changed(*paths: str, lines: int = 1) -> Changed:
    return Changed(tuple(File(Change(b"100644", b"", path.encode()), lines) for path in paths))


TWO = changed("src/a.py", "src/new.py", lines=2)


@pytest.mark.parametrize(
    ("check", "write", "words"),
    [
        (Check(must=("tests/**",)), (), "nothing that matches tests/** was changed"),
        (Check(must=("src/**", "!src/*.py")), (), "nothing that matches src/** was changed"),
        (Check(must=("src/**", "src/b.py")), (), "nothing that matches src/b.py was changed"),
        (Check(must_not=("src/**", "!src/new.py")), (), "changed, which must not be: src/a.py"),
        (Check(most_files=1), (), "2 files were changed, 1 are the most"),
        (Check(most_lines=3), (), "4 lines were changed, 3 are the most"),
        (Check(), ("src/new.py",), "changed outside of what the task may write: src/a.py"),
    ],
)
def test_what_is_not_allowed_fails_in_words(check: Check, write: tuple[str, ...], words: str) -> None:
    (found,) = judged(TWO, check, write)
    assert found.startswith(words)


@pytest.mark.parametrize(
    ("check", "write"),
    [
        (Check(), ()),
        (Check(must=("src/*.py",), must_not=("docs/**",), most_files=2, most_lines=4), ("src/**",)),
        (Check(must=("src/**", "!src/a.py")), ("src/a.py", "src/new.py")),
    ],
)
def test_what_is_allowed_passes(check: Check, write: tuple[str, ...]) -> None:
    assert judged(TWO, check, write) == []


def test_many_files_are_counted_and_some_are_named_harmlessly() -> None:
    found = changed("out/\x1b[31mred\u202e.txt", *(f"out/{number}.txt" for number in range(39)))
    (words,) = judged(found, Check(must_not=("out/**",)), ())
    assert words.endswith("out/3.txt and 35 more")
    assert words.isprintable()


def test_patterns_that_mean_nothing_are_an_error() -> None:
    with pytest.raises(FactoryError, match=r"must of the task cannot be meant.*edit the task"):
        judged(TWO, Check(must=("/etc",)), ())


@pytest.mark.parametrize(
    ("path", "command", "told"),
    [
        ("Makefile", "make test", True),
        ("tools/Makefile", "cd tools && make", True),
        ("ci/run.sh", "sh ./ci/run.sh --fast", True),
        ("ci/run.sh", "PATH=$PATH:ci;ci/run.sh", True),
        ("tests/test_a.py", "pytest tests/test_a.py::test_x", True),
        ("tests/unit/test_a.py", "pytest -q", True),
        ("tests/data/a.txt", "pytest --rootdir=tests", True),
        ("web/package.json", "npm --prefix web test", True),
        ("web/package.json", "/usr/bin/npm test", True),
        (".factory-tui.toml", "true", True),
        ("src/a.py", "make 'unclosed", False),
        ("README.md", "make test", False),
        ("Makefile.md", "make test", False),
        ("maker/x", "make test", False),
    ],
)
def test_changes_of_what_decides_a_command_are_told(path: str, command: str, told: bool) -> None:
    assert warned(changed("src/other.py", path), [command]) == ([f"changed: {path}"] if told else [])
