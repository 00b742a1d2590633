"""The toolbox: a real process, inside a boundary where there is one, with every scope kept."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import resource
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.scope import Scope
from sessions.settings import Server
from sessions.stations.builtin import mcp
from sessions.stations.builtin.hands import Answered, Hands, sources
from sessions.stations.builtin.inside.files import Files
from sessions.stations.builtin.inside.patches import Refused
from sessions.stations.builtin.mcp import Servers
from sessions.stations.contract import Brief
from tests.support.stations.factory import written
from tests.support.stations.hosting import brief
from tests.support.supervisor import ended

bwrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not here")
TREE = {"src/a.py": "one\ntwo\nthree\n", "src/gen/b.py": "b\n", "docs/x.md": "x\n", ".git/config": "secret\n"}


def tree(at: Path, files: Mapping[str, str] = TREE) -> Brief:
    made = brief("one", at)
    for name, text in files.items():
        path = Path(made.directory) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return made


@asynccontextmanager
async def hands(of: Brief) -> AsyncIterator[Hands]:
    made = Hands(of, lambda: None)
    try:
        yield made
    finally:
        await made.close()


def used(of: Brief, *uses: tuple[str, Mapping[str, object]]) -> list[Answered]:
    """What comes of tools, one after the other."""

    async def scene() -> list[Answered]:
        async with hands(of) as box:
            return [await box.use(tool, arguments) for tool, arguments in uses]

    return asyncio.run(scene())


def test_files_are_read_searched_and_changed(tmp_path: Path) -> None:
    patch = """*** Begin Patch
*** Update File: src/a.py
@@
 one
-two
+TWO
*** Add File: src/new/c.py
+c
*** Delete File: docs/x.md
*** End Patch"""
    of = tree(tmp_path)
    read, listed, found, edited, twice, patched, wrong, nothing = used(
        of,
        ("read", {"path": "src/a.py", "first": 2, "lines": 1}),
        ("list", {"path": "src"}),
        ("search", {"pattern": "^t", "glob": "*.py"}),
        ("edit", {"path": "src/a.py", "old_string": "three", "new_string": "drei"}),
        ("edit", {"path": "src/a.py", "old_string": "o", "new_string": "0"}),
        ("apply_patch", {"patch": patch}),
        ("apply_patch", {"patch": patch}),
        ("no_such", {}),
    )
    assert (read.text, listed.text) == ("     2\ttwo\n… 2 more lines", "a.py\ngen/")
    assert found.text == "src/a.py:2: two\nsrc/a.py:3: three"
    assert edited.ok and "-three\n+drei" in edited.diff
    assert not twice.ok and "2 times" in twice.text
    assert patched.ok and patched.files == ("src/a.py", "src/new/c.py", "docs/x.md")
    assert (Path(of.directory) / "src/a.py").read_text() == "one\nTWO\ndrei\n"
    assert not (Path(of.directory) / "docs/x.md").exists()
    assert not wrong.ok and "not in the file" in wrong.text
    assert not nothing.ok


def test_no_scope_is_left_by_any_way(tmp_path: Path) -> None:
    of = tree(tmp_path)
    work = Path(of.directory)
    (tmp_path / "outside").mkdir()
    (work / "src/out").symlink_to(tmp_path / "outside")
    (work / "src/link.py").symlink_to(work / "docs/x.md")
    of = replace(of, scope=Scope(write=("src/**", "!src/gen/**"), read=("src/**",)))
    outside = [
        *("docs/x.md", "src/gen/b.py", "../work/docs/x.md", "src/../docs/y", ".git/config", "src/.git/hooks/x"),
        *("src/out/new", "src/link.py", str(tmp_path / "abs"), "~/x", "src", ""),
    ]
    answers = used(of, *(("write", {"path": path, "content": "evil"}) for path in outside))
    assert [answer.ok for answer in answers] == [False] * len(outside)
    assert all(answer.violated for answer in answers[:10])
    assert answers[0].text.endswith("ask for more: factory-tui ask scope docs/x.md --why 'the reason'")
    assert not any((tmp_path / "outside").iterdir()) and (work / "docs/x.md").read_text() == "x\n"
    first = "*** Begin Patch\n*** Add File: src/ok.py\n+ok\n*** Add File: docs/no.md\n+no\n*** End Patch"
    both, good, unread, seen = used(
        of,
        ("apply_patch", {"patch": first}),
        ("write", {"path": str(work / "src/fine.py"), "content": "fine"}),
        ("read", {"path": "docs/x.md"}),
        ("search", {"pattern": "x|secret"}),
    )
    assert not both.ok and not (work / "src/ok.py").exists()
    assert good.ok and (work / "src/fine.py").read_text() == "fine"
    assert not unread.ok and unread.violated == {"path": "docs/x.md", "act": "read"}
    assert seen.text == "nothing matches"


def test_commands_are_bounded_and_leave_nothing(tmp_path: Path) -> None:
    of = tree(tmp_path)
    code, long, late, behind, flood = used(
        of,
        ("run", {"command": "echo out; echo err >&2; exit 3"}),
        ("run", {"command": "seq 100000"}),
        ("run", {"command": "sleep 100", "timeout": 0.3}),
        ("run", {"command": "sleep 1001 & echo $!"}),
        ("run", {"command": "yes | head -c 30000000 | tail -c 5"}),
    )
    assert (code.ok, code.text) == (False, "out\nerr\n[exit code 3]")
    assert len(long.text) < 70_000 and long.text.startswith("1\n2\n") and long.text.endswith("99999\n100000")
    assert not late.ok and "[ended after 0.3 s" in late.text
    assert behind.ok and ended(int(behind.text))
    assert flood.text == "y\ny"


def test_a_command_that_prints_nothing_more_is_waited_for_without_using_the_processor(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hands(tree(tmp_path)) as box:
            assert (await box.use("run", {"command": "exec sleep 1 > /dev/null 2>&1"})).ok

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    asyncio.run(scene())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.6


def test_what_left_the_group_of_a_command_and_prints_on_holds_nobody_up(tmp_path: Path) -> None:
    on = "echo $$; echo on; echo on; touch prints; while sleep 0.01; do echo on; done"
    command = f"setsid sh -c '{on}' & until [ -e prints ]; do sleep 0.01; done"
    (came,) = used(tree(tmp_path), ("run", {"command": command}))
    assert came.ok and "on\non" in came.text
    with suppress(ProcessLookupError):
        os.kill(int(came.text.split()[0]), signal.SIGKILL)


def test_a_use_is_called_off_and_the_hands_go_on(tmp_path: Path) -> None:
    of = tree(tmp_path)
    stuck = "(a+)+$"

    async def scene() -> None:
        (Path(of.directory) / "src/a.py").write_text("a" * 60 + "!")
        async with hands(of) as box:
            for tool, arguments in (("run", {"command": "sleep 1002"}), ("search", {"pattern": stuck})):
                task = asyncio.create_task(box.use(tool, arguments))
                await asyncio.wait({task}, timeout=0.3)
                assert not task.done()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert (await box.use("list", {"path": "src"})).ok
            dying = await box.use("run", {"command": "kill -9 $PPID"})
            assert "ended while it was done" in dying.text
            assert (await box.use("list", {"path": "src"})).ok

    asyncio.run(scene())


def test_what_cannot_start_is_an_answer(tmp_path: Path) -> None:
    of = tree(tmp_path)
    (missing,) = used(replace(of, wrap=("/no/such/wrapper",)), ("list", {}))
    (broken,) = used(replace(of, wrap=("/bin/sh", "-c", "echo no boundary here >&2; exit 1")), ("list", {}))
    assert not missing.ok and "cannot be started inside the boundary" in missing.text
    assert not broken.ok and "no boundary here" in broken.text


@bwrap
def test_the_kernel_refuses_what_the_globs_would_let_through(tmp_path: Path) -> None:
    of = tree(tmp_path)
    work = of.directory
    words = ("bwrap", "--die-with-parent", "--unshare-pid", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    wrap = (*words, "--ro-bind", work, work, "--bind", f"{work}/src", f"{work}/src", "--chdir", work)
    edit, run, inside = used(
        replace(of, wrap=wrap),
        ("edit", {"path": "docs/x.md", "old_string": "x", "new_string": "y"}),
        ("run", {"command": "echo y > docs/x.md"}),
        ("run", {"command": "echo y > src/y && ps | wc -l"}),
    )
    assert edit.violated == {"path": "docs/x.md", "act": "write"}
    assert not run.ok and "Read-only file system" in run.text
    assert inside.ok and int(inside.text.split()[-1]) < 8


def test_little_is_sent_and_all_of_it_is_of_the_standard_library() -> None:
    assert sum(len(source) for _, source in sources()) < 60_000
    names = {name for name, _ in sources()}
    for _, source in sources():
        imported = [line.split()[1] for line in source.splitlines() if line.startswith(("from ", "import "))]
        assert all(name in names or name.partition(".")[0] in sys.stdlib_module_names for name in imported)


@settings(max_examples=60)
@given(
    st.sampled_from(["write", "edit", "apply_patch", "read", "search", "list"]),
    st.dictionaries(
        st.sampled_from(["path", "content", "old_string", "new_string", "patch", "pattern", "glob", "first", "lines"]),
        st.text(max_size=40)
        | st.integers()
        | st.none()
        | st.sampled_from(["../x", "a", "*** Begin Patch\n*** End Patch"]),
    ),
)
def test_no_arguments_reach_outside(tool: str, arguments: dict[str, object]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "root"
        root.mkdir()
        (Path(place) / "outside").write_text("untouched")
        files = Files(str(root), lambda globs, path: True, ["**"], ["**"])
        with suppress(Refused, OSError, TypeError, ValueError, AttributeError):  # the model reads of it
            getattr(files, f"do_{tool}")(arguments)
        assert sorted(path.name for path in Path(place).iterdir()) == ["outside", "root"]
        assert (Path(place) / "outside").read_text() == "untouched"


MCP = """
import asyncio
import os
from mcp.server.mcpserver import MCPServer
server = MCPServer("adder")
@server.tool()
def add(a: int, b: int) -> int:
    "Add two numbers"
    return a + b
@server.tool()
def fail() -> str:
    raise ValueError("it does not add up")
@server.tool()
def crash() -> str:
    os._exit(3)
@server.tool()
async def hang() -> str:
    open("hangs", "w").close()
    await asyncio.sleep(1000)
server.run()
"""


@pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="needs the extra `models`")
def test_mcp_servers_are_used_started_again_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "START_S", 100.0)
    of = tree(tmp_path)
    wrap = ("/usr/bin/env", f"WRAPPED={tmp_path}")
    servers = {
        "adder": Server(command=(sys.executable, "-c", MCP)),
        "broken": Server(command=("/bin/sh", "-c", "exit 1")),
    }
    troubles: list[str] = []

    async def scene() -> None:
        made = Servers(replace(of, wrap=wrap), servers, troubles.append)
        try:
            await used_all(made)
            assert wrapped(tmp_path)
        finally:
            await made.close()
        assert not wrapped(tmp_path)

    async def used_all(made: Servers) -> None:
        specs = await made.specs()
        names = [spec["function"]["name"] for spec in specs]
        assert names == [f"mcp__adder__{name}" for name in ("add", "fail", "crash", "hang")]
        assert troubles == ["the MCP server broken does not start: Connection closed"]
        assert (await made.use("mcp__adder__add", {"a": 2, "b": 3})).text == "5"
        assert not (await made.use("mcp__adder__fail", {})).ok
        assert not (await made.use("mcp__adder__add", {"a": "x"})).ok
        assert not (await made.use("another", {})).ok
        hangs = asyncio.create_task(made.use("mcp__adder__hang", {}))
        await written(Path(of.directory) / "hangs")
        hangs.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hangs
        assert (await made.use("mcp__adder__add", {"a": 2, "b": 3})).text == "5"
        crashed = await made.use("mcp__adder__crash", {})
        assert (crashed.ok, crashed.text) == (False, "the tool failed: Connection closed")
        assert (await made.use("mcp__adder__add", {"a": 2, "b": 4})).text == "6"

    asyncio.run(scene())


@pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="needs the extra `models`")
def test_an_mcp_server_that_says_nothing_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "START_S", 1.0)
    troubles: list[str] = []

    async def scene() -> None:
        made = Servers(tree(tmp_path), {"silent": Server(command=("/bin/sleep", "1000"))}, troubles.append)
        assert await made.specs() == []
        await made.close()

    asyncio.run(scene())
    assert troubles == ["the MCP server silent does not start: no answer within 1 s"]


def wrapped(at: Path) -> list[int]:
    """Processes that were started through the wrapper."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"WRAPPED={at}\0".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found
