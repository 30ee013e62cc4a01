"""Of several versions of a document the newest answers, unless the question names a year."""

from __future__ import annotations

import pytest

from index import Document
from qa import answerer_over
from qa.answering.versions import asked_of_version

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
    assert answer.text.startswith("20") and answer.relation is None


def test_a_newer_version_is_told_where_it_no_longer_says_what_the_older_one_does(tmp_path):
    said = {
        "2021": "The tenant may keep a cat. Dogs are not allowed.",
        "2024": "The tenant may keep a cat. Small dogs are allowed.",
    }
    documents = [
        Document(f"lease-{year}.md", "Lease of the mill", text, "text/markdown", date=f"{year}-05-01")
        for year, text in said.items()
    ]
    with answerer_over(documents, tmp_path / "index") as answerer:
        answer = answerer.answer("Are dogs allowed?")
    other = answer.disagreement.citation.sentence if answer.disagreement else ""
    assert answer.found and "Small dogs" in f"{answer.citations[0].sentence} {other}"


@pytest.mark.parametrize(
    "typed",
    [
        "What was the daily taxi allowance in 2020?",
        "In 2020, what was the daily taxi allowance?",
        "What was the daily taxi allowance for the year 2020?",
    ],
)
def test_the_version_of_a_year_is_asked_without_the_year(versions, typed):
    with versions.index.snapshot() as view:
        hits = view.search(typed, 5)
    of_2020, of_2024 = (next(hit for hit in hits if hit.document.date.startswith(year)) for year in ("2020", "2024"))
    assert asked_of_version(typed, of_2020, hits).lower() == "what was the daily taxi allowance?"
    assert asked_of_version(typed, of_2024, hits) == typed
    assert asked_of_version(typed, of_2020, [of_2020]) == typed  # no other version is known


@pytest.mark.parametrize(
    ("title", "begins"),
    [
        ("First amendment to the taxi rules of the harbour", "Signed by both sides. "),
        ("Letter of 3 May", "This letter changes the taxi rules of the harbour. "),
    ],
)
def test_what_amends_a_document_answers_and_the_amended_one_is_told_as_earlier(tmp_path, title, begins):
    rules = "The daily taxi allowance is 20 euros. Receipts are kept for three years."
    documents = [
        Document("a.md", title, f"{begins}The daily taxi allowance is 35 euros.", "text/markdown"),
        Document("b.md", "Taxi rules of the harbour", rules, "text/markdown", date="2020-01-01"),
    ]
    with answerer_over(documents, tmp_path / "index") as answerer:
        answer = answerer.answer("What is the daily taxi allowance?")
        other = answerer.answer("How long are receipts kept?")
    assert answer.text.startswith("35") and answer.relation == "earlier"
    assert answer.disagreement is not None and answer.disagreement.text.startswith("20")
    assert other.text.startswith("three") and other.relation is None  # what the amendment leaves as it is


def test_versions_without_a_date_are_ordered_by_what_they_say(tmp_path):
    said = (
        "Version of 1 March 2023. The daily taxi allowance is 20 euros.",
        "Version of 1 May 2025. It replaces the one of 1 March 2023. The daily taxi allowance is 35 euros.",
    )
    documents = [Document(f"{n}.md", "Taxi rules", text, "text/markdown") for n, text in enumerate(said)]
    with answerer_over(documents, tmp_path / "index") as answerer:
        answer = answerer.answer("What is the daily taxi allowance?")
    assert answer.text.startswith("35") and answer.relation == "earlier"
