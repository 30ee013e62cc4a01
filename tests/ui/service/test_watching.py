"""A service that watches its folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import build
from tests.support.samples.documents import write_documents
from tests.support.waiting import wait_until
from ui.service.service import Service
from ui.settings import load_settings


def test_changes_are_taken_up_before_and_while_the_service_watches(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    folder = write_documents(tmp_path)
    build([folder], tmp_path / "index")
    (folder / "salt.txt").write_text("Salt melts at 801 degrees.")
    service = Service.of(load_settings({"index": tmp_path / "index"}))

    def paths() -> set[str]:
        return {record.path for record in service.engine.answerer().index.documents()}

    service.watching.start()
    wait_until(lambda: "salt.txt" in paths(), "what changed before")
    (folder / "lead.txt").write_text("Lead melts at 327 degrees.")
    (folder / "tea.txt").unlink()
    wait_until(lambda: "lead.txt" in paths() and "tea.txt" not in paths(), "what changed since")
    left = paths()
    for path in folder.rglob("*.*"):
        path.unlink()
    wait_until(lambda: "are gone" in caplog.text, "the refusal to remove everything")
    assert paths() == left
    service.close()
