"""`python -m tests.mutants [MODULE...]`: change the rules, a small thing at a time; each time a test should fail.

Nothing is written: tests are collected once, and each change is made in a forked process, which runs those tests that
come by the changed function (or all, where the change is outside of any), the quickest first, until one fails. Words in
quotes are not changed. A change that no test notices must stand in `equivalents.py` with its reason: else this fails.
How progress is added up (`progress`, `tally` and `repeats`) is not changed: much of it only saves time.
"""

from __future__ import annotations

import ast
import functools
import os
import pickle
import resource
import sys
import time
from collections import Counter
from types import CodeType, FrameType

import pytest

from tests import ROOT
from tests.mutants.change import change
from tests.mutants.equivalents import EQUIVALENTS
from tests.mutants.mutations import Mutant, mutants

FLOOR, TESTS = "sessions/floor", "tests/sessions/floor"
TESTED_BY = {
    f"{FLOOR}/rank": (f"{TESTS}/rank",),
    f"{FLOOR}/triage": (f"{TESTS}/triage",),
    f"{FLOOR}/triage/causes": (f"{TESTS}/triage/causes", f"{TESTS}/triage/test_chosen.py"),
    f"{FLOOR}/tasks/areas.py": (f"{TESTS}/tasks",),
    f"{FLOOR}/tasks/moves.py": (f"{TESTS}/tasks",),
    f"{FLOOR}/tasks/queue.py": (f"{TESTS}/tasks",),
    f"{FLOOR}/progress/signs.py": (f"{TESTS}/progress", f"{TESTS}/rank"),
    f"{FLOOR}/progress/stable.py": (f"{TESTS}/progress",),
}
"""What is changed, and the tests that must notice."""
AT_ONCE = 2
LONGEST_S = 5
"""Seconds of CPU, beside what the tests take else, after which a changed module is taken to run for ever."""
MOST_BYTES = 4 << 30
Codes = dict[str, frozenset[tuple[str, int]]]
"""By test by which functions it comes, as files and lines."""


class Mutants:
    """Runs changed modules in place of the tests, which are collected as ever."""

    def __init__(self, files: dict[str, tuple[str, ...]]) -> None:
        self.files = files
        self.survivors: dict[str, list[tuple[int, str]]] = {file: [] for file in files}
        self.counts: dict[str, Counter[str]] = {file: Counter() for file in files}
        self.cpu = 0.0
        self.failed = False
        self._running: dict[int, tuple[str, int, str]] = {}

    def pytest_sessionstart(self) -> None:
        """One example that fails is enough."""
        from hypothesis import Phase, settings  # imported before pytest, it would warn

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", derandomize=True, deadline=None, database=None, phases=phases)
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._caches = [
            each
            for name, module in [*sys.modules.items()]
            if name.startswith("sessions.")
            for each in vars(module).values()
            if isinstance(each, functools._lru_cache_wrapper)
        ]
        comes_by, seconds = self._unchanged(session)
        items = sorted(session.items, key=lambda item: seconds[item.nodeid])
        for file, tests in self.files.items():
            of_file = [item for item in items if item.nodeid.startswith(tests)]
            by_file = [item for item in of_file if any(path == str(ROOT / file) for path, _ in comes_by[item.nodeid])]
            for mutant in mutants(ast.parse((ROOT / file).read_text())):
                code = (str(ROOT / file), mutant.begins)
                by_code = [item for item in by_file if code in comes_by[item.nodeid]]
                run = by_code if mutant.function else by_file or of_file
                self._wait(AT_ONCE - 1)
                what = f"{mutant.function}: {mutant.before}  =>  {mutant.after}"
                if run:
                    limit = LONGEST_S + 2 * int(sum(seconds[item.nodeid] for item in run))
                    pid = self._fork(session, run, file, mutant, limit)
                    self._running[pid] = (file, mutant.line, what)
                else:
                    self._told(file, mutant.line, what, "no test comes by")
            self._wait(0)
            self._print(file)
        return True

    def _print(self, file: str) -> None:
        """What became of the changes of a module."""
        counts, reasons, found = self.counts[file], EQUIVALENTS.get(file, {}), sorted(self.survivors[file])
        if counts:
            print(f"{file}: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))}", flush=True)
        unnoticed = [f"{file}:{line}: unnoticed: {what}" for line, what in found if what not in reasons]
        noticed = [f"{file}: noticed after all: {what}" for what in reasons if what not in {what for _, what in found}]
        self.failed |= bool(unnoticed or noticed)
        print(*unnoticed, *noticed, sep="\n", end="\n" * bool(unnoticed or noticed), flush=True)

    def _unchanged(self, session: pytest.Session) -> tuple[Codes, dict[str, float]]:
        """Run all tests in another process: by which functions each comes, and the seconds of CPU it takes."""
        wanted = {str(ROOT / file) for file in self.files}
        ours, theirs = os.pipe()
        if not (pid := os.fork()):
            os.close(ours)
            comes_by, took = {}, {}
            for item in session.items:
                for each in self._caches:
                    each.cache_clear()
                began = time.process_time()
                called = _called(item, session)
                took[item.nodeid] = time.process_time() - began
                comes_by[item.nodeid] = frozenset(each for each in called if each[0] in wanted)
            with os.fdopen(theirs, "wb") as pipe:
                pickle.dump((comes_by, took), pipe)
            os._exit(1 if session.testsfailed else 0)
        os.close(theirs)
        with os.fdopen(ours, "rb") as pipe:
            found: tuple[Codes, dict[str, float]] = pickle.load(pipe)
        if os.waitpid(pid, 0)[1]:
            raise pytest.UsageError("tests fail that nothing was changed for: see `pytest`")
        return found

    def _fork(self, session: pytest.Session, items: list[pytest.Item], file: str, mutant: Mutant, limit: int) -> int:
        if pid := os.fork():
            return pid
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
            quiet = os.open(os.devnull, os.O_RDWR)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            change(sys.modules[file.removesuffix(".py").replace("/", ".")], mutant)
            _run(items, session)
        except BaseException:  # it cannot even be imported
            os._exit(1)
        os._exit(1 if session.testsfailed else 0)

    def _wait(self, most: int) -> None:
        """Until no more than so many run."""
        while len(self._running) > most:
            pid, status, used = os.wait4(-1, 0)
            self.cpu += used.ru_utime + used.ru_stime
            kinds = {0: "survived", 1: "caught"}
            kind = kinds[os.waitstatus_to_exitcode(status)] if os.WIFEXITED(status) else "ran on"
            self._told(*self._running.pop(pid), kind)

    def _told(self, file: str, line: int, what: str, kind: str) -> None:
        if kind in ("survived", "no test comes by"):
            self.survivors[file].append((line, what))
            kind = "equivalent" if what in EQUIVALENTS.get(file, {}) else kind
        self.counts[file][kind] += 1


def _called(item: pytest.Item, session: pytest.Session) -> set[tuple[str, int]]:
    """Run a test; the functions that it called, as files and lines."""
    seen: set[CodeType] = set()

    def see(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    sys.setprofile(see)
    _run([item], session)
    sys.setprofile(None)
    return {(code.co_filename, code.co_firstlineno) for code in seen}


def _run(items: list[pytest.Item], session: pytest.Session) -> None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return


def main(asked: list[str]) -> int:
    """Change the modules whose paths begin so; the exit code is 1 where a change went unnoticed, without a reason."""
    files = {
        str(file.relative_to(ROOT)): tests  # the last that fits
        for place, tests in TESTED_BY.items()
        for file in sorted((ROOT / place).rglob("*.py") if (ROOT / place).is_dir() else [ROOT / place])
        if str(file.relative_to(ROOT)).startswith(tuple(asked) or "")
    }
    began, found = time.monotonic(), Mutants(files)
    options = ["-qs", "-o", "addopts=", "--tb=no", "--no-header", "--no-summary"]
    options += ["--ignore-glob=*/test_real*"]  # what these read is not everywhere
    options += ["--ignore-glob=*/test_histories*"]  # it takes seconds, and says of no rule by itself what that is
    tests = {test for those in files.values() for test in those}
    outermost = [each for each in tests if not any(f"{each}/".startswith(f"{other}/") for other in tests - {each})]
    if code := pytest.main([*options, *sorted(outermost)], [found]):  # of one below another, only its own are collected
        return code
    cpu = found.cpu + time.process_time()
    changes = sum(map(Counter.total, found.counts.values()))
    print(f"{changes} changes, {time.monotonic() - began:.0f} s, {cpu:.0f} s of CPU")
    return int(found.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
