"""Rich Text is read as it is shown."""

from __future__ import annotations

import pytest

from index import Document, UnreadableFileError
from index.loaders.dispatch import parse


def read(body: str) -> Document:
    fonts = r"{\fonttbl{\f0\fnil\fcharset0 Arial;}{\f1\fnil\fcharset204 Arial Cyr;}{\f2\fnil\fcharset2 Symbol;}}"
    return parse(rf"{{\rtf1\ansi\ansicpg1252\deff0{fonts}{body}}}".encode("latin-1"), "a.rtf")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"One.\par Two\line lines.\par", "One.\n\nTwo\nlines."),
        (r"caf\'e9 {\f1 \'e4\'e0} {\f2 m}", "café да μ"),
        (r"\u8364? 5 \u-10179?\u-8694? {\uc2 \u233 xx}t", "€ 5 😊 ét"),
        (r"\ldblquote a\rdblquote \emdash b\~c\_d \{e\}", "“a”—b\u00a0c-d {e}"),
        (r"2{\super 64} H{\sub 2}O 10{\up6 5}", "2⁶⁴ H₂O 10⁵"),
        (r"a{\strike b}{\v c}{\deleted d}{\revised e}f", "aef"),
        (r'See {\field{\*\fldinst HYPERLINK "x"}{\fldrslt the rules}}.', "See the rules."),
        (r"{\*\unknown gone}{\info{\title T}}{\pict\wmetafile8 0102}kept{\*\bkmkstart b}", "kept"),
        (r"{\listtext\pard\plain\f2\'b7\tab}\ls1 One\par{\listtext 2.\tab}Two\par", "• One\n2. Two"),
        (
            r"Within 30{\super\chftn}{\footnote\pard {\super\chftn} Working days.} days.\par End.",
            "Within 30¹ days.\n¹ Working days.\n\nEnd.",
        ),
        (r"{\header\pard Contract ZR-5518\par}{\footer Bern\par}Text.\par", "Contract ZR-5518\n\nText.\n\nBern"),
        (
            r"Before.{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt In the box.\par}}} After.\par",
            "Before. After.\n\nIn the box.",
        ),
        ("\\bin4 {{}}a", "a"),
    ],
)  # fmt: skip
def test_text_reads_as_it_is_shown(body: str, text: str) -> None:
    assert read(body).text == text


ROW = r"\trowd{head}\cellx1000{more}\cellx2000{end}\pard\intbl "


def test_tables_have_their_header_and_merged_cells() -> None:
    head = ROW.format(head=r"\trhdr", more="", end="") + r"Item\cell Price\cell\row"
    tea = ROW.format(head=r"\clvmgf", more="", end="") + r"Tea\cell 3\cell\row"
    more = ROW.format(head=r"\clvmrg", more="", end="") + r"\cell 4\cell\row"
    document = read(rf"Prices\par {head}{tea}{more}\pard After.\par")
    assert document.text == "Prices\n\nItem: Tea; Price: 3.\nItem: Tea; Price: 4.\n\nAfter."
    assert document.tables[0].columns == (("Item",), ("Price",))


def test_headings_title_date_and_what_is_left_out() -> None:
    information = r"{\info{\title The lease}{\author Ada}{\creatim\yr2023\mo1\dy2}{\revtim\yr2024\mo5\dy6}}"
    document = read(rf"{information}\outlinelevel0 Rent\par\pard It is due.{{\*\annotation Really?}}{{\pict 00}}\par")
    assert [(heading.level, heading.title) for heading in document.headings] == [(1, "Rent")]
    assert (document.title, document.date, document.metadata) == ("The lease", "2024-05-06", {"author": "Ada"})
    assert document.left_out == ("1 comment", "1 image without text")


def test_what_is_no_rich_text_is_said_to_be_none() -> None:
    with pytest.raises(UnreadableFileError, match="damaged, or not an RTF file"):
        parse(b"words", "a.rtf")


@pytest.mark.parametrize("body", ["{" * 5000, "}" * 5000, r"\trowd\cell\row" * 2000, r"{\footnote " * 300, r"\'"])
def test_broken_files_are_read_or_refused(body: str) -> None:
    assert read(f"Kept. {body}").text.startswith("Kept.")
