"""A check as it is shown: how many were right, and each question with what was said and what is right. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ui.web.html import spoken_date
from ui.web.quality.own_questions import OwnQuestion, OwnQuestions, Said
from ui.web.reading.anchor import Anchor

MOST_NUMBERS = 200  # questions that are shown by their numbers
WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Line:
    """One question with what was said to it; ``said`` is None as long as it was not asked."""

    number: int
    question: OwnQuestion
    said: Said | None
    look: str  # the link that opens the place of what is right, or else of what was said; "" without one

    @property
    def right(self) -> bool | None:
        """Whether it was answered rightly; None as long as it was not asked."""
        return self.said.right if self.said else None


@dataclass(frozen=True, slots=True)
class Shown:
    """All questions, and the result of the last check."""

    lines: tuple[Line, ...]
    when: str = ""  # of the last check, as people say it
    documents: int = 0
    before: str = ""  # the result before that

    @property
    def asked(self) -> list[Line]:
        """Those that were asked."""
        return [line for line in self.lines if line.said]

    @property
    def wrong(self) -> list[Line]:
        """Those that were answered wrongly."""
        return [line for line in self.asked if not line.right]

    @property
    def waiting(self) -> int:
        """How many were added since."""
        return len(self.lines) - len(self.asked)

    @property
    def right(self) -> int:
        """How many were answered rightly."""
        return len(self.asked) - len(self.wrong)

    @property
    def heading(self) -> str:
        """What stands above the wrong ones: "These two were wrong"."""
        wrong = len(self.wrong)
        number = WORDS[wrong].lower() if wrong < len(WORDS) else f"{wrong:,}"
        return "This one was wrong" if wrong == 1 else f"These {number} were wrong"


def shown(kept: OwnQuestions) -> Shown:
    """What is kept, as it is shown."""
    said = {one.id: one for one in kept.last.said} if kept.last else {}
    lines = tuple(
        Line(number, question, said.get(question.id), _look(question, said.get(question.id)))
        for number, question in enumerate(kept.questions, 1)
    )
    if kept.last is None:
        return Shown(lines)
    before = kept.earlier
    words = f"{_spoken(before.at)}: {before.right} of {before.asked}" if before else ""
    return Shown(lines, _spoken(kept.last.at), kept.last.documents, words)


def _look(question: OwnQuestion, said: Said | None) -> str:
    if place := question.place:
        return Anchor(place.document, place.start, place.end).href
    if said and said.document is not None:
        return Anchor(said.document, said.start, said.start + len(said.text)).href
    return ""


def _spoken(at: str) -> str:
    """An ISO date and time as people say it, in the server's time zone: "today at 14:20", "3 October 2026"."""
    moment = datetime.fromisoformat(at).astimezone()
    if moment.date() == datetime.now(UTC).astimezone().date():
        return f"today at {moment:%H:%M}"
    return spoken_date(moment.date().isoformat())
