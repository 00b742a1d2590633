"""The scopes of a floor as presets for the operator's settings: text that is to be put there by hand. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

from sessions.floor.scopes.roles import Most, Role
from sessions.floor.state import FloorState, name_of

HEAD = "# Put this into config.toml: stations of these roles then begin so where nothing else is said."
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def presets(state: FloorState) -> dict[str, Role]:
    """By role what its living stations may do; where they differ, one for each, behind the role's name its own."""
    roles: dict[str, dict[str, Role]] = {}
    for station, own in state.owned.items():
        if own.lives:
            role = state.stations[station].role if station in state.stations else ""
            roles.setdefault(role, {})[name_of(state, station)] = Role.of(own.scope, own.budget)
    found: dict[str, Role] = {}
    for role, stations in sorted(roles.items()):
        each = list(stations.values())
        if role and all(one == each[0] for one in each):
            found[role] = each[0]
        else:
            found.update({f"{role}-{name}" if role else name: one for name, one in sorted(stations.items())})
    return found


def written(roles: dict[str, Role]) -> str:
    """Presets as TOML; nothing where there are none."""
    return "\n\n".join([HEAD, *("\n".join(_table(name, role)) for name, role in roles.items())]) if roles else ""


def _table(name: str, role: Role) -> Iterator[str]:
    key = name if _BARE.fullmatch(name) else _text(name)
    yield f"[roles.{key}]"
    for what in Role.__struct_fields__:
        value = getattr(role, what)
        if isinstance(value, Most):
            said = (
                f"{part} = {_number(number)}" for part in Most.__struct_fields__ if (number := getattr(value, part))
            )
            yield f"budget = {{ {', '.join(said)} }}"
        elif isinstance(value, tuple):
            yield f"{what} = [{', '.join(map(_text, value))}]"
        elif isinstance(value, bool):
            yield f"{what} = {'true' if value else 'false'}"
        elif value is not None:
            yield f"{what} = {_text(str(value))}"


def _text(text: str) -> str:
    """A basic string of TOML 1.0: that of JSON, but that control characters beyond those of ASCII are escaped, too."""
    plain = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04X}", plain)


def _number(number: float) -> str:
    return str(int(number)) if math.isfinite(number) and number == int(number) else repr(number)
