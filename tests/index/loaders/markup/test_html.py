"""HTML is read as a browser shows it."""

from __future__ import annotations

import pytest

from index.errors import UnreadableFileError
from index.loaders.dispatch import parse
from index.types import Document, Heading


def page(body: str, head: str = "") -> Document:
    return parse(
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode(), "a.html"
    )


def rows(body: str) -> tuple[list[tuple[str, ...]], list[list[str]]]:
    """The header paths and the cells of the one table of a page."""
    document = page(body)
    (table,) = document.tables
    cells = [[document.text[cell.start : cell.end] for cell in row] for row in table.rows]
    return list(table.columns), cells


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<dl><dt>Guide<dd>Ida Holm<dt>Boat<dd>Selma<dd>Vega</dl>", "Guide\nIda Holm\n\nBoat\nSelma\nVega"),
        ("<details><summary>Who pays?</summary>The guest.</details>", "Who pays?\nThe guest."),
        (
            "<form><fieldset><legend>Stay</legend><label>Nights</label><input value=3><button>Book</button></form>",
            "Stay\nNights\n3\nBook",
        ),
        ("<section>One</section><center>Two</center>three", "One\nTwo\nthree"),
        ("<p>Press the <button>Save</button> button.", "Press the Save button."),
        ("<ol reversed><li>last<li value=9>ninth<li>eighth</ol>", "3. last\n9. ninth\n8. eighth"),
        ("<p>Full: <meter value=3 max=5>3 of 5</meter><progress>60%</progress></p>", "Full:"),
        ("<ol start=4><li>Open<li>Light<li value=9>Close</ol>", "4. Open\n5. Light\n9. Close"),
        (
            "<ol type=a><li>first<li>second</ol><ol type=I reversed><li>x<li>y</ol>",
            "a. first\nb. second\n\nII. x\nI. y",
        ),
        ("<ul><li>Tea<ul><li>green<li>black</ul><li><p>Rice</ul>", "- Tea\n- green\n- black\n- Rice"),
        (
            "<p>costs <del>6</del> <ins>9</ins> euros, <s>no</s> <i style='text-decoration:line-through'>8</i>",
            "costs 9 euros,",
        ),
        (
            "<p>2<sup>64</sup> m<sup>2</sup>, H<sub>2</sub>O, 30<sup>2</sup> days, 21<sup>st</sup>, Y<sub>a,1</sub>",
            "2⁶⁴ m², H₂O, 30² days, 21st, Y_(a,1)",
        ),
        (
            "<math><mfrac><mn>1</mn><mn>2</mn></mfrac> <msup><mi>v</mi> <mn>10</mn></msup><msqrt>k</msqrt></math>",
            "(1/2)v¹⁰√(k)",
        ),
        (
            "<p hidden>a</p><p style='display : none'>b</p><dialog>c</dialog><p style=visibility:hidden>d</p><p>Seen",
            "Seen",
        ),
        (
            "<p>See <a href=x>the <b>plan</b></a> <img src=y alt='of the hall'>now<img src=z>.",
            "See the plan of the hall now.",
        ),
        ("<p>12&nbsp;euros, con&shy;tain&shy;er, 10&#150;12 &amp; so<wbr>on", "12 euros, container, 10–12 & soon"),
        ("<p>Address:<br>4 Slope Road<br> Hillside", "Address:\n4 Slope Road\nHillside"),
        ("<p>x<pre>\n  if a:\n\n     b = '<b>1</b>'\n</pre>", "x\n\n  if a:\n\n     b = '1'"),
        ("<p>He said <q>no</q>. <ruby>東<rp>(</rp><rt>ひがし</rt><rp>)</rp></ruby>", "He said “no”. 東(ひがし)"),
        ("<blockquote>Kept.<footer>Ann</footer></blockquote><nav>Menu</nav><footer>Imprint</footer>", "Kept.\nAnn"),
        ("<p>a<!-- b --><script>c</script>d<template>e</template>", "ad"),
        ("<p>one\n   two <b> three</b> four", "one two three four"),
        ("<p>Before<embed src=x><p>after, <b>too", "Before\n\nafter, too"),
        ("<span style='display:block'>One</span><span>two</span><div>three</div>", "One\ntwo\nthree"),
        (
            "<p>Paid <input type=checkbox checked> yes <input type=checkbox> no <input type=hidden value=x>",
            "Paid ☑ yes ☐ no",
        ),
    ],
)
def test_text(body: str, text: str) -> None:
    assert page(body).text == text


@pytest.mark.parametrize("depth", [300, 2000])
@pytest.mark.parametrize("tag", ["div", "span", "blockquote", "ul><li"])
def test_what_is_nested_deeper_than_256_elements_is_read(depth: int, tag: str) -> None:
    depth = depth // len(tag.split("><"))
    assert page(f"<{tag}>" * (depth - 10) + "The well is 40 m deep.").text.endswith("The well is 40 m deep.")


def test_what_is_nested_too_deep_is_reported() -> None:
    with pytest.raises(UnreadableFileError, match="contains no text: nested too deep"):
        page("<div>" * 5000 + "deep")
    document = page("<p>Seen.</p>" + "<div>" * 5000 + "deep")
    assert document.text == "Seen."
    assert document.warnings == ("nested too deep: what is within more than 2,000 elements is not read",)


def test_headings_are_at_their_offsets() -> None:
    document = page("<h1>The <b>Mill</b></h1><p>Old.</p><ol><li><h3>Roof<br>work</h3>Done.</ol>", "<title> </title>")
    assert document.headings == (Heading(1, "The Mill", 0), Heading(3, "1. Roof work", 16))
    assert document.text == "The Mill\n\nOld.\n\n1. Roof work\n\nDone."
    assert document.title == "The Mill"


def test_what_is_left_out_is_counted() -> None:
    document = page("<p>Seen<img src=a><img src=b><p hidden>x</p><p hidden> </p><s>y</s><nav>m</nav><img src=c alt=''>")
    assert document.left_out == ("2 images without text", "1 hidden part", "1 struck-out passage", "1 navigation bar")


@pytest.mark.parametrize(
    ("options", "shown", "unchosen"),
    [
        ("<select><option>Rye<option selected>Oats<option>Peas</select>", "Grain: Oats (free).", 2),
        ("<select><option disabled>Choose<option>Oats<option>Peas</select>", "Grain: Oats (free).", 2),
        ("<select><optgroup label=Old><option>Rye<option>Oats</optgroup></select>", "Grain: Rye (free).", 1),
        ("<select multiple><option>Rye<option selected>Oats</select>", "Grain:\n☐ Rye\n☑ Oats\n(free).", 0),
        ("<select size=2><optgroup label=Old><option label=Rye></select>", "Grain:\nOld\n☐ Rye\n(free).", 0),
    ],
)
def test_of_a_menu_the_chosen_option_is_read_and_of_a_list_all_with_boxes(options: str, shown: str, unchosen: int):
    document = page(f"<form>Grain:{options}(free).</form>")
    assert document.text == shown
    assert document.left_out == ((f"{unchosen} unchosen option{'s' * (unchosen > 1)}",) if unchosen else ())
    assert document.coverage == 1.0


@pytest.mark.parametrize(
    ("head", "body", "text", "encoding"),
    [
        ("<meta charset=iso-8859-1>", b"\x80 62 \x96 the ferry\x92s", "€ 62 – the ferry’s", "cp1252"),
        ("<meta charset=utf-16>", "Zoë".encode(), "Zoë", "utf-8"),
        (
            "<meta http-equiv=content-type content='text/html; charset=windows-1251'>",
            "Мост".encode("cp1251"),
            "Мост",
            "cp1251",
        ),
        ("<style>" + "p{}" * 9000 + "</style><META CHARSET='koi8-r'/>", "Мост".encode("koi8-r"), "Мост", "koi8-r"),
        ("<!-- <meta charset=koi8-r> --><meta charset=cp1251>", "Мост".encode("cp1251"), "Мост", "cp1251"),
        (
            "<meta name=description content='charset=koi8-r'><meta charset=cp1251>",
            "Мост".encode("cp1251"),
            "Мост",
            "cp1251",
        ),
        (
            "<meta charset=nonsense>",
            "Größe und Überfluß gehören dazu".encode("latin-1"),
            "Größe und Überfluß gehören dazu",
            "cp1252",
        ),
        ("<meta charset=latin1>", "Zoë — 5 €".encode(), "Zoë — 5 €", "utf-8"),
    ],
)
def test_encodings_are_decoded_as_browsers_do(head: str, body: bytes, text: str, encoding: str) -> None:
    document = parse(b"<html><head>" + head.encode() + b"</head><body><p>" + body + b"</body></html>", "a.html")
    assert (document.text, document.encoding) == (text, encoding)


def test_a_byte_that_the_declared_encoding_does_not_have_is_replaced_with_a_warning() -> None:
    document = parse(b"<meta charset=euc-jp><p>" + "図書館は月曜日から開".encode("euc-jp") + b"\xff", "a.html")
    assert document.text == "図書館は月曜日から開�"
    assert document.warnings == ("1 place is not valid euc_jp and shown as �",)


def test_a_table_has_two_header_levels_and_spans() -> None:
    columns, cells = rows(
        "<table><caption>Money</caption><thead><tr><th rowspan=2>Unit<th colspan=2 scope=colgroup>Budget"
        "<tr><th>2024<th>2025</thead>"
        "<tr><th scope=row>North<td rowspan=2>4<td>5<tr><th>South<td>7<tr><td>All<td colspan=2>16</table>"
    )
    assert columns == [("Unit",), ("Budget", "2024"), ("Budget", "2025")]
    assert cells == [["North", "4", "5"], ["South", "4", "7"], ["All", "16", "16"]]


def test_a_table_is_a_line_a_row_below_its_caption() -> None:
    document = page(
        "<p>Fees:<table><caption>Fees <i>abroad</i></caption><tr><th>Place<th>Fee<tr><td>Bern<td>2<br>each</table>"
    )
    assert document.text == "Fees:\n\nFees abroad\n\nPlace: Bern; Fee: 2 each."
    assert document.tables[0].caption == "Fees abroad"


@pytest.mark.parametrize(
    ("table", "columns", "cells"),
    [
        (
            "<tr><th>Founded<td>1990<tr><th>Seat<td>Bern",
            [("Column 1",), ("Column 2",)],
            [["Founded", "1990"], ["Seat", "Bern"]],
        ),
        (
            "<tr><td>Item<td>Price (EUR)<tr><td>Tea<td>3<tr><td>Rice<td>2",
            [("Item",), ("Price (EUR)",)],
            [["Tea", "3"], ["Rice", "2"]],
        ),
        ("<tr><td><th>2024<th>2025<tr><th>Sales<td>5<td>6", [(), ("2024",), ("2025",)], [["Sales", "5", "6"]]),
        (
            "<tr><th colspan=2>Sales<th>Year<tr><td>$<td>1,234<td>2024<tr><td><td>(99<td>2025",
            [("Sales",), ("Year",)],
            [["$1,234", "2024"], ["(99", "2025"]],
        ),
        (
            "<tfoot><tr><td>All<td>3</tfoot><tbody><tr><th>Who<th>No<tr><td>Ann<td>1<tr hidden><td>Bob<td>2",
            [("Who",), ("No",)],
            [["Ann", "1"], ["All", "3"]],
        ),
        ("<tr><th>A<th>B<tr><td><table><tr><td>x<td>y</table><td>z", [("A",), ("B",)], [["x y", "z"]]),
        ("<tr><th>A<th>B<tr><td rowspan=0>x<td colspan=9>y<tr><td>z", [("A",), ("B",)], [["x", "y"], ["x", "z"]]),
    ],
)
def test_tables(table: str, columns: list[tuple[str, ...]], cells: list[list[str]]) -> None:
    assert rows(f"<table>{table}</table>") == (columns, cells)


def test_a_row_over_all_columns_begins_another_table_with_the_same_header() -> None:
    document = page(
        "<table><tr><th colspan=2>Staff<tr><th>Name<th>Age<tr><td>Ann<td>31"
        "<tr><td colspan=2>South<tr><td>Bob<td>42<tr><td colspan=2>Source: own</table>"
    )
    assert document.text == "Staff\n\nName: Ann; Age: 31.\n\nSouth\n\nName: Bob; Age: 42.\n\nSource: own"
    assert [table.caption for table in document.tables] == ["Staff", "South"]


@pytest.mark.parametrize(
    "attributes_and_rows",
    [
        "><tr><td><p>One.<p>Two.<td>Three.</table>",
        " role=presentation><tr><th>One.<th>Two.<tr><td>Three.<td></table>",
        f"><tr><td>One.<td>Two.<tr><td>Three.<td>{'x ' * 400}</table>",
        "><tr><td>One.<td>Two.<tr><td><table><tr><td>Three.</table><td>4</table>",
        "><tr><td><h2>One.</h2><td>Two.<tr><td>Three.<td>4</table>",
    ],
)
def test_tables_for_the_layout_are_no_tables_and_read_cell_by_cell(attributes_and_rows: str) -> None:
    document = page(f"<table{attributes_and_rows}")
    assert document.tables == ()
    assert document.text.split()[:3] == ["One.", "Two.", "Three."]


def test_a_table_of_data_within_one_for_the_layout_is_found() -> None:
    document = page("<table><tr><td>Menu<td><table><tr><th>Tea<th>Rice<tr><td>3<td>2</table></table>")
    assert document.text == "Menu\n\nTea: 3; Rice: 2."
    assert len(document.tables) == 1


def test_xhtml_is_read_as_xml_if_it_is_well_formed() -> None:
    source = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x"/></head>'
    assert (
        parse(f"{source}<body><p>Zoë&nbsp;&amp; co&hellip;</p></body></html>".encode(), "a.xhtml").text == "Zoë & co…"
    )
    assert parse(f"{source}<body><p>Not <b>closed</p></body></html>".encode(), "a.xhtml").text == "Not closed"


def test_what_the_stylesheet_of_a_page_hides_is_left_out():
    sheet = """
    /* .dues { display: none } */ .draft, p#old { color: red; display: none }
    @media print { .dues { display: none } }
    .tab { display: none } .tab.open { display: block }
    .more { visibility: hidden }
    """
    head = f"<style>{sheet}</style><style media=print>.berth {{ display: none }}</style>"
    script = "<script>document.querySelector('.more').hidden = false</script>"
    document = page(
        "<p class='note draft'>Dues rise in May.</p><p id=old>Dues fell in May.</p><div id=old>The pier is open.</div>"
        "<p class=dues>Dues are 40 crowns.</p><p class=tab>The mill is closed.</p><p class=more>Ask at the gate.</p>"
        "<p class=berth>Berth 4 is free.</p><p class=draft style='display: block'>The crane is let.</p>",
        head + script,
    )
    assert document.text.split("\n\n") == [
        "The pier is open.", "Dues are 40 crowns.", "The mill is closed.", "Ask at the gate.", "Berth 4 is free.",
        "The crane is let.",
    ]  # fmt: skip
    assert document.left_out == ("2 hidden parts",)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("<tr><th>Fax<th>Name<tr><td><td>Ann<tr><td><td>Bo", "Name: Ann.\nName: Bo.\nFax"),
        ("<tr><th>Name<th>Signature<th>Day<tr><td><td><td>", "Name; Signature; Day"),
        (
            "<tr><th>Coin<th>Fee<th>Unit<tr><td>$<td>5<td>%<tr><td>€<td>7<td>%",
            "Coin: $; Fee: 5; Unit: %.\nCoin: €; Fee: 7; Unit: %.",
        ),
        (
            "<tr><th>Name<th colspan=2>2024<tr><td>Fee<td><td>5<tr><td>Rent<td><td>7",
            "Name: Fee; 2024: 5.\nName: Rent; 2024: 7.",
        ),
    ],
)
def test_no_name_of_a_column_is_lost(table: str, text: str) -> None:
    assert page(f"<table>{table}</table>").text == text
