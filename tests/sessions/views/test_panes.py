"""What the floor shows of stations and branches, and in which order."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.branches.shown import SHOWN, is_merged
from sessions.floor.ours.lives import Life
from sessions.floor.pace import Pace
from sessions.floor.reports import RUNS, Report
from sessions.floor.state import EMPTY, FloorState, Status
from sessions.floor.tokens import Certainty, Tokens
from sessions.views.floor.arrange import Arrangement, Arranger, Choice, Group, Grouping, SortKey, matches
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane, branch_pane
from sessions.views.floor.totals import Counts, totals
from sessions.views.floor.view import QUIET_S, SETTLE_S, FloorView
from sessions.views.forms.offers import branch_offers
from sessions.views.names import short_directory, short_model
from tests.support.console import HOSTILE, NOW, factory_state, state_of
from tests.support.stations.still import ours
from widgets.draw.glyphs import WORD
from widgets.floor.pane_text import status_word


def panes_of(state: FloorState, now: float = NOW) -> dict[str, Pane]:
    return {pane.key: pane for pane in PaneBook().panes(state, now)}


def pane(name: str, status: Status = Status.WORKING, **facts: object) -> Pane:
    return replace(Pane(key=f"station:{name}", station=name, name=name, status=status), **facts)


def test_one_pane_per_station_and_per_branch_without_one() -> None:
    state = factory_state(31, 48)
    panes = panes_of(state)
    assert sum(key.startswith("station:") for key in panes) == 31
    assert sum(key.startswith("branch:") for key in panes) == 48 - 31
    assert len({p.branch for p in panes.values()}) == 48


def test_the_base_and_merged_branches_have_no_pane() -> None:
    state = state_of(
        [
            ev.FactoryOpened(time=1, repo="/r", name="r", base="main"),
            ev.BranchChanged(time=2, branch="main"),
            ev.BranchChanged(time=2, branch="done", merged=True),
            ev.BranchChanged(time=2, branch="open"),
        ]
    )
    assert [p.name for p in PaneBook().panes(state, 3)] == ["open"]
    assert [p.name for p in PaneBook().panes(state, 3, every_branch=True)] == ["done", "open"]


@pytest.mark.parametrize(("head", "word"), [("4f2c91e0", ""), ("5a5a5a5a", "merged")])
def test_a_branch_on_which_a_station_has_committed_nothing_yet_is_not_called_merged(head: str, word: str) -> None:
    """Its place began at 4f2c91e0."""
    branch = ev.BranchChanged(time=NOW, branch="station/it", head=head, merged=True, behind=1)
    state = state_of([*ours("it"), branch])
    made = panes_of(state)["station:it"]
    assert made.merged is bool(word)
    assert branch_offers(state)[0].why == (f"it works there  {word}" if word else "it works there  ↑0 ↓1")
    it = state.branches["station/it"]
    alone = branch_pane("", it, "", merged=is_merged(state, it))
    assert status_word(alone) == (word or "no station")


def test_that_its_process_runs_are_no_last_words() -> None:
    runs = ev.AgentReported(time=NOW - 60, source="factory", station="it", state=Report.WORKING, reason=RUNS)
    ended = ev.LifeChanged(time=NOW - 5, source="factory", station="it", life=Life.STOPPED)
    begun = [*ours("it", kind="command", now=NOW - 100), runs]
    assert panes_of(state_of(begun))["station:it"].activity == RUNS
    assert panes_of(state_of([*begun, ended]))["station:it"].activity == ""


def test_of_many_branches_the_most_recent_are_shown() -> None:
    state = state_of([ev.BranchChanged(time=1, branch=f"b{i}", committed=float(i)) for i in range(500)])
    names = [p.name for p in PaneBook().panes(state, 9)]
    assert len(names) == SHOWN
    assert names[0] == "b499"


def test_a_branch_of_another_repository_is_not_this_ones() -> None:
    state = state_of(
        [
            ev.BranchChanged(time=1, branch="main", ahead=3),
            ev.StationOpened(time=2, station="far", kind="claude", branch="main", elsewhere=True),
        ]
    )
    panes = panes_of(state, 3)
    assert panes["station:far"].ahead == 0
    assert "branch:main" in panes


def test_a_pane_without_news_is_the_same_object() -> None:
    state, book = factory_state(), PaneBook()
    first = book.panes(state, NOW)
    assert all(a is b for a, b in zip(first, book.panes(state, NOW + 1), strict=True))


def test_time_alone_ages_rates_and_makes_stale() -> None:
    state, book = factory_state(), PaneBook()
    early = {p.key: p for p in book.panes(state, NOW)}
    late = {p.key: p for p in book.panes(state, NOW + 3_600)}
    busy = early["station:docs-06"]
    assert busy.status is Status.WORKING
    assert busy.rate(NOW) > 0
    assert late[busy.key].status is Status.STALE
    assert late[busy.key].rate(NOW + 3_600) == 0
    assert not any(late[busy.key].spark(NOW + 3_600))


def test_marks_say_how_sure_a_figure_is() -> None:
    used = [
        ev.TokensUsed(time=1, station=kind.value, tokens=Tokens(5), certainty=kind, cost=0.1, call=kind.value)
        for kind in Certainty
    ]
    panes = panes_of(state_of(used), 2)
    assert all(panes[f"station:{kind.value}"].certainty is kind for kind in Certainty)


def test_an_unpriced_station_has_no_cost_and_a_half_priced_one_says_so() -> None:
    one = ev.TokensUsed(time=1, station="s", tokens=Tokens(5), cost=None, call="a")
    two = ev.TokensUsed(time=2, station="s", tokens=Tokens(5), cost=0.5, call="b")
    assert panes_of(state_of([one]))["station:s"].cost is None
    both = panes_of(state_of([one, two]))["station:s"]
    assert (both.cost, both.part_priced) == (0.5, True)


@pytest.mark.parametrize(
    ("model", "short"),
    [
        ("claude-opus-4-6-20260115", "opus-4.6"),
        ("claude-sonnet-4-5", "sonnet-4.5"),
        ("claude-sonnet-4-20250514", "sonnet-4"),
        ("claude-3-5-sonnet-20241022", "sonnet-3.5"),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", "opus-4.1"),
        ("anthropic/claude-haiku-4.5", "haiku-4.5"),
        ("gpt-5.3-codex", "gpt-5.3-codex"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("", ""),
    ],
)
def test_models_have_short_names(model: str, short: str) -> None:
    assert short_model(model) == short


@pytest.mark.parametrize(
    ("directory", "short"),
    [
        *[("/srv/api", "."), ("/srv/api/web", "web"), ("/srv/wt/x", "../wt/x"), ("/srv", "..")],
        *[("/home/u/a/b", "…/a/b"), ("/home/u/a", "…/u/a"), ("/home/u", "/home/u"), ("/tmp/", "/tmp"), ("/", "/")],
        *[("a/b/c", "…/b/c"), ("a/b", "a/b"), ("", "")],
    ],
)
def test_directories_are_named_from_the_repository(directory: str, short: str) -> None:
    assert short_directory(directory, "/srv/api") == short


def test_nothing_hostile_reaches_a_pane() -> None:
    state = state_of(
        [
            ev.FactoryOpened(time=1, repo="/r", name=HOSTILE, base=HOSTILE),
            ev.StationOpened(time=2, station=HOSTILE, kind=HOSTILE, directory="/x/" + HOSTILE, branch=HOSTILE),
            ev.PersonNeeded(time=3, station=HOSTILE, reason=HOSTILE, source=HOSTILE),
            ev.ToolCalled(time=4, station=HOSTILE, tool=HOSTILE, detail=HOSTILE, call="1", file=HOSTILE),
            ev.BranchChanged(time=5, branch=HOSTILE + "2", author=HOSTILE, subject=HOSTILE, worktree=HOSTILE),
        ]
    )
    panes = PaneBook().panes(state, 6)
    assert len(panes) == 2
    shown = [text for p in panes for text in (p.name, p.branch, p.kind, p.reason, p.source, p.directory, p.activity)]
    shown += [text for p in panes for text in (p.author, p.subject, *p.files, *(t.name + t.detail for t in p.tools))]
    figures = totals(state, Counts.of(panes), 6)
    for text in [*shown, figures.name, figures.base]:
        assert text.isprintable()
        assert len(text) <= 260
        assert not set(text) & set("\x1b\x07\x9b\u202e\u202c\u200b\u200d")


# SortKey


def test_attention_puts_what_needs_me_first() -> None:
    panes = [pane(s.value, s) for s in Status]
    arranger = Arranger()
    arranger.sort(panes, SortKey.ATTENTION)
    [group] = arranger.arrange(panes, Choice())
    assert [p.status for p in group.panes] == [
        Status.NEEDS_ME, Status.FAILED, Status.WAITING, Status.STALE, Status.WORKING, Status.UNKNOWN, Status.IDLE,
    ]  # fmt: skip


def test_what_is_elsewhere_stands_after_this_repositorys_stations_and_what_is_forgotten_with_the_idle() -> None:
    panes = [
        pane("there", Status.NEEDS_ME, elsewhere=True),
        pane("idle", Status.IDLE, since=5.0),
        pane("forgotten", Status.STALE, since=9.0, forgotten=True),
        pane("works"),
        pane("stale", Status.STALE),
    ]
    arranger = Arranger()
    arranger.sort(panes, SortKey.ATTENTION)
    [group] = arranger.arrange(panes, Choice())
    assert [p.name for p in group.panes] == ["stale", "works", "forgotten", "idle", "there"]
    assert not Arrangement([group]).out_of_place


def test_a_stale_station_is_forgotten_after_a_day_of_silence() -> None:
    state, book = state_of([ev.ActivitySeen(time=NOW, station="a")]), PaneBook()
    [fresh] = book.panes(state, NOW + 86_400)
    [old] = book.panes(state, NOW + 86_401)
    assert (fresh.status, fresh.forgotten) == (Status.STALE, False)
    assert (old.status, old.forgotten) == (Status.STALE, True)


def test_who_waits_longest_for_me_comes_first() -> None:
    panes = [pane("b", Status.NEEDS_ME, since=20.0), pane("a", Status.NEEDS_ME, since=10.0)]
    arranger = Arranger()
    arranger.sort(panes, SortKey.ATTENTION)
    assert [p.name for p in arranger.arrange(panes, Choice())[0].panes] == ["a", "b"]


@pytest.mark.parametrize(
    ("order", "names"),
    [(SortKey.NAME, ["a", "b", "c"]), (SortKey.COST, ["b", "a", "c"]), (SortKey.ACTIVITY, ["c", "b", "a"]),
     (SortKey.AGE, ["b", "a", "c"])],
)  # fmt: skip
def test_orders(order: SortKey, names: list[str]) -> None:
    panes = [
        pane("a", cost=2.0, pace=Pace().add(NOW, 1, 0.0), since=1.0, seen=2.0),
        pane("b", cost=3.0, pace=Pace().add(NOW, 2, 0.0), since=2.0, seen=3.0),
        pane("c", cost=None, pace=Pace().add(NOW, 3, 0.0), since=3.0, seen=1.0),
    ]
    arranger = Arranger()
    arranger.sort(panes, order, now=NOW)
    assert [p.name for p in arranger.arrange(panes, Choice(order=order))[0].panes] == names


def test_nothing_moves_until_it_is_sorted_and_new_ones_go_last() -> None:
    arranger = Arranger()
    arranger.sort([pane("a"), pane("b")], SortKey.ATTENTION)
    later = [pane("a"), pane("b", Status.NEEDS_ME), pane("aa", Status.FAILED)]
    assert [p.name for p in arranger.arrange(later, Choice())[0].panes] == ["a", "b", "aa"]
    assert Arrangement(arranger.arrange(later, Choice())).out_of_place
    arranger.sort(later, SortKey.ATTENTION)
    assert [p.name for p in arranger.arrange(later, Choice())[0].panes] == ["b", "aa", "a"]


def test_the_pane_under_the_cursor_stays_where_it_is() -> None:
    arranger, panes = Arranger(), [pane(name) for name in "abcd"]
    arranger.sort(panes, SortKey.NAME)
    loud = [pane("a"), pane("b"), pane("c", Status.FAILED), pane("d", Status.NEEDS_ME)]
    arranger.sort(loud, SortKey.ATTENTION, pinned="station:a")
    assert [p.name for p in arranger.arrange(loud, Choice())[0].panes] == ["a", "d", "c", "b"]


def test_groups_have_titles_and_keep_everyone() -> None:
    state = factory_state()
    panes = PaneBook().panes(state, NOW)
    for grouping in Grouping:
        groups = Arranger().arrange(panes, Choice(grouping=grouping))
        assert sum(len(group.panes) for group in groups) == len(panes)
    titles = [group.title for group in Arranger().arrange(panes, Choice(grouping=Grouping.ROLE))]
    assert titles == ["clean", "document", "dumb", "integrate", "ship", "test", "no station"]
    titles = [group.title for group in Arranger().arrange(panes, Choice(grouping=Grouping.KIND))]
    assert titles == ["claude", "codex", "no station"]


def test_filters_are_a_set_and_hide_branches() -> None:
    wanted = Choice(statuses=frozenset({Status.FAILED, Status.IDLE}))
    assert matches(pane("a", Status.FAILED), wanted)
    assert matches(pane("a", Status.IDLE), wanted)
    assert not matches(pane("a", Status.WORKING), wanted)
    assert not matches(
        Pane(key="branch:b", name="b", status=Status.UNKNOWN), Choice(statuses=frozenset({Status.UNKNOWN}))
    )


def test_every_word_of_a_search_must_be_found_somewhere() -> None:
    it = pane("proxy-07", branch="station/proxy", model="opus-4.6", activity="Edit pool.py")
    assert matches(it, Choice(search="PROXY opus"))
    assert matches(it, Choice(search="pool"))
    assert matches(it, Choice(search="  "))
    assert not matches(it, Choice(search="proxy sonnet"))
    assert not matches(it, Choice(search="[red]"))


def test_a_search_finds_the_word_of_the_state() -> None:
    """What stands on a pane can be typed; a branch without a station has no state of work."""
    for status, word in WORD.items():
        assert matches(pane("a", status), Choice(search=word))
    assert not matches(pane("a", Status.IDLE), Choice(search="failed"))
    branch = Pane(key="branch:b", name="b", status=Status.UNKNOWN)
    assert matches(branch, Choice(search="no station")) and not matches(branch, Choice(search="unknown"))


# The view


def test_a_floor_sorts_itself_only_when_it_is_quiet() -> None:
    view = FloorView()
    calm = state_of([ev.ActivitySeen(time=NOW - 1, station=name) for name in "abc"])
    view.look(calm, NOW, 100.0)
    loud = state_of([*[ev.ActivitySeen(time=NOW - 1, station=name) for name in "abc"],
                     ev.TurnFailed(time=NOW, station="c", reason="x")])  # fmt: skip
    names = [p.name for p in view.look(loud, NOW, 101.0, quiet_s=1.0).groups[0].panes]
    assert names == ["a", "b", "c"]
    names = [p.name for p in view.look(loud, NOW, 100.0 + QUIET_S, quiet_s=QUIET_S).groups[0].panes]
    assert names == ["c", "a", "b"]


def test_a_floor_that_nobody_touched_sorts_at_every_look() -> None:
    view = FloorView()
    calm = [ev.ActivitySeen(time=NOW - 1, station=name) for name in "abc"]
    loud = [*calm, ev.PersonNeeded(time=NOW, station="c", reason="x")]
    view.look(state_of(calm), NOW, 100.0, untouched=True)
    names = [p.name for p in view.look(state_of(loud), NOW, 100.1, untouched=True).groups[0].panes]
    assert names == ["c", "a", "b"]
    names = [p.name for p in view.look(state_of(calm), NOW, 100.2).groups[0].panes]
    assert names == ["c", "a", "b"]


def test_what_the_cursor_holds_back_comes_to_its_place_when_nobody_is_there() -> None:
    view = FloorView()
    calm = [ev.ActivitySeen(time=NOW - 1, station=name) for name in "abc"]
    loud = state_of([*calm, ev.TurnFailed(time=NOW, station="c", reason="x")])
    view.look(state_of(calm), NOW, 100.0)
    assert view.sorts_in(101.0, 1.0) == math.inf
    for moment, quiet_s, due, names in (
        (101.0, 0.5, QUIET_S - 0.5, "abc"),
        (100.5 + QUIET_S, QUIET_S, SETTLE_S - QUIET_S, "acb"),
        (100.5 + SETTLE_S, SETTLE_S, math.inf, "cab"),
    ):
        floor = view.look(loud, NOW, moment, quiet_s, "station:a")
        assert "".join(pane.name for pane in floor.groups[0].panes) == names
        assert view.sorts_in(moment, quiet_s) == due


def test_an_unhurried_sort_comes_seldom() -> None:
    view = FloorView(Choice(order=SortKey.NAME))
    first = state_of([ev.ActivitySeen(time=NOW, station=name) for name in "bc"])
    more = state_of([ev.ActivitySeen(time=NOW, station=name) for name in "bca"])
    view.look(first, NOW, 0.0)
    assert [p.name for p in view.look(more, NOW, SETTLE_S - 1, 99).groups[0].panes] == ["b", "c", "a"]
    assert [p.name for p in view.look(more, NOW, SETTLE_S, 99).groups[0].panes] == ["a", "b", "c"]


def test_only_attention_is_in_a_hurry() -> None:
    calm = [ev.ActivitySeen(time=NOW, station=name) for name in "bc"]
    loud = [*calm, ev.PersonNeeded(time=NOW, station="c", reason="x"), ev.ActivitySeen(time=NOW, station="a")]
    for order, names in ((SortKey.NAME, ["b", "c", "a"]), (SortKey.ATTENTION, ["c", "a", "b"])):
        view = FloorView(Choice(order=order))
        view.look(state_of(calm), NOW, 0.0)
        assert [p.name for p in view.look(state_of(loud), NOW, QUIET_S, QUIET_S).groups[0].panes] == names


def test_what_is_no_longer_loud_is_not_out_of_place() -> None:
    arrangement, seen = Arrangement([Group("", (pane("a"), pane("b")))]), list[bool]()
    for status in (Status.WORKING, Status.FAILED, Status.WORKING):
        assert arrangement.put([pane("b", status)])
        seen.append(arrangement.out_of_place)
        assert arrangement.groups[0].panes[1].status is status
    assert seen == [False, True, False]


def test_totals_are_the_sum_of_the_stations() -> None:
    state = factory_state()
    panes = PaneBook().panes(state, NOW)
    figures = totals(state, Counts.of(panes), NOW)
    assert figures.tokens == sum(p.tokens.total for p in panes)
    assert figures.stations == 31 == sum(figures.statuses.values())
    assert figures.rate == pytest.approx(sum(p.rate(NOW) for p in panes))
    assert figures.newest == state.time


def test_the_figures_are_this_repositorys_and_say_what_has_no_price() -> None:
    def used(ago: float, station: str, count: int, cost: float | None) -> ev.TokensUsed:
        return ev.TokensUsed(time=NOW - ago, station=station, tokens=Tokens(count), cost=cost)

    state = state_of(
        [
            ev.StationOpened(time=NOW - 200_000, station="own", kind="claude"),
            ev.StationOpened(time=NOW - 200_000, station="there", kind="claude", elsewhere=True),
            used(100_000, "own", 1_000, 5.0),
            used(50, "own", 100, 1.0),
            used(40, "own", 20, None),
            used(30, "there", 7, 9.0),
        ]
    )
    figures = totals(state, Counts(), NOW)
    assert (figures.tokens, figures.cost, figures.part_priced) == (1_120, 6.0, True)
    assert (figures.tokens_today, figures.cost_today, figures.part_priced_today) == (120, 1.0, True)
    assert figures.rate_10m * 600 == pytest.approx(120)
    before = totals(state_of([used(50, "own", 100, 1.0)]), Counts(), NOW)
    assert (before.part_priced, before.part_priced_today) == (False, False)


def test_an_empty_factory_has_figures_too() -> None:
    figures = totals(EMPTY, Counts(), NOW)
    assert (figures.stations, figures.tokens, figures.cost, figures.newest) == (0, 0, 0.0, 0.0)
