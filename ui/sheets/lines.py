"""A question sheet as lines of text, one a cell, as every export shows it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa import Citation, Position, Sheet, SheetCell, SheetRow
from ui.text import dating, excerpt, one_line, visible

Link = Callable[[Citation], str]  # returns the address of a cited place; "" for none

NOT_SAID = "Not said"
LONGEST = 2000  # characters of a text in an export
CHANGES = {"new": "new", "gone": "gone", "another": "another answer"}


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of a sheet; texts are on one line, and a text is empty where there is nothing."""

    place: Position
    document: str  # the row's; for a row over the whole library, the cited one's
    title: str
    question: str
    said: bool
    answer: str  # the quote, or what there is instead: "Not said", "Not asked yet", "Document is gone"
    context: tuple[str, str, str]  # the words before, of and after the quote
    certainty: str  # "Confident", "Likely", "Unsure"
    probability: float | None
    page: str  # the printed number of the page and the file's: "13 (20)"
    heading: str
    date: str  # ISO 8601, of the cited document
    dated: str  # what that date is: "dated in the text", "file date"
    change: str
    before: str  # what it said the last time
    verdict: str
    sha256: str  # of the cited document's file
    link: str

    @property
    def words(self) -> str:
        """The quote in the words around it."""
        return "".join(self.context)


def cell_lines(sheet: Sheet, link: Link) -> Iterator[Line]:
    """The cells of a sheet, row by row."""
    for number, row in enumerate(sheet.rows):
        for column in range(len(row.cells)):
            yield cell_line(sheet, Position(number, column), link)


def cell_line(sheet: Sheet, place: Position, link: Link) -> Line:
    """One cell of a sheet. Raises ``IndexError``."""
    row, cell = sheet.rows[place.row], sheet.cell(place)
    answer = cell.answer
    cited = answer.citations[0] if answer and answer.found else None
    before = cell.before
    return Line(
        place=place,
        document=tidy(row.document or (cited.path if cited else "")),
        title=tidy(row.title or (cited.title if cited else "")),
        question=tidy(sheet.question(place)),
        said=cited is not None,
        answer=tidy(cited.quote) if cited else instead(row, cell),
        context=context(cited) if cited else ("", "", ""),
        certainty=answer.confidence.capitalize() if answer and cited else "",
        probability=round(answer.probability, 4) if answer else None,
        page=page_of(cited) if cited else "",
        heading=tidy(cited.heading or "") if cited else "",
        date=cited.date or "" if cited else "",
        dated=dating(cited.date_source) if cited and cited.date else "",
        change=CHANGES[cell.change] if cell.change else "",
        before=(tidy(before.text) or NOT_SAID) if before and cell.change else "",
        verdict=cell.verdict or "",
        sha256=cited.document_sha256 if cited else row.sha256,
        link=link(cited) if cited else "",
    )


def instead(row: SheetRow, cell: SheetCell) -> str:
    """What a cell shows that has no answer."""
    if row.change == "gone":
        return "Document is gone"
    return "Not asked yet" if cell.answer is None else NOT_SAID


def context(cited: Citation) -> tuple[str, str, str]:
    """The sentence of a quote, parted before and after it, on one line."""
    start = cited.start - cited.sentence_start
    before, quote, after = (visible(part) for part in excerpt(cited.sentence, start, start + len(cited.quote)))
    return " ".join(f"{before}|".split())[:-1], tidy(quote), " ".join(f"|{after}".split())[1:]


def page_of(cited: Citation) -> str:
    """The number of the cited page: the printed one with the file's in brackets, where they differ."""
    if cited.page is None:
        return ""
    number = str(cited.page)
    return f"{tidy(cited.page_label)} ({number})" if cited.page_label not in (None, number) else number


def tidy(text: str | None) -> str:
    """A text on one line, without controls."""
    return one_line(visible(text or ""), LONGEST)
