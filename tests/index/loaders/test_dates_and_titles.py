"""A document has the date of its first lines, else of its metadata or its name, and the title that a person gave."""

from __future__ import annotations

import datetime

import pytest

from index.loaders.description.dates import declared_date
from index.loaders.description.dating import date_in_name
from index.loaders.description.titles import is_own_title
from index.loaders.dispatch import parse

TODAY = datetime.datetime.now(datetime.UTC).date().isoformat()


def _dated(text: str, name: str = "a.txt") -> tuple[str | None, str | None]:
    document = parse(text.encode(), name)
    return document.date, document.date_source


@pytest.mark.parametrize(
    ("first", "date"),
    [
        ("Ferry notes\nLast updated: 7 May 2021", "2021-05-07"),
        ("Ferry notes\n\nPublished on 12 March 2020", "2020-03-12"),
        ("Date: 03.04.2022", "2022-04-03"),
        ("2019/06/01", "2019-06-01"),
        ("Ferry notes\n\nThursday, 6 May 2021", "2021-05-06"),
        ("Ferry notes\nMay 2021", "2021-05"),
        ("By Ada Stone | March 3rd, 2021 | 4 min", "2021-03-03"),
        ("Posted 25/12/2020 by Ada", "2020-12-25"),
        ("Ferry notes\nReleased 2018", "2018"),
        ("Ferry rules\nEffective date: 7 May 2021", "2021-05-07"),
        ("Ferry notes\nPosted by Ada Stone on 7 May 2021", "2021-05-07"),
        ("Ferry notes\n(updated 12-Feb-2021)", "2021-02-12"),
        ("Fährplan\nStand: 1. März 2021", "2021-03-01"),
        ("Traversées\nMis à jour le 1er août 2021", "2021-08-01"),
        ("Salidas\nFecha: 5 de mayo de 2021", "2021-05-05"),
    ],
)
def test_a_date_in_a_usual_form_in_the_first_lines_is_the_date(first: str, date: str):
    assert _dated(f"{first}\n\nThe ferry leaves at nine.") == (date, "text")


@pytest.mark.parametrize(
    "first",
    [
        "Date of birth: 5 May 1980",
        "Valid from 5 May 2031",
        "On 5 May 2021 it rained.",
        "Revised 12 times",
        "Published 2012 copies",
        "04/05/2021",  # the fourth of May, or the fifth of April
        "1984",
        "Date: 31.04.2022",
        "3 jui 2021",  # June or July in French
    ],
)
def test_other_dates_and_numbers_are_not(first: str):
    assert _dated(f"{first}\n\nThe ferry leaves at nine.") == (None, None)


def test_the_date_of_the_last_change_wins():
    assert _dated("Ferry\nPublished: 1 May 2020\nUpdated: 2 June 2021\n\nText.") == ("2021-06-02", "text")
    assert _dated("Published 2020-05-01\nUpdated 2021-06-02\n\nText.") == ("2021-06-02", "text")
    assert _dated("---\ncreated: 2020-05-01\nmodified: 2021-06-02\n---\nText.", "a.md") == (
        "2021-06-02",
        "front matter",
    )


def test_front_matter_lines_metadata_and_name_decide_in_this_order():
    assert _dated("---\ndate: 2020-05-01\n---\nUpdated 2 June 2021\n\nText.", "a.md") == ("2020-05-01", "front matter")
    page = '<meta name="date" content="2020-05-01"><h1>Ferry</h1><p>{}</p>'
    assert _dated(page.format("Published on 3 May 2020"), "a.html") == ("2020-05-03", "text")
    assert _dated(page.format("Text."), "2019-01-01.html") == ("2020-05-01", "metadata")
    assert _dated("Text.", "notes-2019-01-02.txt") == ("2019-01-02", "file")


def test_rows_of_a_table_and_lines_far_below_do_not_date_a_document():
    assert _dated("Date;Sum\n2021-05-06;4\n2021-05-07;5\n", "a.csv") == (None, None)
    assert _dated("\n".join([*(f"Item {n}" for n in range(12)), "Updated: 5 May 2021"])) == (None, None)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("20220815 minutes.txt", "2022-08-15"),
        ("minutes_2022-08.txt", "2022-08"),
        ("a/2022/minutes.txt", None),
        ("7741615d20210305.txt", None),
        ("1234-56-78.txt", None),
        (f"{TODAY}.txt", None),
    ],
)
def test_a_name_has_a_date_between_its_words(name: str, date: str | None):
    assert date_in_name(name) == date


@pytest.mark.parametrize("words", ["2013-12-23T23:15:00Z", "D:19700101000000Z", TODAY, "2999-01-01", "soon"])
def test_what_templates_libraries_and_clocks_say_is_no_date(words: str):
    assert declared_date(words, "2020-05-01") == "2020-05-01"


@pytest.mark.parametrize(
    "title",
    ["Sheet1", "Slide 1", "Word Document", "(anonymous)", "Microsoft Word - lease", "LaTeX", "Adobe InDesign CS5",
     "Untitled 2", "lease.docx", "Presentation1", "PowerPoint Presentation", "- -"],
)  # fmt: skip
def test_default_names_and_programs_are_no_titles(title: str):
    assert not is_own_title(title)
    page = parse(f"<title>{title}</title><h1>The lease</h1><p>Text.</p>".encode(), "a.html")
    assert page.title == "The lease"


@pytest.mark.parametrize(
    "title", ["Excel for beginners", "Slide rules", "Scan results", "The word", "Pages of history"]
)
def test_titles_that_begin_alike_are_titles(title: str):
    assert is_own_title(title)


@pytest.mark.parametrize("line", ["Last updated: 5 May 2024", "Published on 5 May 2024", "03.04.2024", "2024/06/01"])
def test_a_line_that_is_only_a_date_is_no_title(line: str):
    assert parse(f"{line}\n\nThe pier is closed.\n".encode(), "pier.txt").title == "pier"
    assert parse(b"Updates of May 2024\n\nThe pier is closed.\n", "pier.txt").title == "Updates of May 2024"
