"""Presentations are read slide by slide, with their tables and notes."""

from __future__ import annotations

import pytest

from index import Document
from index.loaders.dispatch import parse
from tests.support.samples.word_files import archive, relations

NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"'
)


def run(text: str, properties: str = "") -> str:
    return f"<a:r><a:rPr{properties}/><a:t>{text}</a:t></a:r>"


def line(content: str, properties: str = "") -> str:
    inner = content if content.startswith("<") else run(content)
    return f"<a:p>{properties}{inner}</a:p>"


def shape(*lines: str, kind: str = "", hidden: str = "") -> str:
    holder = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else "<p:nvPr/>"
    body = "".join(text if text.startswith("<a:p>") else line(text) for text in lines)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name=""{hidden}/>{holder}</p:nvSpPr>'
        f"<p:txBody><a:bodyPr/>{body}</p:txBody></p:sp>"
    )


def table(*rows: str) -> str:
    return f"<p:graphicFrame><a:graphic><a:tbl>{''.join(rows)}</a:tbl></a:graphic></p:graphicFrame>"


def row(*cells: str) -> str:
    made = (text if text.startswith("<a:tc") else cell(text) for text in cells)
    return f"<a:tr>{''.join(made)}</a:tr>"


def cell(text: str, properties: str = "") -> str:
    return f"<a:tc{properties}><a:txBody>{line(text)}</a:txBody></a:tc>"


def read(*slides: str, notes: str = "", show: str = "") -> Document:
    numbers = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId id="{n}" r:id="s{n}"/>' for n in reversed(numbers))  # the order of the show
    files = {
        "_rels/.rels": relations({"main": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations({f"s{n}": ("slide", f"slides/s{n}.xml") for n in numbers}),
        "ppt/slides/_rels/s1.xml.rels": relations({"notes": ("notesSlide", "../notes.xml")}),
        "ppt/notes.xml": f"<p:notes {NAMES}><p:cSld><p:spTree>{notes}</p:spTree></p:cSld></p:notes>",
    }
    for number, content in enumerate(reversed(slides), start=1):
        files[f"ppt/slides/s{number}.xml"] = (
            f"<p:sld {NAMES}{show if number == 1 else ''}><p:cSld><p:spTree>{content}</p:spTree></p:cSld></p:sld>"
        )
    return parse(archive(files), "a.pptx")


def test_slides_are_pages_in_the_order_of_the_show_with_their_titles_first() -> None:
    document = read(shape("Text.") + shape("Plan", kind="title"), shape("Do", kind="ctrTitle") + shape("One.", "Two."))
    assert document.text == "Plan\n\nText.\n\nDo\n\nOne.\nTwo."
    assert [heading.title for heading in document.headings] == ["Plan", "Do"]
    assert [document.text[page.start : page.end] for page in document.pages] == ["Plan\n\nText.", "Do\n\nOne.\nTwo."]
    assert document.title == "Plan"


def test_notes_follow_the_text_of_their_slide() -> None:
    notes = shape("Say hello.", kind="body") + shape("2", kind="sldNum")
    assert read(shape("First.") + shape("Last.")).text == "First.\n\nLast."
    assert read(shape("First."), shape("Last."), notes=notes).text == "First.\n\nLast.\n\nSay hello."


def test_tables_of_slides_are_tables() -> None:
    document = read(
        table(
            row("Item", cell("Price", ' gridSpan="2"'), cell("", ' hMerge="1"')),
            row("Item", "2024", "2025"),
            row(cell("Tea", ' rowSpan="2"'), "3 euros", "4 euros"),
            row(cell("", ' vMerge="1"'), "5 euros", "6 euros"),
        )
    )
    assert document.text == (
        "Item: Tea; Price › 2024: 3 euros; Price › 2025: 4 euros.\n"
        "Item: Tea; Price › 2024: 5 euros; Price › 2025: 6 euros."
    )
    assert document.tables[0].page == 1


def numbered(text: str, kind: str = "arabicPeriod", level: int = 0, more: str = "") -> str:
    return line(text, f'<a:pPr lvl="{level}"><a:buAutoNum type="{kind}"{more}/></a:pPr>')


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (shape(line(run("2") + run("64", ' baseline="30000"') + run(" H") + run("2", ' baseline="-25000"'))), "2⁶⁴ H₂"),
        (shape(line(run("45 ", ' strike="sngStrike"') + run("60 euros"))), "60 euros"),
        (shape(numbered("a"), numbered("b", "alphaLcParenR", 1), numbered("c", "alphaLcParenR", 1), numbered("d")),
         "1. a\na) b\nb) c\n2. d"),
        (shape(numbered("a", "romanUcPeriod", 0, ' startAt="4"'), "Text", numbered("b")), "IV. a\nText\n1. b"),
        (shape(line("a", '<a:pPr><a:buChar char="•"/></a:pPr>')), "• a"),
        (f"<p:grpSp>{shape('In a group.')}</p:grpSp>", "In a group."),
        (shape("Seen.") + shape("Unseen.", hidden=' hidden="1"'), "Seen."),
        (shape(line("<mc:AlternateContent><mc:Choice><a14:m><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></a14:m></mc:Choice>"
                    "<mc:Fallback><a:r><a:t>picture</a:t></a:r></mc:Fallback></mc:AlternateContent>")), "x=1"),
    ],
)  # fmt: skip
def test_text_reads_as_it_is_shown(content: str, text: str) -> None:
    assert read(content).text == text


def test_feet_are_read_once_and_slide_numbers_never() -> None:
    foot = shape("Norvik 2024", kind="ftr") + shape("7", kind="sldNum")
    assert read(shape("One.") + foot, shape("Two.") + foot).text == "One.\n\nNorvik 2024\n\nTwo."


def test_what_is_left_out_is_named() -> None:
    document = read(shape("One.") + "<p:pic/>", shape("Two."), show=' show="0"')
    assert document.text == "One."
    assert document.left_out == ("1 hidden slide", "1 image without text")
    assert document.empty_pages == (2,)
