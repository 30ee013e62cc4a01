"""How much of a file's text was read is counted, and a document of which much is missing has a warning."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from index import DocumentIndex, build, plan
from index.loaders.base import Parsed
from index.loaders.description.coverage import measured
from index.loaders.dispatch import parse
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.pdf_streams import pdf_of_streams, text_at
from tests.support.samples.word_files import archive, paragraph, run, word_file

STRAYED = "<w:t>These words stand outside of any line, as a damaged program left them.</w:t>"
DAMAGED = word_file(paragraph("The ferry leaves at nine.") + STRAYED)
REASON = "26% of its text was read; missing are 56 characters, in words such as outside, damaged, program"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.docx",
            word_file(
                paragraph(run("10") + run("5", '<w:vertAlign w:val="superscript"/>') + run(" sheep"))
                + paragraph("<w:del><w:r><w:delText>Nine.</w:delText></w:r></w:del>" + run("Ten."))
                + paragraph(run("Struck.", "<w:strike/>") + run("Read.") + run("Old.", '<w:rStyle w:val="Gone"/>')),
                styles='<w:style w:styleId="Gone" w:type="character"><w:rPr><w:vanish/></w:rPr></w:style>',
            ),
        ),
        ("a.html", b"<p hidden>Old.</p><p>10<sup>5</sup> she&shy;ep, <del>nine</del> ten.</p><nav>Home</nav>"),
        (
            "a.md",
            b'# Ferry\n\n[The *timetable*](https://example.org/x "T") of [it][1] &amp; more.\n\n[1]: http://b.c\n',
        ),
        ("a.txt", b"The time-\ntable of 10 ferries.\n"),
        ("a.csv", b"port,time\nHarwick,9:10\n"),
        ("a.pdf", pdf_of_streams([text_at((50, 700, 12, "The ferry leaves at nine."))])),
    ],
)
def test_what_rules_leave_out_is_not_missing(name: str, content: bytes):
    document = parse(content, name)
    assert (document.coverage, document.warnings) == (1.0, ())


def test_text_that_was_not_taken_out_is_told_with_its_words():
    document = parse(DAMAGED, "a.docx")
    assert document.text == "The ferry leaves at nine."
    assert document.coverage == pytest.approx(20 / 76)
    assert [warning.startswith(REASON) for warning in document.warnings] == [True]


def test_a_few_characters_are_no_reason_for_a_warning():
    parsed = measured(Parsed("Ten sheep.", "text/plain"), "Ten sheep are here.")
    assert (parsed.coverage, parsed.warnings) == (pytest.approx(8 / 15), ())


def test_words_count_as_often_as_they_occur():
    parsed = measured(Parsed("word " * 10, "text/plain"), "word " * 40)
    assert (parsed.coverage, len(parsed.warnings)) == (0.25, 1)


def test_the_report_the_next_plan_and_the_record_name_what_was_partly_read(tmp_path: Path):
    folder, place = tmp_path / "docs", tmp_path / "index"
    folder.mkdir()
    (folder / "a.docx").write_bytes(DAMAGED)
    (folder / "b.txt").write_text("Tea is a leaf.")
    embedder = HashEmbedder()
    report = build([folder], place, embedder=embedder)
    assert [(partly.path, partly.reason.startswith(REASON)) for partly in report.partly_read] == [("a.docx", True)]
    assert plan([folder], place).partly_read == report.partly_read
    with DocumentIndex.open(place, embedder=embedder) as opened:
        assert [record.coverage for record in opened.documents()] == [report.partly_read[0].coverage, 1.0]


def _workbook() -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    for row in (("Port", "Ships", "Fee"), ("Harwick", 12, 4.1), ("Odde & Vik", 7, 3.25)):
        sheet.append(row)
    sheet["C2"].number_format = "0.00"
    sheet["A5"] = "Fees as of May."
    workbook.create_sheet("Old").append(["Nobody reads this."])
    workbook["Old"].sheet_state = "hidden"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _ods() -> bytes:
    cells = "".join(f"<table:table-cell><text:p>{words}</text:p></table:table-cell>" for words in ("Port", "Harwick"))
    annotation = "<office:annotation><text:p>Why?</text:p></office:annotation>"
    note = f"<table:table-cell>{annotation}<text:p>x</text:p></table:table-cell>"
    names = "".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" ' for name in ("office", "table", "text")
    )
    sheet = f'<table:table table:name="T"><table:table-row>{cells}{note}</table:table-row></table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    return archive({"content.xml": f"<office:document-content {names}>{body}</office:document-content>"})


ENCODED = "iVBORw0KGgoAAAANSUhEUgAA" * 8
EVERY_FORMAT = {
    "a.xlsx": _workbook(),
    "a.xls": (Path(__file__).parent / "files" / "limits.xls").read_bytes(),
    "a.ods": _ods(),
    "a.json": b'{"port": "Harwick", "fee": 4.10, "open": true, "notes": ["a \\"b\\"", {"c": "caf\\u00e9"}]}',
    "b.json": f'{{"port": "Harwick", "picture": "{ENCODED}"}}'.encode(),
    "a.jsonl": b'{"port": "Harwick"}\n{"port": "Odde"}\n',
    "a.yaml": b"port: &first\n  name: Harwick # home\n  fee: 4.10\nother: *first\nnone: ~\n",
    "b.yaml": b"port: {{ name }}\n {% end %}: [\n",
    "a.rtf": rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\header Berth C 17\par}The \b ferry\b0  leaves {\strike at eight }"
    rb"at 9{\super 15}.\par"
    rb"{\footnote Caf\'e9 closed.}{\*\generator X;}It returns\line at ten.}",
    "a.rst": b"Ferry\n=====\n\nIt *leaves* at ``nine``, :ref:`see <x>` |n|.\n\n.. note:: Be early.\n\n.. A comment.\n\n"
    b".. |n| replace:: today\n\n+---+----+\n| a | bc |\n+---+----+\n",
    "a.html": b"<p>On the 5<sup>th</sup> x<sub>i</sub><sup>2</sup> b<sub>t</sub><sup>a</sup> is inter<wbr>national: "
    b"<math><mfrac><mi>a</mi><mn>2</mn></mfrac><msup><mi>x</mi><mn>3</mn></msup></math>, the 6th.",
    "a.eml": b"From: Ada <a@b.org>\nSubject: =?utf-8?q?F=C3=A4hre?=\nContent-Type: text/html; charset=utf-8\n\n"
    b"<style>p{}</style><p>At <b>nine</b>.</p><p hidden>x</p>",
}


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_every_format_counts_what_was_read(name: str):
    document = parse(EVERY_FORMAT[name], name)
    assert document.coverage == 1.0
    assert not [warning for warning in document.warnings if "was read" in warning]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.json",
            '{"note": "The ferry leaves at nine from the outer basin of the harbour.", "note": "It returns at ten."}',
        ),
        ("a.yaml", "note: The ferry leaves at nine from the outer basin of the harbour.\nnote: It returns at ten.\n"),
    ],
)
def test_both_values_of_one_name_are_read(name: str, content: str):
    document = parse(content.encode(), name)
    assert document.text == "note: The ferry leaves at nine from the outer basin of the harbour. It returns at ten."
    assert document.coverage == 1.0


def test_the_coverage_of_a_message_is_that_of_its_parts():
    attached = base64.b64encode(DAMAGED).decode()
    message = (
        'From: Ada <a@b.org>\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n\nHarbour rules are attached.\n--x\n'
        f'Content-Disposition: attachment; filename="a.docx"\nContent-Transfer-Encoding: base64\n\n{attached}\n--x--\n'
    )
    document = parse(message.encode(), "a.eml")
    assert document.text.endswith("Harbour rules are attached.\n\na.docx\n\nThe ferry leaves at nine.")
    assert document.coverage == pytest.approx(1 - 25 / len(document.text) * 56 / 76)
    assert document.warnings == (f"attachment a.docx: {REASON}, These, words, stand",)
