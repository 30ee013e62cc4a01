"""Cards: what a document is, in its own words, each with its place."""

from __future__ import annotations

from dataclasses import replace

from index import Document, DocumentRecord, Page
from qa import PlaceInText, document_card
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


def test_a_document_without_text_has_an_empty_card() -> None:
    card = document_card(replace(DOCUMENT, text="", pages=()), RECORD, HashEmbedder())
    assert (card.first_lines, card.sentences, card.dates, card.definitions) == (None, (), (), ())
