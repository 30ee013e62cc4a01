"""YAML and XML: values have their path, records are tables, and prose is read block by block."""

from __future__ import annotations

import pytest

from index import UnreadableFileError
from index.loaders.dispatch import parse

FERRY = """\
# who runs it
operator:
  name: Halvorsen Lines
  ships: 4.10
  licence: ~
ports: [Harwick, Molde]
departures:
  - {port: Harwick, time: 09:10}
  - {port: Molde, time: 11:25}
"""


def test_values_of_yaml_are_as_written_under_their_path():
    document = parse(FERRY.encode(), "a.yaml")
    assert document.text == (
        "operator › name: Halvorsen Lines\noperator › ships: 4.10\nports: Harwick, Molde\n\n"
        "departures\n\nport: Harwick; time: 09:10.\nport: Molde; time: 11:25."
    )
    assert (len(document.tables), document.media_type) == (1, "application/yaml")


def test_several_documents_anchors_and_a_date_in_yaml():
    text = "port: &p Harwick\nship: {<<: {name: Ternen}, home: *p}\n---\nport: Molde\n"
    assert (
        parse(text.encode(), "a.yml").text == "port: Harwick\nship › name: Ternen\nship › home: Harwick\n\nport: Molde"
    )
    dated = parse(b"title: Timetable\ndate: 2024-05-06\n", "a.yml")
    assert (dated.title, dated.date, dated.date_source) == ("Timetable", "2024-05-06", "text")


def test_all_values_of_a_name_that_yaml_has_several_times_are_read_and_told():
    document = parse(b"fee: 40\nfee: 45\nport: {id: 7}\nport: {id: 9}\n", "a.yaml")
    assert document.text == "fee: 40, 45\n\nport\n\nid: 7.\nid: 9."
    assert document.warnings == ("given several times in one object, with all their values read: fee, port",)


def test_aliases_cannot_multiply():
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert len(parse("\n".join(lines).encode(), "a.yaml").text) < 1_000


def test_a_template_that_is_no_yaml_is_read_as_text_with_a_warning():
    document = parse(b"name: {{ .Values.name }}\nport: %d: 80\n", "a.yaml")
    assert document.text == "name: {{ .Values.name }}\nport: %d: 80\n"
    assert document.warnings[0].startswith("not valid YAML (")


def test_records_of_xml_are_a_table_and_attributes_are_values():
    written = (
        '<?xml version="1.0"?><fleet owner="Halvorsen"><ship id="7"><name>Ternen</name><length unit="m">41.50</length>'
        '</ship><ship id="9"><name>Havnen</name><length unit="m">38</length></ship></fleet>'
    )
    document = parse(written.encode(), "a.xml")
    assert document.text == (
        "owner: Halvorsen\n\nship\n\nid: 7; name: Ternen; length › unit: m; length: 41.50.\n"
        "id: 9; name: Havnen; length › unit: m; length: 38."
    )
    assert (document.coverage, document.media_type) == (1.0, "application/xml")


def test_prose_in_xml_is_read_block_by_block_with_its_titles():
    written = (
        "<article><title>The ferry</title><section><title>Winter</title><para>It leaves <emphasis>only</emphasis> at"
        "\n nine.<!-- not ten --></para><para>The crossing is rough.</para></section></article>"
    )
    document = parse(written.encode(), "a.xml")
    assert document.text == "The ferry\n\nWinter\n\nIt leaves only at nine.\n\nThe crossing is rough."
    assert [(heading.level, heading.title) for heading in document.headings] == [(1, "The ferry"), (2, "Winter")]
    assert (document.title, document.coverage) == ("The ferry", 1.0)


def test_attributes_around_prose_are_read_and_those_for_programs_are_counted():
    written = (
        '<log port="Harwick" id="l1"><entry author="Runa Holm" paid="4.10" xml:lang="en" entry-type="a">The quay is '
        '<term url="x" gloss="shut">closed</term>.</entry><title n="2" place="Molde">Next</title><ship name="Ternen" '
        'ownerId="7"/></log>'
    )
    document = parse(written.encode(), "a.xml")
    assert document.text == (
        "port: Harwick\n\nauthor: Runa Holm; paid: 4.10\nThe quay is closed.\n\nNext\n\nplace: Molde\n\nname: Ternen"
    )
    assert document.left_out == ("6 attributes",)


def test_a_page_of_xhtml_is_read_as_one():
    page = b'<html xmlns="http://www.w3.org/1999/xhtml"><body><p hidden="">Old.</p><p>New.</p></body></html>'
    assert parse(page, "a.xml").text == "New."


def test_damaged_xml_and_entities_from_outside_are_not_read():
    with pytest.raises(UnreadableFileError, match="not well-formed XML"):
        parse(b"<a><b></a>", "a.xml")
    outside = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a><b>x</b><c>&e;</c></a>'
    assert parse(outside, "a.xml").text == "b: x"
