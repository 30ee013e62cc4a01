"""``quoth collection``, and ``--collection`` of the other commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from index import build
from tests.support.samples.documents import write_documents


def test_other_commands_are_limited_to_a_collection(quoth: Callable, tmp_path: Path):
    build([write_documents(tmp_path)], tmp_path / ".quoth")
    added = quoth("collection", "add", "Drinks", "deep/*", "tea.txt")
    assert (added.returncode, added.stdout) == (0, "“Drinks” has 2 documents.\n")
    question = "At how many degrees does iron melt?"
    assert "1538" in quoth("ask", question).stdout
    assert "1538" not in quoth("ask", question, "--collection", "Drinks").stdout
    hits = json.loads(quoth("search", question, "--collection", "Drinks", "--json").stdout)["hits"]
    assert {hit["document"]["path"] for hit in hits} == {"deep/coffee.md", "tea.txt"}
    listed = json.loads(quoth("documents", "--collection", "Drinks", "--json").stdout)["documents"]
    assert [one["path"] for one in listed] == ["deep/coffee.md", "tea.txt"]
    (tmp_path / "questions.txt").write_text(question)
    sheet = json.loads(quoth("sheet", "questions.txt", "--each", "--collection", "Drinks", "--json").stdout)
    assert ([row["document"] for row in sheet["rows"]], sheet["collection"]) == (
        ["deep/coffee.md", "tea.txt"],
        "Drinks",
    )
    assert quoth("ask", question, "--collection", "Metals").returncode == 3
    assert quoth("collection", "add", "Drinks", "wine.txt").returncode == 3


def test_collections_are_listed_shrunk_and_removed(quoth: Callable, tmp_path: Path):
    folder = write_documents(tmp_path)
    build([folder], tmp_path / ".quoth")
    assert "no collection yet" in quoth("collection", "list").stdout
    quoth("collection", "add", "All", "*")
    (folder / "tea.txt").unlink()
    build([folder], tmp_path / ".quoth")
    content = json.loads(quoth("collection", "list", "All", "--json").stdout)
    assert (content["documents"], content["missing"]) == (["deep/coffee.md", "iron.html"], [str(folder / "tea.txt")])
    assert quoth("collection", "remove", "All", "tea.txt", "deep/*").stdout == "“All” has 1 document.\n"
    assert quoth("collection", "remove", "All").returncode == 0
    assert quoth("collection", "list", "All").returncode == 3
