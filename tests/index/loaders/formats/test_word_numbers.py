"""The automatic numbers of Word's lists are read as they are shown."""

from __future__ import annotations

import pytest

from index.loaders.dispatch import parse
from index.loaders.formats.open_xml.numbering import written_number
from tests.support.samples.word_files import paragraph, word_file

STYLES = (
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="numbering" w:styleId="Lettered">'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
)


def level(depth: int, text: str, form: str = "decimal", more: str = "") -> str:
    own = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}'
    return f'<w:lvl w:ilvl="{depth}">{own}</w:lvl>'


def definition(*levels: str, number: int = 1) -> str:
    return f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>'


def numbered(number: int = 1, definition: int = 1, more: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{definition}"/>{more}</w:num>'


def item(words: str, depth: int | None = 0, number: int = 1) -> str:
    place = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
    return paragraph(words, f'<w:numPr>{place}<w:numId w:val="{number}"/></w:numPr>')


def styled(words: str, style: str, more: str = "") -> str:
    return paragraph(words, f'<w:pStyle w:val="{style}"/>{more}')


def read(body: str, numbering: str) -> list[str]:
    text = parse(word_file(body, styles=STYLES, numbering=numbering), "a.docx").text
    return text.replace("\n\n", "\n").split("\n")


THREE = definition(level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter")) + numbered()


def test_levels_count_within_the_level_above() -> None:
    body = item("a") + item("b", 1) + item("c", 2) + item("d", 2) + item("e", 1) + item("f") + item("g", 1)
    assert read(body, THREE) == ["1. a", "1.1 b", "(a) c", "(b) d", "1.2 e", "2. f", "2.1 g"]


def test_text_between_items_does_not_restart_a_list() -> None:
    assert read(item("a") + paragraph("Text.") + item("b"), THREE) == ["1. a", "Text.", "2. b"]


def test_lists_of_one_definition_count_on_unless_they_start_again() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    lists = THREE + numbered(2) + numbered(3, more=again)
    body = item("a") + item("b", number=2) + item("c", number=3) + item("d", number=3) + item("e")
    assert read(body, lists) == ["1. a", "2. b", "5. c", "6. d", "7. e"]


def test_an_overridden_level_has_its_own_form() -> None:
    other = f'<w:lvlOverride w:ilvl="0">{level(0, "Step %1")}</w:lvlOverride>'
    body = "".join(item(words, number=2) for words in ("a", "b", "c"))
    assert read(body, THREE + numbered(2, more=other)) == ["Step 1 a", "Step 2 b", "Step 3 c"]


def test_a_level_may_never_restart_or_only_after_one_level() -> None:
    never = definition(level(0, "%1."), level(1, "%2)", more='<w:lvlRestart w:val="0"/>')) + numbered()
    assert read(item("a") + item("b", 1) + item("c") + item("d", 1), never) == ["1. a", "1) b", "2. c", "2) d"]
    after = definition(level(0, "%1."), level(1, "%2."), level(2, "%3)", more='<w:lvlRestart w:val="1"/>')) + numbered()
    body = item("a") + item("b", 1) + item("c", 2) + item("d", 1) + item("e", 2) + item("f") + item("g", 2)
    assert read(body, after)[2::2] == ["1) c", "2) e", "1) g"]


def test_headings_have_the_numbers_of_their_styles() -> None:
    lists = definition(level(0, "Part %1:", "upperRoman", '<w:pStyle w:val="H1"/>'),
                       level(1, "%1.%2", more='<w:pStyle w:val="H2"/><w:isLgl/>')) + numbered()  # fmt: skip
    content = word_file(
        styled("Rent", "H1") + styled("Amount", "H2") + styled("Term", "H2") + styled("Repairs", "H1")
        + styled("No number", "H1", '<w:numPr><w:numId w:val="0"/></w:numPr>'),
        styles=STYLES, numbering=lists,
    )  # fmt: skip
    assert [heading.title for heading in parse(content, "a.docx").headings] == [
        "Part I: Rent",
        "1.1 Amount",
        "1.2 Term",
        "Part II: Repairs",
        "No number",
    ]


def test_a_definition_may_refer_to_a_numbering_style() -> None:
    link = '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="Lettered"/></w:abstractNum>'
    lists = definition(level(0, "%1)", "upperLetter")) + link + numbered() + numbered(2, 2)
    assert read(item("a", number=2) + item("b"), lists) == ["A) a", "B) b"]


@pytest.mark.parametrize(
    ("text", "font", "shown"),
    [
        ("\uf0b7", "Symbol", "•"),
        ("o", "Courier New", "•"),
        ("–", "Arial", "–"),
        ("\uf0fc", "Wingdings", "✓"),
        ("", "", "•"),
    ],
)
def test_bullets_are_shown(text: str, font: str, shown: str) -> None:
    fonts = f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>'
    assert read(item("a"), definition(level(0, text, "bullet", fonts)) + numbered()) == [f"{shown} a"]


def test_a_number_without_a_space_stands_close() -> None:
    assert read(item("a"), definition(level(0, "§%1", more='<w:suff w:val="nothing"/>')) + numbered()) == ["§1a"]


@pytest.mark.parametrize(
    ("form", "number", "written"),
    [
        ("decimalZero", 7, "07"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("lowerRoman", 4, "iv"),
        ("upperLetter", 28, "BB"),
        ("lowerLetter", 26, "z"),
        ("ordinal", 12, "12th"),
        ("ordinal", 22, "22nd"),
        ("cardinalText", 21, "Twenty-one"),
        ("ordinalText", 20, "Twentieth"),
        ("ordinalText", 3, "Third"),
        ("none", 3, ""),
        ("unknownFormat", 3, "3"),
    ],
)
def test_the_forms_of_numbers(form: str, number: int, written: str) -> None:
    assert written_number(number, form) == written
