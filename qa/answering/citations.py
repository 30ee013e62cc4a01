"""Citations: where an answer stands in its document, which other places say the same, and the items of a list."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index import Page
from qa.answering.candidates import Proposal, coverage, non_overlapping
from qa.answering.tables import table_cell, table_excerpt
from qa.evaluation.metrics import normalise
from qa.reader.cells import without_footnote_mark
from qa.text import enclosing_sentences, sentences
from qa.types import Citation, Span

_ASKS_LIST = re.compile(
    r"\b(who|what|which)\s+(are|were)\b|\bwhich\s+\w+s\b|\bwho\s+(all|else)\b|\b(name|list|names)\b", re.IGNORECASE
)
_ASKS_ALL = re.compile(r"\b(list|names?|all|each|every|what are|which are)\b", re.IGNORECASE)
_REACH = 1200  # code points around a chunk in which its first and last sentences must begin and end
_LIST_MARGIN = 2.0  # logits that an item of a list may score below the best item
_SEPARATOR = re.compile(r"[,;]\s+(?:(?:and|or)\s+)?|\s+(?:and|or)\s+")
_ITEM_WORDS = 8  # the longest item of a list; anything longer is a clause
_BETWEEN_WORDS = 3  # the most words between two items: "Kim and Russians Ryzhikov and ..."


def cite(proposal: Proposal) -> Citation:
    """The citation of a proposal, with the sentence around it."""
    hit, text, match = proposal.retrieved.hit, proposal.retrieved.document_text, proposal.retrieved.match
    first, last = _sentence(proposal)
    page = page_at(proposal.retrieved.pages, proposal.start)
    body = hit.document.body_start
    shown = max(hit.chunk.start, body) if proposal.start >= body else hit.chunk.start  # the head only when it is cited
    return Citation(
        document_id=hit.document.id,
        path=hit.document.path,
        title=hit.document.title,
        page=page.number if page else hit.chunk.page,
        page_label=page.label if page else None,
        heading=hit.chunk.heading,
        date=hit.document.date,
        date_source=hit.document.date_source,
        document_sha256=hit.document.sha256,
        start=proposal.start,
        end=proposal.end,
        quote=proposal.text,
        sentence=text[first:last],
        sentence_start=first,
        chunk_start=shown,
        passage=text[shown : hit.chunk.end],
        table=table_cell(match.around, text, proposal.start) if match else None,
        excerpt=table_excerpt(match.around, text, proposal.start, proposal.end) if match else None,
    )


def page_at(pages: Sequence[Page], position: int) -> Page | None:
    """The page that contains a position of the document's text; None without pages."""
    return pages[max(0, bisect_right(pages, position, key=lambda page: page.start) - 1)] if pages else None


def _sentence(proposal: Proposal) -> tuple[int, int]:
    """The range in the document of the sentence around a proposal; for a cell, of its row, which is a line."""
    text, chunk = proposal.retrieved.document_text, proposal.retrieved.hit.chunk
    if proposal.retrieved.part:
        end = text.find("\n", proposal.end, chunk.end)
        return max(chunk.start, text.rfind("\n", chunk.start, proposal.start) + 1), chunk.end if end < 0 else end
    low, high = _reach(proposal)
    first, last = enclosing_sentences(text[low:high], proposal.start - low, proposal.end - low)
    return low + first, low + last


def supporting_citations(best: Proposal, proposals: Sequence[Proposal], threshold: float) -> tuple[Citation, ...]:
    """The citation of the best proposal, then those of proposals above the threshold that say the same elsewhere.

    Another cell of the same table says something else, even if its text is the same.
    """
    supporting = {(best.document_id, best.start): best}
    for proposal in proposals:
        may_support = proposal.probability >= threshold and not proposal.in_table_of(best)
        same = _narrowed(proposal, best.text) if may_support else None
        if same is not None:
            supporting.setdefault((same.document_id, same.start), same)
    return tuple(cite(proposal) for proposal in supporting.values())


def _narrowed(proposal: Proposal, words: str) -> Proposal | None:
    """The proposal, if it says these words; else its occurrence of exactly these words that overlaps its span."""
    if normalise(proposal.text) == normalise(words):
        return proposal
    if proposal.retrieved.part:
        return None
    span, shift = proposal.span, proposal.start - proposal.span.start
    for found in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", proposal.retrieved.passage.text):
        start, end = found.span()
        if start < span.end and span.start < end:
            same = replace(span, start=start, end=end, text=words)
            return replace(proposal, span=same, start=shift + start, end=shift + end)
    return None


def asks_list(question: str) -> bool:
    """Whether the question may ask for several things: "List the …", "Which countries …?", "Who are …?"."""
    return _ASKS_LIST.search(question) is not None


def list_items(question: str, best: Proposal, spans: Sequence[Span]) -> tuple[str, ...]:
    """The items of a list answer, in the order of the text; empty if the question asks for no list.

    If the answer is a table's cell, they are the cells of its column whose rows fit the question as well: all of them
    for "List the daily allowances". If the answer itself is a series ("Kim, Ryzhikov and Zubritsky"), they are its
    parts; otherwise the spans of the same sentence whose margins are close to the best one's and that form a series
    with it.
    """
    if not asks_list(question):
        return ()
    if best.retrieved.match:
        return _column(question, best)
    parts = _SEPARATOR.split(best.span.text)
    if len(parts) > 2 and all(_is_item(part) for part in parts):
        return tuple(parts)
    text = best.retrieved.passage.text
    low, high = enclosing_sentences(text, best.span.start, best.span.end)
    near = [s for s in spans if s.passage == best.span.passage and low <= s.start and s.end <= high]
    enough = max(0.0, best.span.margin - _LIST_MARGIN)
    items = sorted((span for span, _ in non_overlapping(near) if span.margin >= enough), key=lambda span: span.start)
    series = next((run for run in _series(items, text) if best.span in run), [])
    return tuple(span.text for span in series) if len(series) > 1 else ()


def _column(question: str, best: Proposal) -> tuple[str, ...]:
    match, text = best.retrieved.match, best.retrieved.document_text
    items = match.column_items(question, text, best.start) if match else ()
    whole = match is not None and len(items) == len(match.around.rows)
    wanted = len(items) > 1 and (not whole or _ASKS_ALL.search(question))
    return tuple(map(without_footnote_mark, items)) if wanted else ()


def _is_item(part: str) -> bool:
    return 0 < len(part.split()) <= _ITEM_WORDS and part.count("(") == part.count(")")


def _series(items: Sequence[Span], text: str) -> Iterator[list[Span]]:
    """Runs of spans that only a separator and up to ``_BETWEEN_WORDS`` words stand between."""
    run: list[Span] = []
    for span in items:
        between = text[run[-1].end : span.start] if run else ""
        if run and not (_SEPARATOR.search(f"{between} ") and len(between.split()) <= _BETWEEN_WORDS):
            yield run
            run = []
        run.append(span)
    yield run


def highlight(question: str, text: str, best: str = "") -> tuple[int, int]:
    """The range of a passage's text to highlight: its best span, or the sentence that covers most of the question."""
    if best:
        start = max(0, text.find(best))
        return start, start + len(best)
    covered = {bounds: coverage(question, text[slice(*bounds)]) for bounds in sentences(text)}
    return max(covered, key=covered.__getitem__, default=(0, 0))


def _reach(proposal: Proposal) -> tuple[int, int]:
    """The range of the document in which to look for the sentence around a proposal.

    It is the chunk, extended to the blank lines around it if they are near. A sentence never spans head and body.
    """
    hit, text = proposal.retrieved.hit, proposal.retrieved.document_text
    chunk, body = hit.chunk, hit.document.body_start
    if proposal.start < body:
        return 0, body
    before = text.rfind("\n\n", max(0, chunk.start - _REACH), chunk.start + 1)
    after = text.find("\n\n", max(0, chunk.end - 1), chunk.end + _REACH)
    low = before + 2 if before >= 0 else (0 if chunk.start <= _REACH else chunk.start)
    high = after if after >= 0 else (len(text) if len(text) - chunk.end <= _REACH else chunk.end)
    return max(low, body), high
