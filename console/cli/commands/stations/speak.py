"""`prompt` and `answer`: what is said to stations."""

from __future__ import annotations

from console.cli.command import InRepository
from console.cli.words import Parser, filled
from sessions.errors import UsageError


class Prompt(InRepository, frozen=True, kw_only=True):
    """Give stations a request."""

    stations: tuple[str, ...]
    text: str
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.stations()
        parser.add_argument("text", type=filled, metavar="TEXT", help="the request; - reads it from the input")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all
        from console.cli.commands.stations.start import spoken
        from sessions.floor.commands import PromptStation

        text = spoken(self.text)
        return obey_all(self.repo, {each: PromptStation(each, text) for each in self.stations}, "was asked", self.json)


class Answer(InRepository, frozen=True, kw_only=True):
    """Answer what stations ask."""

    stations: tuple[str, ...]
    decision: str
    question: str = ""
    reason: str = ""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        answers = ("allow", "always", "deny")
        parser.stations()
        parser.add_argument("decision", choices=answers, metavar="|".join(answers), help="the answer")
        parser.add_argument("--question", type=filled, metavar="ID", help="which question (default: the oldest)")
        parser.add_argument("--reason", type=filled, metavar="TEXT", help="why, for the agent")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all
        from sessions.floor.commands import AnswerQuestion

        if self.question and len(self.stations) > 1:
            raise UsageError("a question is one station's", "name that station alone, or leave --question out")
        wishes = {each: AnswerQuestion(each, self.question, self.decision, self.reason) for each in self.stations}
        return obey_all(self.repo, wishes, "was answered", self.json)
