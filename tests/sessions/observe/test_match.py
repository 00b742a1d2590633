"""Sessions find their stations: the same every time, and one each for what runs at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.observe.contract import ForeignSessionError
from sessions.observe.seats import HomeRepository, Life, Seats, at_home

REPO = HomeRepository(
    "/srv/shop", {"/srv/shop": "main", "/srv/shop-worktrees/api": "api"}, frozenset({"main", "api", "gone"})
)


def life(
    session: str, directory: str = "/srv/shop-worktrees/api", first: float = 0, last: float = 0, **more: str
) -> Life:
    return Life(more.get("kind", "claude"), session, directory, more.get("branch", ""), first, max(first, last))


def opened(events: list[ev.Event]) -> dict[str, ev.StationOpened]:
    return {event.station: event for event in events if isinstance(event, ev.StationOpened)}


def test_a_subdirectory_of_a_worktree_is_the_worktree() -> None:
    seats = Seats(repository=REPO)
    (station,) = opened(seats.prepare([life("a", "/srv/shop-worktrees/api/src/deep")])).values()
    assert (station.station, station.directory, station.branch) == ("api", "/srv/shop-worktrees/api", "api")
    assert seats.welcome(life("b", first=5)) == ("api", [])


class _Counted(dict[str, str]):
    """Worktrees, or names, that count how often they are looked at."""

    looks = 0

    def __contains__(self, key: object) -> bool:
        self.looks += 1
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self.looks += len(self)
        return super().__iter__()


def test_a_worktree_is_found_along_the_path_however_many_there_are() -> None:
    trees = _Counted({f"/srv/wt/{number}": f"b{number}" for number in range(300)})
    seats = Seats(repository=HomeRepository("/srv/shop", trees))
    stations = opened(seats.prepare([life(f"s{number}", f"/srv/wt/{number}/src") for number in range(300)]))
    assert {station.directory for station in stations.values()} == set(trees.keys())
    assert trees.looks < 300 * 10


@pytest.mark.parametrize(
    ("directory", "tree"),
    [
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b"),
        ("/a/b//c", "/a/b"),
        ("/a/b/c/d", "/a/b/c"),
        ("/a/bc", "/a"),
        ("/other", "/"),
        ("", ""),
        ("relative/path", "relative/path"),
    ],
)
def test_a_directory_lies_in_the_innermost_worktree_that_holds_it(directory: str, tree: str) -> None:
    seats = Seats(repository=HomeRepository("/a", {"/": "root", "/a/b": "b", "/a/b/c": "c"}))
    (station,) = opened(seats.prepare([life("x", directory)])).values()
    assert station.directory == tree


def test_many_sessions_at_once_get_their_names_without_trying_all_of_them() -> None:
    seats = Seats(repository=REPO)
    names = seats._kinds = _Counted()
    stations = opened(seats.prepare([life(f"s{number:03}", last=1) for number in range(300)]))
    assert list(stations) == ["api", *(f"api-{number}" for number in range(2, 301))]
    assert names.looks < 300 * 5


def test_sessions_one_after_another_share_a_station_and_overlapping_ones_do_not() -> None:
    seats = Seats(repository=REPO)
    lives = [life("c", first=15, last=30), life("a", first=0, last=10), life("b", first=5, last=12)]
    assert list(opened(seats.prepare(lives))) == ["api", "api-2"]
    assert [seats.station_of(session) for session in "abc"] == ["api", "api-2", "api"]


def test_names_tell_kinds_and_places_apart() -> None:
    seats = Seats(repository=REPO)
    lives = [
        life("a"),
        life("b", kind="codex", first=1),
        life("c", "/other/api", first=2),
        life("d", "/other/a\x1b[31m  b" + "c" * 99, first=3),
        life("e", "", first=4),
        life("f", "/", first=5),
    ]
    names = list(opened(seats.prepare(lives)))
    assert names[:3] == ["api", "api-codex", "api-2"]
    assert names[3].startswith("a-bccc")
    assert len(names[3]) <= 40
    assert names[4:] == ["claude", "claude-2"]


@pytest.mark.parametrize(
    ("directory", "branch", "elsewhere"),
    [
        ("/srv/shop/src", "main", False),
        ("/srv/shop-worktrees/vanished", "", False),
        ("/srv/.worktrees/vanished", "", False),
        ("/srv/other-worktrees/x", "main", True),
        ("/vanished/place", "gone", False),
        ("/vanished/place", "main", True),
        ("/vanished/place", "unknown", True),
        ("/", "gone", True),
        ("/srv/shopping", "main", True),
        ("/" + "x" * 300, "main", True),
        ("/srv/\0\ud800", "main", True),
    ],
)
def test_what_is_elsewhere(directory: str, branch: str, elsewhere: bool) -> None:
    (station,) = opened(Seats(repository=REPO).prepare([life("a", directory, branch=branch)])).values()
    assert station.elsewhere is elsewhere


def test_what_the_operator_named_is_not_elsewhere(tmp_path: Path) -> None:
    seats = Seats(repository=REPO)
    _, events = seats.door(explicit=True).seat("claude", "a", str(tmp_path), "", 0, "")
    assert not opened(list(events))[tmp_path.name].elsewhere
    _, events = seats.door(explicit=False).seat("claude", "b", "/usr", "", 0, "")
    assert opened(list(events))["usr"].elsewhere
    (station,) = opened(Seats(repository=REPO, only=True).prepare([life("a", "/usr")])).values()
    assert not station.elsewhere


def test_a_session_in_the_middle_of_its_turn_keeps_its_lane() -> None:
    seats = Seats(repository=REPO)
    seats.prepare([life("a")])
    seats.heard([ev.TurnStarted(time=100, station="api", session="a")])
    assert seats.welcome(life("b", first=110))[0] == "api-2"
    seats.heard([ev.TurnFinished(time=120, station="api", session="a")])
    assert seats.welcome(life("c", first=121))[0] == "api"


def test_a_station_that_moved_is_found_at_its_home_after_a_restart() -> None:
    seats = Seats(repository=REPO)
    events = seats.prepare([life("a", last=10)])
    events += [
        ev.SessionOpened(time=5, station="api", session="a"),
        ev.BranchEntered(time=5, station="api", session="a", branch="main", directory="/srv/shop"),
    ]
    again = Seats(fold_all(EMPTY, events), REPO)
    assert again.welcome(life("b", first=20)) == ("api", [])
    name, opening = again.welcome(life("c", "/srv/shop", first=20))
    assert name == "shop"
    assert opened(list(opening))["shop"].directory == "/srv/shop"


@pytest.mark.parametrize(
    ("directory", "branch"),
    [("/srv/shop-worktrees/api/src", "api"), ("/srv/shop", "main"), ("/srv/elsewhere", ""), ("", "")],
)
def test_the_branch_of_a_directory_is_its_worktrees(directory: str, branch: str) -> None:
    assert Seats(repository=REPO).door(explicit=False).branch_of(directory) == branch


LIVES = st.lists(
    st.tuples(
        st.sampled_from(["claude", "codex"]),
        st.sampled_from(["/srv/shop", "/x/shop"]),
        st.integers(0, 50),
        st.integers(0, 30),
    ),
    max_size=12,
)


@given(LIVES, st.randoms(use_true_random=False))
def test_seating_depends_on_no_order_and_a_restart_keeps_it(
    lives: list[tuple[str, str, int, int]], random: Random
) -> None:
    told = [Life(kind, f"s{n}", place, "", begin, begin + span) for n, (kind, place, begin, span) in enumerate(lives)]
    seats = Seats(repository=REPO)
    events = seats.prepare(told)
    shuffled = list(told)
    random.shuffle(shuffled)
    other = Seats(repository=REPO)
    assert other.prepare(shuffled) == events
    events += [ev.SessionOpened(time=x.first, station=seats.station_of(x.session), session=x.session) for x in told]
    again = Seats(fold_all(EMPTY, events), REPO)
    assert again.prepare(told) == []
    assert [again.station_of(x.session) for x in told] == [seats.station_of(x.session) for x in told]
    for one in told:
        for two in told:
            if one.session < two.session and seats.station_of(one.session) == seats.station_of(two.session):
                assert one.last <= two.first or two.last <= one.first


@pytest.mark.parametrize(
    "said", ["/state/r/places/b/work", "/state/r/places/a/../b/work", "/srv/shop", "/state/r/places/a/work/src", ""]
)
def test_what_a_station_writes_in_its_home_is_told_of_its_own_place_alone(said: str) -> None:
    """Else it could spend the budget of another one by writing that one's directory into a conversation."""
    places = {f"/state/r/places/{name}/work": name for name in "ab"}
    seats = Seats(repository=HomeRepository("/srv/shop", {"/srv/shop": "main", **places}))
    home = Path("/state/r/places/a/home")
    station, (opening,) = seats.door(True, home).seat("claude", "forged", said, "", 1.0, "")
    assert isinstance(opening, ev.StationOpened)
    assert (opening.directory, opening.branch, opening.station) == ("/state/r/places/a/work", "a", station)
    assert at_home(life("x", said), home).directory.startswith("/state/r/places/a/work")
    assert at_home(life("x", said), None).directory == said


def test_a_home_tells_of_no_session_of_another_station() -> None:
    seats = Seats(repository=HomeRepository("/srv/shop", {"/srv/shop": "main", "/state/r/places/b/work": "b"}))
    seats.claim("claimed", "b")
    seats.door(False).seat("claude", "operators", "/srv/shop", "", 1.0, "")
    a, b = (seats.door(True, Path(f"/state/r/places/{name}/home")) for name in "ab")
    for session in ("claimed", "operators"):
        with pytest.raises(ForeignSessionError):
            a.seat("claude", session, "/state/r/places/b/work", "", 2.0, "")
    assert b.seat("claude", "claimed", "/state/r/places/b/work", "", 2.0, "") == ("b", ())
    seats.lives("first")
    own, beside = (a.seat("claude", session, "", "", 1.0, "")[0] for session in ("first", "at the same time"))
    assert own != beside
    assert a.seat("claude", "at the same time", "", "", 9.0, "") == (beside, ())
