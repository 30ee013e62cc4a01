"""What cannot be read is not deleted, and most of a source is deleted only when a person says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index import BuildReport, DeletionsError, DocumentIndex, add, build, plan, rebuild
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from tests.support.processes import bound_by_permissions

MANY = 12


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of twelve documents, indexed."""
    root = tmp_path / "many"
    (root / "deep").mkdir(parents=True)
    for number in range(MANY):
        (root / ("deep" if number % 2 else ".") / f"{number:02}.txt").write_text(f"Boat {number} carries tea.")
    update(root)
    return root


def update(root: Path, *, again: bool = False, **options: bool) -> BuildReport:
    function = rebuild if again else build
    return function([root], root.with_name("index"), embedder=HashEmbedder(), **options)


def documents(root: Path) -> int:
    with DocumentIndex.open(root.with_name("index"), embedder=HashEmbedder()) as opened:
        return len(opened.documents())


def delete(root: Path, count: int) -> None:
    for path in sorted(root.rglob("*.txt"))[:count]:
        path.unlink()


@pytest.mark.parametrize("again", [False, True])
def test_most_of_a_source_is_deleted_only_when_it_is_allowed(many: Path, again: bool) -> None:
    delete(many, 11)
    (planned,) = plan([], many.with_name("index")).mass_deletions
    assert (planned.deleted, planned.documents) == (11, MANY)
    with pytest.raises(DeletionsError, match=r"11 of the 12 documents of .*allow-deletions"):
        update(many, again=again)
    assert documents(many) == MANY
    assert update(many, again=again, allow_deletions=True).documents == 1


def test_a_few_documents_are_deleted_without_being_asked(many: Path) -> None:
    delete(many, 10)
    assert update(many).documents == 2


@pytest.mark.parametrize("again", [False, True])
def test_an_empty_source_deletes_nothing(folder: Path, again: bool) -> None:
    update(folder)
    folder.rename(folder.with_name("unmounted"))
    folder.mkdir()
    with pytest.raises(DeletionsError, match="3 of the 3"):
        update(folder, again=again)
    assert documents(folder) == 3


def test_one_empty_source_does_not_hide_behind_another(many: Path, folder: Path) -> None:
    add([folder], many.with_name("index"), embedder=HashEmbedder())
    for path in folder.rglob("*.*"):
        path.unlink()
    with pytest.raises(DeletionsError, match=f"3 of the 3 documents of {folder}"):
        build([], many.with_name("index"), embedder=HashEmbedder())


BUILD = """
import sys
from pathlib import Path
import index
from tests.support.hash_embedder import HashEmbedder
report = getattr(index, sys.argv[2])([Path(sys.argv[1])], Path(sys.argv[1]).with_name("index"), embedder=HashEmbedder())
print(report.documents, *(f"{failure.path}: {failure.reason}" for failure in report.failures), sep="|")
"""


def without_permission(root: Path, function: str) -> list[str]:
    """The number of documents and the failures of a build in a process that keeps to the permissions of files."""
    command = [*bound_by_permissions(), sys.executable, "-c", BUILD, str(root), function]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("|")


@pytest.mark.parametrize("function", ["build", "rebuild"])
def test_a_folder_or_a_file_without_permission_keeps_its_documents(many: Path, function: str) -> None:
    (many / "deep").chmod(0)
    (many / "00.txt").chmod(0)
    try:
        assert without_permission(many, function) == [
            str(MANY),
            "00.txt: cannot be opened: Permission denied",
            "deep: the folder cannot be listed, its documents are kept: Permission denied",
        ]
        (many / "deep").chmod(0o700)
        (many / "00.txt").chmod(0o600)
        assert without_permission(many, function) == [str(MANY)]
    finally:
        (many / "deep").chmod(0o700)
