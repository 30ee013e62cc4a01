"""An index that format 1 left, kept in ``format1/index.zip``, is upgraded by the next build and loses nothing."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from index import DocumentIndex, IndexMismatchError, IndexSettings, build, copy, plan, remove, verify
from tests.support.hash_embedder import HashEmbedder

KEPT = Path(__file__).with_name("format1") / "index.zip"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder with ``documents`` and the old ``index``."""
    with zipfile.ZipFile(KEPT) as file:
        file.extractall(tmp_path)
    with closing(sqlite3.connect(tmp_path / "index" / "catalog.sqlite")) as connection:
        for table, column in (("sources", "path"), ("documents", "source")):
            connection.execute(f"UPDATE {table} SET {column} = replace({column}, '/format1', ?)", (str(tmp_path),))
        connection.commit()
    return tmp_path


def ids(index: Path) -> dict[str, int]:
    with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
        return dict(connection.execute("SELECT path, id FROM documents"))


def test_the_next_build_reads_every_file_again_and_keeps_all_else(root: Path):
    index, hashing = root / "index", HashEmbedder()
    before = ids(index)
    assert set(plan([], index).changed) == {"policy.md", "prices.csv", "harbour.txt"}
    report = build([], index, embedder=hashing)
    assert set(report.plan.changed) == {"policy.md", "prices.csv", "harbour.txt"}
    assert ids(index) == before
    with DocumentIndex.open(index, embedder=hashing) as opened, opened.snapshot() as view:
        tables = view.document(before["prices.csv"]).tables
        assert [table.columns for table in tables] == [(("Article",), ("Price",))]
        assert "12.50" in view.search("oak shelf price")[0].chunk.text
        assert view.text(before["bees"]) == "A hive holds fifty thousand bees in June."
    assert verify(index).sound
    assert report.embedded == 2, "only the table and the Markdown, which is rendered now, have another text"
    assert (index / "uploads" / "harbour.txt").read_text() == "The harbour office opens at nine.\n"
    assert (index / "chosen.json").read_text() == '{"threshold":0.61}\n'
    assert '"verdict": "up"' in (index / "verdicts.jsonl").read_text()
    assert build([], index, embedder=hashing).plan.unchanged == ("policy.md", "prices.csv", "harbour.txt")


def test_documents_whose_folder_is_missing_are_kept(root: Path):
    index, hashing = root / "index", HashEmbedder()
    shutil.rmtree(root / "documents")
    build([], index, embedder=hashing)
    assert set(ids(index)) == {"policy.md", "prices.csv", "harbour.txt", "bees"}
    assert verify(index).sound
    remove([root / "documents"], index)
    assert set(ids(index)) == {"harbour.txt", "bees"}


def test_a_killed_upgrade_leaves_the_old_index_and_goes_on(root: Path):
    index = root / "index"

    class Failing(HashEmbedder):
        def encode(self, texts):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([], index, embedder=Failing())
    assert set(plan([], index).changed) == {"policy.md", "prices.csv", "harbour.txt"}
    build([], index, embedder=HashEmbedder())
    assert verify(index).sound


@pytest.mark.parametrize("what", ["search", "copy", "remove"])
def test_until_then_the_remedy_is_named(root: Path, what: str):
    index = root / "index"
    with pytest.raises(IndexMismatchError, match="run `quoth index`, which upgrades it"):
        if what == "search":
            DocumentIndex.open(index, embedder=HashEmbedder())
        elif what == "copy":
            copy(index, root / "other")
        else:
            remove(["bees"], index)


def test_it_is_not_upgraded_to_other_settings(root: Path):
    with pytest.raises(IndexMismatchError, match="at most 200 tokens"):
        build([], root / "index", settings=IndexSettings(chunk_tokens=100), embedder=HashEmbedder())


def test_an_upgrade_from_format_3_finds_text_without_spaces_and_embeds_nothing(tmp_path: Path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "castle.txt").write_text("大阪城の入場料は大人六百円である。\n")
    index, hashing = tmp_path / "index", HashEmbedder()
    build([tmp_path / "documents"], index, embedder=hashing)
    with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
        connection.execute("UPDATE meta SET value = '3' WHERE key = 'format'")
        connection.execute("UPDATE passages SET title = 'castle'")
        connection.commit()
    assert plan([], index).changed == ("castle.txt",)
    assert build([], index, embedder=hashing).embedded == 0
    with DocumentIndex.open(index, embedder=hashing) as opened:
        assert opened.search("入場料")[0].keyword_rank == 1
    assert verify(index).sound
