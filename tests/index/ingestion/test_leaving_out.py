"""Files that a person leaves out, by ``.quothignore`` and by patterns that the index remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import DocumentIndex, IndexSettings, InputError, build, plan, rebuild
from index.ingestion.leaving_out import LeavingOut, Patterns
from tests.support.hash_embedder import HashEmbedder

NAMES = ("tea.txt", "notes.txt", "drafts/a.txt", "drafts/b.txt", "deep/old.txt", "deep/keep.txt")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder of small files."""
    for name in NAMES:
        file = tmp_path / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"The file {name} is about tea.")
    return tmp_path / "docs"


def test_a_quothignore_leaves_files_and_folders_out_and_the_plan_names_them(library: Path, tmp_path: Path):
    (library / ".quothignore").write_text("# not these\ndrafts/\n*.txt\n!tea.txt\n!/deep/*.txt\n")
    (library / "deep" / ".quothignore").write_text("old.txt\n")
    planned = plan([library], tmp_path / "index")
    assert planned.added == ("deep/keep.txt", "tea.txt")
    assert str(planned.passed_over) == "3 left out (deep/old.txt, drafts/, notes.txt)"
    assert plan([library / "deep"], tmp_path / "index").added == ("keep.txt",)


def test_patterns_are_remembered_until_others_are_given(library: Path, tmp_path: Path):
    place, embedder = tmp_path / "index", HashEmbedder()

    def paths(**patterns: tuple[str, ...]) -> list[str]:
        build([library], place, settings=IndexSettings(**patterns), embedder=embedder)
        with DocumentIndex.open(place, embedder=embedder) as opened:
            return [record.path for record in opened.documents()]

    assert paths(exclude=("drafts", "old.*")) == ["deep/keep.txt", "notes.txt", "tea.txt"]
    assert paths() == ["deep/keep.txt", "notes.txt", "tea.txt"]
    rebuild([], place, embedder=embedder)
    assert plan([], place).empty
    assert paths(include=("deep/",)) == ["deep/keep.txt"]  # no refusal, although most documents go
    assert paths(include=("",), exclude=("",)) == sorted(NAMES)


def test_a_part_of_a_source_keeps_to_the_rules_of_the_folders_above(library: Path, tmp_path: Path):
    place, embedder = tmp_path / "index", HashEmbedder()
    (library / ".quothignore").write_text("deep/old.txt\n")
    build([library], place, embedder=embedder)
    (library / "deep" / "new.txt").write_text("New tea.")
    assert plan([library / "deep"], place).added == ("deep/new.txt",)


def test_what_is_no_pattern_is_refused_with_its_place():
    with pytest.raises(InputError, match="--exclude has a line"):
        LeavingOut(Patterns(exclude=("!",)))
