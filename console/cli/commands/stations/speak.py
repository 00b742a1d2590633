"""`prompt` and `answer`: what is said to a station."""

from __future__ import annotations

from console.cli.command import InRepository
from console.cli.words import Parser, filled


class Prompt(InRepository, frozen=True, kw_only=True):
    """Give a station a request."""

    station: str
    text: str
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        parser.add_argument("station", type=filled, metavar="STATION", help="its name or id")
        parser.add_argument("text", type=filled, metavar="TEXT", help="the request; - reads it from the input")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all
        from console.cli.commands.stations.start import spoken
        from sessions.floor.commands import PromptStation

        wish = PromptStation(self.station, spoken(self.text))
        return obey_all(self.repo, {self.station: wish}, "was asked", self.json)


class Answer(InRepository, frozen=True, kw_only=True):
    """Answer what a station asks."""

    station: str
    decision: str
    question: str = ""
    reason: str = ""
    json: bool = False

    @classmethod
    def words(cls, parser: Parser) -> None:
        answers = ("allow", "always", "deny")
        parser.add_argument("station", type=filled, metavar="STATION", help="its name or id")
        parser.add_argument("decision", choices=answers, metavar="|".join(answers), help="the answer")
        parser.add_argument("--question", type=filled, metavar="ID", help="which question (default: the oldest)")
        parser.add_argument("--reason", type=filled, metavar="TEXT", help="why, for the agent")
        parser.json()
        super().words(parser)

    def run(self) -> int:
        from console.cli.commands.stations.obeyed import obey_all
        from sessions.floor.commands import AnswerQuestion

        wish = AnswerQuestion(self.station, self.question, self.decision, self.reason)
        return obey_all(self.repo, {self.station: wish}, "was answered", self.json)
