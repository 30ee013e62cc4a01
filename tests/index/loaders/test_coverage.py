"""How much of a file's text was read is counted, and a document of which much is missing has a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import DocumentIndex, build, plan
from index.loaders.base import Parsed
from index.loaders.description.coverage import measured
from index.loaders.dispatch import parse
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.pdf_streams import pdf_of_streams, text_at
from tests.support.samples.word_files import paragraph, run, word_file

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
