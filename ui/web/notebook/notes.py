"""What the browser sends of its notebook or of a conversation, to export it: quotes with their sources."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ui.text import chance, flat, sourced_date

MOST_NOTES = 1000
Short = Annotated[str, Field(max_length=2000)]
Long = Annotated[str, Field(max_length=20_000)]
Offset = Annotated[int, Field(ge=0, le=2**53)]
Cells = Annotated[list[Long], Field(max_length=200)]


class QuotedTable(BaseModel):
    """The rows around a quote that is a table's cell."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    place: Short = ""
    caption: Short = ""
    row: Offset = 0
    rows: Offset = 0
    columns: Cells
    cells: Annotated[list[Cells], Field(max_length=50)]
    answer: tuple[Offset, Offset]  # row and column of the quote

    @property
    def quote(self) -> str:
        """The cell that answers; "" if there is no such cell."""
        row, column = self.answer
        return self.cells[row][column] if row < len(self.cells) and column < len(self.cells[row]) else ""


class CitedPlace(BaseModel):
    """Where a quote stands. What earlier versions did not keep is empty."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    path: Annotated[str, Field(max_length=4096)]
    title: Short
    page: Offset | None = None
    page_label: Short | None = None
    date: Short | None = None
    date_source: Short | None = None
    start: Offset
    end: Offset
    sentence: Long
    marked: Annotated[list[Long], Field(min_length=3, max_length=3)] | None = (
        None  # before the quote, the quote, after it
    )
    quote: Long = ""
    document_sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    table: QuotedTable | None = None

    def parts(self, quote: str) -> tuple[str, str, str]:
        """The sentence before, inside and after the quote, on one line."""
        before, inside, after = self.marked or self._parted(quote)
        lead, tail = flat(f"{before}|")[:-1], flat(f"|{after}")[1:]
        return lead, flat(inside), tail

    def _parted(self, quote: str) -> tuple[str, str, str]:
        before, found, after = self.sentence.partition(quote) if quote else (self.sentence, "", "")
        return before, found, after


class Note(BaseModel):
    """A question with what the documents answered; in a notebook, with a person's remark."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    question: Short
    found: bool
    text: Long = ""
    probability: Annotated[float, Field(ge=0, le=1)]
    confidence: Short = ""
    citations: Annotated[list[CitedPlace], Field(max_length=50)]
    remark: Long = ""

    @property
    def sure(self) -> str:
        """How sure the answer is, in a word and a number."""
        share = chance(self.probability)
        return f"{self.confidence.capitalize()} ({share})" if self.confidence else share


class Notes(BaseModel):
    """All that is exported at once."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: Short = ""
    notes: Annotated[list[Note], Field(min_length=1, max_length=MOST_NOTES)]

    @property
    def name(self) -> str:
        """The title, or what stands for it."""
        return flat(self.title) or "Questions and answers"

    @property
    def documents(self) -> int:
        """How many documents are quoted."""
        return len({cited.path for note in self.notes for cited in note.citations[:1]})


class CheckedPlaces(BaseModel):
    """Citations to look up again, to see what became of them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    citations: Annotated[list[dict[str, Any]], Field(max_length=MOST_NOTES)]


def described(cited: CitedPlace) -> list[str]:
    """The source of a quote as its parts: title, file, page, date, place and hash."""
    label = cited.page_label if cited.page is not None and cited.page_label not in (None, str(cited.page)) else None
    page = f"page {label} (page {cited.page} of the file)" if label else f"page {cited.page}" if cited.page else ""
    row = f"row {cited.table.row} of {cited.table.rows}" if cited.table else ""
    date = sourced_date(cited.date, cited.date_source) or ""
    parts = (cited.title, cited.path, page, row, date, f"characters {cited.start} to {cited.end}")
    digest = f"SHA-256 of the file {cited.document_sha256}" if cited.document_sha256 else ""
    return [flat(part) for part in (*parts, digest) if part]
