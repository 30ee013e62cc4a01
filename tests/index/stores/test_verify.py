"""Verify finds every kind of damage, and repair removes it and embeds only what is needed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index import DocumentIndex, IndexDamagedError, IndexNotFoundError, build, repair, verify
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.documents import write_documents


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound index."""
    parent = tmp_path_factory.mktemp("original")
    folder = write_documents(parent)
    (folder / "long.txt").write_text("\n\n".join(f"Paragraph {n}. " + "It says a little more. " * 30 for n in range(6)))
    build([folder], parent / "index", embedder=HashEmbedder())
    return parent / "index"


@pytest.fixture
def location(original: Path, tmp_path: Path) -> Path:
    """A copy of the index, which a test may damage."""
    return shutil.copytree(original, tmp_path / "index")


def faiss_file(location: Path) -> Path:
    return next(location.glob("vectors.*.faiss"))


def run(location: Path, *statements: str) -> None:
    with closing(sqlite3.connect(location / "catalog.sqlite", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def flip(location: Path) -> None:
    content = bytearray(faiss_file(location).read_bytes())
    content[len(content) // 2] ^= 1
    faiss_file(location).write_bytes(content)


def cut(location: Path) -> None:
    faiss_file(location).write_bytes(faiss_file(location).read_bytes()[:-100])


def zero_vector(location: Path) -> None:
    zeros = np.zeros(16, np.float16).tobytes().hex()
    run(location, f"UPDATE vectors SET vector = x'{zeros}' WHERE id = 2")


# Damage, the kind of problem it is, and how many passages must be embedded again.
DAMAGE: dict[str, tuple[Callable[[Path], None], str, int]] = {
    "a flipped bit in the FAISS file": (flip, "file", 0),
    "a truncated FAISS file": (cut, "file", 0),
    "a missing FAISS file": (lambda p: faiss_file(p).unlink(), "file", 0),
    "a row of another id in the keyword index": (
        lambda p: run(p, "UPDATE passages SET text = 'x' WHERE rowid = 1"),
        "document",
        0,
    ),
    "a keyword index without a row": (lambda p: run(p, "DELETE FROM passages WHERE rowid = 2"), "document", 0),
    "a keyword index with a row too many": (lambda p: run(p, "INSERT INTO passages VALUES ('a', 'b')"), "words", 0),
    "a broken keyword index": (lambda p: run(p, "DELETE FROM passages_data WHERE id > 10"), "words", 0),
    "an offset beyond the text": (lambda p: run(p, 'UPDATE chunks SET "end" = 99999 WHERE id = 1'), "document", 0),
    "a passage that starts elsewhere": (
        lambda p: run(p, "UPDATE chunks SET start = start + 3 WHERE id = 2"),
        "document",
        0,
    ),
    "a missing passage": (lambda p: run(p, "DELETE FROM chunks WHERE id = 2"), "document", 0),
    "the vector of another passage": (lambda p: run(p, "UPDATE chunks SET vector_id = 1 WHERE id = 2"), "document", 1),
    "a vector of zeros": (zero_vector, "vector", 1),
    "a vector that is too short": (lambda p: run(p, "UPDATE vectors SET vector = x'0011' WHERE id = 2"), "vector", 1),
    "a missing vector": (lambda p: run(p, "DELETE FROM vectors WHERE id = 2"), "catalog", 1),
    "a vector of no passage": (lambda p: run(p, "INSERT INTO vectors VALUES (77, x'00', x'00')"), "vector", 0),
    "passages of no document": (
        lambda p: run(p, "UPDATE chunks SET document_id = 99 WHERE document_id = 2"),
        "catalog",
        1,
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found(location: Path, damage: str) -> None:
    harm, kind, _ = DAMAGE[damage]
    harm(location)
    assert kind in {problem.kind for problem in verify(location).problems}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_repair_leaves_no_damage_and_embeds_only_what_is_lost(location: Path, damage: str) -> None:
    harm, _, embedded = DAMAGE[damage]
    harm(location)
    embedder = HashEmbedder()
    report = repair(location, embedder=embedder)
    assert report.left == ()
    assert report.embedded == embedder.encoded <= embedded
    assert verify(location).sound


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_repaired_index_is_searched_and_read_as_before(location: Path, damage: str) -> None:
    harm, *_ = DAMAGE[damage]
    harm(location)
    repair(location, embedder=HashEmbedder())
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        assert opened.search("iron melts")[0].document.path == "iron.html"
        assert sum(len(opened.chunks(record.id)) for record in opened.documents()) == opened.status().chunks


def test_an_undamaged_index_is_sound(location: Path) -> None:
    assert verify(location).sound


@pytest.mark.parametrize("harm", [flip, cut, lambda location: faiss_file(location).unlink()])
def test_a_damaged_vector_file_changes_no_answer(location: Path, harm: Callable[[Path], None]) -> None:
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        before = [(hit.chunk.id, hit.dense_rank) for hit in opened.search("What does the third paragraph say?")]
    harm(location)
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        assert [(hit.chunk.id, hit.dense_rank) for hit in opened.search("What does the third paragraph say?")] == before


def test_a_sound_index_is_left_as_it_is(location: Path) -> None:
    before = {path.name: path.read_bytes() for path in location.iterdir() if path.suffix in {".faiss", ".sqlite"}}
    report = repair(location, embedder=HashEmbedder())
    assert (report.mended, report.left, report.embedded) == ((), (), 0)
    assert {
        path.name: path.read_bytes() for path in location.iterdir() if path.suffix in {".faiss", ".sqlite"}
    } == before


def test_the_error_for_a_broken_database_names_the_remedy(location: Path) -> None:
    content = bytearray((location / "catalog.sqlite").read_bytes())
    content[8192:40960] = bytes(32768)
    (location / "catalog.sqlite").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="rebuild"):
        repair(location, embedder=HashEmbedder())


@pytest.mark.parametrize("act", [verify, repair])
def test_a_folder_without_an_index_is_an_error(tmp_path: Path, act: Callable[[Path], object]) -> None:
    with pytest.raises(IndexNotFoundError):
        act(tmp_path)


ALTERED = {
    "a date": "UPDATE documents SET date = '1999-01-01' WHERE id = 2",
    "where a date is from": "UPDATE documents SET date_source = 'text' WHERE id = 2",
    "a title": "UPDATE documents SET title = 'Another' WHERE id = 2",
    "metadata": """UPDATE documents SET metadata = '{"author": "Eve"}' WHERE id = 2""",
    "pages": "UPDATE documents SET pages = '[[7, 0, 9]]' WHERE id = 2",
    "headings": """UPDATE documents SET headings = '[[1, "Eve", 0]]' WHERE id = 2""",
    "a text of the same length": "UPDATE documents SET text = replace(text, 'a', 'e') WHERE id = 2",
    "metadata that is no JSON": "UPDATE documents SET metadata = '{' WHERE id = 2",
    "a text that is no UTF-8": "UPDATE documents SET text = CAST(x'c328' || text AS TEXT) WHERE id = 2",
    "a passage's page": "UPDATE chunks SET page = 7 WHERE document_id = 2",
    "a passage's heading": "UPDATE chunks SET heading = 'Eve' WHERE document_id = 2",
    "a passage's context": "UPDATE chunks SET context = 'Eve' WHERE document_id = 2",
}


@pytest.mark.parametrize("statement", ALTERED.values(), ids=ALTERED)
def test_what_citations_show_cannot_be_altered_unnoticed(location: Path, statement: str) -> None:
    run(location, statement)
    report = verify(location)
    assert {problem.kind for problem in report.problems} >= {"document"}
    assert 2 in {problem.document_id for problem in report.problems}
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened, pytest.raises(IndexDamagedError):
        opened.document(2)
        opened.chunks(2)
    found = repair(location, embedder=HashEmbedder())
    assert found.left == ()
    assert verify(location).sound
    assert len(build([], location, embedder=HashEmbedder(), allow_deletions=True).plan.unchanged) >= 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cells SET piece = zeroblob(length(piece))",
        "UPDATE tables SET caption = 'Eve'",
        "UPDATE tables SET columns = replace(columns, 'price', 'weight')",
        "UPDATE chunks SET first_row = 1 WHERE first_row = 0",
    ],
)
def test_tables_and_the_places_of_rows_cannot_be_altered_unnoticed(tmp_path: Path, statement: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "prices.csv").write_text("fruit,price\napple,3\npear,4\nplum,5\n")
    build([tmp_path / "files"], tmp_path / "index", embedder=HashEmbedder())
    run(tmp_path / "index", statement)
    assert {problem.kind for problem in verify(tmp_path / "index").problems} == {"document"}
    with DocumentIndex.open(tmp_path / "index", embedder=HashEmbedder()) as opened, pytest.raises(IndexDamagedError):
        opened.document(1)
        opened.chunks(1)
