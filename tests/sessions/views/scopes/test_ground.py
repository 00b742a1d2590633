"""The tree of scopes: who may write where agrees with the patterns themselves, whatever the tree."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.ours.lives import Life
from sessions.floor.patterns import matches
from sessions.floor.scopes.paths import Paths
from sessions.views.scopes.ground import Ground, ancestors
from sessions.views.scopes.known import known
from sessions.views.scopes.spots import Why, after, spots
from sessions.views.scopes.unfolded import leading_to, rows
from tests.support.stations.bounded import bounded

NAMES = st.sampled_from(["a", "b", "src", "x.py", "é", "s-c", "src0"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PATTERNS = st.sampled_from(
    ["**", "src/**", "a/**", "a/b/**", "src/*.py", "**/x.py", "s*/**", "b", "x.py", "new/place/**"]
)
LISTS = st.builds(
    lambda plain, minus: (*plain, *(f"!{text}" for text in minus if plain)),
    st.lists(PATTERNS, max_size=3, unique=True),
    st.lists(PATTERNS, max_size=2, unique=True),
)
TREES = st.lists(PATHS, max_size=30).map(
    # no file is a directory at the same time
    lambda paths: sorted(path for path in set(paths) if not any(other.startswith(f"{path}/") for other in paths))
)


def owners_of(writes: dict[str, tuple[str, ...]], path: str) -> set[str]:
    return {name for name, patterns in writes.items() if matches(patterns, path)}


@given(TREES, st.dictionaries(st.sampled_from("pqrst"), LISTS, max_size=4), st.data())
def test_counts_agree_with_the_patterns(
    paths: list[str], writes: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    parents = {"q": "p"} if {"p", "q"} <= writes.keys() else {}
    ground = Ground(bounded(writes, parents=parents), Paths(paths))
    places = {""} | {folder for path in paths for folder in ancestors(path)} | set(paths)
    place = data.draw(st.sampled_from(sorted(places)))
    inside = [path for path in paths if place in ("", path) or (place[-1] == "/" and path.startswith(place))]
    node = ground.node(place)
    assert node.files == len(inside)
    owners = {path: owners_of(writes, path) for path in inside}
    assert {share.owner.id: share.files for share in node.shares if share.files} == {
        name: files for name in writes if (files := sum(name in those for those in owners.values()))
    }

    def apart(those: set[str]) -> bool:
        return any({one, other} != {"p", "q"} or not parents for one, other in combinations(those, 2))

    assert node.overlap == sum(apart(those) for those in owners.values())
    assert node.gap == (sum(not those for those in owners.values()) if writes else 0)


@given(TREES, st.dictionaries(st.sampled_from("pqr"), LISTS, min_size=1, max_size=3))
def test_spots_are_the_largest_places_that_are_alike_all_over(
    paths: list[str], writes: dict[str, tuple[str, ...]]
) -> None:
    ground = Ground(bounded(writes), Paths(paths))
    found = spots(ground)
    for why in (Why.OVERLAP, Why.GAP):
        places = [spot.path for spot in found if spot.why is why]
        covered = [path for path in paths if any(path == place or _within(path, place) for place in places)]
        wanted = [
            path
            for path in paths
            if (len(owners_of(writes, path)) > 1 if why is Why.OVERLAP else not owners_of(writes, path))
        ]
        assert covered == wanted
        assert not any(_within(one, other) for one in places for other in places if one != other)


def _within(path: str, place: str) -> bool:
    return place == "" or (place.endswith("/") and path.startswith(place))


@given(TREES.filter(bool), st.data())
def test_every_place_has_a_row_once_all_around_it_is_unfolded(paths: list[str], data: st.DataObject) -> None:
    ground = Ground(bounded({"p": ("src/**", "new/place/**")}), Paths(paths))
    path = data.draw(st.sampled_from(paths))
    shown = [row.path for row in rows(ground, leading_to(path))]
    assert shown.count(path) == 1
    assert len(shown) == len(set(shown))
    everything = frozenset(folder for each in paths for folder in ancestors(each))
    assert {row.path for row in rows(ground, everything)} >= set(paths)


def test_directories_that_only_a_pattern_names_are_in_the_tree_and_have_an_owner() -> None:
    ground = Ground(bounded({"p": ("src/new/**",), "q": ("src/new/deep/**",)}), Paths(["src/a.py"]))
    shown = [row.path for row in rows(ground, frozenset({"src/", "src/new/"}))]
    assert shown == ["", "src/", "src/a.py", "src/new/", "src/new/deep/"]
    node = ground.node("src/new/")
    assert (node.files, node.new) == (0, True)
    assert [share.owner.id for share in node.shares] == ["p", "q"]
    assert [(one.id, other.id) for one, other, _ in ground.meetings("src/new/")] == [("p", "q")]


def test_those_that_ended_may_write_nothing_now_and_the_removed_are_forgotten() -> None:
    state = bounded({"p": ("**",), "q": ("**",), "r": ("**",)}, lives={"q": Life.STOPPED, "r": Life.REMOVED})
    ground = Ground(state, Paths(["a", "b"]))
    assert [owner.id for owner in ground.owners] == ["p"]
    assert [owner.id for owner in ground.resting] == ["q"]
    assert ground.node("").overlap == 0


def test_without_a_tree_what_is_known_on_the_floor_is_the_tree() -> None:
    state = bounded({"p": ("src/**",)}, wrote={"p": {"src/a.py": 3, "docs/b.md": 1}})
    owned = {"p": replace(state.owned["p"], outside={"docs/b.md": 2, "/etc/passwd": 1})}
    ground = Ground(replace(state, owned=owned))
    assert list(ground.paths.all) == ["docs/b.md", "src/a.py"]
    assert (ground.node("docs/").outside, ground.node("src/").times, ground.node("").touched) == (2, 3, 2)
    assert [mark.path for mark in ground.known.beyond] == ["/etc/passwd"]
    assert not ground.node("src/a.py").new  # no tree is known in which it could be missing


def test_paths_are_relative_to_the_deepest_work_tree_around_them() -> None:
    state = bounded({"p": ("**",)})
    station = replace(
        state.stations["p"],
        files={
            "/places/p/work/src/a.py": 1,
            "/srv/api/src/a.py": 1,
            "src/b.py": 1,
            "/elsewhere/c.py": 1,
            "/places/p/work/.git/config": 1,
        },
        wrote={"/srv/api/src/a.py": 50.0},
    )
    found = known(replace(state, stations={"p": station})).touched
    assert [(mark.path, mark.times, mark.time) for mark in found.all] == [("src/a.py", 2, 50.0), ("src/b.py", 1, 0.0)]


def test_what_was_made_before_is_used_again_as_long_as_the_files_are_the_same() -> None:
    tree = Paths(["src/a.py"])
    first = Ground(bounded({"p": ("**",)}, wrote={"p": {"src/new.py": 1}}), tree)
    again = Ground(bounded({"p": ("src/**",)}, wrote={"p": {"src/new.py": 2}}), tree, first)
    assert again.paths is first.paths
    more = Ground(bounded({"p": ("src/**",)}, wrote={"p": {"src/other.py": 2}}), tree, again)
    assert more.paths.at("src/other.py") >= 0


def test_the_next_spot_is_the_one_behind_the_row_and_goes_round() -> None:
    ground = Ground(bounded({"p": ("b/**",)}), Paths(["a/x", "b/x", "c/x"]))
    found = spots(ground)
    assert [spot.path for spot in found] == ["a/", "c/"]
    there = after(found, "", 1)
    assert there is not None
    assert there.path == "a/"
    walk = [spot.path for spot in (after(found, "a/", 1), after(found, "c/", 1), after(found, "a/", -1)) if spot]
    assert walk == ["c/", "a/", "c/"]
    assert after([], "", 1) is None


def test_a_path_is_found_by_the_outermost_place_that_has_it() -> None:
    ground = Ground(bounded({}), Paths(["docs/pool.md", "src/Pool/a.py", "src/Pool/b.py", "tests/x.py"]))
    assert ground.find("pool", "", 1, again=False) == "docs/pool.md"
    assert ground.find("pool", "docs/pool.md", 1, again=True) == "src/Pool/"
    assert ground.find("pool", "src/Pool/", 1, again=True) == "docs/pool.md"
    assert ground.find("pool", "src/Pool/", -1, again=True) == "docs/pool.md"
    assert ground.find("nothing", "", 1, again=False) is None


def test_of_files_that_two_may_write_the_first_ones_of_that_place_are_named() -> None:
    ground = Ground(bounded({"p": ("**",), "q": ("*/b",)}), Paths(["a/a", "a/b", "c/a", "c/b", "c/c"]))
    [(one, other, files)] = ground.meetings("c/")
    assert (files, ground.first(one.mask & other.mask, "c/", 3)) == (1, ["c/b"])
