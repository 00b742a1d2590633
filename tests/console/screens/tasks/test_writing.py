"""What is written in an editor: a wrong text is shown again with the line, and nothing that was written is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.tasks.screen import TasksScreen
from console.screens.tasks.writing import completed
from sessions.floor.commands import AddTasks, AnyWish, EditTask, Reply, SplitTask
from sessions.floor.tasks.task import Check, Source, TaskSpec
from tests.console.screens.floor.played import press
from tests.console.screens.tasks.played import play, queue_state
from tests.console.screens.tasks.test_tasks_screen import on, sent
from tests.support.console import StillLink
from tests.support.picture import at_rest, text
from tests.support.tasks.queue import RETRY

EDITOR = """#!/bin/sh
# Notes what it was given, and puts the next prepared text in its place.
echo "$@" >> {room}/given
for last; do :; done
cat "$last" >> {room}/seen
next=$(ls {room}/text-* 2>/dev/null | head -1)
[ -n "$next" ] || exit {code}
mv "$next" "$last"
"""


class Editor:
    """An editor whose hand is a script."""

    def __init__(self, room: Path, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> None:
        self.room, self.count = room, 0
        program = room / "vi"
        program.write_text(EDITOR.format(room=room, code=code))
        program.chmod(0o700)
        monkeypatch.setenv("VISUAL", str(program))

    def writes(self, words: str) -> None:
        self.count += 1
        (self.room / f"text-{self.count}").write_text(words)

    @property
    def seen(self) -> str:
        """All that it was opened on."""
        return (self.room / "seen").read_text()

    @property
    def given(self) -> str:
        """The words of its command, a line each time."""
        return (self.room / "given").read_text()


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    monkeypatch.setattr(FactoryApp, "lend_terminal", lambda self, use: use())
    return Editor(tmp_path, monkeypatch)


def form(title: str, more: str = "", below: str = "") -> str:
    return f"---\ntitle: {title}\n{more}---\n{below}"


def test_a_task_is_edited_whole_and_what_is_not_touched_stays(editor: Editor) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t1")
        editor.writes(form("Make it retry", "check: make test\nscope: src/**\nrole: ship\n", "All of it.\n"))
        await press(pilot, "e")
        await at_rest(pilot)
        spec = TaskSpec("Make it retry", "All of it.", Check(("make test",)), ("src/**",), "ship",
                        source=Source.FILE, origin="todo.md:4")  # fmt: skip
        assert sent(app) == [EditTask("t1", spec)]
        assert RETRY.title in editor.seen
        assert "check: pytest -q tests/pool" in editor.seen
        assert app.drafts == {}

    play(test)


@pytest.mark.parametrize("words", ["", "  \n"])
def test_an_emptied_text_changes_nothing(editor: Editor, words: str) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        editor.writes(words)
        await press(pilot, "e")
        assert "nothing was changed" in text(app)
        await press(pilot, "e")  # and as it was
        assert "nothing was changed" in text(app)
        assert sent(app) == []

    play(test)


def test_a_wrong_text_is_told_with_its_line_and_shown_again_there(editor: Editor) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t2")
        editor.writes(form("Say it", "prio: 3\n", "Every word of it.\n"))
        await press(pilot, "e")
        await at_rest(pilot)
        assert "task.md:3: prio" in text(app)
        assert sent(app) == []
        await press(pilot, "k")
        assert "Every word of it." in app.drafts["task t2"]
        editor.writes(form("Say it", "prio: 4\n"))
        await press(pilot, "e")
        await at_rest(pilot)
        assert editor.seen.count("Every word of it.") == 1, "what was kept is opened again"
        editor.writes(form("Say it", "priority: 3\n"))
        await press(pilot, "e")
        await at_rest(pilot)
        assert "# WRONG, line 4: prio: it is no key" in editor.seen
        assert "+4 " in editor.given.splitlines()[-1]
        assert sent(app) == [EditTask("t2", TaskSpec("Say it", priority=3))]
        assert app.drafts == {}

    play(test)


def test_what_the_supervisor_refuses_is_kept_and_written_on(editor: Editor) -> None:
    class Refusing(StillLink):
        async def send(self, command: AnyWish, together: str = "") -> Reply:
            await super().send(command, together)
            return Reply(False, "there is no task t99", "name one") if len(self.sent) == 1 else Reply(True)

    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t2")
        editor.writes(form("Say it", "after: t99\n"))
        await press(pilot, "e")
        await at_rest(pilot)
        assert "there is no task t99" in text(app)
        editor.writes(form("Say it", "after: t1\n"))
        await press(pilot, "enter")
        await at_rest(pilot)
        assert "# WRONG, there is no task t99; name one" in editor.seen
        assert sent(app)[-1] == EditTask("t2", TaskSpec("Say it", after=("t1",)))
        assert "“Say in the guide what a retry costs” is changed" in text(app)

    play(test, Refusing(queue_state()))


def test_a_new_task_begins_with_its_title_and_is_written_whole(editor: Editor) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        editor.writes(form("Mend it", "check: make\n"))
        await press(pilot, "J", *"Mend it", "ctrl+e")
        await at_rest(pilot)
        assert "title: Mend it" in editor.seen
        assert sent(app) == [AddTasks((TaskSpec("Mend it", check=Check(("make",))),))]

    play(test)


def test_a_line_that_was_left_is_there_again() -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "J", *"Half a", "escape", "J", *" task", "enter")
        await at_rest(pilot)
        assert sent(app) == [AddTasks((TaskSpec("Half a task"),))]
        assert app.drafts == {}

    play(test)


def test_a_task_is_broken_up_into_what_a_list_says(editor: Editor) -> None:
    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await on(screen, pilot, "t1")
        editor.writes("- [ ] One thing\n  check: make one\n- [x] done\n")
        await press(pilot, "Y")
        await at_rest(pilot)
        assert "it is one task still" in text(app)
        editor.writes("- [ ] One thing\n  check: make one\n- [ ] Another\n  scope: docs/**\n")
        await press(pilot, "e")
        await at_rest(pilot)
        assert "  check: pytest -q tests/pool" in editor.seen
        assert "  scope: src/pool/**, tests/pool/**" in editor.seen
        one = TaskSpec("One thing", check=Check(("make one",)), priority=2, source=Source.SPLIT, origin="t1")
        two = TaskSpec("Another", write=("docs/**",), priority=2, source=Source.SPLIT, origin="t1")
        assert sent(app) == [SplitTask("t1", (one, two))]

    play(test)


def test_an_editor_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FactoryApp, "lend_terminal", lambda self, use: use())
    Editor(tmp_path, monkeypatch, code=3)

    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "e")
        assert "ended with 3: nothing was changed" in text(app)
        monkeypatch.setenv("VISUAL", "/nowhere/an-editor")
        await press(pilot, "e")
        assert "could not be opened" in text(app)

    play(test, size=(200, 60))


def test_a_file_of_many_is_loaded_and_a_wrong_one_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "todo.md").write_text("- [ ] One\n- [ ] Two\n  check: make\n- [x] Three\n")
    (tmp_path / "wrong.md").write_text("- [ ] One\n- [ ] Two\n  budget: much\n")

    async def test(app: FactoryApp, screen: TasksScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+o", *f"{tmp_path}/to", "tab", "enter")
        await at_rest(pilot)
        await app.workers.wait_for_complete()
        found = sent(app)[0]
        assert isinstance(found, AddTasks)
        assert [spec.title for spec in found.specs] == ["One", "Two"]
        assert "2 tasks of todo.md are in the queue, 1 ticked off" in text(app)
        await press(pilot, "ctrl+o", *f"{tmp_path}/wrong.md", "enter")
        await at_rest(pilot)
        assert "nothing was loaded: wrong.md:3: budget" in text(app)
        await press(pilot, "ctrl+o", *"/nowhere.md", "enter")
        await at_rest(pilot)
        assert "No such file" in text(app)
        assert len(sent(app)) == 1

    play(test, size=(200, 60))


def test_names_of_files_are_completed_as_far_as_they_are_one(tmp_path: Path) -> None:
    for name in ("todo-1.md", "todo-2.md", ".hidden", "other"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    assert completed(f"{tmp_path}/t") == f"{tmp_path}/todo-"
    assert completed(f"{tmp_path}/f") == f"{tmp_path}/folder/"
    assert completed(f"{tmp_path}/none") == f"{tmp_path}/none"
    assert completed(f"{tmp_path}/.h") == f"{tmp_path}/.hidden"
    assert completed("/nowhere/x") == "/nowhere/x"
