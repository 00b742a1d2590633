"""The screens that one can go to from everywhere: each is imported when somebody goes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from console.screens.base import FactoryScreen
from console.screens.conflicts.actions import SPEC as CONFLICTS
from console.screens.find.actions import SPEC as FIND
from console.screens.scopes.actions import SPEC as SCOPES
from console.screens.slowest.actions import SPEC as SLOWEST
from console.screens.tasks.actions import SPEC as TASKS
from console.screens.triage.actions import SPEC as TRIAGE

if TYPE_CHECKING:
    from console.screens.factory import Factory


def _conflicts(factory: Factory) -> FactoryScreen:
    """What was wished there is still wished."""
    from console.screens.conflicts.screen import ConflictsScreen

    return ConflictsScreen(factory.board)


def _find(_: Factory) -> FactoryScreen:
    from console.screens.find.screen import FindScreen

    return FindScreen()


def _scopes(_: Factory) -> FactoryScreen:
    from console.screens.scopes.screen import ScopesScreen

    return ScopesScreen()


def _triage(_: Factory) -> FactoryScreen:
    from console.screens.triage.screen import TriageScreen

    return TriageScreen()


def _tasks(_: Factory) -> FactoryScreen:
    from console.screens.tasks.screen import TasksScreen

    return TasksScreen()


def _slowest(_: Factory) -> FactoryScreen:
    from console.screens.slowest.screen import SlowestScreen

    return SlowestScreen()


WAYS: Mapping[str, Callable[[Factory], FactoryScreen]] = {
    CONFLICTS.name: _conflicts,
    TRIAGE.name: _triage,
    TASKS.name: _tasks,
    SLOWEST.name: _slowest,
    SCOPES.name: _scopes,
    FIND.name: _find,
}
