"""Of several versions of a document the newest answers, unless the question names a year."""

from __future__ import annotations

import pytest

from index import Document
from qa import answerer_over

POLICY = "The daily taxi allowance is {} euros. Receipts are kept for {} years."


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    documents = [
        Document(f"rules-{year}.md", "Travel rules", POLICY.format(*values), "text/markdown", date=f"{year}-02-01")
        for year, values in (("2020", (20, 3)), ("2024", (35, 5)))
    ]
    with answerer_over(documents, tmp_path_factory.mktemp("versions") / "index") as answerer:
        yield answerer


def test_the_newer_version_answers_and_the_older_one_is_told_as_earlier(versions):
    answer = versions.answer("What is the daily taxi allowance?")
    assert answer.text.startswith("35") and answer.relation == "earlier"
    assert answer.disagreement is not None and answer.disagreement.text.startswith("20")


def test_a_year_in_the_question_asks_for_the_version_of_that_year(versions):
    answer = versions.answer("What was the daily taxi allowance in 2020?")
    likeliest = answer.text or answer.candidates[0].text  # it may be withheld
    assert likeliest.startswith("20")
