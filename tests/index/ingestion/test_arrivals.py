"""The days on which documents came into an index, and on which they were replaced."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from index import DocumentIndex, build
from tests.support.hash_embedder import HashEmbedder


def _dates(location: Path) -> tuple[dict[str, str], dict[str, str]]:
    with DocumentIndex.open(location, embedder=HashEmbedder()) as index:
        names = {record.address: record.path for record in index.documents()}
        added, changed = index.arrivals.added(), index.arrivals.changed()
    return tuple({names[at]: day for at, day in days.items() if at in names} for days in (added, changed))


def test_a_document_is_dated_when_it_is_added_and_when_it_is_replaced(tmp_path: Path) -> None:
    notes, location, embedder = tmp_path / "notes", tmp_path / "index", HashEmbedder()
    notes.mkdir()
    (notes / "tea.txt").write_text("Tea is green.")
    (notes / "iron.txt").write_text("Iron melts.")
    build([notes], location, embedder=embedder)
    today = date.today().isoformat()
    assert _dates(location) == ({"tea.txt": today, "iron.txt": today}, {})
    (notes / "tea.txt").write_text("Tea is black.")
    build([], location, embedder=embedder)
    added, changed = _dates(location)
    assert added == {"tea.txt": today, "iron.txt": today}
    assert changed == {"tea.txt": today}


def test_a_damaged_record_of_days_stops_no_build(tmp_path: Path) -> None:
    (tmp_path / "tea.txt").write_text("Tea is green.")
    location, embedder = tmp_path / "index", HashEmbedder()
    build([tmp_path / "tea.txt"], location, embedder=embedder)
    (location / "arrivals.json").write_text("[")
    assert _dates(location) == ({}, {})
    build([], location, embedder=embedder)
