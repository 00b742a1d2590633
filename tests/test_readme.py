"""The README says what the program does: its keys, its commands, its shapes, its files."""

from __future__ import annotations

import argparse
import re

import pytest

from console.cli.commands.stations.agents import CheckShape, KindShape, KindsShape
from console.cli.commands.stations.obeyed import Outcome
from console.cli.commands.stop import Stopped
from console.cli.commands.tasks.obeyed import Outcome as TaskOutcome
from console.cli.parser import build
from sessions.headless import floor_shape, meters_shape, ours_shape, scopes_shape, slowest_shape
from sessions.headless.tasks import shape as tasks_shape
from sessions.headless.triage import shape as queue_shape
from sessions.settings import Settings
from tests import ROOT, readme

TEXT = readme.README.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["keys", "signs", "cells", "escapes", "patterns"])
def test_the_generated_tables_are_fresh(part: str) -> None:
    content = getattr(readme, part)()
    assert readme.replaced(TEXT, part, content) == TEXT, "run `make readme`"


def test_every_command_and_option_is_there() -> None:
    parser = build()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                assert f"`factory-tui {name}" in TEXT
                for option in command._actions:
                    for word in option.option_strings:
                        assert word in TEXT or word in ("-h", "--help", "--output"), f"{name} {word}"


def test_every_field_of_the_shapes_is_there() -> None:
    for shape in (
        meters_shape.Meters,
        floor_shape.Status,
        floor_shape.StationShape,
        *(ours_shape.OursShape, ours_shape.ScopeShape, ours_shape.BudgetShape, ours_shape.QuestionShape),
        *(ours_shape.BoundaryShape, Outcome, Stopped, CheckShape, KindShape, KindsShape),
        floor_shape.BranchShape,
        meters_shape.Group,
        *(scopes_shape.ScopesShape, scopes_shape.BoundedShape, scopes_shape.PairShape, scopes_shape.PlaceShape),
        *(scopes_shape.OwnerShape, scopes_shape.RuleShape, scopes_shape.TimesShape),
        *(queue_shape.QueueShape, queue_shape.RowShape, queue_shape.CaseShape, queue_shape.ActShape),
        *(tasks_shape.Tasks, tasks_shape.TaskShape, tasks_shape.SpecShape, tasks_shape.CheckShape),
        *(tasks_shape.LearnedShape, TaskOutcome),
        *(queue_shape.OneShape, queue_shape.GoneShape, queue_shape.SettledShape),
        *(slowest_shape.Slowest, slowest_shape.EntryShape, slowest_shape.ReasonShape, slowest_shape.FigureShape),
        *(slowest_shape.CohortShape, slowest_shape.ExcusedShape),
    ):
        for field in shape.__struct_fields__:
            assert f'"{field}"' in TEXT, f"{shape.__name__}.{field}"


def test_every_setting_is_there() -> None:
    for field in Settings.__struct_fields__:
        assert f"`{field}" in TEXT, field


def test_every_target_of_make_that_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`?make ([a-z-]+)", TEXT)):
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target


def test_every_picture_exists() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT):
        assert (ROOT / path).exists(), f"{path}: run `make screenshots`"


def test_a_missing_part_is_told() -> None:
    with pytest.raises(ValueError, match="no marks for nothing"):
        readme.replaced(TEXT, "nothing", "")
