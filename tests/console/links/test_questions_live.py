"""Everything that is looked into is asked of the supervisor: a console needs nothing of the machine that it runs on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from console.links.live import LiveLink
from console.screens.station.pages import Pages
from console.screens.station.session import StationLog
from sessions.asking.asked import Asked, GivenUpError
from sessions.asking.question import A, Question
from sessions.asking.questions import (
    BranchFiles,
    BranchPatch,
    BranchWork,
    CommitWords,
    FollowSession,
    LandFirst,
    PairHunks,
    SessionEntries,
    StationNames,
)
from sessions.errors import FactoryError
from sessions.floor.conflicts import between
from sessions.supervisor import process
from sessions.supervisor.wire.asking import ask_once
from tests import ROOT
from tests.support.house import LONG, SESSION, House, house_in
from tests.support.supervisor import PATIENCE_S, settled

MANY = 400
"""Answers in the session that is looked at."""


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


class CountingLink(LiveLink):
    """Remembers what was asked."""

    asked: list[object]

    def ask(self, question: Question[A], heard: object = None) -> Asked[A]:
        self.asked.append(question)
        return super().ask(question, heard)  # type: ignore[arg-type]


@contextmanager
def linked(house: House, calls: int = 0) -> Iterator[CountingLink]:
    """A link to the house's own supervisor, once it knows of so many model calls."""
    link = CountingLink(house.repo.path, lambda: LONG)
    link.asked = []
    link.start()
    try:
        settled(lambda: link.health.connected and link.state.total.calls == calls)
        yield link
    finally:
        link.stop()


def test_a_session_is_told_page_by_page_and_followed(house: House) -> None:
    house.write(1, MANY)
    came = threading.Condition()

    def changed() -> None:
        with came:
            came.notify_all()

    with linked(house, MANY) as link:
        pages = Pages(link, SESSION, changed)
        pages.wait()
        assert len(pages) == MANY
        assert [pages.entry(i).title for i in range(MANY - 60, MANY)] == [f"step {i}" for i in range(341, MANY + 1)]
        assert link.asked == [FollowSession(SESSION)], "a screenful costs the one question that follows the session"
        house.write(MANY + 1, MANY + 2)
        with came:
            assert came.wait_for(lambda: len(pages) == MANY + 2, PATIENCE_S)
        assert pages.entry(MANY + 1).title == f"step {MANY + 2}"
        assert len(link.asked) == 1, "what is new is told unasked"
        pages.bring(3)
        assert pages.entry(3).title == "step 4"
        assert link.asked[1:] == [SessionEntries(SESSION, 0, 128)]
        assert pages.look("STEP 7", 0, 1).one().entry == 6
        assert pages.look("step 7", 0, -1).one().entry is None
        assert pages.look("", 0, 1).one().entry is None
        pages.close()
        assert pages.lost


def test_a_session_is_followed_on_by_the_next_supervisor(house: House) -> None:
    house.write(1, 3)
    with linked(house, 3) as link:
        first = Pages(link, SESSION, lambda: None)
        first.wait()
        pid = process.running(house.repo.path)
        assert pid
        os.kill(pid, signal.SIGKILL)
        settled(lambda: first.lost)
        assert first.entry(2).title == "step 3", "what was told stays"
        settled(lambda: link.health.connected)
        second = Pages(link, SESSION, lambda: None)
        second.wait()
        assert len(second) == 3


def test_a_station_with_a_long_past_costs_few_questions(house: House) -> None:
    house.write(1, MANY)
    with linked(house, MANY) as link:
        (name,) = link.state.stations
        log = StationLog(name).grown(link, link.state.seq)
        assert len(link.asked) == 1
        assert log.last_seq == link.state.seq
        assert sum(log.tokens.rates(*log.tokens.span, 1)) > 0
        assert link.ask(StationNames()).one().names == (name,)
        assert ask_once(house.place.socket, StationNames(), PATIENCE_S)[0].names == (name,)


def test_why_a_session_cannot_be_read_is_said(house: House) -> None:
    house.write(1, 1)
    with linked(house, 1) as link:
        with pytest.raises(FactoryError, match="no transcript is known"):
            Pages(link, "another", lambda: None).wait()
        shutil.rmtree(house.transcript().parent)
        with pytest.raises(FactoryError, match="not on this machine"):
            Pages(link, SESSION, lambda: None).wait()


def test_branches_and_pairs_are_looked_into(house: House) -> None:
    base = "".join(f"line {i}\n" for i in range(20))
    house.repo.commit({"pool.py": base}, "a pool")
    house.repo.fast_import(
        [("one", {"pool.py": base.replace("line 7\n", "retries = 3\n")}),
         ("two", {"pool.py": base.replace("line 7\n", "retries = 4\n")})]
    )  # fmt: skip
    with linked(house) as link:
        settled(lambda: between(link.state.verdicts, "one", "two") is not None)
        (hunks,) = link.ask(PairHunks("one", "two", True)).all()
        (hunk,) = hunks.hunks
        assert (hunks.path, hunk.ours, hunk.theirs, hunk.ours_at) == ("pool.py", ("retries = 3",), ("retries = 4",), 8)
        landed = link.ask(LandFirst("one", ("one", "two"), True)).one()
        assert between(landed.verdicts, "two", "") is not None
        work = link.ask(BranchWork("one")).one()
        (commit,) = work.commits
        files = link.ask(BranchFiles((work.start, work.head))).one()
        assert [file.path for file in files.files] == ["pool.py"]
        (patch,) = link.ask(BranchPatch(files.sides, "pool.py")).all()
        assert {"retries = 3", "line 7"} <= {line.text for line in patch.lines}
        assert link.ask(CommitWords(commit.name)).one().text.strip() == commit.subject
        for question in (BranchWork("nobody"), BranchWork("../../etc")):
            with pytest.raises(FactoryError, match="no such branch"):
                link.ask(question).one()
        with pytest.raises(FactoryError, match="no name of a commit"):
            link.ask(CommitWords("--output=/tmp/x")).one()
        asked = link.ask(BranchWork("one"))
        asked.cancel()
        with pytest.raises(GivenUpError):
            asked.one()
        assert link.ask(BranchWork("two")).one().count == 1, "the others are answered on"


def test_completions_ask_the_supervisor_and_without_one_the_journal(house: House) -> None:
    def completed() -> list[str]:
        command = [sys.executable, "-m", "console", "completions", "stations", "--repo", str(house.repo.path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]

    house.write(1, 1)
    with linked(house, 1) as link:
        running = completed()
        assert running == sorted(link.state.stations)
    process.stop(house.repo.path)
    assert completed() == running
