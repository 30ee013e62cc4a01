"""Answers, plans and documents as a terminal shows them.

Document text is untrusted: a control character in it could move the cursor, change the window's title or hide text, so
each is replaced by a visible character (``ui.text.visible``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rich.box import HORIZONTALS
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from ui.text import STATED, chance, counted, excerpt, sourced_date, visible

if TYPE_CHECKING:  # importing these at run time would load what most commands do not need
    from index import BuildReport, DocumentRecord, Failure, Hit, IndexStatus, Plan, Problem, RepairReport, VerifyReport
    from qa import Answer, Candidate, Citation, PassageRead, QuotePlace
    from ui.settings import Setting

SHOWN_PATHS = 20  # the most paths of each kind in a plan
EXCERPT_CHARACTERS = 240  # the most of a passage's sentence; the text around it is extra


def one_line(text: str) -> str:
    """``text`` with control characters made visible, and each run of white space as one space."""
    return " ".join(visible(text).split())


def render_answer(answer: Answer, passages: int = 3) -> RenderableType:
    """The answer in its sentence with its citations, or the nearest passages when there is none."""
    return Group(*(_found(answer) if answer.found else _refusal(answer, passages)))


def _found(answer: Answer) -> Iterator[RenderableType]:
    first = answer.citations[0]
    yield from corrections(answer)
    yield from (Text(f"- {one_line(item)}", style="bold") for item in answer.spans if len(answer.spans) > 1)
    yield from _rows(first) if first.excerpt else [_marked(first)]
    yield Text(f"  {source(first)}", style="dim")
    yield from (Text(f"  also stated in {source(other)}", style="dim") for other in answer.citations[1:])
    if answer.disagreement is not None:
        yield from _disagreement(answer.disagreement, answer.relation)
    yield Text(f"  {answer.confidence} ({chance(answer.probability)})", style="dim")


def corrections(answer: Answer) -> Iterator[RenderableType]:
    """What was asked instead of misspelt words."""
    for typed, asked in answer.corrections.items():
        yield Text(f"  asked: {one_line(asked)} instead of {one_line(typed)}", style="dim")


def _disagreement(other: Candidate, relation: str | None) -> Iterator[RenderableType]:
    yield Text("  An earlier version says:" if relation == "earlier" else "  Another place says:", style="yellow")
    yield _marked(other.citation)
    yield Text(f"  {source(other.citation)}", style="dim")


def _refusal(answer: Answer, passages: int) -> Iterator[RenderableType]:
    yield Text("I can't find that in the documents.", style="bold")
    yield from corrections(answer)
    if answer.guess is not None:
        yield Text("The likeliest words, which may not answer the question:", style="dim")
        yield Text.assemble("  ", _marked(answer.guess.citation))
        yield Text(f"  {source(answer.guess.citation)}  {chance(answer.guess.probability)}", style="dim")
    if answer.passages[:passages]:
        yield Text("The nearest passages:", style="dim")
    for passage in answer.passages[:passages]:
        yield Text(f"  {source(passage)}", style="dim")
        yield Text(f"    {_excerpt(answer.question, passage.text, passage.best)}")


def render_hits(question: str, hits: Sequence[Hit]) -> RenderableType:
    """Passages by rank, each with its document, its score, and the sentence nearest to the question."""
    if not hits:
        return Text("No document matches the filters: use fewer or wider ones.", style="bold")
    return Group(*(line for hit in hits for line in _hit(question, hit)))


def _hit(question: str, hit: Hit) -> Iterator[RenderableType]:
    chunk, document = hit.chunk, hit.document
    date = sourced_date(document.date, document.date_source)
    cited = _source(document.title, chunk.page, date, document.path)
    yield Text.assemble((f"{hit.rank}. ", "bold"), cited, (f"  {hit.score:.2f}", "dim"))
    yield Text(f"   {_excerpt(question, chunk.text[hit.head :])}")


def _rows(citation: Citation) -> Iterator[RenderableType]:
    """The answer with its row and column, then the rows around it as a table in which it is marked."""
    from ui.tables import shown_excerpt

    shown = shown_excerpt(citation)
    if shown is None or shown.hit is None:
        return
    yield Text.assemble((f"**{one_line(citation.quote)}**", "bold reverse"), f"  {one_line(shown.place)}")
    table = Table(*(Column(Text(one_line(cell.header))) for cell in shown.hit.cells), box=HORIZONTALS)
    for row in shown.rows:
        cells = (f"{cell.before}**{cell.quote}**{cell.after}" if cell.quote else cell.text for cell in row.cells)
        table.add_row(*(Text(one_line(cell)) for cell in cells), style="bold" if row.hit else "dim")
    yield table
    yield Text(f"  row {shown.hit.number:,} of {shown.total:,}", style="dim")


def _marked(citation: Citation) -> Text:
    """The sentence with its quote in bold, and in asterisks so that copies and pipes keep the mark."""
    start = citation.start - citation.sentence_start
    before, after = citation.sentence[:start], citation.sentence[start + len(citation.quote) :]
    text = Text(visible(before).lstrip())
    text.append(f"**{visible(citation.quote)}**", style="bold reverse")
    text.append(visible(after).rstrip())
    return text


def source(cited: Citation | PassageRead | QuotePlace) -> str:
    """Title · page · date with where it is from, and the path unless it is the title."""
    date = sourced_date(cited.date, getattr(cited, "date_source", None))
    return _source(cited.title, cited.page, date, cited.path)


def _source(title: str, page: int | None, date: str | None, path: str) -> str:
    parts = (title, f"page {page}" if page is not None else None, date, path if path != title else None)
    return " · ".join(one_line(part) for part in parts if part)


def _excerpt(question: str, text: str, best: str = "") -> str:
    from qa import highlight

    start, end = highlight(question, text, best)
    return one_line("".join(excerpt(text, start, min(end, start + EXCERPT_CHARACTERS), room=100)))


def render_plan(plan: Plan, *, dry_run: bool = False) -> RenderableType:
    """The differences between the folders and the index, with the first paths of each kind."""
    kinds = {
        "added": plan.added,
        "changed": plan.changed,
        "renamed": tuple(f"{old} to {new}" for old, new in plan.renamed),
        "deleted": plan.deleted,
        "unreadable": tuple(f"{failure.path}: {failure.reason}" for failure in plan.failures),
    }
    lines = [line for kind, paths in kinds.items() for line in _listed(kind, paths)]
    lines += [*_partly_read(plan), *_not_read(plan)]
    lines += [Text(f"  {one_line(str(plan.embedder))}")] if plan.embedder else []
    counts = {kind: len(paths) for kind, paths in kinds.items()} | {"unchanged": len(plan.unchanged)}
    summary = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count) or "no documents"
    return Group(Text(f"Plan: {summary}"), *lines, *([Text("Nothing was changed.", style="dim")] if dry_run else []))


def _listed(kind: str, paths: Sequence[str]) -> Iterator[Text]:
    """A line for each of the first paths, and one that counts the others."""
    yield from (Text(f"  {kind} {one_line(path)}") for path in paths[:SHOWN_PATHS])
    if len(paths) > SHOWN_PATHS:
        yield Text(f"  and {len(paths) - SHOWN_PATHS:,} more {kind}")


def _partly_read(result: Plan | BuildReport) -> Iterator[Text]:
    return _listed("partly read:", [f"{partly.path}: {partly.reason}" for partly in result.partly_read])


def _not_read(plan: Plan) -> Iterator[Text]:
    if plan.passed_over:
        yield Text(f"not read: {one_line(str(plan.passed_over))}", style="yellow")


def render_report(report: BuildReport) -> RenderableType:
    """The result of a build."""
    total = f"{counted(report.documents, 'document')}, {counted(report.chunks, 'passage')}"
    done = f"{total} ({report.embedded:,} embedded)"
    summary = Text(f"{done} at revision {report.revision} in {report.seconds:.1f} s", style="bold")
    warnings = (*_partly_read(report), *_not_read(report.plan))
    return Group(render_failures(report.failures), *warnings, summary)


def render_check(report: VerifyReport) -> RenderableType:
    """The result of ``quoth verify``."""
    parts = ((report.documents, "document"), (report.chunks, "passage"), (report.vectors, "vector"))
    checked = f"{', '.join(counted(number, noun) for number, noun in parts)} checked"
    found = f"{counted(len(report.problems), 'problem')}: run `quoth repair`"
    verdict = found if report.problems else "no problem found"
    return Group(*_problems(report.problems), Text(f"{checked} at revision {report.revision}: {verdict}", style="bold"))


def render_repair(report: RepairReport) -> RenderableType:
    """The result of ``quoth repair``."""
    repaired = (
        f"{counted(len(report.mended), 'problem')} repaired, {counted(report.embedded, 'passage')} embedded again"
    )
    left = f"; {len(report.left):,} left: run `quoth index --rebuild`" if report.left else ""
    return Group(*_problems(report.left), Text(repaired + left, style="bold"))


def _problems(problems: Sequence[Problem]) -> Iterator[RenderableType]:
    return (Text(f"  {problem.kind}: {one_line(problem.detail)}") for problem in problems)


def render_status(status: IndexStatus) -> RenderableType:
    """A summary of an index."""
    grid = Table.grid(padding=(0, 2))
    rows = {
        "Index": f"{status.path}, revision {status.revision}, updated {status.updated}",
        "Documents": f"{status.documents:,}",
        "Passages": f"{status.chunks:,}",
        "Embedder": f"{status.embedder} ({status.dimensions} dimensions)",
        "Size": f"{status.bytes_on_disk / 1e6:,.1f} MB",
    }
    for name, value in rows.items():
        grid.add_row(Text(name, style="bold"), Text(one_line(value)))
    return Group(grid, render_failures(status.failures))


def render_failures(failures: Sequence[Failure]) -> RenderableType:
    """Files that could not be read, with their reasons."""
    if not failures:
        return Group()
    lines = [Text(f"  {one_line(failure.path)}: {one_line(failure.reason)}") for failure in failures]
    return Group(Text(f"Not readable: {len(failures):,}", style="yellow"), *lines)


def render_documents(records: Iterable[DocumentRecord], failures: Sequence[Failure]) -> RenderableType:
    """The documents, with their warnings below them, then the files that could not be read; 80 columns are enough."""
    path = Column("Document", overflow="fold")  # folded, not cut, so that the path can be copied
    numbers = (Column(name, justify="right", no_wrap=True) for name in ("Pages", "Passages"))
    table = Table(path, Column("Date", no_wrap=True), *numbers, box=None, header_style="bold")
    for record in records:
        kind = " (text)" if record.date_source in STATED else " (file)" if record.date_source else ""
        date = f"{record.date}{kind}" if record.date else ""
        counts = (f"{record.page_count:,}" if record.page_count else "", f"{record.chunk_count:,}")
        table.add_row(Text(one_line(record.path)), *map(Text, (date, *counts)))
        if record.title not in ("", PurePosixPath(record.path).stem):
            table.add_row(Text(f"  {one_line(record.title)}", style="dim"))
        for warning in record.warnings:
            table.add_row(Text(f"  {one_line(warning)}", style="yellow"))
    return Group(table, render_failures(failures))


def render_settings(settings: Iterable[Setting]) -> RenderableType:
    """Every setting with its value and origin."""
    table = Table("Setting", "Value", "From", "Meaning", box=None, header_style="bold")
    for setting in settings:
        cells = (setting.name, setting.value, setting.origin, setting.description)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table
