"""The scope of a question: filters and earlier turns."""

from __future__ import annotations

import json

import pytest

from index import Filters, QuestionError
from qa import Turn
from ui.web.scope import Scope


def test_nothing_chosen_is_no_filter() -> None:
    assert Scope.read("").filters() is None
    assert Scope.read('{"media_type": "", "documents": []}').filters() is None


def test_the_chosen_documents_become_the_filters() -> None:
    chosen = {"documents": ["a.txt", "b*.txt"], "media_type": "text/plain", "after": "2024", "before": "2025-01-31"}
    documents = frozenset(chosen["documents"])
    assert Scope.read(json.dumps(chosen)).filters() == Filters(
        after="2024", before="2025-01-31", media_type="text/plain", documents=documents
    )


@pytest.mark.parametrize("sent", ["no json", '{"after": "yesterday"}', "[]", '{"topic": 3}', '{"documents": "a.txt"}'])
def test_a_malformed_scope_is_refused_and_never_ignored(sent: str) -> None:
    with pytest.raises(QuestionError, match="malformed"):
        Scope.read(sent)


def test_the_turns_before_are_those_of_the_topic() -> None:
    sent = json.dumps({"topic": [{"question": "Who flew to the station?", "answer": "Jonathan Kim"}]})
    assert Scope.read(sent).turns() == [Turn("Who flew to the station?", answer="Jonathan Kim")]
    assert Scope.read("").turns() == []
