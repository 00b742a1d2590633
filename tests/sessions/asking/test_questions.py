"""Questions and answers are values that survive the wire, and name no file."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.asking import questions as qs
from sessions.asking.question import Question, answer_kind
from sessions.asking.station_questions import Agents, TreePaths

KINDS: tuple[type[Question[object]], ...] = get_args(qs.AnyQuestion)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
COUNT = st.integers(0, 2**40)
QUESTIONS = st.one_of(
    st.builds(qs.StationEvents, TEXT, COUNT, COUNT),
    st.just(qs.StationNames()),
    st.builds(qs.PairHunks, TEXT, TEXT, st.booleans()),
    st.builds(qs.LandFirst, TEXT, st.lists(TEXT, max_size=3).map(tuple), st.booleans()),
    st.builds(qs.BranchWork, TEXT),
    st.builds(qs.BranchFiles, st.tuples(TEXT, TEXT)),
    st.builds(qs.BranchPatch, st.tuples(TEXT, TEXT), TEXT, TEXT),
    st.builds(qs.CommitWords, TEXT),
    st.builds(qs.FollowSession, TEXT),
    st.builds(qs.SessionEntries, TEXT, COUNT, COUNT),
    st.just(Agents()),
    st.builds(TreePaths, TEXT),
    st.builds(qs.FindEverywhere, TEXT, st.lists(TEXT, max_size=3).map(tuple), st.floats(0, 1e10), COUNT),
    st.builds(qs.FindInSession, TEXT, TEXT, COUNT, st.sampled_from((1, -1))),
)


@given(QUESTIONS)
def test_questions_survive_the_wire(question: qs.AnyQuestion) -> None:
    assert qs.QUESTIONS.decode(msgspec.json.encode(question)) == question


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_says_what_it_is_answered_with(kind: type[Question[object]]) -> None:
    assert issubclass(answer_kind(kind), msgspec.Struct)


@given(st.binary(max_size=60))
def test_what_is_no_question_is_told_apart(data: bytes) -> None:
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        qs.QUESTIONS.decode(b'{"question":"why","of":' + data)


def test_no_question_names_a_file_of_the_other_machine() -> None:
    """Sessions, branches and commits are looked up by who answers; one path is in a commit, others were imported."""
    paths = {(kind.__name__, name) for kind in KINDS for name in kind.__struct_fields__ if "path" in name}
    assert paths == {("BranchPatch", "path"), ("SessionsAt", "paths")}
