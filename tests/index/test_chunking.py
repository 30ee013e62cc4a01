"""Passages are slices of their document, of a length the embedder reads, and never cut a word."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Document, Embedder, UnreadableFileError
from index.chunking.chunker import Chunker
from index.chunking.passage_texts import keyword_text, passage_text
from index.loaders.decoding import canonical
from index.loaders.dispatch import parse
from index.types import Heading, Page
from tests.support.samples.files import FORMATS

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)
paragraphs = st.lists(words, min_size=1, max_size=60).map(" ".join)
sections = st.lists(st.tuples(st.text("abcdefgh ", min_size=3, max_size=30), paragraphs), min_size=1, max_size=6)
relaxed = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def assert_sound(document: Document, chunker: Chunker) -> None:
    """The invariants that hold for the chunks of any document."""
    text = document.text
    chunks = chunker.chunk(document)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.text.strip()
        assert keyword_text(document, chunk) in chunk.text
        assert passage_text(document, chunk).endswith(keyword_text(document, chunk))
    for one, next_one in pairwise(chunks):
        assert one.end <= next_one.start
        assert not text[one.end : next_one.start].strip(), "nothing but blanks between passages"
    covered = {place for chunk in chunks for place in range(chunk.start, chunk.end)}
    body = range(document.body_start, len(text))
    assert all(place in covered or text[place].isspace() for place in body), "every word is in a passage"


@pytest.mark.parametrize("suffix", FORMATS)
def test_offsets_hold_for_every_loader(suffix: str, chunker: Chunker) -> None:
    @given(sections)
    @relaxed
    def holds(made: list[tuple[str, str]]) -> None:
        try:
            document = parse(FORMATS[suffix](made), f"made{suffix}")
        except (UnreadableFileError, ValueError):  # docx cannot be made of every character; some texts are blank
            return
        assert_sound(document, chunker)
        assert canonical(document.text) == document.text
        for heading in document.headings:
            assert 0 <= heading.start < len(document.text)
        for page, after in pairwise(document.pages):
            assert page.start <= page.end <= after.start

    holds()


@given(st.text(max_size=3000), st.integers(0, 50), st.lists(st.integers(0, 3000), max_size=8), st.booleans())
@relaxed
def test_offsets_hold_for_any_text_pages_and_headings(
    chunker: Chunker, text: str, head: int, cuts: list[int], paged: bool
) -> None:
    text = canonical(text)
    places = sorted({cut for cut in cuts if cut < len(text)} | {0})
    bounds = list(pairwise([*places, len(text)]))
    pages = tuple(Page(number, start, end) for number, (start, end) in enumerate(bounds, 1)) if paged else ()
    headings = () if paged else tuple(Heading(1 + place % 6, "A heading", place) for place in places)
    body = min(head, len(text))
    assert_sound(Document("a.txt", "a", text, "text/plain", body_start=body, pages=pages, headings=headings), chunker)


def test_passages_fill_what_the_embedder_reads_but_no_more(chunker: Chunker, embedder: Embedder) -> None:
    text = " ".join(f"Sentence number {number} says something about the weather." for number in range(400))
    chunks = chunker.chunk(Document("a.txt", "a", text, "text/plain"))
    lengths = [len(embedder.tokenizer.encode(chunk.text).ids) for chunk in chunks]
    assert max(lengths) <= 200
    assert min(lengths[:-1]) > 150
    assert all(chunk.text.endswith(".") for chunk in chunks)


@pytest.mark.parametrize("joint", ["-", "'", ".", "/"])
def test_no_word_is_cut(chunker: Chunker, joint: str) -> None:
    text = " ".join(f"eight{joint}month{joint}{number}" for number in range(600))
    for chunk in chunker.chunk(Document("a.txt", "a", text, "text/plain")):
        assert chunk.text.startswith("eight")
        assert chunk.text.rpartition(joint)[2].isdigit()
        assert chunk.end == len(text) or text[chunk.end] == " "


def test_a_word_longer_than_a_passage_is_cut_rather_than_lost(chunker: Chunker) -> None:
    document = Document("a.txt", "a", "x1" * 5000, "text/plain")
    assert len(chunker.chunk(document)) >= 5
    assert max(len(chunk.text) for chunk in chunker.chunk(document)) <= 2000
    assert_sound(document, chunker)


def test_text_wrapped_at_a_column_is_cut_between_sentences(chunker: Chunker) -> None:
    sentence = (
        "The committee met on Thursday to consider the\nproposal that had been put before it by the mayor of\nthe town."
    )
    text = " ".join(f"On day {number} it rained. {sentence}" for number in range(60))
    chunks = chunker.chunk(Document("a.txt", "a", text, "text/plain"))
    assert len(chunks) > 5
    assert all(chunk.text.endswith(".") and chunk.text[0].isupper() for chunk in chunks)


def test_passages_stay_within_sections_and_know_their_headings(chunker: Chunker) -> None:
    text = "# Handbook\n\n## Leave\n\nThirty days a year.\n\n## Pay\n\nOn the last day of the month.\n"
    leave, pay = chunker.chunk(parse(text.encode(), "handbook.md"))
    assert leave.text == "Handbook\n\nLeave\n\nThirty days a year."
    assert (leave.heading, pay.heading) == ("Handbook › Leave", "Handbook › Pay")
    assert pay.text.startswith("Pay\n")


def test_passages_know_their_page(chunker: Chunker) -> None:
    document = parse(FORMATS[".pdf"]([("One", "First page words."), ("Two", "Second page words.")]), "two.pdf")
    assert [chunk.page for chunk in chunker.chunk(document)] == [1, 2]


def test_the_head_is_in_the_first_passage_but_not_in_what_is_searched(chunker: Chunker) -> None:
    document = parse(b" date 2025-04-08 A spacecraft docked on Tuesday.", "news.txt")
    (chunk,) = chunker.chunk(document)
    assert chunk.text.startswith(" date 2025-04-08")
    assert keyword_text(document, chunk) == "A spacecraft docked on Tuesday."
    assert "2025" not in passage_text(document, chunk)


def test_a_title_is_embedded_unless_it_is_only_the_name_of_the_file(chunker: Chunker) -> None:
    titled = Document("p1.txt", "Apollo_program", "It landed on the Moon.", "text/plain")
    named = Document("moon.txt", "moon", "It landed on the Moon.", "text/plain")
    assert passage_text(titled, chunker.chunk(titled)[0]) == "Apollo program\nIt landed on the Moon."
    assert passage_text(named, chunker.chunk(named)[0]) == "It landed on the Moon."


@pytest.mark.parametrize("unit", ["a.", "a.b,", "日本。", "x", "https://a.b/c?d=e&", "0123456789abcdef/+"])
def test_a_run_without_spaces_is_cut_into_all_of_it(chunker: Chunker, unit: str) -> None:
    text = f"Before it. {unit * 3_000} After it."
    chunks = chunker.chunk(Document("a.txt", "a", text, "text/plain"))
    assert "".join("".join(chunk.text.split()) for chunk in chunks) == "".join(text.split())


def test_a_document_cut_into_very_many_parts_is_capped_and_says_so(chunker: Chunker) -> None:
    text = "".join(f"# a{number}\nb c\n" for number in range(20_000))
    document, chunks = chunker.passages(parse(text.encode(), "a.md"))
    assert len(chunks) < 10_000
    assert "passages are indexed" in document.warnings[-1]
    assert all(document.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)


def test_a_long_heading_is_cut_and_passages_do_not_carry_it_whole(chunker: Chunker) -> None:
    text = f"# {'x' * 1_000_000}\n\n" + "Some words of the text. " * 2_000
    chunks = chunker.chunk(parse(text.encode(), "a.md"))
    assert max(len(chunk.heading or "") for chunk in chunks) <= 300
