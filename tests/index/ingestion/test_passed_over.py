"""Whatever a build does not read is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import NoDocumentsError, plan
from index.ingestion.sources import Scope, scan
from index.reports import PassedOver


def test_files_of_other_types_and_linked_folders_are_counted_by_kind(tmp_path: Path):
    folder, other = tmp_path / "docs", tmp_path / "other"
    (folder / "sub").mkdir(parents=True)
    other.mkdir()
    (folder / "link").symlink_to(other)
    for name in ("tea.txt", "a.png", "b.PNG", "sub/c.png", "plan.dwg", "README", ".hidden", "~$tea.docx"):
        (folder / name).write_text("Tea is a leaf.")
    planned = plan([folder], tmp_path / "index")
    assert planned.added == ("tea.txt",)
    assert planned.passed_over == PassedOver({"": 1, ".dwg": 1, ".png": 3}, 1)
    assert str(planned.passed_over) == "5 of other kinds (no suffix 1, .dwg 1, .png 3), 1 linked folder"


def test_nothing_is_said_where_all_is_read(tmp_path: Path):
    (tmp_path / "tea.txt").write_text("Tea is a leaf.")
    passed_over = scan(Scope(tmp_path)).passed_over
    assert (bool(passed_over), str(passed_over)) == (False, "")


def test_a_folder_without_a_document_is_refused_with_what_it_holds(tmp_path: Path):
    (tmp_path / "a.dwg").write_text("x")
    with pytest.raises(NoDocumentsError, match=r"supported type \(not read: 1 of other kinds \(.dwg 1\)\)"):
        plan([tmp_path], tmp_path / "index")


def test_of_many_kinds_the_most_frequent_are_named():
    kinds = {f".{n:02}": n for n in range(1, 13)}
    assert str(PassedOver(kinds, 2)) == (
        "78 of other kinds (.03 3, .04 4, .05 5, .06 6, .07 7, .08 8, .09 9, .10 10, .11 11, .12 12, and 2 more kinds)"
        ", 2 linked folders"
    )
