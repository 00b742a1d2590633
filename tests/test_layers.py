"""The house's arrows: console -> widgets -> the pure part of sessions, and nothing heavy before the first paint."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT

PACKAGES = ("console", "widgets", "sessions")
PURE = ("sessions.floor", "sessions.views", "sessions.landing", "sessions.text")
"""What widgets may know of the factory: values and functions on them."""
MOST_MODULES = 15
"""How many modules a folder may hold, beside its `__init__`, and a newcomer still sees all of it."""
HEAVY = ("litellm", "git", "aiosqlite", "watchfiles")
"""What the console must not import before it has painted."""


def modules(package: str) -> list[str]:
    """Dotted names of all modules of a package."""
    paths = sorted((ROOT / package).rglob("*.py"))
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in paths]
    return [".".join(part[:-1] if part[-1] == "__init__" else part) for part in parts]


def nodes(module: str) -> Iterator[ast.AST]:
    """The syntax of a module."""
    path = ROOT / Path(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@functools.cache
def imports(module: str) -> tuple[tuple[str, int], ...]:
    """What a module imports anywhere in it, also inside functions, with the line."""
    found: list[tuple[str, int]] = []
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found += ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import hides its layer"
            found += ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
    return tuple(found)


def inside(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def offences(package: str, forbidden: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[str]:
    """Imports of a package that go against the arrow."""
    return [offence for module in modules(package) for offence in offences_of(module, forbidden, allowed)]


def offences_of(module: str, forbidden: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{module}:{line} imports {name}"
        for name, line in imports(module)
        if inside(name, forbidden) and not inside(name, allowed)
    ]


def test_every_module_is_seen() -> None:
    assert "sessions.floor.fold.fold" in modules("sessions")
    assert "msgspec" in {name for name, _ in imports("sessions.floor.events.event")}


def test_sessions_know_no_screen() -> None:
    assert offences("sessions", ("textual", "rich", "console", "widgets")) == []


def test_screens_look_at_no_disk_of_a_factory() -> None:
    """A supervisor may be elsewhere: what a screen wants to know, it asks of its link."""
    doors = ("sessions.branches", "sessions.journal", "sessions.observe", "sessions.place", "sessions.supervisor")
    values = ("sessions.observe.conversation.entries", "sessions.observe.conversation.excerpts")
    words = ("sessions.journal.past.places",)
    assert offences("console/screens", doors, (*values, *words)) == []
    assert offences("widgets", (*doors, "sessions.asking")) == []


def test_widgets_know_values_only() -> None:
    assert offences("widgets", ("console", "sessions"), PURE) == []


def test_the_pure_part_stays_pure() -> None:
    rooms = [m for m in modules("sessions") if inside(m, PURE)]
    allowed = (*PURE, "sessions.errors")
    wrong = [
        (m, name) for m in rooms for name, _ in imports(m) if inside(name, ("sessions",)) and not inside(name, allowed)
    ]
    assert wrong == []
    world = ("time", "os", "pathlib.Path", "socket", "sqlite3", "subprocess", "asyncio")
    assert [(m, name) for m in rooms for name, _ in imports(m) if inside(name, world)] == []


def test_the_factory_knows_nothing_of_how_it_is_shown() -> None:
    shown = ("sessions.views", "sessions.headless")
    assert [o for room in modules("sessions") if not inside(room, shown) for o in offences_of(room, shown)] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Also not for types alone: what a circle holds can only be understood, and changed, as one."""
    names = {module for package in PACKAGES for module in modules(package)}

    def home(name: str) -> str:
        return name if name in names else name.rpartition(".")[0]

    arrows = {module: {home(name) for name, _ in imports(module)} & names - {module} for module in names}
    while leaves := {module for module, seen in arrows.items() if not seen}:
        arrows = {module: seen - leaves for module, seen in arrows.items() if module not in leaves}
    while roots := arrows.keys() - set().union(*arrows.values()):
        arrows = {module: seen for module, seen in arrows.items() if module not in roots}
    assert arrows == {}


def test_no_folder_holds_more_than_can_be_seen_at_once() -> None:
    folders = Counter(path.parent for top in (*PACKAGES, "tests") for path in (ROOT / top).rglob("[!_]*.py"))
    assert [str(folder) for folder, count in folders.items() if count > MOST_MODULES] == []


def test_nobody_imports_litellm() -> None:
    assert [o for package in PACKAGES for o in offences(package, ("litellm",))] == []


def test_what_speaks_with_agents_is_known_in_one_room_each() -> None:
    rooms = {"acp": "sessions.stations.acp", "mcp": "sessions.stations.builtin"}
    for library, room in rooms.items():
        others = [module for package in PACKAGES for module in modules(package) if not inside(module, (room,))]
        assert [offence for module in others for offence in offences_of(module, (library,))] == []


def test_a_host_loads_what_its_own_kind_needs_alone() -> None:
    """And that only when a station is started."""
    loaded = loaded_by(["sessions.stations.hosting.__main__", "sessions.stations.kinds", "sessions.stations.contract"])
    assert {"litellm", "openai", "mcp", "acp", "pydantic", "textual", "rich"} & loaded == set()


def test_the_top_is_three_packages_and_their_tests() -> None:
    assert {path.parent.name for path in ROOT.glob("[!.]*/*.py")} == {*PACKAGES, "tests"}


def test_the_supervisor_loads_no_agent_and_no_model() -> None:
    names = ["sessions.supervisor.__main__", "sessions.supervisor.services.stations.service"]
    assert {"litellm", "openai", "mcp", "acp", "pydantic"} & loaded_by(
        [*names, "sessions.stations.hosting.client"]
    ) == set()


def test_workers_are_given_functions() -> None:
    """A coroutine of a worker that is called off before it begins is never awaited, and Python complains of it."""
    wrong = [
        f"{module}:{node.lineno}"
        for module in modules("console")
        for node in nodes(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run_worker"
        if isinstance(node.args[0], ast.Call)
    ]
    assert wrong == []


def loaded_by(names: list[str]) -> set[str]:
    """The top-level packages in memory after a new process has imported the modules."""
    code = f"import sys\nfor name in {names!r}: __import__(name)\nprint(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_sessions_load_no_screen() -> None:
    loaded = loaded_by(modules("sessions"))
    assert {"textual", "rich", "litellm", "console", "widgets"} & loaded == set()
    assert "msgspec" in loaded


def test_the_pure_part_loads_nothing_heavy() -> None:
    assert set(HEAVY) & loaded_by([m for m in modules("sessions") if inside(m, PURE)]) == set()


@pytest.mark.parametrize("module", ["console.cli", "console.app"])
def test_the_console_starts_light(module: str) -> None:
    assert set(HEAVY) & loaded_by([module]) == set()


def test_the_command_line_loads_no_screen() -> None:
    assert {"textual", "rich"} & loaded_by(["console.cli"]) == set()
