"""`undo`: what was done for this operator last, and all that came of the same key."""

from __future__ import annotations

from console.cli.command import InRepository
from console.cli.words import Parser
from sessions.errors import EXIT_FAILURE, FactoryError


class UndoCommand(InRepository, frozen=True, kw_only=True):
    """Undo it."""

    dry_run: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be undone")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.named import floor_now
        from console.cli.commands.tasks.obeyed import Outcome, tell
        from sessions.floor.commands import Undo
        from sessions.headless.supervised import Supervised
        from sessions.operator import one_key, who
        from sessions.views.undoing import newest, told

        state = floor_now(self.repo)
        commands = newest(state, who())
        if not commands:
            raise FactoryError(
                "there is nothing of yours to undo", "only what was done here in the last two hours can be"
            )
        words = told(state, commands)
        if self.dry_run:
            tell(Outcome(ok=True, words=f"would undo: {words}"), self.json)
            return 0
        refused = 0
        key = one_key()
        with Supervised(self.repo) as supervised:
            for command in commands:
                try:
                    supervised.reply(Undo(command), key)
                except FactoryError as error:
                    refused += 1
                    if len(commands) == 1 and not self.json:
                        raise
                    about = state.ended[command].about
                    tell(Outcome(ok=False, task=about, reason=error.message, cure=error.cure), self.json)
        if not refused or len(commands) > refused:
            tell(Outcome(ok=True, words=f"undone: {words}"), self.json)
        return EXIT_FAILURE if refused else 0
