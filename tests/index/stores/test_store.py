"""What every store of an index promises: one suite over the folder and over Milvus (Lite, from a file)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index import (
    Document,
    DocumentIndex,
    DocumentNotFoundError,
    Filters,
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

FILTERS = (
    None,
    Filters(path="*.txt"),
    Filters(after="2024-03", before="2024"),
    Filters(media_type="text/html"),
    Filters(documents=frozenset({"tea.txt", "deep/coffee.md"})),
)
QUESTIONS = ("At how many degrees does iron melt?", "espresso seconds", "Which leaves are not oxidised?")


@pytest.fixture(params=["folder", "milvus"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the index is kept."""
    if request.param == "milvus":
        pytest.importorskip("pymilvus")
        return str(tmp_path / "index.db")
    return tmp_path / "index"


@pytest.fixture
def hashing() -> HashEmbedder:
    return HashEmbedder()


def _told(place: Place, embedder: HashEmbedder) -> list[object]:
    """All that searching tells, but for the ids."""
    with DocumentIndex.open(place, embedder=embedder) as opened:
        return [
            [
                (hit.document.path, hit.chunk.start, hit.chunk.text, hit.dense_rank, hit.keyword_rank,
                 round(hit.score, 2), round(hit.dense_score or 0, 2), round(hit.keyword_score or 0, 4))
                for hit in opened.search(question, filters=filters)
            ]
            for question in QUESTIONS
            for filters in FILTERS
        ]  # fmt: skip


def test_it_finds_and_gives_back_what_was_built(place: Place, folder: Path, hashing: HashEmbedder, tmp_path: Path):
    report = build([folder], place, embedder=hashing)
    assert (report.documents, report.chunks, report.embedded) == (3, 3, 3)
    build([folder], tmp_path / "reference", embedder=hashing)
    assert _told(place, hashing) == _told(tmp_path / "reference", hashing)
    with DocumentIndex.open(place, embedder=hashing) as opened:
        with DocumentIndex.open(tmp_path / "reference", embedder=hashing) as reference:
            ours, theirs = ({d.path: o.document(d.id) for d in o.documents()} for o in (opened, reference))
            assert ours == theirs
        for record in opened.documents():
            chunks = opened.chunks(record.id)
            assert [c.text for c in chunks] == [opened.text(record.id)[c.start : c.end] for c in chunks]
        hit = opened.search("Ada", filters=Filters(metadata={"author": "Ada"}))[0]
        assert (hit.document.path, hit.document.date) == ("deep/coffee.md", "2024-03-05")
    assert verify(place).sound


def test_a_build_does_what_differs_and_no_more(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    ids = _ids(place, hashing)
    assert build([folder], place, embedder=hashing).revision == build([], place, embedder=hashing).revision
    (folder / "tea.txt").rename(folder / "tisane.txt")
    (folder / "again.html").write_bytes((folder / "iron.html").read_bytes())
    (folder / "deep" / "coffee.md").write_text("Coffee is a seed.")
    (folder / "broken.pdf").write_text("no PDF")
    wanted = plan([], place)
    assert wanted.renamed == (("tea.txt", "tisane.txt"),)
    assert (wanted.added, wanted.changed, wanted.deleted) == (("again.html", "broken.pdf"), ("deep/coffee.md",), ())
    report = build([], place, embedder=hashing)
    assert report.plan == wanted and report.embedded == 1  # the copy and the renamed file keep their vectors
    assert [failure.path for failure in report.failures] == ["broken.pdf"]
    now = _ids(place, hashing)
    assert (now["tisane.txt"], now["iron.html"], now["deep/coffee.md"]) == (
        ids["tea.txt"], ids["iron.html"], ids["deep/coffee.md"])  # fmt: skip
    for name in ("broken.pdf", "again.html", "deep/coffee.md"):
        (folder / name).unlink()
    report = build([], place, embedder=hashing)
    assert (report.documents, report.chunks, report.embedded, report.failures) == (2, 2, 0, ())
    with DocumentIndex.open(place, embedder=hashing) as opened:
        assert {hit.document.path for hit in opened.search("coffee seed iron tea")} == {"iron.html", "tisane.txt"}
    assert verify(place).sound


def test_what_is_taken_out_stays_out_until_it_is_put_back(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    assert remove([folder / "tea.txt"], place).documents == 2
    assert build([], place, embedder=hashing).documents == 2
    assert add([folder / "tea.txt"], place, embedder=hashing).documents == 3


def test_documents_are_idempotent_by_their_content(place: Place, hashing: HashEmbedder):
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


def test_a_rebuild_is_answered_beside_and_then_replaces_at_once(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    ids = _ids(place, hashing)
    (folder / "new.txt").write_text("Salt dissolves in water.")
    with DocumentIndex.open(place, embedder=hashing) as reader:
        seen = []

        def watch(step: Progress) -> None:
            seen.append({record.path for record in reader.documents()})

        report = rebuild([], place, embedder=hashing, progress=watch)
        assert all("new.txt" not in paths for paths in seen[:-1]) and len(seen) > 3
        assert report.embedded == 4 and reader.revision == report.revision
        assert reader.search("Salt dissolves in water")[0].document.path == "new.txt"
    now = _ids(place, hashing)
    assert now["new.txt"] not in ids.values() and now | ids == now
    assert build([], place, embedder=hashing).plan.empty and verify(place).sound


@pytest.mark.parametrize("run", [build, rebuild])
def test_new_words_are_found_by_whoever_has_it_open_though_it_grew_no_larger(
    run: Callable[..., object], place: Place, folder: Path, hashing: HashEmbedder
):
    build([folder], place, embedder=hashing)
    with DocumentIndex.open(place, embedder=hashing) as reader:
        assert reader.search("steeped")[0].document.path == "tea.txt"
        (folder / "tea.txt").write_text("Tisane is made of herbs.")
        run([], place, embedder=hashing)
        found = reader.search("Of which herbs?")[0]
        assert (found.document.path, found.keyword_rank) == ("tea.txt", 1)


def test_what_is_read_in_one_snapshot_is_never_of_a_later_revision(place: Place, folder: Path, hashing: HashEmbedder):
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
            else:  # Milvus keeps no old text, and says so rather than give the new one
                with pytest.raises(DocumentNotFoundError, match="replaced while it was read: repeat the question"):
                    view.text(hit.document.id)
        assert opened.text(hit.document.id) == "Tisane is made of herbs."


@pytest.mark.parametrize("run", [build, rebuild])
def test_an_interrupted_build_goes_on_where_it_stopped(
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
    assert hashing.encoded == (2 if run is build else 3)  # nothing is embedded twice
    report = verify(place)
    assert report.sound and report.documents == 3


def test_one_process_writes_at_a_time(place: Place, folder: Path, hashing: HashEmbedder):
    with open_store(place).writer(), pytest.raises(IndexLockedError, match="is writing to"):
        build([folder], place, embedder=hashing)


def test_it_is_not_mixed_with_other_settings(place: Place, folder: Path, hashing: HashEmbedder):
    build([folder], place, embedder=hashing)
    with pytest.raises(IndexMismatchError, match=r"at most 200 tokens.*at most 64 tokens"):
        build([folder], place, settings=IndexSettings(chunk_tokens=64), embedder=hashing)
    hashing.name = "another"
    with pytest.raises(IndexMismatchError, match=r"all-MiniLM-L6-v2 \(16 dimensions\).*another"):
        DocumentIndex.open(place, embedder=hashing)


def test_what_is_not_there_or_empty_says_so(place: Place, folder: Path, hashing: HashEmbedder):
    with pytest.raises(IndexNotFoundError):
        DocumentIndex.open(place, embedder=hashing)
    with pytest.raises(IndexNotFoundError):
        verify(place)
    assert not open_store(place).exists() and plan([folder], place).added
    assert not open_store(place).exists()  # planning writes nothing
    build([folder], place, embedder=hashing)
    remove([folder], place)
    with DocumentIndex.open(place, embedder=hashing) as opened, pytest.raises(IndexEmptyError):
        opened.search("tea")


def _ids(place: Place, embedder: HashEmbedder) -> dict[str, int]:
    with DocumentIndex.open(place, embedder=embedder) as opened:
        return {record.path: record.id for record in opened.documents()}
