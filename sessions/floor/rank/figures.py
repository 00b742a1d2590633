"""The figures of a ranked station, each with its age, and what is not known. Pure."""

from __future__ import annotations

from sessions.floor.pace import BUCKET_S
from sessions.floor.progress.progress import Progress
from sessions.floor.rank.ranking import Cohort, Figure
from sessions.floor.state import Station


def frees(station: Station, now: float) -> float | None:
    """Dollars in an hour that it uses: by its last ten minutes."""
    if station.cost_usd is None or not station.meter.calls:
        return None
    return round(station.pace.dollars_per_h(now), 2)


def figures(
    station: Station, progress: Progress, clock: float, seconds: float, changes: int, cohort: Cohort, now: float
) -> tuple[Figure, ...]:
    """What is known of how it gets on; the first ones are what its pace rests on."""

    def age(moment: float) -> float | None:
        return max(0.0, now - moment) if moment else None

    settled, since = age(progress.settled_at), max(0.0, clock - progress.settled_clock)
    used = age(station.pace.last * BUCKET_S)
    top = max((progress.top, *progress.failing, *progress.errors), key=lambda each: each.count)
    waits = (
        ("waited_person_s", "waited for a person", progress.waited_person),
        ("waited_provider_s", "waited for a provider", progress.waited_provider),
        ("rested_s", "rested", progress.rested),
        ("in_tools_s", "in long commands", progress.in_tools),
        ("silent_s", "in long silences", progress.silent),
        ("waited_children_s", "waited for stations that work for it", progress.waited_children),
    )
    return (
        Figure("pace_s", "work for one settled change", seconds / max(1, changes), "s", settled, cohort.median),
        Figure("span_s", "work in which these were settled", seconds, "s", 0.0),
        Figure("span_changes", "changes settled in that", float(changes), "", settled),
        Figure("since_settled_s", "work since the last settled change", since, "s", 0.0),
        Figure("settled", "changes settled in all", float(progress.settled), "", settled),
        Figure("commits", "commits that stayed", float(progress.commits), "", age(progress.committed_at)),
        Figure("files", "files written first", float(progress.files), "", age(progress.written_at)),
        Figure("checks_passed", "checks passed", float(progress.passed), "", age(progress.checked_at)),
        Figure("checks_failed", "checks failed", float(progress.failed), "", age(progress.checked_at)),
        Figure("idle_turns", "turns without a change", float(progress.idle_turns), "", age(progress.turned_at)),
        Figure("repeated", "the same again", float(top.count if top.count > 1 else 0), "", age(top.last)),
        Figure("retries", "retries", float(progress.retries), "", age(progress.retried_at)),
        *(Figure(key, what, waited, "s", age(progress.waited_at) if waited else None) for key, what, waited in waits),
        *_costs(station, progress, used),
    )


def _costs(station: Station, progress: Progress, used: float | None) -> tuple[Figure, ...]:
    """What its changes cost; `used` is the age of what its meter says."""
    tokens, dollars = station.meter.used
    priced = station.cost_usd is not None and bool(station.meter.calls)
    spent, each = max(0.0, dollars - progress.dollars), dollars / max(1, progress.settled)
    some = bool(progress.settled)
    since, one = "since the last settled change", "for a settled change"
    return (
        Figure("tokens_since", f"tokens {since}", float(max(0, tokens - progress.tokens)), "tokens", used),
        Figure("dollars_since", f"dollars {since}", spent if priced else None, "$", used),
        Figure("tokens_each", f"tokens {one}", tokens / progress.settled if some else None, "tokens", used),
        Figure("dollars_each", f"dollars {one}", each if some and priced else None, "$", used),
    )


def unknown(station: Station, progress: Progress, cohort: Cohort) -> tuple[str, ...]:
    """What is not known that a verdict could rest on."""
    found = []
    if not cohort.role:
        found.append("its role")
    if cohort.size == "of unknown size":
        found.append("the size of its task")
    if station.cost_usd is None or not station.meter.calls:
        found.append("what it costs")
    if not progress.passed and not progress.failed:
        found.append("whether its work passes a check")
    return tuple(found)
