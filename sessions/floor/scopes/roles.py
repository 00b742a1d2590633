"""What stations of a role begin with where nothing else is said: presets of the operator's settings. Pure."""

from __future__ import annotations

import msgspec

from sessions.floor.scope import Budget, Network, Scope


class Most(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a station of a role may use up; 0 is no bound."""

    tokens: int = 0
    dollars: float = 0.0
    minutes: float = 0.0
    turns: int = 0

    def budget(self) -> Budget:
        return Budget(self.tokens, self.dollars, self.minutes * 60, self.turns)


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A preset; None is what it does not say."""

    write: tuple[str, ...] | None = None
    read: tuple[str, ...] | None = None
    tools: tuple[str, ...] | None = None
    network: Network | None = None
    hosts: tuple[str, ...] | None = None
    exclusive: bool | None = None
    budget: Most | None = None

    def scope(self, known: Scope) -> Scope:
        """`known` with what is preset."""
        said = {what: value for what in Scope.__struct_fields__ if (value := getattr(self, what)) is not None}
        if self.hosts and self.network is None and known.network is Network.OFF:
            said["network"] = Network.LISTED  # whoever names hosts wants them to be reached
        return msgspec.structs.replace(known, **said)

    def most(self, known: Budget) -> Budget:
        """`known`, or the budget that is preset."""
        return known if self.budget is None else self.budget.budget()

    @staticmethod
    def of(scope: Scope, budget: Budget) -> Role:
        """The preset that says all of a boundary that is not so anyway."""
        plain = Scope()
        said = {
            what: value for what in Scope.__struct_fields__ if (value := getattr(scope, what)) != getattr(plain, what)
        }
        bounds = Most(
            tokens=budget.tokens,
            dollars=budget.dollars,
            minutes=round(budget.seconds / 60, 3),
            turns=budget.turns,
        )
        return Role(**{**said, "write": scope.write}, budget=bounds if bounds != Most() else None)
