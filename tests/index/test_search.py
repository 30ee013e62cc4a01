"""Searching finds by meaning and by words, within the filters, and always at one revision."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from index import Document, DocumentIndex, Embedder, Filters, QuothError, build, build_documents
from index.ranking.proximity import Proximity
from index.ranking.stemming import Stemmer
from index.ranking.terms import TermReader


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


def test_meaning_finds_what_shares_no_word(opened: DocumentIndex) -> None:
    assert first(opened, "Which creature is biggest?") == "animals/whale.md"


def test_words_find_what_means_nothing(opened: DocumentIndex) -> None:
    assert first(opened, "E4711") == "codes/e4711.txt"


def test_other_forms_of_a_word_match(opened: DocumentIndex) -> None:
    hit = opened.search("melting iron")[0]
    assert hit.document.path == "metals/iron.txt"
    assert hit.keyword_rank == 1


def test_hits_are_ranked_and_scored(opened: DocumentIndex) -> None:
    hits = opened.search("At how many degrees does iron melt?", k=3)
    assert [hit.rank for hit in hits] == [1, 2, 3]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].dense_rank == 1
    assert -1.0 <= (hits[0].dense_score or 0) <= 1.0
    assert opened.text(hits[0].document.id)[hits[0].chunk.start : hits[0].chunk.end] == hits[0].chunk.text


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (Filters(path="metals/*"), {"metals/iron.txt", "metals/gallium.txt"}),
        (Filters(media_type="text/markdown"), {"animals/whale.md", "animals/mouse.md"}),
        (Filters(after="2022-01-01", before="2023-12-31"), {"metals/iron.txt", "metals/gallium.txt"}),
        (Filters(before="2020"), {"animals/whale.md"}),
        (Filters(metadata={"author": "Ada"}), {"animals/mouse.md", "metals/gallium.txt"}),
        (Filters(path="metals/*", metadata={"author": "Ada"}), {"metals/gallium.txt"}),
        (Filters(documents=frozenset({"metals/iron.txt", "codes/e4711.txt"})), {"metals/iron.txt", "codes/e4711.txt"}),
        (Filters(documents=frozenset({"metals/*", "animals/whale.md"})), {"animals/whale.md"}),
        (Filters(documents=frozenset({"metals/iron.txt", "animals/whale.md"}), before="2020"), {"animals/whale.md"}),
    ],
)
def test_filters_admit_only_what_they_say(opened: DocumentIndex, filters: Filters, allowed: set[str]) -> None:
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
def test_the_syntax_of_queries_is_only_words(opened: DocumentIndex, question: str) -> None:
    assert len(opened.search(question)) == 5


def test_a_document_that_is_not_there_is_named(opened: DocumentIndex) -> None:
    with pytest.raises(QuothError, match="no document 999"):
        opened.document(999)
    with pytest.raises(QuothError, match="no document 999"):
        opened.text(999)


def test_a_document_comes_back_whole(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([folder], tmp_path / "index", embedder=embedder)
    with DocumentIndex.open(tmp_path / "index", embedder=embedder) as opened:
        record = next(record for record in opened.documents() if record.path == "deep/coffee.md")
        document = opened.document(record.id)
        assert document.metadata["author"] == "Ada"
        assert [heading.title for heading in document.headings] == ["Coffee"]
        assert record.date == document.date == "2024-03-05"
        assert record.characters == len(document.text)
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


def test_terms_that_tell_little_are_left_out() -> None:
    counts = {"melt": 30, "iron": 3, "metal": 4000}

    def query(question: str) -> str | None:
        return (
            TermReader(Stemmer().stem)
            .read(question, lambda stems: {s: counts[s] for s in stems if s in counts}, 20_000)
            .query()
        )

    assert query("What melting iron metals?") == '"melting" OR "iron"'
    assert query("the metals") == '"metals"'
    assert query("unheard") is None


def test_words_close_together_or_in_the_title_rank_above_scattered_words() -> None:
    proximity = Proximity("Is iron melting in a furnace?", {"iron": 3.0, "melting": 2.0, "furnace": 5.0})
    together = proximity.score("Iron melts in a furnace. Then it is poured.", "Smelting")
    disordered = proximity.score("A furnace melts the iron. Then it is poured.", "Smelting")
    apart = proximity.score("Iron is a metal. It is found in the ground. It melts in a furnace.", "Smelting")
    titled = proximity.score("Iron melts. Then it is poured.", "The furnace")
    untitled = proximity.score("Iron melts. Then it is poured.", "Smelting")
    alike = proximity.score("Iron melts. It was furnished.", "Smelting")
    assert together > disordered > apart > untitled > proximity.score("Nothing of the kind.", "") == 0.0
    assert titled > alike > untitled
