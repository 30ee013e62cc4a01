"""Markdown is read as it is rendered."""

from __future__ import annotations

import pytest

from index.errors import UnreadableFileError
from index.loaders.dispatch import parse


def text_of(source: str) -> str:
    return parse(source.encode(), "a.md").text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a *b* **c** _d_ ***e*** `f*g*` snake_case_name", "a b c d e f*g* snake_case_name"),
        (
            "see [the plan](x.md 'title'), [it][1], <https://a.org> ![a map](m.png)\n\n[1]: y",
            "see the plan, it, https://a.org a map",
        ),
        ("[[Harbour plan]], [[notes/a|the notes]] and [[1]](x)", "Harbour plan, the notes and [1]"),
        ("costs ~~6~~ 9&nbsp;&euro; \\*net\\*<!-- gross? --> &lt;b>", "costs 9 € *net* <b>"),
        ("<!-- not yet --> It costs *nine* &euro;.\n\n<!-- a --> <!-- b -->\n\nYes.", "It costs nine €.\n\nYes."),
        ("<!--\nnot yet\n\n# this\n-->\n\nYes.", "Yes."),
        (
            "10<sup>7</sup> H<sub>2</sub>O 30[^n] days[^2]\n\n[^n]: Since\n  delivery.\n[^2]: Working.",
            "10⁷ H₂O 30¹ days²\n\n1. Since delivery.\n2. Working.",
        ),
        ("Guide\n: Ida Holm\n\nBoat\n: Selma\n: Vega", "Guide\nIda Holm\n\nBoat\nSelma\nVega"),
        (
            "- tea\n  - green\n* rice\n\n3. open\n4. close\n\n   now",
            "- tea\n- green\n\n- rice\n\n3. open\n4. close\nnow",
        ),
        ("- [x] pay\n- [ ] sign", "- ☑ pay\n- ☐ sign"),
        ("```py\n# no *heading*\n  x = '<b>'\n```\n\n    tabbed\n", "# no *heading*\n  x = '<b>'\n\ntabbed"),
        ("> quoted\n> on\n\n***\n\nafter", "quoted on\n\nafter"),
        (
            "> [!WARNING]\n> **Never** after nine.\n\n> [!NOTE] is a mark",
            "Warning\nNever after nine.\n\n[!NOTE] is a mark",
        ),
        ("clone <url> or <my-name> into <kbd>x</kbd> <Tabs>y</Tabs>", "clone <url> or <my-name> into x y"),
        ("<details><summary>Who?</summary>\n\n**Ann**\n\n</details>", "Who?\n\nAnn"),
        ("## Fees {#fees .wide}\n\nSome", "Fees\n\nSome"),
        (
            "one line that is as long as an editor makes them, which then\nGoes on and is wrapped, and\nends.",
            "one line that is as long as an editor makes them, which then Goes on and is wrapped, and ends.",
        ),
        ("Mill Lane 4\nLeeds\nPhone: 12\nand more", "Mill Lane 4\nLeeds\nPhone: 12 and more"),
        ("Roses  \nare red", "Roses\nare red"),
    ],
)
def test_text(source: str, text: str) -> None:
    assert text_of(source) == text


def test_tables_are_tables() -> None:
    document = parse(b"Fees:\n\n| Place | Fee \\| tax |\n|:--|--:|\n| **Bern** | `2` |\n| Lyon<br>Nord |\n", "a.md")
    assert document.text == "Fees:\n\nPlace: Bern; Fee | tax: 2.\nPlace: Lyon Nord."
    assert document.tables[0].columns == (("Place",), ("Fee | tax",))


def test_a_table_without_names_has_no_header() -> None:
    assert text_of("| | |\n|--|--|\n| Seat | Bern |\n| Founded | 1990 |\n") == "Seat: Bern.\nFounded: 1990."


def test_a_file_of_comments_has_no_text() -> None:
    with pytest.raises(UnreadableFileError, match="no text"):
        text_of("<!-- nothing yet -->")


def test_a_single_line_of_prose_between_rules_is_text() -> None:
    document = parse(b"---\nNote: the mill is closed in June.\n\n---\n\nIt meets in May.\n", "a.md")
    assert (document.text, document.metadata) == ("Note: the mill is closed in June.\n\nIt meets in May.", {})


@pytest.mark.parametrize("line", ["layout: page", "Kind: minutes", "description: It is closed in June."])
def test_a_single_line_of_front_matter_is_read_as_such(line: str) -> None:
    name, _, value = line.partition(": ")
    assert parse(f"---\n{line}\n---\nIt meets.\n".encode(), "a.md").metadata == {name.lower(): value}


def test_toml_front_matter_is_read() -> None:
    document = parse(
        b"+++\ntitle = 'Ferries'\ndate = 2023-11-04T07:00:00Z\nprice = 1.10\ncode = 0x1F # a\n"
        b"[owner]\nname = 'Ida'\n+++\nAt 9.\n",
        "a.md",
    )
    assert document.text == (
        "title: Ferries.\ndate: 2023-11-04T07:00:00Z.\nprice: 1.10.\ncode: 0x1F.\nowner.name: Ida.\n\nAt 9."
    )
    assert (document.title, document.date, document.metadata["price"]) == ("Ferries", "2023-11-04", "1.10")


def test_a_date_line_is_a_head_that_is_not_quoted() -> None:
    document = parse(b"Date: 2024-05-06\n\n# Tea\n\nSteep *it*.\n", "a.md")
    assert (document.date, document.text[document.body_start :]) == ("2024-05-06", "Tea\n\nSteep it.")


def test_markdown_headings_are_not_looked_for_in_code() -> None:
    text = "# Real\n\n```\n# not one\n```\n\nAlso real\n---------\n\n    # nor this\n"
    assert [(heading.level, heading.title) for heading in parse(text.encode(), "a.md").headings] == [
        (1, "Real"),
        (2, "Also real"),
    ]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("<!--\n# draft\n-->\n\n# Real\n", [(1, "Real")]),
        ("````\n```\n# in code\n```\n````\n# Real\n", [(1, "Real")]),
        ("```\n```python\n# in code\n```\n# Real\n", [(1, "Real")]),
        ("One heading\nin two lines\n===\n", [(1, "One heading in two lines")]),
        (
            "# Tom &amp; *Jerry* \\#1 with `a*b*c`, [a link](x) and <b>more</b>\n",
            [(1, "Tom & Jerry #1 with a*b*c, a link and more")],
        ),
        ("#No space\n\n####### Seven\n\n#\n\n## Two ##\n", [(2, "Two")]),
        ("- item\n---\n\n> # quoted\n\n* # listed\n\n| a |\n|---|\n", []),
    ],
)
def test_markdown_headings_are_those_of_commonmark(text: str, headings: list[tuple[int, str]]) -> None:
    document = parse(f"Prose.\n\n{text}".encode(), "a.md")
    assert [(heading.level, heading.title) for heading in document.headings] == headings


def test_a_markdown_heading_is_a_line_at_its_offset() -> None:
    document = parse(b"---\ntitle: T\n---\nProse.\n\n  ## Two\n\nTwo lines\nlong\n----\nx", "a.md")
    assert document.text == "title: T.\n\nProse.\n\nTwo\n\nTwo lines long\n\nx"
    assert [document.text[heading.start :].split("\n")[0] for heading in document.headings] == ["Two", "Two lines long"]
