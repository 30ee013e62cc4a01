"""Cards: what a document is, in its own words, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from index import Chunk, Document, DocumentRecord, Page
from qa import PlaceInText, document_card
from qa.conversation import summaries
from tests.support.growth import assert_grows_in_proportion, repeated
from tests.support.hash_embedder import HashEmbedder

TEXT = (
    "SERVICES AGREEMENT\n\nThis agreement is made between Halden Archive Services Ltd (the “Supplier”) and the Museum "
    "of Glass on 3 March 2025. “Plate” means a photographic negative on glass. The Supplier shall be paid GBP 6,450 a "
    "month. The agreement begins on 1 April 2025, and it ends on 1 April 2028. A Carrier means a box for ten plates."
)
DOCUMENT = Document("a.txt", "Agreement", TEXT, "text/plain", pages=(Page(1, 0, 150), Page(2, 150, len(TEXT), "ii")))
RECORD = DocumentRecord(7, "a.txt", "Agreement", "text/plain", "", "", None, 0, len(TEXT), 2, 1, {}, ())


def test_a_card_holds_the_documents_own_words_with_their_places() -> None:
    card = document_card(DOCUMENT, RECORD, HashEmbedder())
    assert [place.text for place in card.dates] == ["3 March 2025", "1 April 2025", "1 April 2028"]
    assert [(place.text, place.page, place.page_label) for place in card.amounts] == [("GBP 6,450", 2, "ii")]
    meanings = {one.term: one.meaning.text for one in card.definitions}
    assert meanings == {
        "Supplier": "Halden Archive Services Ltd",
        "Plate": "a photographic negative on glass",
        "Carrier": "a box for ten plates",
    }
    first = card.first_lines
    assert first is not None and first.text.startswith("SERVICES AGREEMENT")
    places = [first, *card.sentences, *card.dates, *card.amounts, *(one.meaning for one in card.definitions)]
    assert all(isinstance(place, PlaceInText) and TEXT[place.start : place.end] == place.text for place in places)
    around = card.dates[0]
    assert around.before.endswith("Museum of Glass on ") and around.after == "."


@pytest.mark.parametrize("amount", ["$7.5K", "€1,200", "£3.2 million", "$45"])
def test_an_amount_is_whole(amount: str) -> None:
    document = replace(DOCUMENT, text=f"The owner of the mill pays {amount}. That is little.", pages=())
    assert [place.text for place in document_card(document, RECORD, HashEmbedder()).amounts] == [amount]


def test_a_key_sentence_is_without_the_mark_of_its_item() -> None:
    text = "- The tenant keeps the garden tidy all year.\n\n- The landlord repairs the roof within ten days.\n"
    card = document_card(replace(DOCUMENT, text=text, pages=()), RECORD, HashEmbedder())
    assert [place.text.split()[0] for place in card.sentences] == ["The", "The"]


def test_a_document_without_text_has_an_empty_card() -> None:
    card = document_card(replace(DOCUMENT, text="", pages=()), RECORD, HashEmbedder())
    assert (card.first_lines, card.sentences, card.dates, card.definitions) == (None, (), (), ())


@pytest.mark.parametrize("unit", [" ", "1.", "A-b'"])  # for definitions, for amounts, for names
def test_a_card_and_a_summary_take_time_in_proportion_to_the_text(unit: str) -> None:
    def work(size: int) -> Callable[[], object]:
        document = replace(DOCUMENT, text=TEXT + repeated(unit, size), pages=())
        chunk = Chunk(1, 7, 0, 0, len(document.text), document.text)
        return lambda: (
            document_card(document, RECORD, HashEmbedder()),
            summaries.summarise(document, 7, [chunk], HashEmbedder()),
        )

    assert_grows_in_proportion(work)


def test_of_a_long_text_key_sentences_are_sought_in_pieces_all_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []
    sentences = summaries.sentences
    monkeypatch.setattr(summaries, "sentences", lambda text: (cut.append(text), sentences(text))[1])
    text = "\n\n".join(f"The ferry number {number} leaves the pier of Harwick at nine." for number in range(20_000))
    chosen = document_card(replace(DOCUMENT, text=text, pages=()), RECORD, HashEmbedder()).sentences
    assert all(place.text.startswith("The ferry") and place.text.endswith("nine.") for place in chosen)
    assert "number 0 " in cut[0] and "number 19999 " in cut[-1]
    assert max(map(len, cut)) <= 3_000 and sum(map(len, cut)) <= 210_000
