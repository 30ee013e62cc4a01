"""OpenDocument texts and presentations are read as they are shown."""

from __future__ import annotations

import pytest

from index import Document, UnreadableFileError
from index.loaders.dispatch import parse
from tests.support.samples.word_files import archive

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = (
    f'xmlns:office="{_OASIS}:office:1.0" xmlns:text="{_OASIS}:text:1.0" xmlns:table="{_OASIS}:table:1.0" '
    f'xmlns:draw="{_OASIS}:drawing:1.0" xmlns:style="{_OASIS}:style:1.0" xmlns:meta="{_OASIS}:meta:1.0" '
    f'xmlns:presentation="{_OASIS}:presentation:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
STYLES = (
    '<style:style style:name="Up"><style:text-properties style:text-position="super 58%"/></style:style>'
    '<style:style style:name="Down"><style:text-properties style:text-position="-33% 58%"/></style:style>'
    '<style:style style:name="Gone"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="Hidden"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="Title"/><style:style style:name="P1" style:parent-style-name="Title"/>'
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" '
    'style:num-suffix=")"/></text:list-style>'
    '<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="\uf0b7"/>'
    "</text:list-style>"
)
OUTLINE = (
    '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
)


def document(body: str, kind: str = "text", suffix: str = ".odt", more: str = "", **files: str) -> Document:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    parts = {"content.xml": content, "styles.xml": f"<office:document-styles {NAMES}>{more}</office:document-styles>"}
    return parse(archive(parts | files), f"a{suffix}")


def item(*content: str) -> str:
    return f"<text:list-item>{''.join(content)}</text:list-item>"


def listed(*items: str, style: str = "L1", more: str = "") -> str:
    return f'<text:list text:style-name="{style}"{more}>{"".join(items)}</text:list>'


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def words(text: str) -> str:
    return f"<text:p>{text}</text:p>"


NOTE = (
    '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
    "<text:note-body><text:p>Working days.</text:p></text:note-body></text:note>"
)
BOX = "<draw:frame><draw:text-box><text:p>In the box.</text:p></draw:text-box></draw:frame>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<text:p>One  \n two<text:s text:c='3'/>three<text:tab/>four<text:line-break/>five</text:p>",
         "One two   three\tfour\nfive"),
        (words(f"2{span('Up', '64')} H{span('Down', '2')}O"), "2⁶⁴ H₂O"),
        (words(f"It costs {span('Gone', '45')} 60 euros."), "It costs 60 euros."),
        ('<text:p>Seen<text:span text:style-name="Hidden"> not</text:span>.</text:p>', "Seen."),
        (words("See <text:a>the rules</text:a> on <text:page-number>3</text:page-number>."), "See the rules on 3."),
        (words(f"Within 30{NOTE} days.") + words("End."), "Within 30¹ days.\n¹ Working days.\n\nEnd."),
        (words(f"Before.{BOX} After."), "Before. After.\n\nIn the box."),
        ("<text:section>" + words("In.") + "</text:section>"
         + '<text:section text:display="none">' + words("Out.") + "</text:section>",
         "In."),
        ("<text:tracked-changes><text:changed-region><text:deletion><text:p>old</text:p></text:deletion>"
         "</text:changed-region></text:tracked-changes>" + words("New."), "New."),
        (listed(item(words("a"), listed(item(words("b")), item(words("c")))), item(words("d"))),
         "1. a\n(a) b\n(b) c\n2. d"),
        (listed(item(words("a"))) + words("Text.") + listed(item(words("b")), more=' text:continue-numbering="true"'),
         "1. a\n\nText.\n\n2. b"),
        (listed(item(words("a")), style="L2"), "• a"),
    ],
)  # fmt: skip
def test_text_reads_as_it_is_shown(body: str, text: str) -> None:
    assert document(body).text == text


def test_headings_have_their_numbers() -> None:
    titles = ((1, "Rent"), (2, "Sum"), (1, "Term"))
    headings = "".join(f'<text:h text:outline-level="{level}">{title}</text:h>' for level, title in titles)
    found = document('<text:p text:style-name="P1">The lease</text:p>' + headings, more=OUTLINE)
    assert found.text == "The lease\n\nI Rent\n\nI.1 Sum\n\nII Term"
    assert [(heading.level, heading.title) for heading in found.headings] == [
        (1, "I Rent"),
        (2, "I.1 Sum"),
        (1, "II Term"),
    ]
    assert found.title == "The lease"


def test_tables_have_headers_and_merged_cells() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<table:table-cell {properties}>{words(text)}</table:table-cell>"

    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    covered = "<table:covered-table-cell/>"
    wide, high = 'table:number-columns-spanned="2"', 'table:number-rows-spanned="2"'
    header = row(cell("Item"), cell("Price", wide), covered) + row(cell(""), cell("2024"), cell("2025"))
    rows = f"<table:table-header-rows>{header}</table:table-header-rows>"
    rows += row(cell("Tea", high), cell("3"), cell("4")) + row(covered, cell("5"), cell("6"))
    found = document(f"<table:table>{rows}</table:table>")
    assert found.text == "Item: Tea; Price › 2024: 3; Price › 2025: 4.\nItem: Tea; Price › 2024: 5; Price › 2025: 6."


def test_headers_and_footers_are_read_once_and_page_numbers_never() -> None:
    page = (
        f"<style:master-page><style:header>{words('Contract ZR-5518')}</style:header>"
        f"<style:footer>{words('Page <text:page-number>1</text:page-number>')}</style:footer></style:master-page>"
    )
    assert document(words("Text."), more=page * 2).text == "Contract ZR-5518\n\nText."


def test_what_is_left_out_is_named() -> None:
    picture = "<draw:frame><draw:image/></draw:frame>"
    comment = f"<office:annotation>{words('Really?')}</office:annotation>"
    found = document(words(f"Text.{picture}{comment}"))
    assert (found.text, found.left_out) == ("Text.", ("1 comment", "1 image without text"))


def test_the_properties_are_those_of_the_last_change() -> None:
    meta = (
        f"<office:document-meta {NAMES}><office:meta><dc:title>Lease</dc:title><dc:date>2024-05-06T01:02:03</dc:date>"
        "<meta:creation-date>2023-01-02T01:02:03</meta:creation-date><dc:creator>Ada</dc:creator></office:meta>"
        "</office:document-meta>"
    )
    found = document(words("Text."), **{"meta.xml": meta})
    assert (found.title, found.date, found.metadata) == ("Lease", "2024-05-06", {"author": "Ada"})


def test_slides_have_titles_and_notes() -> None:
    def frame(kind: str, text: str) -> str:
        return f'<draw:frame presentation:class="{kind}"><draw:text-box>{words(text)}</draw:text-box></draw:frame>'

    notes = f"<presentation:notes>{frame('notes', 'Say hello.')}{frame('page', '1')}</presentation:notes>"
    slides = (
        f"<draw:page>{frame('outline', 'Text.')}{frame('title', 'Plan')}{notes}</draw:page>"
        f"<draw:page>{frame('title', 'Do')}</draw:page>"
    )
    found = document(slides, "presentation", ".odp")
    assert found.text == "Plan\n\nText.\n\nSay hello.\n\nDo"
    assert [found.text[page.start : page.end] for page in found.pages] == ["Plan\n\nText.\n\nSay hello.", "Do"]


def test_encrypted_and_damaged_ones_are_reported() -> None:
    locked = {"content.xml": "?", "META-INF/manifest.xml": "<m:manifest xmlns:m='m'><m:encryption-data/></m:manifest>"}
    with pytest.raises(UnreadableFileError, match="protected by a password"):
        parse(archive(locked), "a.odt")
    with pytest.raises(UnreadableFileError, match="damaged, or not an OpenDocument text"):
        parse(archive({"content.xml": "<"}), "a.odt")
    with pytest.raises(UnreadableFileError, match="damaged, or not an OpenDocument text"):
        parse(b"garbage", "a.odt")
