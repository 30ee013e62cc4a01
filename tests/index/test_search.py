"""Searching by meaning and by words, within filters, at one revision."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import (
    Document,
    DocumentIndex,
    DocumentNotFoundError,
    DocumentRecord,
    Embedder,
    Filters,
    Hit,
    build,
    build_documents,
)
from index.ranking.proximity import COMPLETE_WEIGHT, Proximity
from index.ranking.stemming import Stemmer
from index.ranking.terms import TermReader
from tests.support.samples.documents import write_documents


@pytest.fixture(scope="module")
def location(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of facts, with dates, kinds and authors."""
    facts = {
        "animals/whale.md": "The blue whale is the largest animal that has ever lived.",
        "animals/mouse.md": "A dormouse sleeps for seven months of the year.",
        "metals/iron.txt": "Iron melts at 1538 degrees Celsius.",
        "metals/gallium.txt": "Gallium melts in the palm of a hand.",
        "codes/e4711.txt": "Error E4711 means that the paper tray is empty.",
    }
    documents = [
        Document(
            path,
            Path(path).stem,
            text,
            "text/markdown" if path.endswith("md") else "text/plain",
            date=f"202{number}-06-15",
            metadata={"author": "Ada" if number % 2 else "Bob"},
        )
        for number, (path, text) in enumerate(facts.items())
    ]
    place = tmp_path_factory.mktemp("facts")
    build_documents(documents, place, embedder=embedder)
    return place


@pytest.fixture(scope="module")
def opened(location: Path, embedder: Embedder) -> DocumentIndex:
    return DocumentIndex.open(location, embedder=embedder)


def first(opened: DocumentIndex, question: str, filters: Filters | None = None) -> str:
    return opened.search(question, filters=filters)[0].document.path


def test_a_passage_that_shares_no_word_is_found_by_meaning(opened: DocumentIndex) -> None:
    assert first(opened, "Which creature is biggest?") == "animals/whale.md"


def test_a_code_without_meaning_is_found_by_its_letters(opened: DocumentIndex) -> None:
    assert first(opened, "E4711") == "codes/e4711.txt"


def test_other_forms_of_a_word_match(opened: DocumentIndex) -> None:
    hit = opened.search("melting iron")[0]
    assert (hit.document.path, hit.keyword_rank) == ("metals/iron.txt", 1)


@pytest.fixture(scope="module")
def hits(opened: DocumentIndex) -> list[Hit]:
    """The three best hits for a question."""
    return opened.search("At how many degrees does iron melt?", k=3)


def test_hits_are_numbered_from_one(hits: list[Hit]) -> None:
    assert [hit.rank for hit in hits] == [1, 2, 3]


def test_hits_are_ordered_by_their_score(hits: list[Hit]) -> None:
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_hit_has_the_rank_and_the_cosine_of_its_vector(hits: list[Hit]) -> None:
    assert hits[0].dense_rank == 1
    assert -1.0 <= (hits[0].dense_score or 0) <= 1.0


def test_the_text_of_a_hit_is_a_slice_of_its_document(opened: DocumentIndex, hits: list[Hit]) -> None:
    for hit in hits:
        assert opened.text(hit.document.id)[hit.chunk.start : hit.chunk.end] == hit.chunk.text


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (Filters(path="metals/*"), {"metals/iron.txt", "metals/gallium.txt"}),
        (Filters(media_type="text/markdown"), {"animals/whale.md", "animals/mouse.md"}),
        (Filters(media_type="md"), {"animals/whale.md", "animals/mouse.md"}),
        (Filters(media_type=".MD"), {"animals/whale.md", "animals/mouse.md"}),
        (Filters(after="2022-01-01", before="2023-12-31"), {"metals/iron.txt", "metals/gallium.txt"}),
        (Filters(before="2020"), {"animals/whale.md"}),
        (Filters(metadata={"author": "Ada"}), {"animals/mouse.md", "metals/gallium.txt"}),
        (Filters(path="metals/*", metadata={"author": "Ada"}), {"metals/gallium.txt"}),
        (Filters(documents=frozenset({"metals/iron.txt", "codes/e4711.txt"})), {"metals/iron.txt", "codes/e4711.txt"}),
        (Filters(documents=frozenset({"metals/*", "animals/whale.md"})), {"animals/whale.md"}),
        (Filters(documents=frozenset({"metals/iron.txt", "animals/whale.md"}), before="2020"), {"animals/whale.md"}),
    ],
)
def test_only_documents_that_the_filters_admit_are_found(
    opened: DocumentIndex, filters: Filters, allowed: set[str]
) -> None:
    hits = opened.search("What melts, and what is the largest animal?", filters=filters)
    assert {hit.document.path for hit in hits} == allowed


def test_filters_that_admit_nothing_find_nothing(opened: DocumentIndex) -> None:
    assert opened.search("iron", filters=Filters(path="nowhere/*")) == []


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "AND OR NOT",
        "iron* ^melt",
        'NEAR("iron" melt)',
        "text:iron",
        "{}[]()-+",
        "'; DROP TABLE documents; --",
        "💥",
        "\0",
    ],
)
def test_the_syntax_of_queries_is_read_as_plain_words(opened: DocumentIndex, question: str) -> None:
    assert len(opened.search(question)) == 5


@pytest.mark.parametrize("read", [DocumentIndex.document, DocumentIndex.text])
def test_the_error_for_an_unknown_document_names_its_id(
    opened: DocumentIndex, read: Callable[[DocumentIndex, int], object]
) -> None:
    with pytest.raises(DocumentNotFoundError, match="no document 999"):
        read(opened, 999)


@pytest.fixture(scope="module")
def coffee(
    embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[DocumentIndex, DocumentRecord]]:
    """An open index of three documents, and the record of the one with front matter and a heading."""
    parent = tmp_path_factory.mktemp("coffee")
    build([write_documents(parent)], parent / "index", embedder=embedder)
    with DocumentIndex.open(parent / "index", embedder=embedder) as opened:
        yield opened, next(record for record in opened.documents() if record.path == "deep/coffee.md")


def test_a_document_keeps_its_front_matter(coffee: tuple[DocumentIndex, DocumentRecord]) -> None:
    opened, record = coffee
    document = opened.document(record.id)
    assert (document.metadata["author"], document.date) == ("Ada", "2024-03-05")


def test_a_document_keeps_its_headings(coffee: tuple[DocumentIndex, DocumentRecord]) -> None:
    opened, record = coffee
    assert [heading.title for heading in opened.document(record.id).headings] == ["Coffee"]


def test_a_record_has_the_date_and_the_length_of_its_document(coffee: tuple[DocumentIndex, DocumentRecord]) -> None:
    opened, record = coffee
    document = opened.document(record.id)
    assert (record.date, record.characters) == (document.date, len(document.text))


def test_a_passage_keeps_its_heading(coffee: tuple[DocumentIndex, DocumentRecord]) -> None:
    opened, record = coffee
    assert opened.chunks(record.id)[-1].heading == "Coffee"


def test_an_open_index_follows_its_writer(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([folder], tmp_path / "index", embedder=embedder)
    with DocumentIndex.open(tmp_path / "index", embedder=embedder) as opened:
        opened.search("tea")
        before = opened.revision
        (folder / "salt.txt").write_text("Salt melts at 801 degrees.")
        (folder / "iron.html").unlink()
        build([], tmp_path / "index", embedder=embedder)
        assert opened.revision > before
        assert first(opened, "At what temperature does salt melt?") == "salt.txt"
        assert "iron.html" not in {hit.document.path for hit in opened.search("iron")}


def test_several_threads_may_search_at_once(opened: DocumentIndex) -> None:
    answers: list[tuple[str, str]] = []

    def ask(question: str) -> None:
        answers.extend((question, first(opened, question)) for _ in range(5))

    pairs = [("largest animal", "animals/whale.md"), ("E4711", "codes/e4711.txt"), ("gallium", "metals/gallium.txt")]
    threads = [threading.Thread(target=ask, args=(question,)) for question, _ in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 15
    assert set(answers) == set(pairs)


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("melting iron", '"melting" OR "iron"'),
        # frequent words find nothing, but count
        ("What melting iron metals?", '("melting" OR "iron") AND ("melting" OR "iron" OR "metals")'),
        ("the metals", '"metals"'),  # unless there are no others
        ("unheard", None),
    ],
)
def test_the_rarest_words_of_a_question_are_searched(question: str, query: str | None) -> None:
    counts = {"melt": 30, "iron": 3, "metal": 4000}
    terms = TermReader(Stemmer().stem).read(
        question, lambda stems: {stem: counts[stem] for stem in stems if stem in counts}, 20_000
    )
    assert terms.query() == query


def _proximity(text: str, title: str = "Smelting") -> float:
    weights = {"iron": 3.0, "melting": 2.0, "furnace": 5.0}
    return Proximity("Is iron melting in a furnace?", weights).score(text, title)


def test_words_score_higher_the_closer_they_are_in_the_order_of_the_question() -> None:
    together = _proximity("Iron melts in a furnace. Then it is poured.")
    disordered = _proximity("A furnace melts the iron. Then it is poured.")
    apart = _proximity("Iron is a metal. It is found in the ground. It melts in a furnace.")
    assert together > disordered > apart > _proximity("Iron melts. Then it is poured.")


def test_one_row_with_all_words_scores_higher_than_many_with_nearly_all() -> None:
    weights = {"brass": 2.3, "bolt": 3.0, "short": 1.1, "5": 2.4}
    proximity = Proximity("Brass bolt, short, 5 mm", weights)
    whole = proximity.score("name: Brass valve, long, 5 mm\nname: Brass bolt, short, 5 mm", "Articles")
    nearly = proximity.score("name: Brass bolt, long, 5 mm\nname: Brass bolt, short, 6 mm", "Articles")
    assert whole > nearly + COMPLETE_WEIGHT


def test_a_word_in_the_title_scores_higher_than_a_similar_word_in_the_text() -> None:
    titled = _proximity("Iron melts. Then it is poured.", "The furnace")
    similar = _proximity("Iron melts. It was furnished.")
    assert titled > similar > _proximity("Iron melts. Then it is poured.")


def test_a_text_without_the_words_of_the_question_scores_nothing() -> None:
    assert _proximity("Nothing of the kind.", "") == 0.0
