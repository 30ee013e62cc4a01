"""Building brings the index up to date with the folder, and does no work twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index import (
    Document,
    DocumentIndex,
    Embedder,
    IndexSettings,
    NoDocumentsError,
    Progress,
    SourceNotFoundError,
    add,
    build,
    build_documents,
    plan,
    remove,
)


def paths(location: Path, embedder: Embedder) -> list[str]:
    with DocumentIndex.open(location, embedder=embedder) as opened:
        return [record.path for record in opened.documents()]


@pytest.fixture
def location(folder: Path, tmp_path: Path, embedder: Embedder) -> Path:
    """An index of the folder of three documents."""
    build([folder], tmp_path / "index", embedder=embedder)
    return tmp_path / "index"


def files_of(location: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in location.iterdir() if path.suffix in {".faiss", ".sqlite"}}


def test_a_first_build_adds_everything(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    report = build([folder], tmp_path / "index", embedder=embedder)
    assert report.plan.added == ("deep/coffee.md", "iron.html", "tea.txt")
    assert (report.documents, report.chunks, report.embedded) == (3, 4, 4)


def test_an_identical_rerun_embeds_nothing_and_changes_nothing(location: Path, embedder: Embedder) -> None:
    before = files_of(location)
    report = build([], location, embedder=embedder)
    assert (report.embedded, report.revision) == (0, 2)
    assert report.plan.empty
    assert len(report.plan.unchanged) == 3
    assert files_of(location) == before


def test_a_changed_file_is_the_only_one_embedded(folder: Path, location: Path, embedder: Embedder) -> None:
    (folder / "tea.txt").write_text("Black tea is made from leaves that are fully oxidised.")
    report = build([], location, embedder=embedder)
    assert (report.plan.changed, report.embedded) == (("tea.txt",), 1)
    with DocumentIndex.open(location, embedder=embedder) as opened:
        assert opened.search("How is black tea made?")[0].chunk.text.startswith("Black tea")
        assert not any("Green tea" in hit.chunk.text for hit in opened.search("green tea"))


def test_only_the_changed_passages_of_a_long_file_are_embedded(
    folder: Path, location: Path, embedder: Embedder
) -> None:
    paragraphs = [f"Paragraph {number}. " + f"It speaks of subject {number} at length. " * 12 for number in range(20)]
    (folder / "long.txt").write_text("\n\n".join(paragraphs))
    whole = build([], location, embedder=embedder).embedded
    (folder / "long.txt").write_text("\n\n".join([*paragraphs[:-1], "Another ending."]))
    assert whole >= 10
    assert build([], location, embedder=embedder).embedded == 1


def test_a_deleted_file_leaves_the_index(folder: Path, location: Path, embedder: Embedder) -> None:
    (folder / "iron.html").unlink()
    assert build([], location, embedder=embedder).plan.deleted == ("iron.html",)
    with DocumentIndex.open(location, embedder=embedder) as opened:
        assert all(hit.document.path != "iron.html" for hit in opened.search("When does iron melt?"))


def test_a_renamed_or_moved_file_keeps_its_vectors_and_its_id(folder: Path, location: Path, embedder: Embedder) -> None:
    with DocumentIndex.open(location, embedder=embedder) as opened:
        before = {record.sha256: record.id for record in opened.documents()}
    (folder / "tea.txt").rename(folder / "deep" / "green tea.txt")
    report = build([], location, embedder=embedder)
    assert (report.plan.renamed, report.embedded) == ((("tea.txt", "deep/green tea.txt"),), 0)
    with DocumentIndex.open(location, embedder=embedder) as opened:
        assert {record.sha256: record.id for record in opened.documents()} == before
        hit = opened.search("leaves oxidised")[0]
        assert (hit.document.path, hit.document.title) == ("deep/green tea.txt", "green tea")


def test_a_second_copy_is_embedded_once_and_found_twice(folder: Path, location: Path, embedder: Embedder) -> None:
    shutil.copy(folder / "tea.txt", folder / "copy.txt")
    report = build([], location, embedder=embedder)
    assert (report.plan.added, report.embedded) == (("copy.txt",), 0)
    with DocumentIndex.open(location, embedder=embedder) as opened:
        assert {hit.document.path for hit in opened.search("green tea leaves")[:2]} == {"copy.txt", "tea.txt"}
    (folder / "tea.txt").unlink()
    build([], location, embedder=embedder)
    with DocumentIndex.open(location, embedder=embedder) as opened:
        assert opened.search("green tea leaves")[0].document.path == "copy.txt"


def test_a_plan_and_a_dry_run_write_nothing(folder: Path, location: Path, embedder: Embedder) -> None:
    (folder / "new.txt").write_text("Something new.")
    before = files_of(location)
    assert plan([], location).added == ("new.txt",)
    assert build([], location, dry_run=True, embedder=embedder).plan.added == ("new.txt",)
    assert files_of(location) == before


def test_a_plan_of_a_new_index_does_not_create_its_folder(folder: Path, tmp_path: Path) -> None:
    assert len(plan([folder], tmp_path / "nowhere").added) == 3
    assert not (tmp_path / "nowhere").exists()


def test_a_build_that_finds_nothing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoDocumentsError, match="no folder"):
        build([], tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_two_folders_are_indexed_separately_and_remembered(
    folder: Path, tmp_path: Path, location: Path, embedder: Embedder
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "tea.txt").write_text("Mate is drunk from a gourd.")
    assert build([other], location, embedder=embedder).documents == 4
    (folder / "tea.txt").unlink()
    assert build([other], location, embedder=embedder).plan.empty
    assert build([], location, embedder=embedder).plan.deleted == ("tea.txt",)
    assert paths(location, embedder) == ["deep/coffee.md", "iron.html", "tea.txt"]


def test_a_folder_around_an_indexed_one_takes_it_in(
    folder: Path, tmp_path: Path, location: Path, embedder: Embedder
) -> None:
    around = tmp_path / "around"
    around.mkdir()
    inner = folder.rename(around / "documents")
    build([inner], tmp_path / "second", embedder=embedder)
    report = build([around], tmp_path / "second", embedder=embedder)
    assert (report.embedded, report.documents) == (0, 3)
    assert paths(tmp_path / "second", embedder) == [
        "documents/deep/coffee.md",
        "documents/iron.html",
        "documents/tea.txt",
    ]


def test_a_part_of_an_indexed_folder_can_be_updated_alone(folder: Path, location: Path, embedder: Embedder) -> None:
    (folder / "tea.txt").unlink()
    (folder / "deep" / "coffee.md").write_text("# Coffee\n\nFilter coffee takes three minutes.")
    report = build([folder / "deep"], location, embedder=embedder)
    assert (report.plan.changed, report.plan.deleted) == (("deep/coffee.md",), ())


def test_a_removed_document_is_not_indexed_by_the_next_build(folder: Path, location: Path, embedder: Embedder) -> None:
    assert remove([folder / "tea.txt"], location).plan.deleted == ("tea.txt",)
    assert build([], location, embedder=embedder).plan.empty
    assert paths(location, embedder) == ["deep/coffee.md", "iron.html"]


def test_a_removed_document_is_indexed_again_when_it_is_added(folder: Path, location: Path, embedder: Embedder) -> None:
    remove([folder / "tea.txt"], location)
    assert add([folder / "tea.txt"], location, embedder=embedder).plan.added == ("tea.txt",)
    assert build([], location, embedder=embedder).plan.empty
    assert len(paths(location, embedder)) == 3


def test_a_document_is_removed_by_the_path_it_is_listed_under(location: Path, embedder: Embedder) -> None:
    assert remove(["deep/coffee.md"], location).documents == 2
    with pytest.raises(SourceNotFoundError, match="the index has no documents from"):
        remove(["deep/coffee.md"], location)


def test_removing_a_folder_forgets_it(folder: Path, location: Path, embedder: Embedder) -> None:
    assert remove([folder], location).documents == 0
    with pytest.raises(NoDocumentsError):
        build([], location, embedder=embedder)


def test_a_remembered_folder_that_is_gone_deletes_nothing(folder: Path, location: Path, embedder: Embedder) -> None:
    folder.rename(folder.with_name("unmounted"))
    with pytest.raises(SourceNotFoundError, match="no longer exists"):
        build([], location, embedder=embedder)
    assert len(paths(location, embedder)) == 3


def test_one_file_can_be_a_source(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    assert add([folder / "tea.txt"], tmp_path / "one", embedder=embedder).documents == 1
    (folder / "tea.txt").write_text("Tea, once more.")
    assert build([], tmp_path / "one", embedder=embedder).plan.changed == ("tea.txt",)
    (folder / "tea.txt").unlink()
    assert build([], tmp_path / "one", embedder=embedder).plan.deleted == ("tea.txt",)


def test_documents_can_be_given_directly(tmp_path: Path, embedder: Embedder) -> None:
    made = [Document(f"p{number}", "Numbers", f"This is number {number}.", "text/plain") for number in range(50)]
    settings = IndexSettings(commit_chunks=8)
    report = build_documents(made, tmp_path / "index", settings=settings, embedder=embedder)
    assert (report.documents, report.embedded, report.revision) == (50, 50, 7)
    again = build_documents(
        [*made[:49], Document("p49", "Numbers", "Another.", "text/plain")], tmp_path / "index", embedder=embedder
    )
    assert (again.plan.changed, again.embedded, again.documents) == (("p49",), 1, 50)


def test_progress_reports_the_steps_in_order(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    seen: list[Progress] = []
    build([folder], tmp_path / "index", embedder=embedder, progress=seen.append)
    assert list(dict.fromkeys(progress.step for progress in seen)) == ["scan", "parse", "commit", "embed", "write"]
    assert max(progress.done for progress in seen if progress.step == "parse") == 3
