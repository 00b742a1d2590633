"""`undo`: what was done for this operator last, and all that came of the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.cli.command import InRepository
from console.cli.words import Parser
from sessions.errors import EXIT_FAILURE, FactoryError

if TYPE_CHECKING:
    from sessions.floor.commands import Reply
    from sessions.headless.supervised import Supervised

NOTHING = "there is nothing of yours to undo"
CURE = "only what was done here in the last two hours can be"


class UndoCommand(InRepository, frozen=True, kw_only=True):
    """Undo it."""

    skip: bool = False
    dry_run: bool = False
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be undone")
        parser.add_argument(
            "--skip", action="store_true", help="where that cannot be undone, say why, and undo what was done before"
        )
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.named import floor_now
        from console.cli.commands.tasks.obeyed import Outcome, tell
        from sessions.headless.supervised import Supervised
        from sessions.operator import who
        from sessions.views.undoing import came_to, newest, told, why_not

        state, refused = floor_now(self.repo), set[str]()
        if not (commands := newest(state, who())):
            raise FactoryError(NOTHING, CURE)
        if self.dry_run:
            tell(Outcome(ok=True, words=f"would undo: {told(state, commands)}"), self.json)
            return 0
        with Supervised(self.repo) as supervised:
            while commands:
                replies = _undone(supervised, commands)
                refused |= {command for command, reply in replies.items() if not reply.ok}
                if len(replies) == 1 and refused == {*commands} and not (self.skip or self.json):
                    ((command, reply),) = replies.items()
                    before = "--skip undoes what was before that" * bool(newest(state, who(), refused))
                    raise FactoryError(why_not(state, command, reply), "; ".join(filter(None, (reply.cure, before))))
                for command, reply in replies.items():
                    if not reply.ok:
                        about = state.ended[command].about
                        tell(Outcome(ok=False, task=about, reason=reply.reason, cure=reply.cure), self.json)
                if well := {command: reply for command, reply in replies.items() if reply.ok}:
                    tell(Outcome(ok=True, words=came_to(state, well)), self.json)
                    break
                commands = newest(state, who(), refused) if self.skip else ()
        return EXIT_FAILURE if refused else 0


def _undone(supervised: Supervised, commands: tuple[str, ...]) -> dict[str, Reply]:
    """What it comes to that each of these is undone, all by one key."""
    from sessions.floor.commands import Reply, Undo
    from sessions.operator import one_key

    key, replies = one_key(), {}
    for command in commands:
        try:
            replies[command] = supervised.reply(Undo(command), key)
        except FactoryError as error:
            replies[command] = Reply(False, error.message, error.cure)
    return replies
