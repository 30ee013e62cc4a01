"""A quote is in the documents word for word, or the nearest passage is given with the words that differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import DocumentIndex, QuestionError, build
from qa import verify_quote
from tests.qa.quotes.conftest import TIDE
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.files import pdf_pages
from tests.support.stores import STORES, place_in


def test_a_quote_is_found_where_it_stands(location: Path):
    check = verify_quote("the lower basin holds 4.2 metres of water", index=location)
    assert check.verbatim and check.likeness == 1.0 and check.nearest is None and check.differences == ()
    (place,) = check.places
    assert (place.path, place.text) == ("tide.txt", "the lower basin holds 4.2 metres of water")
    with DocumentIndex.open(location) as opened:
        document = opened.document(place.document_id)
    assert document.text[place.start : place.end] == place.text
    assert document.sha256 == place.document_sha256


@pytest.mark.parametrize(
    "quote",
    [
        "The harbour master's log",
        "the  lower\nbasin holds",
        "“no ship of more than 300 tonnes may enter”",
        'rings twice a minute - "without fail"',
        "the lower ba-\nsin holds",
        "... the lower basin holds […]",
        "“…no ship of more than 300 tonnes may enter…”",
    ],
)
def test_white_space_hyphens_and_quotation_marks_do_not_matter(location: Path, quote: str):
    assert verify_quote(quote, index=location).verbatim


@pytest.mark.parametrize(
    ("quote", "differing"),
    [
        ("the lower basin holds 4.3 metres of water", [("4.3", "4.2")]),
        ("the lower basin holds metres of water", [("", "4.2")]),
        ("the lower basin always holds 4.2 metres of water", [("always", "")]),
        ("the fog bell rings twice a minute", [("the", "The")]),
        ("a ship of more than 300 tonnes can enter", [("a", "no"), ("can", "may")]),
    ],
)
def test_the_words_that_differ_from_the_nearest_passage_are_told(
    location: Path, quote: str, differing: list[tuple[str, str]]
):
    check = verify_quote(quote, index=location)
    assert not check.verbatim and check.nearest is not None and check.places == ()
    assert 0.8 < check.likeness < 1.0
    assert [(one.quoted, one.found) for one in check.differences] == differing


def test_a_quote_in_capitals_is_told_what_stands_there(location: Path):
    check = verify_quote("THE LOWER BASIN HOLDS", index=location)
    assert not check.verbatim and check.nearest is not None and check.nearest.text == "the lower basin holds"
    assert 0.5 < check.likeness < 1.0


def test_a_part_of_a_word_is_no_quote(location: Path):
    assert not verify_quote("wer basin holds", index=location).verbatim


def test_words_that_no_document_has_are_like_nothing(location: Path):
    check = verify_quote("quantum chromodynamics forbids umbrellas", index=location)
    assert not check.verbatim and check.nearest is None and check.likeness == 0.0


def test_a_quote_over_several_passages_is_found(location: Path):
    with DocumentIndex.open(location) as opened:
        (tide,) = (record for record in opened.documents() if record.path == "tide.txt")
        first, second, *_ = opened.chunks(tide.id)
    quote = TIDE[first.end - 40 : second.start + 40]
    check = verify_quote(quote[quote.index(" ") : quote.rindex(" ")], index=location)
    assert check.verbatim and check.places[0].text == check.quote
    assert check.places[0].start < first.end < second.start < check.places[0].end


def test_every_place_is_given_in_the_order_of_the_documents(folder: Path, tmp_path: Path):
    (folder / "a-copy.txt").write_text("Copied: no ship of more than 300 tonnes may enter. So it says.")
    build([folder], tmp_path / "index", embedder=HashEmbedder())
    check = verify_quote("no ship of more than 300 tonnes may enter", index=tmp_path / "index")
    assert [place.path for place in check.places] == ["a-copy.txt", "tide.txt"]


def test_the_page_is_that_of_the_quote(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    pages = [[(11, f"The {colour} lamp is lit at dusk.")] for colour in ("red", "green", "amber")]
    (tmp_path / "docs" / "lamps.pdf").write_bytes(pdf_pages(pages))
    build([tmp_path / "docs"], tmp_path / "index", embedder=HashEmbedder())
    (place,) = verify_quote("The green lamp is lit at dusk.", index=tmp_path / "index").places
    assert place.page == 2


@pytest.mark.parametrize("store", STORES)
def test_every_store_finds_a_quote_and_what_is_nearest(folder: Path, tmp_path: Path, store: str):
    place = place_in(tmp_path, store)
    build([folder], place, embedder=HashEmbedder())
    assert verify_quote("the lower basin holds 4.2 metres of water", index=place).places[0].path == "tide.txt"
    near = verify_quote("the upper basin holds 4.2 metres of water", index=place)
    assert [(one.quoted, one.found) for one in near.differences] == [("upper", "lower")]


@pytest.mark.parametrize(("quote", "reason"), [(" “” ", "empty"), ("word " * 1001, "at most 5,000")])
def test_a_quote_without_words_or_too_long_is_refused(location: Path, quote: str, reason: str):
    with pytest.raises(QuestionError, match=reason):
        verify_quote(quote, index=location)


def test_quotes_without_spaces_between_words_are_found_and_changes_told(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "zh.txt").write_text("灯塔的灯是蓝色的，每天\n黄昏点亮。港务长是王丽华。", "utf-8")
    build([tmp_path / "docs"], tmp_path / "index", embedder=HashEmbedder())
    (place,) = verify_quote("灯是蓝色的，每天黄昏点亮", index=tmp_path / "index").places
    assert place.text == "灯是蓝色的，每天\n黄昏点亮"
    changed = verify_quote("灯是红色的，每天黄昏点亮", index=tmp_path / "index")
    assert [(one.quoted, one.found) for one in changed.differences] == [("红", "蓝")]
    assert verify_quote("图书馆", index=tmp_path / "index").nearest is None


def test_of_many_passages_with_nearly_the_same_words_the_nearest_is_found(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    for number in range(60):
        words = f"The lamp of berth {number} is lit at dusk by the pilot of the harbour, and put out at dawn."
        (tmp_path / "docs" / f"{number}.txt").write_text(words)
    build([tmp_path / "docs"], tmp_path / "index", embedder=HashEmbedder())
    quote = "The lamp of berth 41 is lit at noon by the pilot of the harbour"
    check = verify_quote(quote, index=tmp_path / "index")
    assert check.nearest is not None and check.nearest.path == "41.txt"
    assert [(one.quoted, one.found) for one in check.differences] == [("noon", "dusk")]
