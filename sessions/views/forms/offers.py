"""What can be taken into a field instead of being typed. Pure; every text is harmless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from sessions.floor.branches.shown import activity, is_merged
from sessions.floor.conflicts import Outcome
from sessions.floor.patterns import is_path, quoted, suggest
from sessions.floor.scopes.paths import Paths
from sessions.floor.scopes.roles import Role
from sessions.floor.state import Branch, FloorState
from sessions.text import clean
from sessions.views.forms.overlap import own_paths
from sessions.views.forms.words import last_word, patterns_text

MOST = 30
"""Offers for one field."""
ROLES = ("ship", "test", "clean", "document", "dumb", "integrate")
_HOT = 5
NO_PRESETS: Mapping[str, Role] = {}


class Offer(msgspec.Struct, frozen=True):
    """Something to take."""

    text: str
    """What it is called."""
    why: str
    value: str
    """What then stands in the field."""


def matching(typed: str, offers: Iterable[Offer], most: int = MOST) -> list[Offer]:
    """The offers that hold what was typed, those that begin with it first; not the one that stands there already."""
    words = typed.strip().casefold()
    begin: list[Offer] = []
    hold: list[Offer] = []
    for offer in offers:
        text = offer.text.casefold()
        if offer.value != typed and words in text:
            (begin if text.startswith(words) else hold).append(offer)
    return [*begin, *hold][:most]


def branch_offers(state: FloorState) -> list[Offer]:
    """Branches, the most recently active first, with who works on them."""
    workers: dict[str, str] = {}
    for station in state.stations.values():
        if station.branch and not station.elsewhere:
            workers.setdefault(station.branch, station.name)
    branches = sorted(state.branches.values(), key=lambda branch: (branch.merged, -activity(branch), branch.name))
    return [
        Offer(branch.name, _branch_words(branch, state, workers.get(branch.name, "")), branch.name)
        for branch in branches
        if not branch.detached
    ]


def _branch_words(branch: Branch, state: FloorState, worker: str) -> str:
    words = [f"{clean(worker, 40)} works there"] if worker else []
    if branch.name == state.base:
        words.append("the base")
    elif is_merged(state, branch):
        words.append("merged")
    elif branch.ahead or branch.behind:
        words.append(f"↑{branch.ahead} ↓{branch.behind}")
    return "  ".join([*words, clean(branch.subject, 60)]).strip()


def model_offers(state: FloorState) -> list[Offer]:
    """Models that were seen on this floor, those of most calls first."""
    return [
        Offer(clean(name, 80), f"{meter.calls:,} calls", name)
        for name, meter in sorted(state.models.items(), key=lambda item: -item[1].calls)
        if name and name.isprintable()
    ]


def role_offers(state: FloorState, preset: Mapping[str, Role] = NO_PRESETS) -> list[Offer]:
    """Kinds of work, those that are preset first, then those of this floor."""
    seen = dict.fromkeys(clean(s.role, 40) for s in state.stations.values() if s.role and not s.elsewhere)

    def why(role: str) -> str:
        if role not in preset:
            return "on this floor" if role in seen else ""
        return f"preset: writes {clean(patterns_text(preset[role].write or ('**',)), 80)}"

    return [Offer(clean(role, 40), why(role), role) for role in dict.fromkeys((*preset, *seen, *ROLES))]


def named_before(state: FloorState, what: str, typed: str) -> list[Offer]:
    """Tools or hosts that other stations of ours have, to be added to those that are typed."""
    known = dict.fromkeys(name for owned in state.owned.values() for name in getattr(owned.scope, what))
    comma, blank = ("," in typed or what == "tools"), typed.rpartition("," if what == "tools" else " ")
    head = f"{blank[0]}{', ' if comma else ' '}" if blank[1] else ""
    word = blank[2].strip().casefold()
    return [
        Offer(clean(name, 80), "another station has it", head + name)
        for name in known
        if name.casefold().startswith(word) and name.casefold() != word and name.isprintable()
    ][:MOST]


class Sources(msgspec.Struct, frozen=True):
    """From where a scope can be taken."""

    station: str = ""
    branch: str = ""
    touched: Sequence[str] = ()
    """Files that the branch changed against the base."""


def scope_offers(state: FloorState, typed: str, tree: Paths, sources: Sources) -> list[Offer]:
    """How the last pattern goes on in the tree; where none was begun, what its work says the scope could be."""
    word = last_word(typed)
    found = _going_on(typed, word, tree)
    if found and word:
        return found
    if not found:  # a pattern that is whole: another one may follow, or stand in place of everything
        found = _going_on("" if typed.strip() == "**" else typed.rstrip() + " ", "", tree)
    whole = [
        Offer(clean(patterns_text(patterns), 120), why, patterns_text(patterns))
        for why, patterns in _whole(state, sources)
        if patterns and patterns_text(patterns) != typed.strip()
    ]
    stands = typed.strip() or "**"
    hot = [
        Offer(
            f"!{clean(path, 110)}",
            f"keep out: {count} pairs of branches collide there",
            f"{stands} !{patterns_text([quoted(path)])}",
        )
        for path, count in _hottest(state)
    ]
    return [*whole, *found, *hot][:MOST]


def _going_on(typed: str, word: str, tree: Paths) -> list[Offer]:
    """How the last pattern, which is `word`, goes on."""
    head = typed.removesuffix(word.replace(" ", "\\ "))
    return [
        Offer(clean(text, 120), "all below" if text.endswith("/") else "", head + patterns_text([text]))
        for text in tree.complete(word, MOST)
        if text != word
    ]


def _whole(state: FloorState, sources: Sources) -> Iterator[tuple[str, Sequence[str]]]:
    """Whole scopes, from the nearest source to the widest, each once."""
    seen: set[tuple[str, ...]] = set()
    station = state.stations.get(sources.station)
    area = state.compared[sources.branch].area if sources.branch in state.compared else ""
    for why, patterns in (
        ("what its branch touches", suggest(sources.touched)),
        ("what it wrote", suggest(own_paths(station)) if station is not None else ()),
        ("where its branch works, as the conflicts know it", (f"{quoted(area.rstrip('/'))}/**",) if area else ()),
        ("everything", ("**",)),
    ):
        if patterns and patterns not in seen:
            seen.add(patterns)
            yield why, patterns


def _hottest(state: FloorState) -> list[tuple[str, int]]:
    pairs: dict[str, int] = {}
    for verdict in state.verdicts.values():
        if verdict.outcome is Outcome.CONFLICT:
            for file in verdict.files:
                pairs[file.path] = pairs.get(file.path, 0) + 1
    hot = [(path, count) for path, count in pairs.items() if count > 1 and is_path(path)]
    return sorted(hot, key=lambda item: (-item[1], item[0]))[:_HOT]
