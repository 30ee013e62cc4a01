"""Passages of tables: whole rows with their headers, never joined with other text, introduced by their context."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Document, Embedder
from index.chunking.chunker import Chunker
from index.chunking.passage_texts import keyword_title, passage_key, passage_text
from index.loaders.text_builder import Grid, TextBuilder
from index.types import Page, TableRows

cells = st.text("abc 1,.;:\n", max_size=60)
grids = st.builds(
    Grid,
    rows=st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=40),
    columns=st.sampled_from([(), (("Name",), ("Budget", "2024"), ("Budget", "2025"))]),
    caption=st.sampled_from(["", "Limits abroad"]),
)
blocks = st.lists(st.one_of(st.text("Words. \n", max_size=80), grids), min_size=1, max_size=6)


def document_of(*parts: str | Grid, pages: int = 0) -> Document:
    builder = TextBuilder()
    for part in parts:
        if isinstance(part, Grid):
            builder.add_table(part)
        elif part.startswith("# "):
            builder.add_heading(1, part[2:])
        else:
            builder.add(part)
    step = max(1, len(builder.text) // max(1, pages))
    numbered = tuple(Page(n + 1, n * step, (n + 1) * step) for n in range(pages))
    return Document(
        "a.html", "Guide", builder.text, "text/html", headings=builder.headings, tables=builder.tables, pages=numbered
    )


def prices(count: int) -> Grid:
    return Grid([[f"P-{n}", f"Washer number {n}", f"{n}.50"] for n in range(count)], [["Part"], ["Name"], ["Price"]])


@given(blocks, st.integers(0, 3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_rows_are_whole_and_nothing_else_is_in_their_passages(
    chunker: Chunker, parts: list[str | Grid], pages: int
) -> None:
    document = document_of(*parts, pages=pages)
    chunks = chunker.chunk(document)
    seen: dict[int, list[int]] = {number: [] for number in range(len(document.tables))}
    for chunk in chunks:
        assert document.text[chunk.start : chunk.end] == chunk.text
        if chunk.rows is None:
            assert all(chunk.end <= table.start or table.end <= chunk.start for table in document.tables)
            continue
        table = document.tables[chunk.rows.table]
        rows = range(chunk.rows.first, chunk.rows.last + 1)
        seen[chunk.rows.table] += rows
        assert table.start <= chunk.start < chunk.end <= table.end
        assert chunk.text.count("\n") == len(rows) - 1
        assert all(chunk.start <= cell.start <= cell.end <= chunk.end for row in rows for cell in table.rows[row])
    assert seen == {number: list(range(len(table.rows))) for number, table in enumerate(document.tables)}
    for one, after in pairwise(chunks):
        assert not document.text[one.end : after.start].strip()


def test_as_many_rows_as_fit_are_a_passage(chunker: Chunker, embedder: Embedder) -> None:
    chunks = chunker.chunk(document_of(prices(200)))
    lengths = [len(embedder.tokenizer.encode(chunk.text).ids) for chunk in chunks]
    assert max(lengths) <= 200
    assert min(lengths[:-1]) > 200 - 40
    assert chunks[0].rows == TableRows(0, 0, chunks[0].text.count("\n"))


def test_a_row_longer_than_the_limit_is_a_passage_by_itself(chunker: Chunker) -> None:
    long = ["P-1", "steel " * 400, "2.50"]
    chunks = chunker.chunk(document_of(Grid([["P-0", "brass", "1.50"], long, ["P-2", "zinc", "3.50"]])))
    assert [chunk.rows for chunk in chunks] == [TableRows(0, n, n) for n in range(3)]


def test_a_row_longer_than_any_store_keeps_is_cut(chunker: Chunker) -> None:
    chunks = chunker.chunk(document_of(Grid([["P-1", "steel " * 4_000]])))
    assert len(chunks) > 1
    assert {chunk.rows for chunk in chunks} == {TableRows(0, 0, 0)}


def test_headings_and_prose_are_not_in_the_passages_of_a_table(chunker: Chunker) -> None:
    chunks = chunker.chunk(document_of("# Prices", prices(2), "Prices change in May."))
    assert [chunk.text for chunk in chunks] == [
        "Prices",
        "Part: P-0; Name: Washer number 0; Price: 0.50.\nPart: P-1; Name: Washer number 1; Price: 1.50.",
        "Prices change in May.",
    ]
    assert chunks[1].heading == "Prices"


@pytest.mark.parametrize(
    ("before", "caption", "context"),
    [
        ("Receipts are kept. Limits are in EUR per night:", "", "Limits are in EUR per night:"),
        ("Receipts are kept.", "Table 3. Limits", "Table 3. Limits\nReceipts are kept."),
        ("# Limits", "", ""),
        ("# Limits", "Limits", ""),
        ("# Limits", "By country", "By country"),
    ],
)
def test_the_context_is_the_caption_and_the_sentence_before(
    chunker: Chunker, before: str, caption: str, context: str
) -> None:
    grid = prices(2)
    (chunk,) = (c for c in chunker.chunk(document_of(before, Grid(grid.rows, grid.columns, caption))) if c.rows)
    assert chunk.context == context


def test_a_long_lead_in_is_cut(chunker: Chunker) -> None:
    chunks = chunker.chunk(document_of("and so on " * 100, prices(2)))
    assert 0 < len(chunks[-1].context) <= 300


def test_the_context_is_embedded_and_searched_but_not_part_of_the_text(chunker: Chunker) -> None:
    document = document_of("# Travel", "Limits in EUR:", prices(2))
    chunk = chunker.chunk(document)[-1]
    assert passage_text(document, chunk) == f"Guide › Travel\nLimits in EUR:\n{chunk.text}"
    assert keyword_title(document.title, chunk) == "Guide\nTravel\nLimits in EUR:"
    without = document_of("# Travel", "Others in USD:", prices(2))
    assert passage_key(document, chunk) != passage_key(without, chunker.chunk(without)[-1])
