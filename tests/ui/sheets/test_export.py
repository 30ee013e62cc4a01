"""A sheet as a file, whatever the documents say."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from index import Document, DocumentRecord, InputError
from qa import Citation, Sheet
from qa.sheets.sheet import Position, RowHead, unasked
from tests.support.answers import citation, found, refused
from ui.sheets.export import exported, file_links

QUESTIONS = ["What rocket was used?", "=1+1"]
LINK = "http://127.0.0.1:7860/#source/3/4-8"


def sheet_saying(*cited: Citation, each: bool = True) -> Sheet:
    """A sheet whose first cells say these quotes; the others say nothing."""
    heads = [RowHead("=a.txt", "<b>A</b>", "ff")] if each else None
    sheet = unasked("Terms", QUESTIONS, [], heads, revision=1, asked="2026-10-03T08:00:00+00:00")
    answers = [found(one) for one in cited] + [refused()] * (len(sheet.positions) - len(cited))
    pairs = zip(sheet.positions, answers, strict=True)
    return sheet.with_cells({place: sheet.cell(place).answered(answer) for place, answer in pairs})


def saying(quote: str) -> Sheet:
    return sheet_saying(citation(f"It is {quote} indeed.", quote, sentence=f"It is {quote} indeed.", sentence_start=0))


def workbook(sheet: Sheet) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(exported(sheet, ".xlsx", lambda _: LINK)))


def lines_of(sheet: Sheet) -> list[dict[str, str]]:
    content = exported(sheet, ".csv", lambda _: LINK).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.parametrize("quote", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "＝1+1"])
def test_a_formula_in_a_document_is_text_in_every_spreadsheet(quote: str):
    book = workbook(saying(quote))
    for cell in (book["Table"]["B2"], book["Answers"]["D2"]):
        assert (cell.value, cell.data_type) == (quote, "s")
    assert book["Table"]["B2"].quotePrefix is (quote[0] in "=+-@")
    assert lines_of(saying(quote))[0]["Answer"] == f"'{quote}"


def test_questions_and_names_are_text_too():
    book = workbook(saying("x"))
    assert [book["Table"][name].data_type for name in ("C1", "A2")] == ["s", "s"]
    assert lines_of(saying("x"))[1]["Question"] == "'=1+1"


def test_a_negative_number_stays_as_it_is():
    assert lines_of(saying("-18.5"))[0]["Answer"] == "-18.5"


def test_a_workbook_has_the_quote_its_words_place_probability_and_hash():
    cited = citation(document_sha256="ab" * 32, page=20, page_label="13", date_source="file")
    answers = workbook(sheet_saying(cited))["Answers"]
    row = dict(zip([cell.value for cell in answers[1]], answers[2], strict=True))
    assert row["Answer"].value == "Soyuz 2.1a"
    assert row["Answer"].hyperlink.target + "#" + (row["Answer"].hyperlink.location or "") == LINK + "#"
    assert row["In its words"].value == "The Soyuz 2.1a rocket blasted off from Baikonur."
    assert (row["Probability"].value, row["Probability"].number_format) == (0.93, "0%")
    assert (row["Date"].value, row["What the date is"].value) == ("2025-04-08", "file date")
    assert (row["Page"].value, row["SHA-256 of the document"].value) == ("13 (20)", "ab" * 32)


def test_what_is_not_said_and_what_changed_are_told():
    last = saying("three months")
    sheet = unasked("Terms", QUESTIONS, [], [RowHead("=a.txt")], revision=2, asked="", last=last)
    sheet = sheet.with_cells({Position(0, 0): sheet.cell(Position(0, 0)).answered(found(citation("a week", "a week")))})
    first, second = lines_of(sheet)
    assert (first["Answer"], first["Change"], first["Before"]) == ("a week", "another answer", "three months")
    assert second["Answer"] == "Not asked yet"
    assert workbook(sheet)["Table"]["B2"].value == "a week (another answer, was: three months)"


def test_a_line_break_or_a_control_in_a_quote_reaches_no_file():
    quote = "sixty\ndays\x07\u202e"
    for kind in (".csv", ".html"):
        content = exported(saying(quote), kind, lambda _: "").decode("utf-8-sig")
        assert "sixty days␇\ufffd" in content
    assert workbook(saying(quote))["Table"]["B2"].value == "sixty days␇\ufffd"


def test_html_escapes_documents_and_loads_nothing():
    quote = "<script>alert(1)</script>"
    html = exported(saying(quote), ".html", lambda _: 'x" onclick="y').decode()
    assert "<script" not in html and "<b>A</b>" not in html and ' onclick="' not in html
    assert "default-src 'none'" in html
    assert not re.search(r'(src|href)="https?:', html)


@pytest.mark.parametrize("kind", [".xlsx", ".csv", ".html", ".json"])
def test_a_sheet_over_the_library_is_written_too(kind: str):
    assert exported(sheet_saying(citation(), each=False), kind, lambda _: LINK)


def test_json_has_the_form_of_the_service():
    sheet = json.loads(exported(saying("sixty days"), ".json", lambda _: ""))
    assert (sheet["state"], sheet["done"], sheet["total"], sheet["revision"]) == ("waiting", 2, 2, 1)
    (row,) = sheet["rows"]
    assert row["document"] == "=a.txt"
    assert row["cells"][0]["answer"]["text"] == "sixty days"
    assert (row["cells"][1]["answer"]["found"], row["cells"][1]["verdict"], row["cells"][1]["change"]) == (
        False,
        None,
        None,
    )


def test_an_unknown_kind_of_file_is_refused():
    with pytest.raises(InputError, match=r"\.xlsx, \.csv"):
        exported(saying("x"), ".docx", lambda _: "")


def test_links_lead_to_the_page_in_the_file(tmp_path: Path):
    document = Document("a #1.pdf", "A", "x", "application/pdf", source=str(tmp_path))
    record = DocumentRecord(3, document.path, "A", document.media_type, "", document.source, None, 0, 1, 9, 1, {}, ())
    link = file_links([record])
    assert link(citation()) == (tmp_path / "a #1.pdf").as_uri() + "#page=4"
    assert link(replace(citation(), document_id=4)) == ""
