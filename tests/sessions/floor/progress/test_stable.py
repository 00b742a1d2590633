"""What is another each time of a call, or of an error, that is the same; and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.progress.stable import but_for_numbers, call_key, error_key, is_told, waits, writes


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("cat /tmp/a.8Fx/out.log", "cat /tmp/b.91k/out.log", True),
        ("cat /tmp/a", "cat /var/tmp/b", True),
        ("cat /dev/shm/a", "cat /dev/shm/b", True),
        ("curl localhost:51234/health", "curl localhost:60001/health", True),
        ("at 2026-11-29T10:00:01Z", "at 2026-11-29T10:14:59Z", True),
        ("log 10:00:01.250", "log 11:59:59.125", True),
        ("get 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "get 9f2504e0-4f89-11d3-9a0c-0305e82c33ff", True),
        ("free 0x7ffd1234", "free 0x55aa", True),
        ("sed -n 1,100p src/pool.py", "sed -n 100,200p src/pool.py", False),
        ("git show 1fb464e4", "git show 4d4640b1", False),
        ("pytest tests/test_1.py", "pytest tests/test_2.py", False),
        ("cat src/tmp/a.py", "cat src/tmp/b.py", False),
        ("gh pr view 12", "gh pr view 13", False),
    ],
)
def test_calls_that_are_the_same(one: str, other: str, same: bool) -> None:
    assert (call_key("Bash", one, "s") == call_key("Bash", other, "s")) is same


def test_of_another_tool_or_conversation_nothing_is_the_same() -> None:
    keys = {call_key(tool, "src/a.py", source) for tool in ("Read", "Edit") for source in ("claude:1", "claude:1/a1")}
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1 failed in 2.31s", "1 failed in 0.9 s", True),
        ("1 failed in 2.31s", "2 failed in 2.31s", False),
        ("bad revision 1fb464e4", "bad revision 4d4640b1", True),
        ("no call toolu01AbCdEf9GhIjK2", "no call toolu02ZbCdEf8GhIjK7", True),
        ("Exit code 1", "Exit code 2", False),
        ("timeout after 3 minutes", "timeout after 12 minutes", True),
        ("deadbeef is no function", "defaced is no function", False),
    ],
)
def test_errors_that_are_the_same(one: str, other: str, same: bool) -> None:
    assert (error_key(one) == error_key(other)) is same


def test_an_error_that_says_nothing_is_not_told() -> None:
    assert [is_told(words) for words in ("", "Exit code 1", "failed", "exit code 127 failed")] == [False] * 4
    assert is_told("fatal: not a git repository")


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("sed -i 's/a/b/' x.py", True),
        ("cat > x.py <<'EOF'", True),
        ("python - <<'EOF'", True),
        ("echo a >> log", True),
        ("git checkout -- x.py", True),
        ("cd src && npm install", True),
        ("ruff check --fix .", True),
        ("pytest -q 2>&1 | tail -5", False),
        ("ls >/dev/null 2>/dev/null", False),
        ("git log --oneline -5", False),
        ("git status", False),
        ("grep -rn 'x -> y' src", False),
        ("test 3 -ge 2", False),
        ("src/pool.py", False),
        ("a>b.py", False),  # the name of a file
    ],
)
def test_commands_that_change_something(command: str, changes: bool) -> None:
    assert writes(command) is changes


def test_to_look_again_is_to_wait() -> None:
    assert waits("BashOutput", "bash_1") and waits("write_stdin", "3") and waits("Bash", "sleep 30 && tail log")
    for tool in ("TaskOutput", "wait", "wait_agent", "wait_for", "sleep", "KillShell", "monitor", "poll"):
        assert waits(tool, "3")
    for command in ("wait %1", "watch ls", "docker logs --follow x", "tail -f log"):
        assert waits("Bash", command)
    assert not waits("Bash", "make check") and not waits("Read", "src/sleeper.py")


def test_what_differs_in_numbers_alone() -> None:
    assert but_for_numbers("5 failed in 2 s") == but_for_numbers("31 failed in 0.4 s") != but_for_numbers("5 passed")
    assert error_key("") == 1, "also what says nothing has a number"


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_has_a_key(tool: str, detail: str) -> None:
    assert 0 <= call_key(tool, detail, "") < 2**32
    assert 0 < error_key(detail) < 2**32
    writes(detail), waits(tool, detail), is_told(detail)
