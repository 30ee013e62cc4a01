"""Questions with their accepted answers, read from JSON lines, CSV or SQuAD's JSON, for evaluation and training."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

from index import Document, QuestionError
from qa.evaluation.columns import column_names
from qa.evaluation.row_tables import tables_in_rows

DEMO_QUESTIONS = Path(__file__).with_name("demo.jsonl")  # about the document that is indexed by default
Offsets = tuple[int, int]  # start and end, code points into a text, half open


class QuestionFileError(QuestionError):
    """A question file that cannot be read; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and the answers that count as right; without answers it is unanswerable."""

    question: str
    answers: tuple[str, ...] = ()
    document: str | None = None  # path, file name or title of the document that holds the answer
    title: str = ""
    context: str | None = None  # the paragraph that the question was written about
    spans: tuple[Offsets, ...] = ()  # where ``context`` contains the answers, sorted
    origin: str = ""  # file and line, for messages
    id: str = ""  # from the file, or ""


def read_gold(path: Path) -> list[GoldQuestion]:
    """The questions of a file, in order; the format follows from the suffix.

    ``.jsonl``: one object per line, with ``question``, ``answers`` and optionally ``id``, ``document``, ``title`` and
    ``context``; an answer is a string, or an object with ``text`` and ``answer_start``.
    ``.csv`` and ``.tsv``: columns of these names or of what people call them ("Q", "Expected answer"), with answers
    separated by ``|``; without names, questions and then their answers. ``.json``: the format of SQuAD, or a
    list of the objects above. Raises ``QuestionFileError``.
    """
    readers = {".jsonl": _lines, ".ndjson": _lines, ".csv": _table, ".tsv": _table, ".json": _squad}
    if path.suffix.lower() not in readers:
        raise QuestionFileError(f"{path}: a question file ends in .jsonl, .csv, .tsv or .json")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionFileError(f"{path} cannot be read: {error}") from error
    questions = [_question(row, f"{path}:{position}") for position, row in readers[path.suffix.lower()](text, path)]
    if not questions:
        raise QuestionFileError(f"{path} contains no questions")
    return questions


def assign_documents(questions: Iterable[GoldQuestion]) -> list[GoldQuestion]:
    """The questions; the ``document`` of each is the one that ``paragraph_documents`` makes of its paragraph.

    Raises ``QuestionFileError`` for a question without a paragraph.
    """
    return [replace(question, document=_path(question)) for question in questions]


def paragraph_documents(questions: Iterable[GoldQuestion]) -> Iterator[Document]:
    """Every distinct paragraph of the questions, as a document with its tables. Raises as ``assign_documents``."""
    seen: set[str] = set()
    for question in questions:
        path = _path(question)
        if path not in seen:
            seen.add(path)
            text = question.context or ""
            yield Document(
                path, title=question.title or path, text=text, media_type="text/plain", tables=tables_in_rows(text)
            )


def _path(question: GoldQuestion) -> str:
    if not question.context:
        raise QuestionFileError(f"{question.origin}: no context, so there is no paragraph to index")
    return f"{hashlib.sha256(question.context.encode()).hexdigest()[:16]}.txt"


def _lines(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield str(number), json.loads(line)
            except ValueError as error:
                raise QuestionFileError(f"{path}:{number}: not JSON: {error}") from error


def _table(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    first = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        names: list[str] = []
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names, is_header = column_names(row)
                _check_columns(names, f"{path}:{reader.line_num}")
                if is_header:
                    continue
            if len(row) > len(names):
                raise QuestionFileError(f"{path}:{reader.line_num}: more cells than columns")
            given: dict[str, Any] = {name: cell for name, cell in zip(names, row, strict=False) if name and cell}
            given["answers"] = [part.strip() for part in given.get("answers", "").split("|") if part.strip()]
            yield str(reader.line_num), given
    except csv.Error as error:
        raise QuestionFileError(f"{path}:{reader.line_num}: not CSV: {error}") from error


def _check_columns(names: Sequence[str], origin: str) -> None:
    missing = [name for name in ("question", "answers") if name not in names]
    if missing:
        raise QuestionFileError(f"{origin}: no column {missing[0]!r}: the first line names the columns")


def _squad(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise QuestionFileError(f"{path}: not JSON: {error}") from error
    if isinstance(found, list):
        yield from ((f"[{k}]", row) for k, row in enumerate(found))
        return
    for a, article in enumerate(_list(found, "data", str(path))):
        at = f"data[{a}]"
        for p, paragraph in enumerate(_list(article, "paragraphs", f"{path}:{at}")):
            inner = f"{at}.paragraphs[{p}]"
            for q, asked in enumerate(_list(paragraph, "qas", f"{path}:{inner}")):
                shared = {"title": article.get("title", ""), "context": paragraph.get("context")}
                yield f"{inner}.qas[{q}]", {**shared, **asked} if isinstance(asked, dict) else asked


def _list(found: object, name: str, origin: str) -> Sequence[Any]:
    inner = found.get(name) if isinstance(found, dict) else None
    if not isinstance(inner, list):
        raise QuestionFileError(f"{origin}: expected a list {name!r}")
    return inner


def _question(row: object, origin: str) -> GoldQuestion:
    if not isinstance(row, Mapping):
        raise QuestionFileError(f"{origin}: expected an object with a question and its answers")
    asked = _text(row, "question", origin).strip()
    if not asked:
        raise QuestionFileError(f"{origin}: no question")
    context = _text(row, "context", origin) or None
    answers, spans = _answers(row, context, origin)
    return GoldQuestion(
        question=asked,
        answers=answers,
        document=_text(row, "document", origin) or None,
        title=display_title(_text(row, "title", origin)),
        context=context,
        spans=spans,
        origin=origin,
        id=str(row.get("id", "")),
    )


def display_title(title: str) -> str:
    """A title without the underscores and hyphens of an identifier; empty for identifiers that mean nothing."""
    if title.startswith("Wiki1k:") or title == "covid":
        return ""
    return title.replace("_", " ").strip() if " " in title or "_" in title else title.replace("-", " ").strip()


def _text(row: Mapping[str, Any], name: str, origin: str) -> str:
    value = row.get(name)
    if not isinstance(value, str | None):
        raise QuestionFileError(f"{origin}: {name} must be text, not {json.dumps(value)[:40]}")
    return value or ""


def _answers(row: Mapping[str, Any], context: str | None, origin: str) -> tuple[tuple[str, ...], tuple[Offsets, ...]]:
    """The distinct answers, and the stated spans at which the context really contains one of them."""
    if row.get("is_impossible") is True:
        return (), ()
    given = row.get("answers", row.get("answer"))
    if given is None:
        raise QuestionFileError(f"{origin}: no answers: an unanswerable question needs an empty list")
    pairs = [_pair(one, origin) for one in _separate(given)]
    texts = dict.fromkeys(text for text, _ in pairs)
    stated = {(start, start + len(text)) for text, start in pairs if start is not None}
    held = sorted(span for span in stated if context and context[slice(*span)] in texts)
    return tuple(texts), tuple(held)


def _separate(given: object) -> Sequence[object]:
    """The answers as a list, from a list, a single answer or the parallel lists of Hugging Face's data sets."""
    if isinstance(given, dict) and isinstance(given.get("text"), list):
        starts = given.get("answer_start") or [None] * len(given["text"])
        return [{"text": text, "answer_start": start} for text, start in zip(given["text"], starts, strict=False)]
    return given if isinstance(given, list) else [given]


def _pair(given: object, origin: str) -> tuple[str, int | None]:
    """An answer's text and, if stated, its start, from ``"text"`` or ``{"text": ..., "answer_start": ...}``."""
    text = given.get("text") if isinstance(given, dict) else given
    start = given.get("answer_start") if isinstance(given, dict) else None
    if not isinstance(text, str) or not text.strip() or not isinstance(start, int | None):
        raise QuestionFileError(f"{origin}: an answer must be text, not {json.dumps(given)[:40]}")
    return text, start
