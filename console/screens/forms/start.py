"""A station to start, or one to spawn that works for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.links.link import Link
from console.remembered import Preferences
from console.screens.base import FactoryScreen
from console.screens.forms.fields import FALLBACK, field_offers, read, start_form
from console.screens.forms.form import FormScreen
from console.screens.forms.knowing import Knowing
from sessions.asking.station_questions import AgentKind
from sessions.floor.commands import AnyWish, Reply, StartStation
from sessions.floor.ours.budget import left
from sessions.floor.scope import Budget, Mode, Network, Scope
from sessions.floor.scopes.roles import Role
from sessions.floor.state import name_of
from sessions.text import clean
from sessions.views.forms.offers import Offer, Sources, branch_offers, matching, role_offers
from sessions.views.forms.overlap import Where
from sessions.views.forms.refusals import start_refusals
from sessions.views.forms.wishes import child_values, meant, scope_values, start_wish
from sessions.views.forms.words import budget_text
from sessions.views.hands import Hands
from widgets.draw.cells import Line
from widgets.forms.fields import Choice, Option, Text, Words
from widgets.forms.told import option_lines, told

UNTOLD = "\0"
"""In a mapping of drafts, before the station for which one is to be spawned: no station is called so."""
NO_ROLES: Mapping[str, Role] = {}
BOUNDS = ("writes", "reads", "tools", "network", "hosts", "alone", "budget")
"""The fields that a role may preset."""


class StartScreen(FormScreen):
    """Starts a station; with a parent, one that works for that, inside its boundary."""

    DOES = "starts it"

    def __init__(
        self,
        hands: Hands,
        link: Link,
        memory: Preferences,
        drafts: dict[str, str],
        parent: str = "",
        roles: Mapping[str, Role] = NO_ROLES,
    ) -> None:
        """`drafts` keep a task that was written and not sent; `roles` are the presets of the settings."""
        super().__init__(start_form(), hands, Knowing(link))
        self.title_word = "spawn a station" if parent else "start a station"
        self._link, self._memory, self._drafts, self._above_it = link, memory, drafts, parent
        self._draft = UNTOLD + parent
        known = memory.known
        if parent:
            values = child_values(link.state, parent)
        else:
            mode = known.mode if known.mode in [*Mode] else Mode.SAFE.value
            values = {**scope_values(Scope(), Budget()), "mode": mode, "budget": known.budget}
            values["agent"] = known.agent or FALLBACK
        self._kind = values["agent"]
        agent, task = self.form.by_key["agent"], self.form.by_key["task"]
        assert isinstance(agent, Choice)
        assert isinstance(task, Text)
        self._agent, self._words = agent, task
        agent.offer([Option(self._kind)])
        self.form.fill(values)
        self._roles, self._plain, self._preset = roles, values, ""
        if not parent and isinstance(writes := self.form.by_key["writes"], Words):
            writes.proposal = values["writes"]
        begins = link.state.owned[parent].branch if parent else link.state.base
        self.form.by_key["from"].hint = clean(begins, 60) or "the base"
        task.paste(drafts.get(self._draft, ""))
        self._wish = StartStation(self._kind)

    # What is known

    async def learn(self) -> None:
        await self.knowing.learn_kinds()
        self._take_kinds()
        self.changed()
        await self._learn_tree()

    async def _learn_tree(self) -> None:
        branch = self._tree_wanted()
        if branch != self.knowing.tree_of:
            await self.knowing.learn_tree(branch)
            self.changed()

    def _tree_wanted(self) -> str:
        """The branch whose files it begins with."""
        state, values = self._link.state, self.form.values
        for name in (values["branch"].strip(), values.get("from", "").strip()):
            if name in state.branches:
                return name
        if start := self._begins_at():
            return start
        return state.owned[self._above_it].branch if self._above_it in state.owned else ""

    def _begins_at(self) -> str:
        """What is no branch of this floor and a new one is to begin at: a tag or a commit, if there is such a one."""
        start, branches = self.form.values.get("from", "").strip(), self._link.state.branches
        return "" if start in branches else start

    def _take_kinds(self) -> None:
        """Have the kinds to choose from; what was chosen before stays, and the first that works where none was."""
        if not self.knowing.kinds:
            return
        kinds = self.knowing.kinds = sorted(self.knowing.kinds, key=lambda kind: not kind.usable)
        untouched = "agent" not in self.form.touched
        self._agent.offer([Option(kind.name, refused=_refused(kind)) for kind in kinds])
        wanted = next((kind for kind in kinds if kind.name == self._kind), None)
        if untouched and (
            wanted is None or (not wanted.usable and not self._above_it and not self._memory.known.agent)
        ):
            wanted = next((kind for kind in kinds if kind.usable and not kind.command), None)
        if untouched and wanted is not None:
            self._agent.choose(wanted.name)

    def _chosen_kind(self) -> AgentKind | None:
        return next((kind for kind in self.knowing.kinds if kind.name == self._agent.value), None)

    # What it means

    def check(self) -> Scope:
        self._take_preset()
        kind = self._chosen_kind()
        listed = self.form.by_key["network"].value == Network.LISTED.value
        hidden = {"hosts"} if not listed else set()
        if kind is None or not kind.command:
            hidden.add("command")
        existing = self.form.by_key["branch"].value.strip() in self._link.state.branches
        if existing:
            hidden.add("from")
        self.form.hide(hidden)
        written = read(self.form, self._link.state.repo)
        self._wish = start_wish(self.form.values, written.scope, written.budget, self._above_it)
        self.refuse({**start_refusals(self._link.state, self._wish), **self._troubles(kind), **written.troubles})
        self._note(kind, existing)
        return written.scope

    def _take_preset(self) -> None:
        """Have what is preset for the role stand where nobody wrote anything; without one, what stood there before."""
        role = self.form.by_key["role"].value.strip()
        named = role if role in self._roles else ""
        if named == self._preset:
            return
        self._preset, values = named, dict(self._plain)
        if named:
            begun = meant(values, self._link.state.repo)
            preset = self._roles[named]
            values |= scope_values(preset.scope(begun.scope), preset.most(begun.budget))
        touched = self.form.touched
        self.form.fill({key: value for key, value in values.items() if key in BOUNDS and key not in touched})

    def _troubles(self, kind: AgentKind | None) -> dict[str, str]:
        found = {}
        if kind is not None and kind.by_model and not self._wish.model:
            found["model"] = _told(kind)
        elif kind is not None and _refused(kind):
            found["agent"] = _refused(kind)
        elif self.knowing.kinds and kind is None:
            found["agent"] = f"{self._agent.value} is not there any more"
        if kind is not None and kind.command and not self.form.values.get("command", "").strip():
            found["command"] = "write what is to be run"
        if (start := self._begins_at()) and start == self.knowing.missing:
            found["from"] = "there is no branch, tag or commit of that name"
        alone = kind is not None and "attach" in kind.abilities
        if not self._wish.text and not alone and "task" in self.form.touched:
            found["task"] = "write what it is to do"
        return found

    def _note(self, kind: AgentKind | None, existing: bool) -> None:
        state, fields = self._link.state, self.form.by_key
        branch = state.branches.get(fields["branch"].value.strip())
        fields["branch"].note = ""
        if existing and branch is not None:
            offers = [offer for offer in branch_offers(state) if offer.value == branch.name]
            fields["branch"].note = f"there already: {offers[0].why}" if offers else "there already"
        elif fields["branch"].value:
            fields["branch"].note = "new"
        fields["role"].note = "preset in the settings" if self._preset else ""
        fields["from"].note = "no branch" if self._begins_at() else ""
        fields["budget"].note = self._left() if self._above_it else ""
        fields["agent"].note = (
            clean(kind.title, 80) if kind is not None and fields["agent"] is not self.form.focus else ""
        )
        fields["model"].hint = "its own" if kind is None or "model" in kind.abilities else "cannot be chosen"

    def _left(self) -> str:
        """What its parent can give it."""
        state = self._link.state
        known = state.owned.get(self._above_it)
        if known is None or known.budget == Budget():
            return ""
        rest = left(state, self._above_it, state.time)
        bounded = Budget(
            *(getattr(rest, what) * bool(getattr(known.budget, what)) for what in Budget.__struct_fields__)
        )
        return f"{clean(name_of(state, self._above_it), 30)} has {budget_text(bounded) or 'nothing'} left"

    def where(self) -> Where:
        return Where(parent=self._above_it, branch=self.form.values["branch"].strip())

    def offers(self, key: str, typed: str) -> Sequence[Offer]:
        if key == "role" and self._roles:
            return matching(typed, role_offers(self._link.state, self._roles))
        return field_offers(self._link.state, self.knowing, Sources(branch=self.where().branch), key, typed)

    def about(self, cells: int, rows: int) -> list[Line]:
        if self.form.focus is not self._agent:
            return super().about(cells, rows)
        if not self.knowing.kinds:
            return told(self.knowing.kinds_trouble or "asking which agents there are …", cells, rows)
        return option_lines(self._agent, [_able(kind) for kind in self.knowing.kinds], cells, rows)

    def subtitle(self) -> str:
        return f"for {clean(name_of(self._link.state, self._above_it), 50)}" if self._above_it else ""

    def _go(self, steps: int) -> None:
        super()._go(steps)
        if self._tree_wanted() != self.knowing.tree_of and self.knowing.tree_of is not None:
            self.begin(self._learn_tree, group="tree", exclusive=True)

    # Sending

    def _enter(self) -> None:
        self.form.touched.add("task")
        if (start := self._begins_at()) and self.knowing.tree_of != start:
            self.begin(self._look_and_enter, group="tree", exclusive=True)
            return
        super()._enter()

    async def _look_and_enter(self) -> None:
        """Nothing is sent before it is known whether there is what it is to begin at."""
        await self._learn_tree()
        if self.is_active and not self._sending:
            super()._enter()

    def wishes(self) -> Mapping[str, AnyWish]:
        return {self._wish.name or "it": self._wish}

    def done(self, replies: Mapping[str, Reply]) -> str:
        self._drafts.pop(self._draft, None)
        if not self._above_it:
            values = self.form.values
            self._memory.keep(agent=values["agent"], mode=values["mode"], budget=values["budget"].strip())
        (reply,) = replies.values()
        name = clean(name_of(self._link.state, reply.about), 60) or "it"
        for screen in self.app.screen_stack:
            if isinstance(screen, FactoryScreen) and reply.about:
                screen.go_to_station(reply.about)
        return f"{name} {clean(reply.waits, 200) or 'is being started'}"

    def keep(self) -> None:
        text = self._words.value
        self._drafts.pop(self._draft, None)
        if text.strip():
            self._drafts[self._draft] = text


def _refused(kind: AgentKind) -> str:
    """Why nothing of a kind can be started, with the cure; nothing of one that can, at least with a model."""
    return "" if kind.usable or kind.by_model else _told(kind)


def _told(kind: AgentKind) -> str:
    words = f"{kind.reason}: {kind.cure}" if kind.cure else kind.reason
    return clean(words) or "it cannot be used here"


_ABLE = {
    "permissions": "asks before it acts",
    "attach": "has a terminal",
    "resume": "goes on where it was",
    "usage": "tells its tokens",
}
"""What of a kind's abilities is worth knowing before it is started."""


def _able(kind: AgentKind) -> str:
    able = [words for ability, words in _ABLE.items() if ability in kind.abilities]
    return ", ".join([clean(kind.title or kind.name, 80), *able])
