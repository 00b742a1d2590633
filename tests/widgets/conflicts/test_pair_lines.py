"""What stands beside the matrix, as text: the frame, the pair, its hunks, hot spots and the plan with its reasons."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from sessions.floor.conflicts import FileConflict, Outcome, Verdict, key_of
from sessions.landing.plan import Candidate, Wishes, plan
from sessions.views.conflicts.hotspots import HotSpot, hot_spots, suggested_scopes
from sessions.views.conflicts.matrix import Severity
from tests.support.console import HOSTILE, NOW
from tests.support.picture import text_of
from widgets.conflicts.hunk_lines import FileHunks, Hunk, Part, hunk_lines
from widgets.conflicts.pair_lines import Frame, Side, frame_line, pair_lines, pair_note, spot_lines
from widgets.conflicts.plan_lines import plan_rows
from widgets.draw.cells import line_width, plain, width

POOL = FileConflict("src/proxy/pool.py", "content", 14)
GONE = FileConflict("docs/old.md", "modify/delete")
VERDICT = Verdict("proxy-03", "tests-11", Outcome.CONFLICT, (POOL, GONE), 3, "", NOW - 7_800, "tests-11")
VERDICTS = {key_of("proxy-03", "tests-11"): VERDICT}
ONE = Side("proxy-03", "Ada Byron", "Keep retries apart", NOW - 3_600, 12, 2, 1, (("proxy-03", "working"),))
OTHER = Side("tests-11", ahead=3)
BASE = Side("main", base=True)
NAMES = {name: name for name in ("proxy-03", "tests-11", "docs-02")}
FOUND = plan([Candidate(name, i) for i, name in enumerate(NAMES)], VERDICTS)


def test_the_frame() -> None:
    frame = Frame(branches=48, plan=FOUND, base="main", base_head="4f2c91e0aa", pairs=1_176, conflicts=129)
    assert plain(frame_line(frame, 160)).rstrip() == (
        " 48 branches   129 conflicts   arrival order lands 2   suggested 2   bound 2   base main 4f2c91e0"
        "   uncommitted: on"
    )
    busy = Frame(branches=48, pairs=1_176, computing=12)
    assert plain(frame_line(busy, 160)).rstrip().endswith("computing 12 of 1,176")
    assert plain(frame_line(frame, 60)).rstrip() == " 48 branches  129 conflicts  suggested 2"
    few = Frame(branches=50, hidden=1_234, pairs=1_225)
    assert plain(frame_line(few, 160)).startswith(" 50 branches +1,234 hidden   0 conflicts ")
    trial = Frame(branches=3, landed="proxy-03", replay=True, moment="12:04:31")
    assert plain(frame_line(trial, 80)).startswith("  SIMULATED: proxy-03 has landed   REPLAY  3 branches")
    assert plain(frame_line(trial, 80)).rstrip().endswith("12:04:31")


def test_a_pair_that_took_git_long_says_how_long() -> None:
    slow = replace(VERDICT, seconds=5.25)
    assert " git took 5.2 s to merge them" in text_of(pair_lines(ONE, OTHER, slow, Severity.SOME, 0, NOW, 64))


def test_a_pair_that_takes_git_long_says_for_how_long_it_has() -> None:
    told = text_of(pair_lines(ONE, OTHER, None, Severity.COMPUTING, 0, NOW, 64, begun=NOW - 41))
    assert told[1] == " : being compared for 40s"
    note = plain(pair_note("a", "main", None, Severity.COMPUTING, NOW, 80, NOW - 41))
    assert note == " a × main  : being compared for 40s"
    busy = Frame(branches=48, pairs=1_176, slow="api-x × web-y 40s")
    assert plain(frame_line(busy, 160)).rstrip().endswith("computing api-x × web-y 40s")
    some = replace(busy, computing=12, plan=FOUND)
    assert plain(frame_line(some, 80)).rstrip().endswith("computing 12 of 1,176: api-x × web-y 40s"), "before the plan"


def test_the_frame_always_fits() -> None:
    frame = Frame(9, FOUND, HOSTILE, "f" * 40, False, 7, 45, 3, "x" * 90, True, True, "12:00:00")
    for cells in range(1, 210, 13):
        assert line_width(frame_line(frame, cells)) == cells


def test_a_pair_with_its_files() -> None:
    assert text_of(pair_lines(ONE, OTHER, VERDICT, Severity.SOME, 0, NOW, 64, "tests-11")) == [
        " proxy-03 × tests-11",
        " ▓ conflict in two files, 14 lines",
        " since 2h10, after a change of tests-11",
        "",
        " proxy-03           ● proxy-03                        ↑12 ↓2 ±1",
        "  Ada Byron, 1h00 ago  · Keep retries apart",
        " tests-11           no station                               ↑3",
        "",
        "▌ src/proxy/pool.py                         content    14 lines",
        "  docs/old.md                         modify/delete",
    ]
    chosen, other = pair_lines(ONE, OTHER, VERDICT, Severity.SOME, 0, NOW, 64)[-2:]
    assert chosen[1] == (" src/proxy/pool.py", "bold text on cursor")
    assert other[1] == (" docs/old.md", "text")


def test_a_pair_in_one_line() -> None:
    assert plain(pair_note("a", "b", VERDICT, Severity.SOME, NOW, 80)) == " a × b  ▓ two files, 14 lines  since 2h10"
    assert plain(pair_note("a", "main", None, Severity.COMPUTING, NOW, 80)) == " a × main  : being compared"


@pytest.mark.parametrize(("one", "other"), [("a" * 60, "b" * 60), ("a" * 60, "b"), ("a", "字" * 60)])
@pytest.mark.parametrize("cells", [60, 80])
def test_long_names_leave_room_for_the_verdict_and_each_other(one: str, other: str, cells: int) -> None:
    note = plain(pair_note(one, other, VERDICT, Severity.SOME, NOW, cells))
    assert note.endswith("  ▓ two files, 14 lines  since 2h10")
    assert width(note) <= cells
    first, _, second = note.partition(" × ")
    assert first.strip()[0] == one[0]
    assert second[0] == other[0]
    head = plain(pair_lines(Side(one), Side(other), VERDICT, Severity.SOME, 0, NOW, cells)[0])
    assert " × " + other[0] in head


@pytest.mark.parametrize("cells", [40, 50, 80])
def test_a_narrow_line_leaves_out_words_before_names(cells: int) -> None:
    note = plain(pair_note("station/proxy-03", "station/tests-11", VERDICT, Severity.MANY, NOW, cells))
    assert width(note) <= cells
    first, _, second = note.strip().partition(" × ")
    assert first[:3] == second[:3] == "sta" and first.endswith("03")
    assert second.split("  ")[0].endswith("11"), "names are told apart by their ends"
    assert "█ two files" in note


def test_a_name_is_whole_where_there_is_room_for_it() -> None:
    name = "feature/a-branch-with-quite-a-long-name-2022"
    lines = [plain(line) for line in pair_lines(Side(name), Side("b"), VERDICT, Severity.MANY, 0, NOW, 64)]
    assert all(any(name in line for line in lines[at:]) for at in (0, 1)), "above, and in its own line"
    found = plan([Candidate(name), Candidate("b", 1)], {}, Wishes())
    assert any(name in plain(row.line) for row in plan_rows(found, Wishes(), {}, {name: name}, "", 64))


def test_pairs_that_merge_say_so() -> None:
    shared = Verdict("a", "b", Outcome.CLEAN, shared=2)
    unknown = Verdict("a", "b", Outcome.UNKNOWN, reason="submodule is missing")

    def told(verdict: Verdict | None, step: Severity, other: Side = OTHER) -> list[str]:
        return text_of(pair_lines(ONE, other, verdict, step, 0, NOW, 64))[1:3]

    assert told(None, Severity.CLEAN)[0] == " · merge cleanly"
    assert told(shared, Severity.SHARED)[0] == " ∘ merge cleanly, though both changed 2 files"
    assert told(None, Severity.CLEAN, BASE)[0] == " · merges cleanly with the base"
    assert told(unknown, Severity.UNKNOWN) == [" ? unknown: git could not try it", " submodule is missing"]
    assert told(None, Severity.LANDED)[0] == " landed in this simulation"


HUNKS = FileHunks(
    "src/proxy/pool.py",
    (
        Hunk(
            Part(88, ("    retries = 3", "\tpause = 1")),
            Part(0, ("    retries = 1",)),
            Part(90, ("    retries = settings.retries",)),
        ),
        Hunk(Part(9), Part(0, ("gone",)), Part(12, ("new", "gone")), same=True),
    ),
)


def test_hunks_beside_the_base() -> None:
    assert text_of(hunk_lines(HUNKS, "proxy-03", "tests-11", 110)) == [
        " hunk 1 of 2",
        " proxy-03 @ 88–89                   │ base                               │ tests-11 @ 90",
        "     retries = 3                    │     retries = 1                    │     retries = settings.retries",
        "     pause = 1                      │                                    │",
        "",
        " hunk 2 of 2  both wrote the same",
        " proxy-03 @ 9, nothing              │ base                               │ tests-11 @ 12–13",
        "                                    │ gone                               │ new",
        "                                    │                                    │ gone",
    ]


def test_hunks_below_the_base_where_there_is_less_room() -> None:
    assert text_of(hunk_lines(HUNKS, "proxy-03", "tests-11", 64))[:6] == [
        " hunk 1 of 2",
        " base",
        "     retries = 1",
        " proxy-03 @ 88–89              │ tests-11 @ 90",
        "     retries = 3               │     retries = settings.retri…",
        "     pause = 1                 │",
    ]


def test_what_a_side_has_from_the_base_is_behind_what_is_new() -> None:
    lines = hunk_lines(HUNKS, "proxy-03", "tests-11", 110)
    styles = {text.strip(): style for line in lines for text, style in line}
    assert styles["new"] == "text"
    assert styles["gone"] == "soft"


def test_hostile_lines_stay_in_their_columns() -> None:
    part = Part(1, (HOSTILE, "\x1b]52;c;x\x07", "漢" * 300))
    found = FileHunks(HOSTILE, (Hunk(part, part, part),), HOSTILE)
    for cells in (20, 64, 110, 200):
        for line in hunk_lines(found, HOSTILE, "b", cells):
            assert line_width(line) <= cells
            assert plain(line).isprintable()


def test_a_very_long_hunk_is_cut() -> None:
    many = Part(1, tuple(str(i) for i in range(5_000)))
    lines = text_of(hunk_lines(FileHunks("f", (Hunk(many, Part(), Part(1, ("x",))),)), "a", "b", 110))
    assert len(lines) == 403
    assert lines[-1].startswith(" … 4,600 more lines")
    one_more = Part(1, tuple(str(i) for i in range(401)))
    for part, end in ((one_more, " … 1 more line"), (Part(1, one_more.lines[:400]), " 399")):
        lines = text_of(hunk_lines(FileHunks("f", (Hunk(part, Part(), Part(1, ("x",))),)), "a", "b", 110))
        assert lines[-1].partition("│")[0].rstrip() == end


def test_hot_spots_and_what_would_have_prevented_them() -> None:
    assert text_of(spot_lines(hot_spots(VERDICTS), suggested_scopes(VERDICTS), NAMES, 80)) == [
        " 1 pair  14 lines  src/proxy/pool.py  proxy-03  tests-11",
        " 1 pair   0 lines  docs/old.md        proxy-03  tests-11",
        "",
        " would have prevented most of it",
        "   src/proxy/ for proxy-03 alone: 1 fewer; not tests-11",
    ]
    assert text_of(spot_lines((), (), {}, 60)) == [" nothing collides anywhere"]


def test_hot_spots_are_columns_whatever_their_figures_and_paths_come_first_where_there_is_little_room() -> None:
    spots = (
        HotSpot("src/", 888, 147_312, ("proxy-03", "b")),
        HotSpot("src/proxy/pool.py", 1, 1, ("proxy-03", "b", "c", "d")),
    )
    assert text_of(spot_lines(spots, (), NAMES, 80)) == [
        " 888 pairs 147,312 lines  src/               proxy-03  b",
        "   1 pair        1 line   src/proxy/pool.py  proxy-03  b  c  +1",
    ]
    assert text_of(spot_lines(spots, (), NAMES, 34)) == [" 888 pairs  src/", "   1 pair   src/proxy/pool.py"]
    assert text_of(spot_lines(spots, (), NAMES, 26)) == [" 888 pairs  src/", "   1 pair   …roxy/pool.py"]
    chosen = spot_lines(spots, (), NAMES, 80, 1)
    assert [plain(line)[0] for line in chosen] == [" ", "▌"]
    assert [{style.endswith(" on cursor") for _, style in line[1:]} for line in chosen] == [{False}, {True}]
    long = [HotSpot("src/" + "deep/" * 12 + "pool.py", 3, 9, ("proxy-03", "b"))]
    assert text_of(spot_lines(long, (), NAMES, 80)) == [
        " 3 pairs 9 lines  …deep/deep/deep/deep/deep/deep/deep/deep/pool.py  proxy-03  b",
    ]
    assert {line_width(line) for line in chosen} == {80}


def told(
    wishes: Wishes, chosen: str = "", names: Mapping[str, str] = NAMES, verdicts: Mapping[str, Verdict] = VERDICTS
) -> list[str]:
    found = plan([Candidate(name, i) for i, name in enumerate(names)], verdicts, wishes)
    return [plain(row.line).rstrip() for row in plan_rows(found, wishes, verdicts, names, chosen, 66)]


def test_the_plan_with_its_reasons() -> None:
    assert told(Wishes(), "tests-11") == [
        "   1  proxy-03  unblocks tests-11",
        "   2  docs-02",
        " then rebase, cheapest first",
        "▌  ↷  tests-11  onto proxy-03: two files, 14 lines",
    ]


def test_the_plan_with_wishes_says_what_they_cost() -> None:
    assert told(Wishes(pinned=("tests-11",), dropped=("docs-02",))) == [
        " one branch more would land if none were dropped",
        "   1  tests-11  pinned  unblocks proxy-03",
        " then rebase, cheapest first",
        "   ↷  proxy-03  onto tests-11: two files, 14 lines",
        "   ×  docs-02   dropped: d takes it back",
    ]
    refusal = told(Wishes(pinned=("proxy-03", "tests-11")))[0]
    assert refusal.startswith(" tests-11 cannot be pinned: tests-11 conflicts with proxy-03")


def test_a_plan_in_which_one_stands_in_the_way_of_many() -> None:
    names = {name: name for name in ("hub", "a", "b", "c", "d", "a-branch-with-a-long-name")}
    pairs = {key_of("hub", name): Verdict("hub", name, Outcome.CONFLICT, (POOL,)) for name in names if name != "hub"}
    pinned = told(Wishes(pinned=("hub",)), "", names, pairs)
    assert pinned[1] == "   1  hub                        pinned  unblocks a, b, c and 2…"
    moved = told(Wishes(moved=("d",)), "", names, pairs)
    assert moved[0] == "   1  d                          moved"
    assert moved[-1].endswith("…")


def test_hostile_names_and_paths_fit() -> None:
    verdict = Verdict(HOSTILE, "b", Outcome.CONFLICT, (FileConflict(HOSTILE, HOSTILE, 3, True),), reason=HOSTILE)
    verdicts = {key_of(HOSTILE, "b"): verdict}
    found = plan([Candidate(HOSTILE), Candidate("b")], verdicts)
    side = Side("n" * 300, "漢" * 50, "s" * 300, 1.0, 1, 1, 1, (("x" * 80, "nonsense"),) * 5)
    for cells in (30, 64, 100):
        lines = [*pair_lines(side, side, verdict, Severity.FEW, 0, NOW, cells, "c" * 99)]
        lines += spot_lines(hot_spots(verdicts), suggested_scopes(verdicts), {}, cells)
        lines += [row.line for row in plan_rows(found, Wishes(dropped=(HOSTILE,)), verdicts, {}, HOSTILE, cells)]
        for line in lines:
            assert plain(line).isprintable()
            assert line_width(line) <= max(cells, 60)
