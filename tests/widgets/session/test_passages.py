"""How entries of a conversation look: goldens as plain text."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor.zone import Zone
from sessions.observe.conversation.entries import Entry, EntryKind
from tests.support.conversation import made
from tests.support.replay import START
from widgets.draw.cells import Line, line_width, plain
from widgets.session.passages import SHOWN_FOLDED, Column, asks, folds, marked, passage


def drawn(first: int, last: int, cells: int, opened: frozenset[int] = frozenset()) -> list[str]:
    """Entries `first` to `last` of the made conversation, without trailing blanks."""
    column = Column(cells)
    lines: list[Line] = []
    for i in range(first, last + 1):
        before = made(i - 1) if i > first else None
        lines += passage(made(i), before, made(i + 1), i in opened, column)
    assert all(line_width(line) <= cells for line in lines)
    return [plain(line).rstrip() for line in lines]


def test_a_turn_reads_like_a_page() -> None:
    assert drawn(0, 7, 72) == [
        " 12:00:00 ▌ Please mend retry number 0",
        " 12:00:03 · The pool keeps dead connections. I should look at how it is…",
        " 12:00:06 ▸ Read       src/proxy/pool.py                        40 lines",
        " 12:00:12 ✖ Bash       pytest -q tests/proxy        exit 1: 2 failed, 3…",
        "",
        " 12:00:18   Retry 0 now waits for the pool to drain.",
        "",
        "            - one call site changed",
        "            - tests pass",
        " 12:00:21 · permission asked call-0-3",
    ]


def test_a_narrow_page_leaves_out_the_clock() -> None:
    assert drawn(0, 2, 40) == [
        " ▌ Please mend retry number 0",
        " · The pool keeps dead connections. I s…",
        " ▸ Read       src/proxy/pool.…  40 lines",
    ]


def test_another_day_begins_with_its_date_on_the_operators_clock() -> None:
    evening, night = (Entry(kind=EntryKind.NOTE, time=START + hour * 3_600, title="waits") for hour in (11, 13))
    column = Column(72)
    assert [plain(line).rstrip() for line in passage(night, evening, None, False, column)] == [
        "",
        "            Sat 22 Nov 2025",
        " 01:00:00 · waits",
    ]
    west = Column(72, Zone(-5 * 3_600))
    assert [plain(line).rstrip() for line in passage(night, evening, None, False, west)] == [" 20:00:00 · waits"]
    untimed = Entry(kind=EntryKind.NOTE, time=0.0, title="waits")
    assert len(passage(night, untimed, None, False, column)) == 1
    assert len(passage(Entry(kind=EntryKind.NOTE, time=1e300, title="x"), evening, None, False, column)) == 1


def test_an_opened_tool_shows_what_it_was_given_and_what_came_back() -> None:
    assert drawn(4, 5, 72, frozenset({4})) == [
        " 12:00:12 ✖ Bash       pytest -q tests/proxy        exit 1: 2 failed, 3…",
        "          │ pytest -q tests/proxy",
        "          │",
        "          │ exit 1: 2 failed, 31 passed",
        "          │ FAILED test_pool.py::test_close",
    ]


def test_an_opened_thought_is_shown_whole() -> None:
    assert drawn(1, 1, 72, frozenset({1})) == [
        " 12:00:03 · The pool keeps dead connections. I should look at how it is",
        "            closed before I change anything.",
        "            And then the tests.",
    ]


def test_a_long_text_is_cut_until_it_is_opened() -> None:
    lines = tuple(f"line {i}" for i in range(SHOWN_FOLDED + 5))
    entry = Entry(kind=EntryKind.TEXT, time=START, title=lines[0], lines=lines)
    folded = passage(entry, None, None, False, Column(80))
    assert plain(folded[-1]).strip() == "… 5 more lines"
    nearly = replace(entry, lines=lines[: SHOWN_FOLDED + 1])
    assert plain(passage(nearly, None, None, False, Column(80))[-1]).strip() == "… 1 more line"
    assert len(passage(entry, None, None, True, Column(80))) == SHOWN_FOLDED + 5
    assert folds(entry, None)


def test_a_result_without_its_call_stands_alone_and_is_marked_when_it_failed() -> None:
    result = made(5)
    assert plain(passage(result, made(1), None, False, Column(72))[0]).strip().startswith("12:00:15")
    error = Entry(kind=EntryKind.ERROR, time=START, title="API error 529", failed=True)
    line = passage(error, None, None, False, Column(72))[0]
    assert ("✖ ", "failed") in line
    assert ("API error 529", "failed") in line


def test_only_what_has_more_to_show_can_be_opened() -> None:
    call = Entry(kind=EntryKind.TOOL, time=START, title="Read", tool="Read", call="1")
    back = Entry(kind=EntryKind.RESULT, time=START, title="40 lines", lines=("40 lines",), call="1")
    assert folds(call, back)
    assert not folds(call, replace(back, call="2"))
    assert not folds(call, None)
    assert folds(replace(call, lines=("a.py",)), None)
    assert not folds(replace(back, kind=EntryKind.TEXT), back)
    thought = Entry(kind=EntryKind.THINKING, time=START, title="one", lines=("one", "two"))
    assert folds(thought, None)
    assert plain(passage(thought, None, None, False, Column(72))[0]).rstrip().endswith("one …")


def test_every_failed_tool_is_marked() -> None:
    line = passage(made(4), None, made(5), False, Column(72))[0]
    assert ("✖ ", "failed") in line
    assert ("▸ ", "soft") in passage(made(2), None, made(3), False, Column(72))[0]


def test_what_was_searched_is_highlighted_in_any_case() -> None:
    line: Line = (("Retry the retry", "text"), (" RETRY", "soft"))
    found = [text for text, style in marked(line, "retry") if style == "reverse accent"]
    assert found == ["Retry", "retry", "RETRY"]
    assert plain(marked(line, "retry")) == plain(line)
    assert marked(line, "") == line


def tool_line(entry: Entry, after: Entry | None = None, place: str = "", opened: bool = False) -> list[Line]:
    return passage(entry, None, after, opened, Column(72, place=place))


def test_an_edit_says_how_much_it_changed_and_is_coloured() -> None:
    entry = Entry(kind=EntryKind.TOOL, title="/w/x/a.py", tool="Edit", lines=("- one", "+ two", "  kept"), added=1,
                  removed=1, call="c")  # fmt: skip
    result = Entry(kind=EntryKind.RESULT, call="c", title="ok", lines=("ok",))
    head, *inside = tool_line(entry, result, "/w/x", opened=True)
    assert plain(head).rstrip().endswith("+1  −1")
    assert "/w/x" not in plain(head)
    assert [line[-1] for line in inside[:3]] == [("- one", "removed"), ("+ two", "added"), ("  kept", "soft")]


def test_paths_of_the_place_are_shown_without_it_and_others_whole() -> None:
    column = Column(72, place="/w/x")
    assert column.within("cd /w/x/src && cat /w/x/a.py") == "cd src && cat a.py"
    assert column.within("/w/xy/a.py /other/w/x/a.py ./w/x/a.py") == "/w/xy/a.py /other/w/x/a.py ./w/x/a.py"
    assert Column(72, place="/").within("/etc/passwd") == "/etc/passwd"


def test_a_question_asks_until_it_is_answered() -> None:
    question = Entry(kind=EntryKind.TOOL, tool="AskUserQuestion", call="q", lines=("Which port?", "  - 80"))
    answer = Entry(kind=EntryKind.RESULT, call="q", title="80")
    assert asks(question, None)
    assert asks(question, Entry(kind=EntryKind.NOTE, title="waits"))
    assert not asks(question, answer)
    assert not asks(Entry(kind=EntryKind.TOOL, tool="Bash", call="q"), None)
