"""Whether what was changed is what a task allows: pure, in words for whoever made it and whoever reads it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from sessions.errors import FactoryError
from sessions.floor.patterns import matches, trouble
from sessions.floor.tasks.task import Check
from sessions.stations.checking.changes import Changed, File
from sessions.text import clean

NAMED = 5
"""Files that one failure names."""
_WARNED = 12
_DECIDES = {
    "make": ("**/Makefile", "**/makefile", "**/GNUmakefile", "**/*.mk"),
    "just": ("**/justfile", "**/Justfile", "**/.justfile"),
    "task": ("**/Taskfile.yml", "**/Taskfile.yaml"),
    **dict.fromkeys(
        ("npm", "npx", "yarn", "pnpm", "bun", "node", "jest", "vitest", "deno"),
        ("**/package.json", "**/.npmrc", "**/jest.config.*", "**/vitest.config.*", "**/deno.json*"),
    ),
    **dict.fromkeys(
        ("pytest", "python", "python3", "tox", "nox", "hatch", "uv", "poetry", "ruff", "mypy"),
        ("**/pyproject.toml", "**/setup.cfg", "**/setup.py", "**/tox.ini", "**/pytest.ini", "**/conftest.py",
         "**/noxfile.py", "**/ruff.toml", "**/.ruff.toml", "**/mypy.ini", "**/sitecustomize.py"),
    ),
    "cargo": ("**/Cargo.toml", "**/build.rs", ".cargo/**"),
    "go": ("**/go.mod", "**/go.work"),
    **dict.fromkeys(("gradle", "gradlew"), ("**/*.gradle", "**/*.gradle.kts", "**/gradle.properties", "gradle/**")),
    **dict.fromkeys(("mvn", "mvnw"), ("**/pom.xml", ".mvn/**")),
    **dict.fromkeys(("rake", "bundle", "rspec"), ("**/Rakefile", "**/Gemfile", "**/.rspec")),
    **dict.fromkeys(("cmake", "ctest", "ninja"), ("**/CMakeLists.txt", "**/*.cmake")),
    **dict.fromkeys(("bazel", "bazelisk"), ("**/BUILD", "**/BUILD.bazel", "**/WORKSPACE", "**/MODULE.bazel")),
    "pre-commit": (".pre-commit-config.yaml",),
}  # fmt: skip
"""Files by which a program decides what it does."""
_TESTS = {
    "pytest": ("**/test_*.py", "**/*_test.py"),
    "cargo": ("tests/**",),
    "go": ("**/*_test.go",),
    **dict.fromkeys(("jest", "vitest"), ("**/*.test.*", "**/*.spec.*")),
    "rspec": ("spec/**",),
}
SET_UP = ".factory-tui.toml"


def judged(changed: Changed, check: Check, write: Sequence[str]) -> list[str]:
    """What is wrong with what was changed; nothing when all is as it should. Raises `FactoryError` for bad patterns."""
    for name, globs in (("must", check.must), ("must_not", check.must_not), ("write", write)):
        if reason := trouble(globs):
            raise FactoryError(f"{name} of the task cannot be meant: {reason}", "edit the task")
    files, found = changed.files, list(changed.refused)
    minus = [glob for glob in check.must if glob.startswith("!")]
    wanted = [glob for glob in check.must if not glob.startswith("!")]
    unmet = [glob for glob in wanted if not any(matches((glob, *minus), file.path) for file in files)]
    found += [f"nothing that matches {clean(glob, 80)} was changed, and something must be" for glob in unmet]
    if wrong := [file for file in files if check.must_not and matches(check.must_not, file.path)]:
        found.append(f"changed, which must not be: {listed(wrong)}")
    if outside := [file for file in files if write and not matches(write, file.path)]:
        found.append(f"changed outside of what the task may write: {listed(outside)}")
    if 0 < check.most_files < len(files):
        found.append(f"{len(files):,} files were changed, {check.most_files:,} are the most")
    if 0 < check.most_lines < changed.lines:
        found.append(f"{changed.lines:,} lines were changed, {check.most_lines:,} are the most")
    return found


def warned(changed: Changed, commands: Iterable[str]) -> list[str]:
    """What a person should know: files that decide what the check's own commands do were changed by what is checked."""
    files, decisive = changed.files, dict[File, None]()
    for command in commands:
        words = words_of(command)
        for file in files:
            if any(_names(word, file.path) for word in words) or matches(_globs(words), file.path):
                decisive[file] = None
    decisive |= {file: None for file in files if file.path == SET_UP}
    return [f"changed: {listed(list(decisive), _WARNED)}"] if decisive else []


def words_of(command: str) -> list[str]:
    """The words of a command of a shell, without what a shell reads as its own."""
    try:
        lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        return list(lexer)
    except ValueError:
        return command.split()


def _names(word: str, path: str) -> bool:
    """Whether a word stands for a file, or for a directory that it lies in."""
    word = word.rpartition("=")[2].removeprefix("./").partition("::")[0].rstrip("/")
    return bool(word) and (path == word or path.startswith(word + "/"))


def _globs(words: Iterable[str]) -> tuple[str, ...]:
    programs = {word.rpartition("/")[2] for word in words}
    return tuple(glob for table in (_DECIDES, _TESTS) for name in programs for glob in table.get(name, ()))


def listed(files: Sequence[File], most: int = NAMED) -> str:
    """Names of files, as far as a line has room."""
    return names([file.name for file in files], most)


def names(found: Sequence[str], most: int = NAMED) -> str:
    """The same of names."""
    more = len(found) - most
    return ", ".join(clean(name, 120) for name in found[:most]) + (f" and {more:,} more" if more > 0 else "")
