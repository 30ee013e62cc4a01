"""The contract of every store of an index, tested on a folder and on Milvus (Lite, in a file)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pytest

from index import (
    BuildReport,
    Document,
    DocumentIndex,
    DocumentNotFoundError,
    Filters,
    Hit,
    IndexEmptyError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexSettings,
    Page,
    Progress,
    TablePart,
    add,
    build,
    build_documents,
    plan,
    rebuild,
    remove,
    verify,
)
from index.loaders.text_builder import Grid, TextBuilder
from index.stores.base import Place
from index.stores.locate import open_store
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.documents import write_documents
from tests.support.stores import STORES, place_in

FILTERS = (
    None,
    Filters(path="*.txt"),
    Filters(after="2024-03", before="2024"),
    Filters(media_type="text/html"),
    Filters(documents=frozenset({"tea.txt", "deep/coffee.md"})),
)
QUESTIONS = ("At how many degrees does iron melt?", "espresso seconds", "Which leaves are not oxidised?")


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place without an index."""
    return place_in(tmp_path, request.param)


@pytest.fixture
def hashing() -> HashEmbedder:
    return HashEmbedder()


def _hits(opened: DocumentIndex) -> list[list[Hit]]:
    """The hits of every question under every filter."""
    return [opened.search(question, filters=filters) for question in QUESTIONS for filters in FILTERS]


def _places(hit: Hit) -> tuple[object, ...]:
    """All of a hit but its ids and scores."""
    return hit.document.path, hit.chunk.start, hit.chunk.text, hit.dense_rank, hit.keyword_rank


def _scores(hit: Hit) -> tuple[float, float, float]:
    """Scores on scales on which the stores may differ by a hundredth."""
    return hit.score, hit.dense_score or 0.0, 100 * (hit.keyword_score or 0.0)


@dataclass(frozen=True, slots=True)
class Built:
    """A folder indexed in the store under test and, as reference, in a folder; both only to be read."""

    report: BuildReport
    opened: DocumentIndex
    reference: DocumentIndex


@pytest.fixture(scope="module", params=STORES)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    parent = tmp_path_factory.mktemp("built")
    place, folder, embedder = place_in(parent, request.param), write_documents(parent), HashEmbedder()
    (folder / "deep" / "salt.txt").write_text("Date: 2023-01-02\n\nSalt melts at 801 degrees.")
    report = build([folder], place, embedder=embedder)
    build([folder], parent / "reference", embedder=embedder)
    with (
        DocumentIndex.open(place, embedder=embedder) as opened,
        DocumentIndex.open(parent / "reference", embedder=embedder) as reference,
    ):
        yield Built(report, opened, reference)


def test_a_build_counts_what_it_stores(built: Built):
    assert (built.report.documents, built.report.chunks, built.report.embedded) == (4, 5, 5)


def test_every_store_finds_the_same_with_the_same_scores(built: Built):
    ours, theirs = _hits(built.opened), _hits(built.reference)
    assert [[_places(hit) for hit in hits] for hits in ours] == [[_places(hit) for hit in hits] for hits in theirs]
    for our, their in zip(chain.from_iterable(ours), chain.from_iterable(theirs), strict=True):
        assert _scores(our) == pytest.approx(_scores(their), abs=0.02)


def test_every_store_returns_the_same_documents(built: Built):
    ours, theirs = ({d.path: o.document(d.id) for d in o.documents()} for o in (built.opened, built.reference))
    assert ours == theirs


def test_chunks_are_slices_of_their_texts(built: Built):
    for record in built.opened.documents():
        text, chunks = built.opened.text(record.id), built.opened.chunks(record.id)
        assert [chunk.text for chunk in chunks] == [text[chunk.start : chunk.end] for chunk in chunks]


def test_a_hit_in_the_head_of_a_document_has_its_whole_text(built: Built):
    hit = built.opened.search("Salt degrees", filters=Filters(path="deep/salt*"))[0]
    assert hit.head > 0
    assert hit.chunk.text == built.opened.text(hit.document.id)[hit.chunk.start : hit.chunk.end]


def test_a_document_is_found_by_its_metadata(built: Built):
    hit = built.opened.search("Ada", filters=Filters(metadata={"author": "Ada"}))[0]
    assert (hit.document.path, hit.document.date) == ("deep/coffee.md", "2024-03-05")


def test_a_built_index_is_sound(built: Built):
    assert verify(built.opened.store).sound


def test_a_removed_file_stays_out_until_it_is_added_again(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    assert remove([folder / "tea.txt"], place).documents == 2
    assert build([], place, embedder=hashing).documents == 2
    assert add([folder / "tea.txt"], place, embedder=hashing).documents == 3


def test_documents_that_are_already_stored_are_not_stored_again(place: Place, hashing: HashEmbedder):
    one, other = (Document(f"{name}.txt", name, f"About {name}. " * 40, "text/plain") for name in ("tea", "iron"))
    first = build_documents([one, other], place, embedder=hashing)
    again = build_documents([other, one], place, embedder=hashing)
    assert (again.revision, again.embedded, again.documents) == (first.revision, 0, 2)
    changed = Document("tea.txt", "tea", "Tea is a leaf.", "text/plain")
    assert build_documents([changed], place, embedder=hashing).chunks == first.chunks // 2 + 1


def _with_tables(rows: int) -> Document:
    builder = TextBuilder()
    builder.add("Prices are in EUR.")
    builder.add_table(
        Grid([["tea", "", "3.20"], ["rice", "2.10", ""]], [["Item"], ["Price", "2024"], ["Price", "2025"]])
    )
    builder.add_table(Grid([[f"P-{n}", f"washer {n}"] for n in range(rows)], [["Part"], ["Name"]], "Parts"), page=2)
    return Document(
        "prices.pdf", "Prices", builder.text, "application/pdf", tables=builder.tables,
        pages=(Page(1, 0, 20, "iv"), Page(2, 20, builder.length)), date="2024", date_source="text",
        coverage=0.96, left_out=("1 image without text",), sha256="ab" * 32,
    )  # fmt: skip


def test_tables_and_how_a_document_was_read_are_given_back(place: Place, hashing: HashEmbedder):
    document = _with_tables(3_000)
    build_documents([document], place, embedder=hashing)
    with DocumentIndex.open(place, embedder=hashing) as opened, opened.snapshot() as view:
        (record,) = view.documents()
        assert view.document(record.id) == document
        assert (record.date_source, record.coverage, record.left_out) == ("text", 0.96, ("1 image without text",))
    assert verify(place).sound


def test_the_rows_of_a_passage_are_read_without_the_others(place: Place, hashing: HashEmbedder):
    document = _with_tables(3_000)
    build_documents([document], place, embedder=hashing)
    with DocumentIndex.open(place, embedder=hashing) as opened, opened.snapshot() as view:
        hits = view.search("Which part is washer 2703?", k=50)
        parts = view.table_parts([hit.chunk.id for hit in hits], around=2)
        assert parts.keys() == {hit.chunk.id for hit in hits if hit.chunk.rows}
        found = [hit.chunk for hit in hits if "washer 2703." in hit.chunk.text]
        for chunk in (*found, *(hit.chunk for hit in hits if hit.chunk.rows)):
            rows = chunk.rows
            assert rows is not None
            table = document.tables[rows.table]
            first, last = max(0, rows.first - 2), min(len(table.rows) - 1, rows.last + 2)
            assert parts[chunk.id] == TablePart.of(table, rows.table, first, last)
    assert found


def test_a_replaced_document_leaves_no_tables_behind(place: Place, hashing: HashEmbedder):
    build_documents([_with_tables(4)], place, embedder=hashing)
    build_documents([replace(_with_tables(2), sha256="cd" * 32)], place, embedder=hashing)
    with DocumentIndex.open(place, embedder=hashing) as opened:
        (record,) = opened.documents()
        assert [len(table.rows) for table in opened.document(record.id).tables] == [2, 2]
    assert verify(place).sound


def test_a_renamed_table_is_still_found_by_its_caption(place: Place, tmp_path: Path, hashing: HashEmbedder):
    source = tmp_path / "files"
    source.mkdir()
    (source / "old.csv").write_text("Zinfandel harvest\n\nPart,Name\nP-1,washer\nP-2,bolt\n")
    build([source], place, embedder=hashing)
    (source / "old.csv").rename(source / "new.csv")
    build([source], place, embedder=hashing)
    assert verify(place).sound
    with DocumentIndex.open(place, embedder=hashing) as opened:
        assert [hit.keyword_rank for hit in opened.search("zinfandel") if hit.chunk.rows] != [None]


@pytest.mark.parametrize("run", [build, rebuild])
def test_an_open_index_finds_new_words_though_it_did_not_grow(
    run: Callable[..., object], place: Place, folder: Path, hashing: HashEmbedder
):
    build([folder], place, embedder=hashing)
    with DocumentIndex.open(place, embedder=hashing) as reader:
        assert reader.search("steeped")[0].document.path == "tea.txt"
        (folder / "tea.txt").write_text("Tisane is made of herbs.")
        run([], place, embedder=hashing)
        found = reader.search("Of which herbs?")[0]
        assert (found.document.path, found.keyword_rank) == ("tea.txt", 1)


def test_a_snapshot_never_reads_a_later_revision(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    before = (folder / "tea.txt").read_text()
    with DocumentIndex.open(place, embedder=hashing) as opened:
        with opened.snapshot() as view:
            hit = view.search("steeped")[0]
            (folder / "tea.txt").write_text("Tisane is made of herbs.")
            revision = build([], place, embedder=hashing).revision
            assert view.revision < revision == opened.revision
            if isinstance(place, Path):
                assert view.text(hit.document.id) == before
                assert view.search("steeped")[0] == hit
            else:  # Milvus keeps no old text, and raises an error instead of returning the new one
                with pytest.raises(DocumentNotFoundError, match="replaced while it was read: repeat the question"):
                    view.text(hit.document.id)
        assert opened.text(hit.document.id) == "Tisane is made of herbs."


@pytest.mark.parametrize("run", [build, rebuild])
def test_an_interrupted_build_continues_where_it_stopped(
    run: Callable[..., object], place: Place, folder: Path, hashing: HashEmbedder
):
    settings = IndexSettings(commit_chunks=1)
    build([folder / "tea.txt"], place, embedder=hashing)
    hashing.encoded = 0

    def stop_after_a_commit(step: Progress) -> None:
        if step.step == "commit" and step.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([folder], place, settings=settings, embedder=hashing, progress=stop_after_a_commit)
    run([folder], place, settings=settings, embedder=hashing)
    assert hashing.encoded == (3 if run is build else 4)  # nothing is embedded twice
    report = verify(place)
    assert report.sound and report.documents == 3


def test_one_process_writes_at_a_time(place: Place, folder: Path, hashing: HashEmbedder):
    with open_store(place).writer(), pytest.raises(IndexLockedError, match="is writing to"):
        build([folder], place, embedder=hashing)


def test_an_index_is_not_mixed_with_other_settings(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    with pytest.raises(IndexMismatchError, match=r"at most 200 tokens.*at most 64 tokens"):
        build([folder], place, settings=IndexSettings(chunk_tokens=64), embedder=hashing)
    hashing.name = "another"
    with pytest.raises(IndexMismatchError, match=r"all-MiniLM-L6-v2 \(16 dimensions\).*another"):
        DocumentIndex.open(place, embedder=hashing)


def test_a_place_without_an_index_cannot_be_opened(place: Place, hashing: HashEmbedder):
    with pytest.raises(IndexNotFoundError):
        DocumentIndex.open(place, embedder=hashing)


def test_a_place_without_an_index_cannot_be_verified(place: Place):
    with pytest.raises(IndexNotFoundError):
        verify(place)


def test_planning_writes_nothing(place: Place, folder: Path):
    assert not open_store(place).exists()
    assert plan([folder], place).added
    assert not open_store(place).exists()


def test_an_index_without_documents_cannot_be_searched(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    remove([folder], place)
    with DocumentIndex.open(place, embedder=hashing) as opened, pytest.raises(IndexEmptyError):
        opened.search("tea")
