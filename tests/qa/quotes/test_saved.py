"""Saved answers are checked years later: each citation still stands there, has moved, was changed, or is gone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from index import DocumentIndex, InputError, build
from qa import SavedAnswersCheck, check_saved
from qa.quotes.proving import weights_sha256
from qa.settings import MODEL
from tests.qa.quotes.conftest import TIDE
from tests.support.hash_embedder import HashEmbedder

SENTENCE = "At spring tide the lower basin holds 4.2 metres of water, and no ship of more than 300 tonnes may enter."


@pytest.fixture
def answer(folder: Path) -> dict[str, Any]:
    """An answer as ``quoth ask --json`` prints it, as far as it is checked."""
    quote = "4.2 metres"
    citation = {
        "path": "tide.txt",
        "quote": quote,
        "start": TIDE.index(quote),
        "end": TIDE.index(quote) + len(quote),
        "sentence": SENTENCE,
        "sentence_start": TIDE.index(SENTENCE),
        "document_sha256": hashlib.sha256((folder / "tide.txt").read_bytes()).hexdigest(),
        "title": "Tide",
    }
    proof = {"revision": 1, "weights_sha256": "ab" * 32, "version": "0.1.0"}
    return {"question": "How deep is it?", "found": True, "text": quote, "citations": [citation], "proof": proof}


def checked(folder: Path, tmp_path: Path, saved: object) -> SavedAnswersCheck:
    build([folder], tmp_path / "index", embedder=HashEmbedder(), allow_deletions=True)
    with DocumentIndex.open(tmp_path / "index") as opened:
        return check_saved(opened, saved if isinstance(saved, str) else json.dumps(saved))


def test_an_unchanged_document_still_has_its_quotes(folder: Path, tmp_path: Path, answer: dict[str, Any]):
    check = checked(folder, tmp_path, answer)
    (citation,) = check.citations
    assert check.intact and (citation.state, citation.file_changed) == ("there", False)
    assert citation.proof is not None and citation.proof.version == "0.1.0"


def test_a_change_elsewhere_in_the_file_moves_nothing(folder: Path, tmp_path: Path, answer: dict[str, Any]):
    (folder / "tide.txt").write_text(TIDE + "\n\nA line at the end.")
    (citation,) = checked(folder, tmp_path, answer).citations
    assert (citation.state, citation.file_changed) == ("there", True)


def test_a_sentence_further_down_has_moved(folder: Path, tmp_path: Path, answer: dict[str, Any]):
    (folder / "tide.txt").write_text("A new line at the start.\n\n" + TIDE)
    check = checked(folder, tmp_path, answer)
    (citation,) = check.citations
    assert not check.intact and citation.state == "moved"
    assert citation.place is not None and citation.place.text == SENTENCE


def test_a_renamed_file_has_moved(folder: Path, tmp_path: Path, answer: dict[str, Any]):
    (folder / "tide.txt").rename(folder / "ebb.txt")
    (citation,) = checked(folder, tmp_path, answer).citations
    assert (citation.state, citation.file_changed) == ("moved", False)
    assert citation.place is not None and citation.place.path == "ebb.txt"


@pytest.mark.parametrize(
    ("before", "after"), [("4.2 metres", "4.8 metres"), ("may enter", "may not enter"), ("300", "30")]
)
def test_a_sentence_that_says_something_else_was_changed(
    folder: Path, tmp_path: Path, answer: dict[str, Any], before: str, after: str
):
    (folder / "tide.txt").write_text(TIDE.replace(before, after))
    (citation,) = checked(folder, tmp_path, answer).citations
    assert citation.state == "changed" and citation.place is not None and after in citation.place.text
    assert len(citation.differences) == 1


def test_a_deleted_document_is_gone(folder: Path, tmp_path: Path, answer: dict[str, Any]):
    (folder / "tide.txt").unlink()
    (citation,) = checked(folder, tmp_path, answer).citations
    assert (citation.state, citation.place) == ("gone", None)


def test_lists_lines_and_replies_are_read_and_refusals_have_nothing_to_check(
    folder: Path, tmp_path: Path, answer: dict[str, Any]
):
    refusal = {"question": "Who?", "found": False, "citations": []}
    for saved in ([answer, refusal], f"{json.dumps(answer)}\n\n{json.dumps({'reply': {'answer': refusal}})}\n"):
        check = checked(folder, tmp_path, saved)
        assert (check.answers, len(check.citations)) == (2, 1)


@pytest.mark.parametrize("content", ["", "{}", "no json", '{"citations": [{"quote": 7}]}'])
def test_a_file_without_answers_is_an_error(folder: Path, tmp_path: Path, content: str):
    with pytest.raises(InputError, match="this file"):
        checked(folder, tmp_path, content)


def test_the_proof_names_the_weights_as_sha256sum_does():
    printed = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(MODEL.glob("reader-*.safetensors"))
    )
    assert weights_sha256(MODEL) == hashlib.sha256(printed.encode()).hexdigest()
