"""What a question is asked within."""

from __future__ import annotations

import fnmatch
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Filters, QuestionError
from ui.scope import Scope


def test_nothing_chosen_is_no_filter() -> None:
    assert Scope.read("").filters() is None
    assert Scope.read('{"media_type": "", "document": null}').filters() is None


def test_what_was_chosen_is_what_is_searched() -> None:
    sent = json.dumps({"document": "a.txt", "media_type": "text/plain", "after": "2024", "before": "2025-01-31"})
    assert Scope.read(sent).filters() == Filters("a.txt", "2024", "2025-01-31", "text/plain")


@given(st.text(alphabet="ab*?[].!", min_size=1), st.text(alphabet="ab*?[].!", min_size=1))
def test_a_chosen_document_is_that_one_and_no_other(chosen: str, other: str) -> None:
    filters = Scope(document=chosen).filters()
    assert filters is not None and filters.path is not None
    assert _admits(filters, chosen)
    assert _admits(filters, other) == (chosen == other)


@pytest.mark.parametrize("sent", ["no json", '{"after": "yesterday"}', "[]", '{"topic": 3}'])
def test_what_is_not_understood_is_refused_and_never_ignored(sent: str) -> None:
    with pytest.raises(QuestionError, match="not understood"):
        Scope.read(sent)


def test_a_follow_up_takes_its_topic_from_the_turns_before() -> None:
    sent = json.dumps({"topic": [{"question": "Who flew to the station?", "answer": "Jonathan Kim"}]})
    assert Scope.read(sent).understood("How long will he stay?") == "How long will Jonathan Kim stay?"
    assert Scope.read("").understood("How long will he stay?") == "How long will he stay?"


def _admits(filters: Filters, path: str) -> bool:
    return fnmatch.fnmatchcase(path, filters.path or "")
