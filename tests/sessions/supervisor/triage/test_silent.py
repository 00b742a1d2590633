"""The supervisor calls silence a case as soon as its settings say."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from msgspec.structs import replace

from sessions.floor.triage.case import Cause
from sessions.floor.triage.chosen import Chosen, Told
from tests.support.triage.kept import failed, kept, ours


def test_a_silence_that_is_long_by_the_settings_is_a_case(tmp_path: Path) -> None:
    async def check(at: Path, chosen: Chosen) -> dict[str, Cause]:
        async with kept(at, chosen=chosen) as it:
            began = (replace(event, time=time.time() - 61) for event in ours())
            await it.say(*began, *ours("other"), failed("other"))
            await it.until(lambda state: "other" in {case.station for case in state.cases.values()})
            return {case.station: case.cause for case in it.state.cases.values()}

    for name in ("set", "usual"):
        (tmp_path / name).mkdir()
    told = asyncio.run(check(tmp_path / "set", Chosen(told=Told(silent=60.0))))
    assert told == {"api": Cause.STALL, "other": Cause.PROVIDER}
    assert asyncio.run(check(tmp_path / "usual", Chosen())) == {"other": Cause.PROVIDER}
