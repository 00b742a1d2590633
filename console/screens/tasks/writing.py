"""What is written in an editor: a task, or the parts of one. What cannot be meant is told, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from console import shell
from console.screens.handed import TOLD_S
from console.screens.listed.rows import R
from console.screens.tasks.sending import Asked, SendingList
from sessions.errors import FactoryError
from sessions.floor.commands import AddTasks, AnyWish, EditTask, SplitTask
from sessions.floor.tasks.sources.edited import parsed, rendered
from sessions.floor.tasks.sources.read import MOST_BYTES, read
from sessions.floor.tasks.task import Task, TaskSpec
from sessions.text import clean
from sessions.views.tasks.texts import PARTS, parts_in, parts_text, with_trouble, without_trouble
from sessions.views.tasks.words import title_of
from widgets.parts.prompt import Choose, Menu, Typing

NEW = "new task"
FORM = "task.md"


class Written:
    """Something that is written: what it begins with, what is read of it, and what is asked of the supervisor then."""

    def __init__(
        self, key: str, file: str, begins: str, wish: Callable[[str], AnyWish], done: str, changed: bool = True
    ) -> None:
        """`key` is what it is kept under while it is not sent; `wish` may raise `FactoryError`; `changed`: only where
        it is another text than it began with."""
        self.key, self.file, self.begins, self.wish, self.done, self.changed = key, file, begins, wish, done, changed


def edit_of(task: Task) -> Written:
    """The whole of a task."""

    def wish(text: str) -> AnyWish:
        return EditTask(task.id, parsed(text, task.spec, FORM))

    return Written(f"task {task.id}", FORM, rendered(task.spec), wish, "is changed")


def split_of(task: Task) -> Written:
    """The parts of a task."""

    def wish(text: str) -> AnyWish:
        return SplitTask(task.id, parts_in(text, task))

    return Written(f"parts {task.id}", PARTS, parts_text(task), wish, "is split")


class WritingList(SendingList[R]):
    """Lends the terminal to the operator's editor."""

    def write_new(self, title: str) -> None:
        begins = rendered(TaskSpec(title.strip()))

        def wish(text: str) -> AnyWish:
            return AddTasks((parsed(text, file=FORM),))

        it = Written(NEW, FORM, begins, wish, "is in the queue", changed=False)
        self.write(it, begins if title.strip() else "")

    def write(self, it: Written, text: str = "", line: int = 0) -> None:
        """Have it written, and sent; where it cannot be meant, ask whether to write on."""
        begins = text or self.factory.drafts.get(it.key, "") or it.begins
        found, trouble = self._lent(it.file, begins, line)
        if trouble:
            self.say(f"{trouble}: nothing was changed", TOLD_S)
            return
        said = without_trouble(found)
        if not said.strip() or (said == it.begins and it.changed):
            self.factory.drafts.pop(it.key, None)
            self.say("nothing was changed")
            return
        self.factory.drafts[it.key] = said
        try:
            wish = it.wish(said)
        except FactoryError as error:
            self._ask_again(it, said, error)
            return
        self.begin(lambda: self._send_written(it, said, wish), group="hands")

    async def _send_written(self, it: Written, text: str, wish: AnyWish) -> None:
        reply = (await self.answers_to([wish]))[0]
        if not reply.ok:
            self._ask_again(it, text, FactoryError(reply.reason, reply.cure))
            return
        self.factory.drafts.pop(it.key, None)
        self.look_at_added(wish, reply)
        if self.lives:
            known = self._known(it.key)
            name = f"“{title_of(known, 60)}” " if known is not None else "it "
            self.say(clean(f"{name}{it.done}{': ' * bool(reply.reason)}{reply.reason}", 300), TOLD_S)

    def _known(self, key: str) -> Task | None:
        return self.factory.link.state.tasks.get(key.rpartition(" ")[2])

    def _ask_again(self, it: Written, text: str, error: FactoryError) -> None:
        """What is wrong, and whether to write on; what was written stays either way."""
        again, line = with_trouble(text, error)
        items = (Choose("e", "write on"), Choose("k", "keep it for later"), Choose("n", "throw it away"))

        def then(key: str) -> None:
            if key == "e":
                self.write(it, again, line)
            elif key == "n":
                self.factory.drafts.pop(it.key, None)

        title = clean(f"{error.message}: {error.cure}".removesuffix(": "), 200)
        self._choice = (Menu(title, items, "", enter="e"), then)
        self.draw_footer()

    def _lent(self, name: str, text: str, line: int) -> tuple[str, str]:
        """What stands in the file after the editor, and what went wrong."""
        found = ""

        def use() -> str:
            nonlocal found
            try:
                with tempfile.TemporaryDirectory(prefix="factory-tui-") as directory:
                    path = Path(directory) / name
                    path.touch(0o600)
                    path.write_text(text, encoding="utf-8")
                    if trouble := shell.write_in(path, line):
                        return trouble
                    found = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
            except OSError as error:
                return f"the file could not be written or read ({error.strerror or error})"
            return ""

        return (found, reason) if (reason := self.factory.lend_terminal(use)) else (found, "")

    # A file of many

    def action_load(self) -> None:
        """Type the name of a file of tasks."""
        typing = Typing("file")

        def further(text: str) -> None:
            typing.text = completed(text)

        self._asked = Asked(
            typing, "enter loads its tasks   tab completes   esc back", self._load, keys={"tab": further}
        )

    def _load(self, name: str) -> None:
        if name:
            self.begin(lambda: self._load_file(Path(name).expanduser()), group="hands")

    async def _load_file(self, path: Path) -> None:
        try:
            raw = await asyncio.to_thread(_bytes_of, path)
        except OSError as error:
            self.say(f"{clean(str(path), 100)}: {error.strerror or error}", TOLD_S)
            return
        found = await asyncio.to_thread(read, raw, path.name)
        if found.faults:
            more = f"; and {len(found.faults) - 1} more" if len(found.faults) > 1 else ""
            self.say(clean(f"nothing was loaded: {found.faults[0].message}: {found.faults[0].cure}{more}", 400), 30)
            return
        wish = AddTasks(found.specs)
        reply = (await self.answers_to([wish]))[0]
        self.look_at_added(wish, reply)
        left = [f"{found.done} ticked off"] * bool(found.done) + [f"{found.twice} twice in it"] * bool(found.twice)
        told = f"{len(found.specs):,} tasks of {clean(path.name, 60)} are in the queue"
        told = ", ".join([told, *left]) if reply.ok else f"{reply.reason}: {reply.cure}"
        if self.lives:
            self.say(clean("; ".join(filter(None, (told, reply.reason if reply.ok else ""))), 400), TOLD_S)


def completed(typed: str) -> str:
    """The name of a file as far as it can only go on in one way."""
    path = Path(typed).expanduser()
    directory, begin = (path, "") if typed.endswith("/") else (path.parent, path.name)
    try:
        names = [
            entry.name + "/" * entry.is_dir()
            for entry in os.scandir(directory)
            if entry.name.startswith(begin) and (begin.startswith(".") or not entry.name.startswith("."))
        ]
    except OSError:
        return typed
    if not names:
        return typed
    first, last = min(names), max(names)  # what these begin with, all between them begin with
    same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return typed.removesuffix(begin) + first[:same]


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
