"""The scopes of a floor as presets: what is printed is read as what it was made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions import settings
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Budget, Network, Scope
from sessions.floor.scopes.roles import Role
from sessions.views.scopes.export import presets, written
from tests.support.stations.bounded import bounded

NAMES = st.text(min_size=1, max_size=12).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
ROLES = st.builds(
    Role.of,
    st.builds(
        Scope,
        write=st.sampled_from([("**",), ("src/**", "!src/gen/**"), ('a "b"\'é.md',)]),
        tools=st.lists(NAMES, max_size=2).map(tuple),
        network=st.sampled_from(Network),
        hosts=st.sampled_from([(), ("pypi.org",)]),
        exclusive=st.booleans(),
    ),
    st.builds(Budget, tokens=st.integers(0, 10**9), dollars=st.sampled_from([0.0, 0.5, 12.25]), seconds=st.just(90.0)),
)


@given(st.dictionaries(NAMES, ROLES, max_size=3))
def test_what_is_written_is_read_again(roles: dict[str, Role]) -> None:
    assert settings.parse(written(roles), "config.toml").roles == roles


def test_stations_of_a_role_that_are_alike_are_one_preset_and_others_one_each() -> None:
    state = bounded(
        {"p": ("src/**",), "q": ("src/**",), "r": ("docs/**",), "s": ("**",), "gone": ("x/**",), "t": ("docs/a/**",)},
        lives={"gone": Life.STOPPED},
    )
    roles = {"p": "ship", "q": "ship", "r": "write", "t": "write", "gone": "ship"}
    stations = {name: replace(station, role=roles.get(name, "")) for name, station in state.stations.items()}
    found = presets(replace(state, stations=stations))
    assert {name: role.write for name, role in found.items()} == {
        "s": ("**",),
        "ship": ("src/**",),
        "write-r": ("docs/**",),
        "write-t": ("docs/a/**",),
    }
    assert written({}) == ""
