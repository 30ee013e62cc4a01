"""Every format gives its text, title, date, pages and headings."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from index import UnreadableFileError, load
from index.loaders.dispatch import parse
from tests.support.samples.files import FORMATS, pdf_file, pdf_pages

SECTIONS = [("Origins", "The tower was begun in 1173."), ("Repairs", "It was closed from 1990 to 2001 for repairs.")]


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_its_words(suffix: str) -> None:
    document = parse(FORMATS[suffix](SECTIONS), f"tower{suffix}")
    for heading, words in SECTIONS:
        assert heading in document.text
        assert words in document.text


@pytest.mark.parametrize("suffix", [".md", ".html", ".pdf", ".docx"])
def test_headings_stand_where_they_say(suffix: str) -> None:
    document = parse(FORMATS[suffix](SECTIONS), f"tower{suffix}")
    assert [heading.title for heading in document.headings] == ["Origins", "Repairs"]
    for heading in document.headings:
        assert heading.title in document.text[heading.start : heading.start + len(heading.title) + 4]


def test_a_pdf_has_a_page_table_that_covers_its_text() -> None:
    document = parse(pdf_file(SECTIONS), "tower.pdf")
    assert [page.number for page in document.pages] == [1, 2]
    for page, (_, words) in zip(document.pages, SECTIONS, strict=True):
        assert words in document.text[page.start : page.end]


def test_the_title_and_date_of_a_pdf_are_read() -> None:
    document = parse(pdf_file(SECTIONS, "/Title(The Leaning Tower)/CreationDate(D:20240305120000Z)"), "t.pdf")
    assert (document.title, document.date) == ("The Leaning Tower", "2024-03-05")


def test_a_pdf_title_left_by_a_word_processor_is_passed_over_for_the_largest_heading() -> None:
    pages = [[(24, "The Leaning Tower"), (11, "It leans."), (11, "It has always leaned a little.")]]
    assert parse(pdf_pages(pages, "/Title(Microsoft Word - t.doc)"), "t.pdf").title == "The Leaning Tower"


def test_words_divided_at_a_line_end_of_a_pdf_are_joined() -> None:
    lines = [(11, "The inter-"), (11, "national fair was a well-"), (11, "known one. A well-known fair.")]
    assert "The international fair was a well-known one." in parse(pdf_pages([lines]), "fair.pdf").text


def test_pages_without_text_are_named() -> None:
    document = parse(pdf_pages([[(11, "Words.")], [], [(11, "More.")]]), "half.pdf")
    assert document.empty_pages == (2,)
    assert document.warnings == ("pages without text: 2",)


def test_a_pdf_with_text_on_no_page_is_a_scan() -> None:
    with pytest.raises(UnreadableFileError, match="a scan: its 2 pages have no text layer"):
        parse(pdf_pages([[], []]), "scan.pdf")


def test_html_leaves_out_what_is_not_prose() -> None:
    page = b"<title>T</title><nav>Menu</nav><script>x()</script><style>p{}</style><p>Kept.</p><footer>Imprint</footer>"
    assert parse(page, "page.html").text.strip() == "Kept."


def test_the_date_and_the_declared_encoding_of_html_are_read() -> None:
    page = '<meta charset="iso-8859-1"><meta name="date" content="2023-07-01"><p>Café</p>'.encode("latin-1")
    document = parse(page, "page.html")
    assert (document.date, document.text.strip(), document.encoding) == ("2023-07-01", "Café", "cp1252")


def test_front_matter_is_metadata_and_can_be_quoted() -> None:
    text = "---\ntitle: 'On Tea'\ndate: 2024-05-06\ntags: [green, black]\nfor:\n  - people\n---\n\n# Tea\n\nSteep it.\n"
    document = parse(text.encode(), "tea.md")
    assert (document.title, document.date) == ("On Tea", "2024-05-06")
    assert document.metadata == {"title": "On Tea", "date": "2024-05-06", "tags": "green, black", "for": "people"}
    assert document.text == "title: On Tea.\ndate: 2024-05-06.\ntags: green, black.\nfor: people.\n\nTea\n\nSteep it."
    assert document.body_start == 0  # the values can be quoted


@pytest.mark.parametrize(
    ("block", "metadata"),
    [
        ("author:\n  name: Ada\n  born: {year: 1815}\n", {"author.name": "Ada", "author.born.year": "1815"}),
        ("authors:\n  - name: Ada\n  - name: Bob\n", {"authors.name": "Ada, Bob"}),
        ("note: >\n  two\n  lines\n", {"note": "two lines"}),
        ('title: "say \\"so\\" # now"  # a comment\n', {"title": 'say "so" # now'}),
        (
            "version: 1.10\ndraft: yes\nposted: 2024-05-06\n",
            {"version": "1.10", "draft": "yes", "posted": "2024-05-06"},
        ),
        ("Empty:\n", {"empty": ""}),
        (r'title: "a\0b\ud800\u2028c"' + "\n", {"title": "a b c"}),
    ],
)
def test_front_matter_is_read_as_yaml_and_its_values_are_kept_as_written(block: str, metadata: dict[str, str]) -> None:
    assert parse(f"---\n{block}---\nTea.\n".encode(), "tea.md").metadata == metadata


def test_front_matter_that_is_no_yaml_is_read_line_by_line() -> None:
    document = parse(b"---\ntitle: Notes: on tea\ndate: 2024-05-06\n  @rest\n---\nTea.\n", "tea.md")
    assert (document.title, document.date) == ("Notes: on tea", "2024-05-06")


@pytest.mark.parametrize(
    "block",
    [
        "a: &a [x, x]\n"
        + "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}' if n else '*a'] * 9)}]\n" for n in range(30)),
        "a: &a [x, *a]\n",
        "a: " + "[" * 5000 + "]" * 5000 + "\n",
        "a: !!python/object/apply:os.system [exit]\n",
    ],
    ids=["many aliases", "an alias of itself", "deep nesting", "a Python object"],
)
def test_hostile_front_matter_stays_small_and_runs_no_code(block: str) -> None:
    document = parse(f"---\n{block}---\nTea.\n".encode(), "tea.md")
    assert document.text.endswith("Tea.")
    assert len(document.text) <= 2 * len(block)
    assert sum(map(len, document.metadata.values())) <= len(block)


def test_a_date_line_is_a_head(seeds: Path) -> None:
    document = load(next(seeds.glob("*.txt")), seeds)
    assert document.date == "2025-04-08"
    assert document.text.startswith(" date 2025-04-08 ")
    assert document.text[document.body_start :].startswith("A Russian spacecraft")


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Date: 8 April 2025\n\nProse.", "2025-04-08"),
        ("Date: April 8th, 2025\nProse.", "2025-04-08"),
        ("Published 2025-04-08\nProse.", "2025-04-08"),
        ("2025-04-08\n\nProse.", "2025-04-08"),
        ("2025-04-08 was a Tuesday.", None),
        ("Date palms grow in Egypt.", None),
        ("Date: 2025-13-45\nProse.", None),
        ("Updated prose reads better.", None),
    ],
)
def test_only_dates_are_taken_for_dates(line: str, date: str | None) -> None:
    document = parse(line.encode(), "dated.txt")
    assert document.date == date
    assert (document.body_start > 0) == (date is not None)


def test_word_tables_and_titles_are_read() -> None:
    made = docx.Document()
    made.add_heading("Prices", 0)
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Tea", "3 euros"
    file = io.BytesIO()
    made.save(file)
    document = parse(file.getvalue(), "prices.docx")
    assert document.title == "Prices"
    assert "Tea: 3 euros." in document.text


def test_a_table_row_reads_as_a_passage() -> None:
    assert parse(b"name;age\nAnn;31\nBob;42\n", "people.csv").text == "name: Ann; age: 31.\nname: Bob; age: 42."
    assert parse(b"1,2\n3,4\n", "numbers.csv").text == "1: 2.\n3: 4."


def test_json_values_stand_after_their_names() -> None:
    document = parse(b'{"title": "Crew", "members": [{"name": "Kim", "age": 41}]}', "crew.json")
    assert document.title == "Crew"
    assert document.text.endswith("members\n\nname: Kim; age: 41.")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Größe und Überfluß gehören zu den schönen Wörtern.".encode("latin-1"), "cp1252"),
        ("Größe und Überfluß".encode("utf-16"), "utf-16"),
        ("Größe und Überfluß gehören dazu".encode("utf-16-le"), "utf-16-le"),
        ("Größe und Überfluß".encode("utf-8-sig"), "utf-8"),
    ],
)
def test_other_encodings_are_recognised(content: bytes, encoding: str) -> None:
    document = parse(content, "words.txt")
    assert document.text.startswith("Größe und Überfluß")
    assert document.encoding == encoding


def test_line_ends_and_control_characters_are_made_plain() -> None:
    document = parse(b"One\r\nTwo\rThree \x1b[31mred\x1b[0m\x07", "a.txt")
    assert document.text == "One\nTwo\nThree red "
    assert parse(b"N\x08NA\x08AM\x08ME\x08E\n_\x08a \x1b[2Jb", "a.txt").text == "NAME\na  [2Jb"
    assert parse(rb'{"said": "one\u0000two"}', "a.json").text == "said: one two"


def test_a_name_made_by_a_machine_is_no_title() -> None:
    words = "The first sentence of a text tells more than its name does."
    assert (
        parse(words.encode(), "000_7741615dfd21157b.txt").title == "The first sentence of a text tells more than its…"
    )
    assert parse(words.encode(), "annual report 2024.txt").title == "annual report 2024"
