"""What only Milvus has: commits without transactions, servers that do not answer, versions, and estimated counts."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import (
    Chunk,
    Document,
    DocumentIndex,
    Filters,
    IndexMismatchError,
    IndexSettings,
    Store,
    StoreUnreachableError,
    build,
    repair,
    verify,
)
from index.ranking.terms import Terms
from index.stores.base import Passage, Transaction
from index.stores.locate import open_store
from index.stores.milvus import term_statistics
from index.stores.milvus.client import MilvusConnection
from index.stores.milvus.lease import LEASES
from index.stores.milvus.schema import CURRENT, MANIFESTS, put_values
from index.stores.milvus.search import filter_expression
from tests.support.hash_embedder import HashEmbedder

pytest.importorskip("pymilvus")

WRITES = ("upsert", "delete")


class _Crash(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "index.db")


@pytest.fixture
def crash_before_write(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes the nth write from now raise _Crash instead, counted from 0; -1 for none."""
    real_call = MilvusConnection.call
    writes_left = [-1]

    def call(connection: MilvusConnection, method: str, *args: Any, **kwargs: Any) -> Any:
        if method in WRITES and args[0] != LEASES:
            if writes_left[0] == 0:
                raise _Crash
            writes_left[0] -= 1
        return real_call(connection, method, *args, **kwargs)

    monkeypatch.setattr(MilvusConnection, "call", call)
    return lambda writes: writes_left.__setitem__(0, writes)


def test_a_commit_interrupted_before_its_writes_is_finished_by_the_next_writer(
    place: str, folder: Path, crash_before_write: Callable[[int], None]
):
    embedder = HashEmbedder()
    build([folder], place, embedder=embedder)
    written = 0
    for turn in range(40):
        (folder / "tea.txt").write_text(f"Green tea number {turn} is steeped at eighty degrees. " * (turn % 3 + 1))
        (folder / "iron.html").rename(folder / "steel.html")
        (folder / f"new{turn}.txt").write_text(f"A new text, number {turn}.")
        crash_before_write(written)
        try:
            build([folder], place, embedder=embedder)
            complete = True
        except _Crash:
            complete = False
        crash_before_write(-1)
        with DocumentIndex.open(place, embedder=embedder) as opened:
            for record in opened.documents():  # each document is complete, in its old or its new state
                text = opened.text(record.id)
                assert len(text) == record.characters
                assert "\n\n".join(c.text for c in opened.chunks(record.id)) == text.strip()
            opened.search("tea number")
        build([folder], place, embedder=embedder)
        report = verify(place)
        assert report.sound and report.documents == 4
        (folder / "steel.html").rename(folder / "iron.html")
        (folder / f"new{turn}.txt").unlink()
        build([folder], place, embedder=embedder)
        if complete:
            break
        written += 3  # steps of 1 pass too, but take three times as long
    assert complete and written > 8


@pytest.mark.parametrize("made", [0, 2, 4])
def test_a_build_killed_between_a_collection_and_its_index_is_finished_by_the_next(
    place: str, folder: Path, made: int, monkeypatch: pytest.MonkeyPatch
):
    real_call, left = MilvusConnection.call, [made]

    def call(connection: MilvusConnection, method: str, *args: Any, **kwargs: Any) -> Any:
        if method == "create_index":
            left[0] -= 1
            if left[0] < 0:
                raise _Crash
        return real_call(connection, method, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(MilvusConnection, "call", call)
        with pytest.raises(_Crash):
            build([folder], place, embedder=HashEmbedder())
    build([folder], place, embedder=HashEmbedder())
    assert verify(place).sound
    with DocumentIndex.open(place, embedder=HashEmbedder()) as opened:
        assert opened.search("Salt dissolves in water")
    connection = MilvusConnection(place)
    collections = connection.call("list_collections")
    assert "quoth_passages_1" in collections
    # Milvus Lite reads a collection without an index, which a server refuses to load.
    assert [name for name in collections if len(connection.call("list_indexes", name)) == 0] == []
    connection.close()


def test_repair_deletes_what_belongs_to_no_document_and_embeds_what_is_damaged(place: str, folder: Path):
    embedder = HashEmbedder()
    build([folder], place, embedder=embedder)
    connection = MilvusConnection(place)
    passages = "quoth_passages_1"
    connection.load_if_exists(passages)
    row = connection.query(passages, "id > 0", ["*"])[0]
    row.pop("sparse", None)
    plain = {k: [float(x) for x in v] if k == "vector" else v for k, v in row.items()}
    stray = {"id": 900, "document": 77, "key": "00" * 16}
    connection.upsert(passages, [plain | stray, plain | {"text": "Another text.", "skip": 0}])
    report = verify(place)
    assert {problem.kind for problem in report.problems} == {"catalog", "document"}
    repaired = repair(place, embedder=embedder)
    assert repaired.left == () and repaired.embedded == 2 and verify(place).sound
    connection.close()


def test_a_store_that_does_not_answer_is_an_error_in_time(folder: Path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        place = f"http://127.0.0.1:{closed.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(StoreUnreachableError, match=f"{place}.*check that it runs"):
            DocumentIndex.open(open_store(place, IndexSettings(store_seconds=1.0)), embedder=HashEmbedder())
        closed.listen()  # now it accepts connections but never answers
        with pytest.raises(StoreUnreachableError, match="check that it runs"):
            build([folder], open_store(place, IndexSettings(store_seconds=1.0)), embedder=HashEmbedder())
        assert time.monotonic() - began < 30


def test_a_store_that_is_slow_to_search_is_an_error_in_time(place: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    from milvus_lite.adapter.grpc.servicer import MilvusServicer

    search_failed = threading.Event()  # Milvus answers only after the search has timed out
    search = MilvusServicer.HybridSearch
    monkeypatch.setattr(MilvusServicer, "HybridSearch", lambda *given: search_failed.wait() and search(*given))
    build([folder], place, embedder=HashEmbedder())
    with DocumentIndex.open(open_store(place, IndexSettings(store_seconds=2.0)), embedder=HashEmbedder()) as opened:
        with pytest.raises(StoreUnreachableError, match="did not answer within 2 seconds"):
            opened.search("tea")
        search_failed.set()


def test_a_new_file_of_milvus_lite_is_for_its_owner_alone(place: str, folder: Path):
    build([folder], place, embedder=HashEmbedder())
    assert Path(place).stat().st_mode & 0o077 == 0


def test_a_newer_schema_is_a_mismatch_and_not_damage(place: str, folder: Path):
    embedder = HashEmbedder()
    build([folder], place, embedder=embedder)
    connection = MilvusConnection(place)
    row = connection.get(MANIFESTS, CURRENT) if connection.load_if_exists(MANIFESTS) else None
    assert row is not None
    later = json.dumps(json.loads(row["value"]) | {"schema": 4})
    put_values(connection, MANIFESTS, {CURRENT: later})
    connection.close()
    with pytest.raises(IndexMismatchError, match="schema 4, this version reads 3: upgrade quoth"):
        DocumentIndex.open(place, embedder=embedder)


def test_a_milvus_without_keyword_search_is_refused(place: str, monkeypatch: pytest.MonkeyPatch):
    from pymilvus import MilvusClient

    monkeypatch.setattr(MilvusClient, "get_server_version", lambda *_, **__: "2.3.5")
    with pytest.raises(StoreUnreachableError, match=r"Milvus 2\.3\.5, which has no keyword search.*2\.5 or later"):
        MilvusConnection(place)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(path="a*b?[cd]/e.txt"), 'path like "a%b__/e.txt"'),
        (Filters(path='50%_"x'), 'path like "50___x"'),
        (Filters(after="2024", before="2024-05"), 'date >= "2024" and date <= "2024-05~"'),
        (Filters(before="2024"), 'date >= "0" and date <= "2024~"'),
        (Filters(media_type='a/"b'), 'media_type == "a/\\"b"'),
        (Filters(media_type="pdf"), ""),
        (Filters(metadata={"author": "Ada"}), ""),
        (Filters(documents=frozenset({"a*", 'b"'})), 'path in ["a*", "b\\""]'),
        (Filters(documents=frozenset({"/a/b/c.txt"})), 'path in ["/a/b/c.txt", "a/b/c.txt", "b/c.txt", "c.txt"]'),
    ],
)
def test_filters_become_a_milvus_expression(filters: Filters, expected: str):
    assert filter_expression(filters) == expected


@dataclass(frozen=True, slots=True)
class Sampled:
    """What is counted in an index of 1,000 passages whose term statistics are of a sample of them."""

    chunks: int
    odd: int  # passages with the word "iron"
    estimated: dict[str, int]  # document frequencies
    estimated_again: dict[str, int]  # of the same terms but "silver"
    scores: dict[int, float]  # by words, for "gold" and "iron"


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sampled]:
    store = open_store(str(tmp_path_factory.mktemp("sampled") / "index.db"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(term_statistics, "_SAMPLE", 400)  # of 1,200 passages, like 4,096 of 12,000
        yield _sample(store)
    store.close()


def _sample(store: Store) -> Sampled:
    with store.writer() as writer:
        with writer.transaction({"dimensions": "2"}) as transaction:
            for number in range(1200):
                _put_words(
                    transaction, number, f"tea {'iron' if number % 2 else 'salt'} {'gold' if number == 7 else ''}"
                )
        with writer.transaction() as transaction:  # so that a sixth of the ids belong to no passage
            transaction.remove([record.id for record in writer.records()[:200]])
        kept, expected = writer.summary().chunks, sum(r.path.endswith("odd") for r in writer.records())
    with store.snapshot() as snapshot:
        estimated = snapshot.document_frequency(["tea", "iron", "gold", "silver"])
        again = snapshot.document_frequency(["tea", "iron", "gold"])
        nearest = np.array([1.0, 0.0], dtype=np.float32)
        _, by_words = snapshot.candidates(nearest, Terms({"gold": 1, "iron": 500}, kept), 20, None)
    return Sampled(kept, expected, estimated, again, by_words)


def test_removed_passages_are_not_counted(sampled: Sampled):
    assert sampled.chunks == 1000


def test_a_term_of_every_passage_is_estimated_within_two_percent(sampled: Sampled):
    assert abs(sampled.estimated["tea"] - 1000) <= 20


def test_a_term_of_half_the_passages_is_estimated_within_a_quarter(sampled: Sampled):
    assert abs(sampled.estimated["iron"] - sampled.odd) < 0.25 * sampled.odd  # four standard deviations


def test_a_term_of_one_passage_is_estimated_as_rare(sampled: Sampled):
    assert 1 <= sampled.estimated["gold"] <= 5


def test_a_term_outside_the_sample_counts_as_one(sampled: Sampled):
    assert sampled.estimated["silver"] == 1  # it may still be in the index


def test_estimates_are_the_same_for_every_question(sampled: Sampled):
    assert sampled.estimated == sampled.estimated_again | {"silver": 1}


def test_a_rare_term_scores_higher_than_a_frequent_one(sampled: Sampled):
    assert len(set(sampled.scores.values())) == 2
    assert max(sampled.scores, key=sampled.scores.__getitem__) == 8  # the only passage with "gold"


def _put_words(transaction: Transaction, number: int, words: str) -> None:
    path = f"{number}.{'odd' if number % 2 else 'even'}"
    document = Document(path, "", words, "text/plain", sha256=str(number))
    vector = np.array([1.0, 0.0], dtype=np.float32)
    chunk = Chunk(0, 0, 0, 0, len(words), words)
    transaction.put(document, [Passage(chunk, words, number.to_bytes(16, "big"), vector)])
