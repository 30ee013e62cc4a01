"""The parts of a Rich Text document: paragraphs and table cells in order, as their ends are met."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from index.loaders.formats.blocks import Block, Paragraph, Run, TableBlock, TableCell, joined


@dataclass(slots=True)
class RowDefinition:
    """The definition of a table's row."""

    header: bool = False
    merges: list[str] = field(default_factory=list)  # of each cell: "", "clmrg" (with the one before), "clvmrg" (above)
    merge: str = ""  # of the cell that is being defined

    def end_cell(self) -> None:
        """End the definition of a cell."""
        self.merges.append(self.merge)
        self.merge = ""

    def merge_of(self, number: int) -> str:
        """How a cell is merged."""
        return self.merges[number] if number < len(self.merges) else ""


@dataclass(slots=True, eq=False)
class Flow:
    """The body, or a note, a text box, a header or a footer."""

    kind: str
    blocks: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)  # of the paragraph that is being read
    notes: list[str] = field(default_factory=list)  # likewise
    boxes: list[Block] = field(default_factory=list)  # in its text boxes, which follow it
    _cell: list[Block] = field(default_factory=list)
    _row: list[TableCell] = field(default_factory=list)
    _rows: list[tuple[TableCell, ...]] = field(default_factory=list)
    _header_rows: int = 0

    @property
    def text(self) -> str:
        """Its paragraphs as one line."""
        return " ".join(" ".join(block.text for block in self.blocks if isinstance(block, Paragraph)).split())

    def end_paragraph(self, level: int, *, listed: bool, in_table: bool) -> None:
        """End a paragraph, or a heading of a level from 1."""
        text = joined(self.runs).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
        paragraph = Paragraph(text, 0 if in_table else level, listed, notes=tuple(self.notes))
        blocks = [*([paragraph] if text or paragraph.notes else []), *self.boxes]
        self.runs, self.notes, self.boxes = [], [], []
        if blocks and in_table:
            self._cell += blocks
        elif blocks:
            self.end_table()
            self.blocks += blocks

    def end_cell(self, definition: RowDefinition) -> None:
        """End a cell of a row."""
        merged = definition.merge_of(len(self._row)) == "clvmrg"
        self._row.append(TableCell(tuple(self._cell), merged=merged))
        self._cell = []

    def end_row(self, definition: RowDefinition) -> None:
        """End a row of a table."""
        cells: list[TableCell] = []
        for number, cell in enumerate(self._row):
            if cells and definition.merge_of(number) == "clmrg":
                cells[-1] = replace(cells[-1], columns=cells[-1].columns + 1)
            else:
                cells.append(cell)
        self._header_rows += definition.header and self._header_rows == len(self._rows)
        self._rows.append(tuple(cells))
        self._row = []

    def end_table(self) -> None:
        """End a table, if there is one."""
        if self._row or self._cell:
            self._rows.append((*self._row, TableCell(tuple(self._cell))))
        if self._rows:
            self.blocks.append(TableBlock(tuple(self._rows), self._header_rows))
        self._rows, self._row, self._cell, self._header_rows = [], [], [], 0
