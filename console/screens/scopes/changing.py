"""What keys change of the scopes: each change is shown with all that comes of it, and done after a yes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from console.actions.hands import untouchable
from console.screens.forms.knowing import Knowing
from console.screens.handed import TOLD_S, HandedScreen
from console.screens.scopes.proposing import Propose, Proposing
from console.screens.scopes.scene import ScopesScene
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState, name_of
from sessions.text import clean
from sessions.views.scopes import change
from sessions.views.scopes.change import Proposal
from sessions.views.scopes.prevent import on_branch
from widgets.draw.cells import Line, cut, width
from widgets.parts.prompt import Choose, Menu, Typing

_DO = ("enter",)
_YES = ("y", "Y")


class ChangingScreen(ScopesScene, HandedScreen):
    """The scene with what changes scopes."""

    def __init__(self) -> None:
        super().__init__()
        self.proposing: Proposing | None = None
        self._knowing: Knowing | None = None
        self._menu: tuple[Menu, Callable[[str], None]] | None = None

    @property
    def roomy(self) -> bool:
        return self.proposing is not None

    # Who is meant

    def writers(self) -> list[str]:
        """Stations of ours that live and may write at this place."""
        return [writer.station for writer in self.detail.writers] if self.detail is not None else []

    def _all_ours(self) -> list[str]:
        """Those that live before others, by name."""
        state = self.factory.link.state
        ours = [station for station, own in state.owned.items() if own.life is not Life.REMOVED]
        return sorted(ours, key=lambda station: (not state.owned[station].lives, name_of(state, station)))

    # Keys

    def action_assign(self) -> None:
        """Let a station write here: the ones first that may not yet."""
        place = self.place
        has = {writer.station for writer in self.detail.writers if writer.whole} if self.detail is not None else set()
        ours = sorted(self._all_ours(), key=lambda station: station in has)
        self.propose(lambda state, station: change.assign(state, station, place), ours)

    def action_widen(self) -> None:
        self._of_writers(lambda place, state, station: change.widen(state, station, place))

    def action_narrow(self) -> None:
        ground = self.ground
        assert ground is not None
        if self.place:
            self._of_writers(lambda place, state, station: change.narrow(state, station, place))
        else:
            wrote = ground.written
            self._of_writers(lambda _, state, station: change.to_what_it_wrote(state, station, wrote(station)))

    def action_alone(self) -> None:
        self._of_writers(lambda _, state, station: change.alone(state, station), vets=False)

    def _of_writers(self, propose: Callable[..., Proposal], vets: bool = True) -> None:
        self.propose(partial(propose, self.place), self.writers(), self.chosen, vets)

    def action_hand_over(self) -> None:
        """From the one at hand, or the first that may write here, to one that is chosen."""
        place, writers = self.place, self.writers()
        giver = self.at_hand() if self.at_hand() in writers else writers[0]
        takers = [station for station in self._all_ours() if station != giver]
        self.propose(lambda state, taker: change.hand(state, giver, taker, place), takers)

    def action_prevent(self) -> None:
        """Choose one of the rules that would have prevented the most conflicts."""
        rules = self.making.prevention.rules
        items = tuple(
            Choose(str(number), f"{clean(rule.place, 200)} {rule.pairs} pair{'s' * (rule.pairs != 1)}")
            for number, rule in enumerate(rules, 1)
        )
        self._menu = (Menu("would have prevented the most conflicts", items, enter="1"), self._prevent)

    def _prevent(self, key: str) -> None:
        rule = self.making.prevention.rules[int(key) - 1]
        state = self.factory.link.state
        stations = [on_branch(state, branch) or branch for branch in rule.leave]
        self.go_to(rule.place)
        frees = f", which frees {rule.pairs} pair{'s' * (rule.pairs != 1)} of branches"

        def propose(state: FloorState, _: str) -> Proposal:
            proposal = change.leave(state, rule.place, stations)
            return replace(proposal, title=proposal.title + frees)

        self.propose(propose, [])

    # The proposal

    def propose(self, propose: Propose, stations: list[str], at: str = "", vets: bool = True) -> None:
        """Show what would come of it, and ask."""
        self.proposing = Proposing(propose, stations, at, vets)
        if self._knowing is None:
            self._knowing = Knowing(self.factory.link)
            self.begin(self._learn, group="kinds")
        self.lay_out()
        self.call_after_refresh(self.draw)

    async def _learn(self) -> None:
        assert self._knowing is not None
        await self._knowing.learn_kinds()
        if self.proposing is not None:
            self.proposing.forget()
        self.draw()

    def rebinds(self, station: str) -> bool:
        """Whether its agent takes over a boundary while it runs."""
        seen = self.factory.link.state.stations.get(station)
        kinds = self._knowing.kinds if self._knowing is not None else ()
        return any(seen is not None and kind.name == seen.kind and "rebinds" in kind.abilities for kind in kinds)

    def draw_detail(self) -> None:
        proposing, ground = self.proposing, self.ground
        if proposing is None or ground is None:
            super().draw_detail()
            return
        link = self.factory.link
        proposing.look(ground, link.state, self.rebinds)
        self.panel.title = clean(proposing.proposal.title, 200)
        self.panel.set_body(
            lambda cells, rows: proposing.lines(ground, link.state, self.rebinds, link.now(), cells, rows)
        )

    def end_proposal(self) -> None:
        self.proposing = None
        self.lay_out()
        self.call_after_refresh(self.draw)

    # What is asked

    def question(self) -> Line:
        if self._menu is not None:
            return self._menu[0].line(self.size.width)
        it = self.proposing
        if it is None:
            return super().question()
        never = clean(untouchable(self.present()) or it.refused, 300)
        if len(it.stations) > 1:
            hint = "↑↓ another   esc leaves it"
            typing = Typing("for", it.typed)
            room = max(20, self.size.width - len(" for      " + hint) - width(it.typed) - 3)
            return typing.line(self.size.width, cut(never or "enter does it", room), hint)
        title = clean(it.proposal.title, 200)
        title = f"{title}: {never}" if never else f"{title}?"
        items = (Choose("esc", "leaves it"),) if never else (Choose("y", "do it"), Choose("n", "leave it"))
        return Menu(title, items, "").line(self.size.width)

    async def answer(self, key: str, character: str | None) -> bool:
        if self._menu is not None:
            (menu, then), self._menu = self._menu, None
            if (chosen := menu.chosen(key if key == "enter" else character or key)) is not None:
                then(chosen.key)
            self.draw_footer()
            return True
        if self.proposing is None:
            return await super().answer(key, character)
        self._answer_proposal(self.proposing, key, character)
        return True

    def _answer_proposal(self, it: Proposing, key: str, character: str | None) -> None:
        state, page = self.factory.link.state, max(1, self.panel.rows // 3)
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -len(it.stations),
                 "end": len(it.stations), "tab": 1, "shift+tab": -1}  # fmt: skip
        alone = len(it.stations) <= 1
        if key == "escape" and it.typed:
            it.type(state, "")
        elif key == "escape" or (alone and key in ("n", "N", "q")):
            self.end_proposal()
            return
        elif key in ("left_square_bracket", "right_square_bracket"):
            self.panel.scroll(5 if key.startswith("right") else -5)
        elif key in _DO or (key in _YES and not it.typed):
            self._accept(it)
            return
        elif key in steps:
            it.move(state, steps[key])
        elif not alone:
            typing = Typing("", it.typed)
            typing.type(key, character)
            it.type(state, typing.text)
        self.draw_detail()
        self.draw_footer()

    def _accept(self, it: Proposing) -> None:
        ground, state = self.ground, self.factory.link.state
        assert ground is not None
        if it.is_stale(state):
            it.told = "a scope has changed meanwhile: this is what comes of it now"
            it.look(ground, state, self.rebinds)
            self.draw_detail()
            return
        it.look(ground, state, self.rebinds)
        if untouchable(self.present()) or it.refused:
            return  # which is said where a yes would be asked for
        proposal = it.proposal
        self.end_proposal()
        self.say(f"{clean(proposal.title, 200)} …")
        self.begin(lambda: self._carry_out(proposal), group="hands")

    async def _carry_out(self, proposal: Proposal) -> None:
        """All of it, or nothing: what was done before a refusal is put back."""
        from sessions.operator import one_key

        state = self.factory.link.state
        together = one_key() if len(proposal.steps) > 1 else ""
        for number, step in enumerate(proposal.steps):
            reply = await self._answer_to(step.wish(state), together)
            if reply.ok:
                continue
            back = [await self._answer_to(done.back(state)) for done in reversed(proposal.steps[:number])]
            kept = "; nothing was changed" if all(it.ok for it in back) else "; a part of it could not be put back"
            why = f"{reply.reason}: {reply.cure}" if reply.cure else reply.reason
            if self.lives:
                self.say(clean(f"{step.name}: {why}{kept}", 400), TOLD_S)
            return
        if self.lives:
            self.say(clean(f"done: {proposal.title}", 300), TOLD_S)
