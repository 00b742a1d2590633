"""Claude Code and Codex themselves, in terminals, against a scripted model. Needs both on this machine."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.events import AgentReported, QuestionAsked, ScopeViolated
from sessions.floor.reports import Report
from sessions.stations.contract import Decision
from sessions.stations.signals import tools
from sessions.stations.terminal import hooked
from sessions.stations.terminal.claude import CLAUDE
from sessions.stations.terminal.codex import CODEX
from sessions.stations.terminal.saying import Conversation, Taken
from tests.support.branches.git import TestRepository
from tests.support.stations.real import KEY, PROVIDER, Bench, Speaks, bench, needs, provider, with_programs
from tests.support.stations.signals import STATION, listening
from tests.support.supervisor import PATIENCE_S, settled

pytestmark = [
    pytest.mark.skipif(not PROVIDER.is_file(), reason=f"there is no scripted model at {PROVIDER}"),
    pytest.mark.timeout(120),
]
needs_claude, needs_codex, needs_mini = needs("claude"), needs("codex"), needs("mini")
Scene = Callable[[Bench], Coroutine[None, None, None]]


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    with_programs(monkeypatch)


def claude(tmp_path: Path, scene: Scene, *options: str) -> None:
    with provider(tmp_path / "log", *options) as url:
        run(CLAUDE, scene, {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY})


def codex(tmp_path: Path, scene: Scene, *options: str) -> None:
    with provider(tmp_path / "log", "--prefer", "shell", *options) as url:
        run(CODEX, scene, {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": KEY})


def run(kind: Speaks, scene: Scene, keys: dict[str, str]) -> None:
    async def opened() -> None:
        async with bench(kind, keys) as made:
            await scene(made)

    asyncio.run(opened())


def speaker(made: Bench, kind: Speaks) -> Conversation:
    """What the supervisor speaks with it through; it is told of every signal as it comes."""
    terminal = made.terminal
    assert terminal is not None
    conversation = Conversation(kind, lambda keys, once, part: terminal.write(keys), made.run)
    take = made.supervisor.take

    def heard(batch: object) -> None:
        take(batch)  # type: ignore[arg-type]
        for signal in batch.signals:  # type: ignore[attr-defined]
            conversation.heard(signal)

    made.supervisor.take = heard  # type: ignore[method-assign]
    return conversation


@needs_claude
def test_claude_asks_is_answered_killed_and_goes_on(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        launch = made.start(prompt="Create hello.txt")
        asked = await made.question()
        (question,) = hooked.heard(asked, "")
        assert isinstance(question, QuestionAsked)
        assert question.session == launch.session
        assert question.paths == (str(made.repo.path / "hello.txt"),)
        await made.shows(lambda text: "Do you want to create hello.txt?" in text)
        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.NEEDS_ME)
        await made.supervisor.outbox.answer(asked.id, CLAUDE.reply(asked, Decision.ALLOW, ""))
        await made.told("Stop")
        await made.shows(lambda text: "Allowed by PermissionRequest hook" in text and "Do you want" not in text)
        assert (made.repo.path / "hello.txt").exists()

        talk = speaker(made, CLAUDE)
        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.IDLE)
        text = "Create it again,\nplease: !ls /exit"
        assert await talk.prompt(text, launch.session, Report.IDLE, False, False) is Taken.TAKEN
        asked = await made.question(2)
        await made.supervisor.outbox.answer(asked.id, CLAUDE.reply(asked, Decision.DENY, "not on a Sunday"))
        stopped = await made.told("Stop", 2)
        await made.shows(lambda text: "not on a Sunday" in text)
        transcript = Path(str(stopped["transcript_path"]))  # which it writes a moment later
        await asyncio.to_thread(settled, lambda: "not on a Sunday" in transcript.read_text())

        assert made.terminal is not None
        made.terminal.end()
        made.start(session=launch.session)
        begun = await made.told("SessionStart", 2)
        assert (begun["source"], begun["session_id"]) == ("resume", launch.session)
        await made.shows(lambda text: "not on a Sunday" in text)

    claude(tmp_path, scene)


@needs_claude
def test_claude_is_told_its_scope_and_interrupted(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.bound("src/**", edits=True)
        launch = made.start(prompt="Create hello.txt")
        await made.told("Stop")
        violations = [fact for each in made.supervisor.signals for fact in hooked.heard(each, "")]
        assert [fact.path for fact in violations if isinstance(fact, ScopeViolated)] == ["hello.txt"]
        await made.shows(lambda text: "outside this station's scope" in text)
        assert not (made.repo.path / "hello.txt").exists()
        assert made.supervisor.questions == []

        made.bound("*.txt", edits=True)
        talk = speaker(made, CLAUDE)
        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.IDLE)
        await talk.prompt("Create once more", launch.session, Report.IDLE, False, False)
        await made.told("Stop", 2)
        assert (made.repo.path / "hello.txt").exists()
        assert made.supervisor.questions == []

        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.IDLE)
        await talk.prompt("Create\na third", launch.session, Report.IDLE, False, False)
        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.WORKING)
        await talk.interrupt()  # before it has said anything it puts the prompt back into its input
        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.IDLE)
        assert await talk.prompt("Create a fourth", launch.session, Report.IDLE, False, False) is Taken.TAKEN
        assert (await made.told("UserPromptSubmit", 4))["prompt"] == " Create a fourth"

    claude(tmp_path, scene, "--delay", "0.05")


@needs_claude
def test_what_somebody_has_half_typed_into_claude_stands_there_after_a_prompt(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.bound("*.txt", edits=True)
        launch = made.start(prompt="Create hello.txt")
        await made.told("Stop")
        talk = speaker(made, CLAUDE)
        assert made.terminal is not None
        await made.terminal.write(b"half typed")
        await made.shows(lambda text: "half typed" in text)
        for number, text in enumerate(("Create it once more", "Create it\na third time"), 2):
            await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.IDLE)
            assert await talk.prompt(text, launch.session, Report.IDLE, False, False) is Taken.TAKEN
            assert str((await made.told("UserPromptSubmit", number))["prompt"]).split() == text.split()
            await made.told("Stop", number)
        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.IDLE)
        await made.terminal.write(b"\r")
        assert (await made.told("UserPromptSubmit", 4))["prompt"] == "half typed"

    claude(tmp_path, scene)


@needs_claude
def test_claude_is_asked_about_edits_inside_its_scope_where_that_is_wished(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.bound("**", edits=True, ask=("Write",))
        made.start(prompt="Create hello.txt")
        asked = await made.question()
        assert asked.payload["tool_name"] == "Write"
        assert not (made.repo.path / "hello.txt").exists()
        await made.supervisor.outbox.answer(asked.id, CLAUDE.reply(asked, Decision.ALLOW, ""))
        await made.told("Stop")
        assert (made.repo.path / "hello.txt").exists()
        assert len(made.supervisor.questions) == 1

    claude(tmp_path, scene)


@needs_claude
def test_claude_asks_no_more_for_what_is_allowed_for_good(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        launch = made.start(prompt="Create hello.txt")
        asked = await made.question()
        (question,) = hooked.heard(asked, "")
        assert isinstance(question, QuestionAsked)
        assert question.always
        await made.supervisor.outbox.answer(asked.id, CLAUDE.reply(asked, Decision.ALWAYS, ""))
        await made.told("Stop")
        talk = speaker(made, CLAUDE)
        await made.shows(lambda _: CLAUDE.state(made.home, launch.session) is Report.IDLE)
        await talk.prompt("Create it again", launch.session, Report.IDLE, False, False)
        await made.told("PostToolUse", 2)
        await made.told("Stop", 2)
        assert made.supervisor.questions == [asked]

    claude(tmp_path, scene)


@needs_claude
def test_claude_answered_in_its_own_terminal_asks_no_longer(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.start(prompt="Create hello.txt")
        asked = await made.question()
        await made.shows(lambda text: "Do you want to create hello.txt?" in text)
        talk = speaker(made, CLAUDE)
        with pytest.raises(FactoryError, match="waits for an answer"):
            await talk.prompt("go on", "", Report.WORKING, True, False)
        assert made.terminal is not None
        await made.terminal.write(b"1")
        await made.supervisor.until(lambda: made.supervisor.withdrawn)
        assert [each.question for each in made.supervisor.withdrawn] == [asked.id]
        await made.told("Stop")

    claude(tmp_path, scene)


@needs_claude
def test_claude_says_when_it_has_lost_a_conversation(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.start(session="11111111-2222-4333-8444-555555555555")
        assert made.terminal is not None
        async with asyncio.timeout(PATIENCE_S):
            await made.terminal.over.wait()
        assert "No conversation found" in made.terminal.text
        assert made.terminal.process.wait() == 1

    claude(tmp_path, scene)


@needs_codex
def test_codex_asks_is_answered_killed_and_goes_on(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.bound(ask=("Bash",))
        made.start(prompt="Create hello.txt", model="gpt-5-codex")
        asked = await made.question()
        (question,) = hooked.heard(asked, "")
        assert isinstance(question, QuestionAsked)
        assert "hello.txt" in question.text
        session = question.session
        await made.supervisor.outbox.answer(asked.id, CODEX.reply(asked, Decision.DENY, "not on a Sunday"))
        await made.told("Stop")
        await made.shows(lambda text: "not on a Sunday" in text)
        assert not (made.repo.path / "hello.txt").exists()

        talk = speaker(made, CODEX)
        prompt = "--Create it again\n/exit"
        assert await talk.prompt(prompt, session, Report.IDLE, False, False) is Taken.TAKEN
        asked = await made.question(2)
        await made.supervisor.outbox.answer(asked.id, CODEX.reply(asked, Decision.ALLOW, ""))
        await made.told("Stop", 2)
        assert (made.repo.path / "hello.txt").exists()
        await made.shows(lambda text: "Hook failed" not in text and text.count("Worked for") == 2)

        assert made.terminal is not None
        made.terminal.end()
        made.bound()
        made.start(session=session, prompt="Create a third", model="gpt-5-codex")
        begun = await made.told("SessionStart", 2)
        assert (begun["source"], begun["session_id"]) == ("resume", session)
        await made.told("Stop", 3)
        await made.shows(lambda text: "--Create it again" in text and "Create a third" in text)

    codex(tmp_path, scene)


@needs_codex
def test_codex_asks_by_itself_in_its_own_sandbox_and_tells_of_an_interrupt(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.start(prompt="Create hello.txt", model="gpt-5-codex", sandbox="workspace-write")
        asked = await made.question()
        assert asked.name == "PermissionRequest"
        await made.supervisor.outbox.answer(asked.id, CODEX.reply(asked, Decision.ALLOW, ""))
        await made.told("Stop")
        assert (made.repo.path / "hello.txt").exists()
        session = str(asked.payload["session_id"])
        talk = speaker(made, CODEX)
        await talk.prompt("Create more", session, Report.IDLE, False, False)
        asked = await made.question(2)
        await talk.interrupt()
        await made.told("Interrupt")
        (idle,) = hooked.heard(made.supervisor.signals[-1], "")
        assert isinstance(idle, AgentReported)
        assert idle.state is Report.IDLE
        await made.supervisor.until(lambda: made.supervisor.withdrawn)

    codex(tmp_path, scene, "--escalate")


@needs_claude
def test_what_a_repository_brings_for_claude_is_not_run(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        touch = f"touch {made.root / 'ran'}"
        hooks = {"SessionStart": [{"hooks": [{"type": "command", "command": touch}]}]}
        server = {"command": "/bin/sh", "args": ["-c", touch]}
        made.repo.write(
            {
                ".claude/settings.json": json.dumps({"hooks": hooks, "enableAllProjectMcpServers": True}),
                ".claude/settings.local.json": json.dumps({"hooks": hooks, "enableAllProjectMcpServers": True}),
                ".mcp.json": json.dumps({"mcpServers": {"evil": server}}),
            }
        )
        made.bound(edits=True)
        brought = (".claude/settings.json", ".claude/settings.local.json", ".mcp.json")
        made.start(prompt="Create hello.txt", untrusted=brought)
        await made.told("Stop")
        assert not (made.root / "ran").exists()

    claude(tmp_path, scene)


@needs_codex
def test_codex_says_when_it_has_lost_a_conversation(tmp_path: Path) -> None:
    async def scene(made: Bench) -> None:
        made.start(session="01a22779-eb1a-7f00-8394-796765d1dda0", prompt="go", model="gpt-5-codex")
        assert made.terminal is not None
        async with asyncio.timeout(PATIENCE_S):
            await made.terminal.over.wait()
        assert "No saved session found" in made.terminal.text

    codex(tmp_path, scene)


@needs_mini
def test_any_command_tells_what_came_of_it(tmp_path: Path) -> None:
    """mini-swe-agent has no hooks: what it is started with tells."""

    async def scene(url: str) -> None:
        async with listening(tmp_path / "out") as supervisor:
            repo = TestRepository(tmp_path / "work")
            repo.commit({"README": "hello\n"}, "first")
            (tmp_path / "home").mkdir()
            kit = tools.install(tmp_path / "tools")
            programs = f"{Path(shutil.which('mini') or '/').parent}:/usr/local/bin:/usr/bin:/bin"
            told = kit.environment(STATION, tmp_path / "out" / STATION, tmp_path / "station.json", programs)
            own = {"HOME": str(tmp_path / "home"), "OPENAI_API_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
            own |= {"MSWEA_CONFIGURED": "true", "MSWEA_COST_TRACKING": "ignore_errors", "TERM": "xterm"}
            words = f"mini -y --exit-immediately -m openai/fake-1 -c mini.yaml -c model.model_kwargs.api_base={url}/v1"
            script = f"{words} -t 'Create hello.txt' && factory-tui hook TASK_COMPLETE || factory-tui hook FAILED"
            null = asyncio.subprocess.DEVNULL
            process = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", script), cwd=repo.path, env={**told, **own}, stdin=null, stdout=null, stderr=null
            )
            await supervisor.until(lambda: supervisor.signals)
            assert supervisor.signals[0].name == "TASK_COMPLETE"
            assert (repo.path / "hello.txt").exists()
            assert await process.wait() == 0

    with provider(tmp_path / "log", "--prefer", "shell") as url:
        asyncio.run(scene(url))
