"""How well questions on tables are answered from files, in each format that has tables.

    python -m tests.benchmarks.tables tables.valid.jsonl --sample 100

Each passage in the form ``rows`` (``Country: France; Night: 150.``) is rebuilt as a table and written as CSV, HTML,
DOCX, XLSX, Markdown and PDF, one file a passage and format. Each question is asked of its own file. Right: the cited
cell is the gold cell; refused: nothing is answered where the table holds no answer. Printed is the share of both for
each format, and the share of all questions with a wrong answer of a probability of at least 0.8. Questions whose gold
answer is not in one cell, and passages with letters that the PDF's font lacks, are left out and counted.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import Document, Filters, build
from qa import Answer, Answerer
from tests.support.samples.table_files import TABLE_FORMATS, PlainTable

CONFIDENT = 0.8
_LONGEST_NAME = 60  # characters of a column's name that only one row has

Place = tuple[int, int]  # row and column


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the places of the cells that answer it; none if it has no answer."""

    text: str
    gold: frozenset[Place]


@dataclass(frozen=True, slots=True)
class Case:
    """A table and its questions."""

    table: PlainTable
    questions: tuple[Question, ...]


def rebuilt(context: str, title: str) -> tuple[PlainTable, dict[Place, range]]:
    """The table in a passage of the form ``rows``, and the range of each cell in the passage."""
    lines = context.split("\n")
    counts = Counter(name for line in lines for name in {n for part in line.split("; ") for n in _prefixes(part)})
    first = Counter(name for line in lines if (name := _name(line.split("; ")[0], counts))).most_common(1)[0][0]
    columns: list[str] = []
    rows: list[dict[str, tuple[int, str]]] = []
    above: list[str] = []
    below: list[str] = []
    offset = 0
    for line in lines:
        if line.startswith(f"{first}: "):
            rows.append(_cells(line, offset, counts))
            _merge(columns, list(rows[-1]))
        else:
            (below if rows else above).append(line)
        offset += len(line) + 1
    texts = tuple(tuple(row[name][1] if name in row else "" for name in columns) for row in rows)
    ranges = {
        (number, columns.index(name)): range(start, start + len(text))
        for number, row in enumerate(rows)
        for name, (start, text) in row.items()
    }
    return PlainTable(title, tuple(columns), texts, tuple(above), tuple(below)), ranges


def _prefixes(part: str) -> list[str]:
    """What may be the name of a part ``Standard: first reply: 2 hours``, shortest first."""
    words = part.split(": ")
    return [": ".join(words[:count]) for count in range(1, len(words))]


def _name(part: str, counts: Counter[str]) -> str:
    """The name of the column that a part belongs to; empty if it continues the cell before."""
    known = [name for name in _prefixes(part) if counts[name] > 1]
    return known[-1] if known else next((n for n in _prefixes(part) if len(n) <= _LONGEST_NAME), "")


def _cells(line: str, offset: int, counts: Counter[str]) -> dict[str, tuple[int, str]]:
    """The cells of a row by column: where each starts in the passage, and its text."""
    cells: dict[str, tuple[int, str]] = {}
    last = ""
    for part in line.removesuffix(".").split("; "):
        name = _name(part, counts)
        if name and name not in cells:
            cells[name] = (offset + len(name) + 2, part[len(name) + 2 :])
            last = name
        elif last:
            cells[last] = (cells[last][0], f"{cells[last][1]}; {part}")
        offset += len(part) + 2
    return cells


def _merge(columns: list[str], names: Sequence[str]) -> None:
    """Add the names that are missing to the columns, each after the one before it in its row."""
    position = 0
    for name in names:
        if name not in columns:
            columns.insert(position, name)
        position = columns.index(name) + 1


def cases(path: Path, sample: int | None) -> tuple[list[Case], int]:
    """The tables of a file with their questions, ``sample`` questions in all, and how many have no gold cell."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [line for line in lines if ".rows" in line["id"]]
    if sample is not None and sample < len(rows):
        rows = random.Random(1).sample(rows, sample)
    by_passage: dict[tuple[str, str], list[Question]] = {}
    unplaced = 0
    for row in rows:
        _, ranges = rebuilt(row["context"], row["title"])
        starts = [(answer["answer_start"], len(answer["text"])) for answer in row["answers"]]
        gold = {place for place, cell in ranges.items() for start, size in starts if _within(start, size, cell)}
        if starts and not gold:
            unplaced += 1
            continue
        by_passage.setdefault((row["context"], row["title"]), []).append(Question(row["question"], frozenset(gold)))
    return [Case(rebuilt(*key)[0], tuple(questions)) for key, questions in by_passage.items()], unplaced


def _within(start: int, size: int, cell: range) -> bool:
    return cell.start <= start and start + size <= cell.stop


def is_right(answer: Answer, document: Document, case: Case, question: Question) -> bool:
    """Whether the citation lies in a gold cell of the document's table, or of its line if it has no table."""
    if not answer.citations:
        return False
    citation = answer.citations[0]
    for row, column in question.gold:
        wanted = case.table.rows[row]
        for table in document.tables:
            for cells in table.rows:
                texts = [document.text[cell.start : cell.end] for cell in cells]
                same = [text for text in texts if text] == [text for text in wanted if text]
                if same and any(
                    cell.start <= citation.start < citation.end <= cell.end
                    for cell, text in zip(cells, texts, strict=True)
                    if text == wanted[column]
                ):
                    return True
        if not document.tables and citation.quote == wanted[column]:
            line = document.text[: citation.end].rpartition("\n")[2] + document.text[citation.end :].partition("\n")[0]
            if next(filter(None, wanted)) in line:
                return True
    return False


def measure(suffix: str, made: Sequence[Case], folder: Path) -> Iterator[str]:
    """Write, index and ask one format; the lines of its result."""
    source = folder / suffix.removeprefix(".")
    source.mkdir()
    written: list[tuple[str, Case]] = []
    for number, case in enumerate(made):
        name = f"{number:03d} {case.table.title.rpartition(' — ')[2]}".replace("/", "-")[:80] + suffix
        try:
            (source / name).write_bytes(TABLE_FORMATS[suffix](case.table))
        except UnicodeEncodeError:
            continue
        written.append((name, case))
    location = folder / f"index-{source.name}"
    build([source], location)
    right, refused, confident_wrong = [], [], []
    with Answerer.open(location) as opened:
        documents = {record.path: opened.index.document(record.id) for record in opened.index.documents()}
        tables = sum(len(documents[name].tables) == 1 for name, _ in written if name in documents)
        for name, case in written:
            for question in case.questions:
                answer = opened.answer(question.text, filters=Filters(documents=frozenset({name})))
                good = (
                    not answer.found
                    if not question.gold
                    else answer.found and is_right(answer, documents[name], case, question)
                )
                (right if question.gold else refused).append(good)
                confident_wrong.append(answer.found and answer.probability >= CONFIDENT and not good)
    yield (
        f"{suffix[1:]:5} right {_percent(right)}  refused {_percent(refused)}  wrong at {CONFIDENT} or more "
        f"{_percent(confident_wrong)}  ({len(written)} files, {tables} with one table; {len(confident_wrong)} asked)"
    )


def _percent(outcomes: Sequence[bool]) -> str:
    return f"{100 * sum(outcomes) / max(1, len(outcomes)):5.1f}"


def main() -> None:
    """Print a line for each format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="tables.valid.jsonl")
    parser.add_argument("--sample", type=int, help="ask only so many questions of each format")
    parser.add_argument("--formats", nargs="+", default=list(TABLE_FORMATS), choices=list(TABLE_FORMATS))
    arguments = parser.parse_args()
    made, unplaced = cases(arguments.file, arguments.sample)
    asked = sum(len(case.questions) for case in made)
    print(f"{datetime.date.today()}: {len(made)} tables, {asked} questions; {unplaced} left out: no cell is the answer")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in arguments.formats:
            for line in measure(suffix, made, Path(folder)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
