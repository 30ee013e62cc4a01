"""How an index changes with its files, by builds and by a rebuild; every store does the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from index import BuildReport, DocumentIndex, Plan, Progress, build, plan, rebuild, verify
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.documents import write_documents
from tests.support.stores import STORES, ids_in, place_in


@dataclass(frozen=True, slots=True)
class Updated:
    """An index after files were added, changed, renamed and made unreadable, and after some of them were deleted."""

    ids_before: dict[str, int]
    revisions: tuple[int, int]  # of two builds without changes
    planned: Plan
    report: BuildReport
    ids: dict[str, int]
    report_after_deletion: BuildReport
    found_after_deletion: set[str]  # paths
    is_sound: bool


@pytest.fixture(scope="module", params=STORES)
def updated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Updated:
    parent = tmp_path_factory.mktemp("updated")
    place, folder, embedder = place_in(parent, request.param), write_documents(parent), HashEmbedder()
    first = build([folder], place, embedder=embedder).revision
    ids_before, second = ids_in(place, embedder), build([], place, embedder=embedder).revision
    (folder / "tea.txt").rename(folder / "tisane.txt")
    (folder / "again.html").write_bytes((folder / "iron.html").read_bytes())
    (folder / "deep" / "coffee.md").write_text("Coffee is a seed.")
    (folder / "broken.pdf").write_text("no PDF")
    planned = plan([], place)
    report = build([], place, embedder=embedder)
    ids = ids_in(place, embedder)
    for name in ("broken.pdf", "again.html", "deep/coffee.md"):
        (folder / name).unlink()
    after = build([], place, embedder=embedder)
    with DocumentIndex.open(place, embedder=embedder) as opened:
        found = {hit.document.path for hit in opened.search("coffee seed iron tea")}
    return Updated(ids_before, (first, second), planned, report, ids, after, found, verify(place).sound)


def test_a_plan_names_each_change_by_its_kind(updated: Updated):
    planned = updated.planned
    assert planned.renamed == (("tea.txt", "tisane.txt"),)
    assert (planned.added, planned.changed, planned.deleted) == (("again.html", "broken.pdf"), ("deep/coffee.md",), ())


def test_a_build_does_what_was_planned(updated: Updated):
    assert updated.report.plan == updated.planned


def test_a_copied_and_a_renamed_file_are_not_embedded_again(updated: Updated):
    assert updated.report.embedded == 1  # the changed file


def test_an_unreadable_file_is_reported(updated: Updated):
    assert [failure.path for failure in updated.report.failures] == ["broken.pdf"]


def test_a_renamed_and_a_changed_document_keep_their_ids(updated: Updated):
    before, ids = updated.ids_before, updated.ids
    kept = (ids["tisane.txt"], ids["iron.html"], ids["deep/coffee.md"])
    assert kept == (before["tea.txt"], before["iron.html"], before["deep/coffee.md"])


def test_a_build_without_changes_keeps_the_revision(updated: Updated):
    assert updated.revisions[0] == updated.revisions[1]


def test_deleted_files_leave_the_counts_and_the_failures(updated: Updated):
    report = updated.report_after_deletion
    assert (report.documents, report.chunks, report.embedded, report.failures) == (2, 2, 0, ())


def test_deleted_files_are_no_longer_found(updated: Updated):
    assert updated.found_after_deletion == {"iron.html", "tisane.txt"}


def test_an_updated_index_is_sound(updated: Updated):
    assert updated.is_sound


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An index that was open for reading while it was rebuilt with a new document."""

    ids_before: dict[str, int]
    seen_during: list[set[str]]  # paths, at each step
    report: BuildReport
    revision: int  # that the reader sees afterwards
    found: str  # the path of the best hit for the new document
    ids: dict[str, int]
    next_plan: Plan
    is_sound: bool


@pytest.fixture(scope="module", params=STORES)
def rebuilt(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rebuilt:
    parent = tmp_path_factory.mktemp("rebuilt")
    place, folder, embedder = place_in(parent, request.param), write_documents(parent), HashEmbedder()
    build([folder], place, embedder=embedder)
    ids_before = ids_in(place, embedder)
    (folder / "new.txt").write_text("Salt dissolves in water.")
    with DocumentIndex.open(place, embedder=embedder) as reader:
        seen: list[set[str]] = []

        def watch(step: Progress) -> None:
            seen.append({record.path for record in reader.documents()})

        report = rebuild([], place, embedder=embedder, progress=watch)
        revision, found = reader.revision, reader.search("Salt dissolves in water")[0].document.path
    ids, next_plan = ids_in(place, embedder), build([], place, embedder=embedder).plan
    return Rebuilt(ids_before, seen, report, revision, found, ids, next_plan, verify(place).sound)


def test_the_old_index_answers_until_a_rebuild_ends(rebuilt: Rebuilt):
    assert len(rebuilt.seen_during) > 3
    assert all("new.txt" not in paths for paths in rebuilt.seen_during[:-1])


def test_a_rebuild_embeds_every_document_again(rebuilt: Rebuilt):
    assert rebuilt.report.embedded == 5


def test_an_open_index_is_at_the_revision_of_the_rebuild(rebuilt: Rebuilt):
    assert rebuilt.revision == rebuilt.report.revision


def test_an_open_index_finds_what_a_rebuild_added(rebuilt: Rebuilt):
    assert rebuilt.found == "new.txt"


def test_a_rebuild_keeps_ids_and_gives_new_documents_unused_ones(rebuilt: Rebuilt):
    assert rebuilt.ids == rebuilt.ids_before | {"new.txt": rebuilt.ids["new.txt"]}
    assert rebuilt.ids["new.txt"] not in rebuilt.ids_before.values()


def test_a_build_after_a_rebuild_has_nothing_to_do(rebuilt: Rebuilt):
    assert rebuilt.next_plan.empty


def test_a_rebuilt_index_is_sound(rebuilt: Rebuilt):
    assert rebuilt.is_sound
