"""What stands beside the matrix: the pair under the cursor, one of its files, hot spots, and the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from sessions.floor.conflicts import Verdict, between
from sessions.floor.state import FloorState
from sessions.landing.plan import Plan, Wishes
from sessions.text import clean
from sessions.views.conflicts.hotspots import HotSpot, Ownership, hot_spots, suggested_scopes
from sessions.views.conflicts.matrix import Severity
from sessions.views.conflicts.view import UNTOLD
from sessions.views.names import labels
from sessions.views.status import status_at
from widgets.conflicts.hunk_lines import FileHunks, hunk_lines
from widgets.conflicts.pair_lines import Side, pair_lines, spot_lines
from widgets.conflicts.plan_lines import PlanRow, plan_rows
from widgets.draw.cells import Line
from widgets.draw.look import Look
from widgets.draw.numbers import age_clock
from widgets.parts.panel import Panel

PANELS = ("pair", "hot spots", "order")
"""Names of the panels in their order."""
SPOTS = 30


class Insight(msgspec.Struct, frozen=True):
    """What was worked out of the verdicts, in a thread."""

    plan: Plan
    spots: Sequence[HotSpot]
    scopes: Sequence[Ownership]

    @staticmethod
    def of(plan: Plan, verdicts: Mapping[str, Verdict]) -> Insight:
        return Insight(plan, hot_spots(verdicts, SPOTS), suggested_scopes(verdicts))


class Subject(msgspec.Struct, frozen=True):
    """The pair that is looked at, and all that is known of it."""

    one: str
    other: str
    """"" is the base."""
    verdict: Verdict | None
    severity: Severity
    file: int = 0
    """The selected one of the verdict's files."""
    hunks: Mapping[str, FileHunks] | None = None
    """By path, once they are read."""

    @property
    def path(self) -> str:
        """The selected file; "" when there is none."""
        return self.verdict.files[self.file].path if self.verdict and self.verdict.files else ""


class ConflictsSide:
    """Four panels, told what to show. Their bodies are made again only when what they show has changed."""

    def __init__(self, look: Look) -> None:
        self.pair = Panel(look, "pair", id="pair")
        self.spots = Panel(look, "hot spots", id="spots")
        self.order = Panel(look, "suggested order", id="order")
        self.file = Panel(look, "file", id="file")
        self.chosen = 0
        """The selected row of the plan. It follows its branch."""
        self._chosen_name = ""
        self._rows: list[PlanRow] = []
        self._rows_of: tuple[object, ...] = ()
        """What these were made of, which takes its time for many branches."""
        self._spot = 0
        self._spots: Sequence[HotSpot] = ()

    @property
    def panels(self) -> tuple[Panel, Panel, Panel]:
        return (self.pair, self.spots, self.order)

    def draw(
        self, state: FloorState, names: Mapping[str, str], subject: Subject | None, insight: Insight | None,
        verdicts: Mapping[str, Verdict], wishes: Wishes, now: float, begun: float,
    ) -> None:  # fmt: skip
        """Show this; `names` are the labels of the branches. Git is at the pair since `begun`, if that takes long."""
        self._draw_pair(state, names, subject, now, begun)
        self._draw_file(names, subject)
        if insight is None:
            waiting: list[Line] = [((" working it out …", "faint"),)]
            self.spots.set_body(lambda cells, rows: waiting, "none")
            self.order.set_body(lambda cells, rows: waiting, "none")
            return
        self._draw_spots(names, insight)
        self._draw_order(names, insight, verdicts, wishes)

    def _draw_spots(self, names: Mapping[str, str], insight: Insight) -> None:
        self._spots = insight.spots
        self._spot = max(0, min(self._spot, len(self._spots) - 1))
        chosen = self._spot if self.spots.has_focus else -1
        self.spots.set_body(
            lambda cells, rows: spot_lines(insight.spots, insight.scopes, names, cells, chosen),
            (insight, names, chosen),
        )

    def _draw_pair(
        self, state: FloorState, names: Mapping[str, str], subject: Subject | None, now: float, begun: float
    ) -> None:
        if subject is None:
            self.pair.clear()
            return
        sides = (side_of(state, names, subject.one, now), side_of(state, names, subject.other, now))
        cause = subject.verdict.cause if subject.verdict else ""
        told = names.get(cause, clean(cause, 40)) if cause else ""

        def body(cells: int, rows: int) -> list[Line]:
            lines = pair_lines(*sides, subject.verdict, subject.severity, subject.file, now, cells, told, begun)
            if subject.hunks is not None and subject.path in subject.hunks:
                lines += [(), *hunk_lines(subject.hunks[subject.path], sides[0].label, sides[1].label, cells)]
            return lines

        self.pair.set_body(body, (subject, sides, told, begun, age_clock(begun, now) if begun else int(now // 5)))

    def _draw_file(self, names: Mapping[str, str], subject: Subject | None) -> None:
        if not self.file.display or subject is None or subject.verdict is None or not subject.path:
            return
        file = subject.verdict.files[subject.file]
        ends = [names.get(name, clean(name, 40)) if name else "the base" for name in (subject.one, subject.other)]
        self.file.title = clean(file.path, 100)
        found = (subject.hunks or {}).get(file.path) or FileHunks(file.path, note="reading …")
        note = f"{clean(file.kind, 20)}, {file.lines} lines, file {subject.file + 1} of {len(subject.verdict.files)}"
        self.file.set_body(
            lambda cells, rows: hunk_lines(found, ends[0], ends[1], cells),
            (subject, tuple(ends)), note,
        )  # fmt: skip

    def _draw_order(
        self, names: Mapping[str, str], insight: Insight, verdicts: Mapping[str, Verdict], wishes: Wishes
    ) -> None:
        plan = insight.plan
        focused = self.order.has_focus
        made_of = (plan, wishes, verdicts, names)
        if len(self._rows_of) != len(made_of) or any(a is not b for a, b in zip(made_of, self._rows_of, strict=True)):
            self._rows_of, self._rows = made_of, plan_rows(plan, wishes, verdicts, names, "", 80)
        known = self._rows
        before = self.chosen
        follow = (i for i, row in enumerate(known) if row.name and row.name == self._chosen_name)
        self.chosen = next(follow, max(0, min(self.chosen, len(known) - 1)))
        chosen = known[self.chosen].name if known and focused else ""
        if not self._chosen_name:
            self._chosen_name = chosen
        note = f"{plan.lands} land" + (f", {len(plan.left)} left" if plan.left else "")
        note += ", as you wish" if wishes != UNTOLD else ""
        self.order.set_body(
            lambda cells, rows: [row.line for row in plan_rows(plan, wishes, verdicts, names, chosen, cells)],
            (plan, wishes, chosen, names), note,
        )  # fmt: skip
        if focused and self.chosen != before:
            self.order.reveal(self.chosen)

    @property
    def chosen_name(self) -> str:
        """The branch of the selected row of the plan; "" on a row about all."""
        return self._rows[self.chosen].name if self._rows else ""

    @property
    def chosen_path(self) -> str:
        """The file or directory of the selected hot spot; "" when there is none."""
        return self._spots[self._spot].path if self._spots else ""

    def move_spot(self, step: int) -> None:
        """Select another hot spot, and bring it into view; from the last one on, what is said below them."""
        if step > 0 and self._spot == len(self._spots) - 1:
            self.spots.scroll(step)
            return
        self._spot = max(0, min(len(self._spots) - 1, self._spot + step))
        self.spots.reveal(self._spot)

    def move_chosen(self, step: int) -> None:
        """Select another row of the plan, and bring it into view."""
        self.chosen = max(0, min(len(self._rows) - 1, self.chosen + step))
        self._chosen_name = self.chosen_name
        self.order.reveal(self.chosen)


def subject_of(
    verdicts: Mapping[str, Verdict], pair: tuple[str, str], severity: Severity, before: Subject | None
) -> Subject:
    """The pair as a subject; the selected file and its hunks are kept as long as the verdict is the same."""
    verdict = between(verdicts, *pair)
    if before is not None and (before.one, before.other) == pair and before.verdict is verdict:
        return msgspec.structs.replace(before, severity=severity)
    return Subject(*pair, verdict, severity)


def side_of(state: FloorState, names: Mapping[str, str], name: str, now: float) -> Side:
    """One end of a pair as the panel shows it; "" is the base."""
    if not name:
        return Side(clean(state.base, 60) or "the base", base=True)
    branch = state.branches.get(name)
    label = names.get(name, clean(name, 60))
    on_it = [station for station in state.stations.values() if station.branch == name and not station.elsewhere]
    stations = tuple((clean(it.name, 40), status_at(it, now).status.value) for it in on_it)
    compared = state.compared.get(name)
    if branch is None:
        return Side(label, stations=stations)
    return Side(
        label, clean(branch.author, 40), clean(branch.subject, 120), branch.committed, branch.ahead, branch.behind,
        branch.dirty, stations, area=clean(compared.area, 200) if compared else "",
    )  # fmt: skip


def names_of(shown: Sequence[str]) -> dict[str, str]:
    """The labels of the branches that have a row, as the matrix has them."""
    return dict(zip(shown, labels(shown), strict=True))
