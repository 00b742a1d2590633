"""`slowest` says the same of the floor as it is now, of a recording and of the journal, as of any moment."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from pathlib import Path

import pytest

from console.cli.commands.slowest import Slowest
from sessions.errors import UsageError
from sessions.floor.rank.rank import rank
from sessions.floor.rank.words import lasting
from sessions.headless.slowest_shape import VERSION
from sessions.journal.reader import JournalReader
from sessions.journal.recording.record import write
from sessions.journal.writer import Journal
from tests.sessions.floor.rank.histories import History, history
from tests.support.cli import Machine


@pytest.fixture(scope="module")
def told() -> History:
    return history("loops", 1)


@pytest.fixture(scope="module")
def recording(told: History, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")

    async def kept() -> None:
        journal = await Journal.open(folder / "journal.db")
        await journal.append(told.events)
        await journal.close()

    asyncio.run(kept())
    with closing(JournalReader(folder / "journal.db")) as reader:
        write(reader, folder / "day.ftr", 1, reader.span.last_seq)
    return folder / "day.ftr"


def test_a_recording_is_ranked_as_of_any_time(
    told: History, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soon, later = told.begins + 30, told.begins + 900
    assert Slowest(what=str(recording), at=str(soon), json=True).run() == 0
    before = json.loads(capsys.readouterr().out)
    assert Slowest(what=str(recording), at=str(later), json=True).run() == 0
    after = json.loads(capsys.readouterr().out)
    assert (before["version"], before["time"], before["slow"]) == (VERSION, pytest.approx(soon), [])
    (slow,) = after["slow"]
    assert (slow["station"], [reason["why"] for reason in slow["reasons"]]) == ("seen", ["loop"])
    assert after["words"].startswith("seen: Bash make check fails in the same way, ")
    assert {"pace_s", "settled", "since_settled_s", "retries"} <= {figure["key"] for figure in slow["figures"]}
    stations = [each["station"] for part in ("slow", "others", "unranked") for each in after[part]]
    assert sorted(stations) == ["peer-0", "peer-1", "peer-2", "seen"]


def test_people_are_told_in_a_line_with_the_figures_below(
    told: History, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Slowest(what=str(recording), at=str(told.begins + 900)).run()
    lines = capsys.readouterr().out.splitlines()
    with closing(JournalReader(recording.with_name("journal.db"))) as reader:
        state = reader.state_at(reader.seq_at(told.begins + 900))
    ranking = rank(state, told.begins + 900)
    cohort = ranking.slow[0].cohort
    assert lines[0] == ranking.words and cohort is not None and cohort.median is not None
    figures = {line.split("  ")[0]: line for line in lines}
    assert figures["work for one settled change"].endswith(f"  {lasting(cohort.median)}"), "the median of the others"
    assert any(line.startswith("not known: the size of its task") for line in lines)
    Slowest(what=str(recording), seq=5).run()
    assert capsys.readouterr().out.startswith("nothing is clearly slow: nobody is at work who could be ranked\n")


def test_the_floor_as_it_is_now_and_its_journal(machine: Machine) -> None:
    now = machine.run("slowest", "--json").json
    assert (now["slow"], now["words"]) == ([], "nothing is clearly slow: nobody is at work who could be ranked")
    then = machine.run("slowest", "--seq", "1", "--json").json
    assert (then["seq"], then["unranked"]) == (1, [])


def test_what_is_read_now_has_no_past(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only looks at what is on disk now"):
        Slowest(only=True, sessions=(tmp_path,), at="12:00").run()
