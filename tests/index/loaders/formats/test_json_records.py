"""JSON: records are tables, names are paths, and numbers stay as they are written."""

from __future__ import annotations

import json

import pytest

from index.errors import UnreadableFileError
from index.loaders.formats.records.json_records import parse_json


def text(written: str) -> str:
    return parse_json(written.encode()).text


def test_an_array_of_records_is_a_table():
    parsed = parse_json(b'[{"city": "Graz", "open": true}, {"city": "Brno", "open": null, "note": "closed"}]')
    assert parsed.text == "city: Graz; open: true.\ncity: Brno; note: closed."
    (table,) = parsed.tables
    assert table.columns == (("city",), ("open",), ("note",))


@pytest.mark.parametrize("number", ["4.10", "12.50", "3.0", "1e2", "12345678901234567890", "-0.50", "1E+400"])
def test_numbers_are_as_written(number: str):
    assert text(f'{{"value": {number}}}') == f"value: {number}"


def test_all_values_of_a_name_that_is_given_several_times_are_read_and_told():
    parsed = parse_json(b'{"berth": {"fee": 40, "fee": 45, "fee": 40}, "crew": ["Ann"], "crew": ["Bo"], "id": "7"}')
    assert parsed.text == "berth › fee: 40, 45\ncrew: Ann, Bo\nid: 7"
    assert parsed.warnings == ("given several times in one object, with all their values read: crew, fee",)
    lines = parse_json(b'{"id": 1, "fee": 3}\n{"id": 2, "fee": 4, "fee": 5}\n')
    assert lines.text == "id: 1; fee: 3.\nid: 2; fee: 4, 5."
    assert len(lines.warnings) == 1


def test_a_list_has_commas_between_its_items_but_not_after_sentences():
    assert (
        text('{"crew": ["Ann", "Bo"], "rules": ["Moor at nine.", "Pay"]}') == "crew: Ann, Bo\nrules: Moor at nine. Pay"
    )


def test_nested_records_have_paths():
    written = [
        {"name": "Ilse", "contact": {"city": "Graz", "phone": "11"}},
        {"name": "Ana", "contact": {"city": "Porto"}},
    ]
    parsed = parse_json(json.dumps(written).encode())
    assert parsed.text == ("name: Ilse; contact › city: Graz; contact › phone: 11.\nname: Ana; contact › city: Porto.")
    assert parsed.tables[0].columns[1] == ("contact", "city")


def test_an_object_is_lines_with_their_paths_and_its_arrays_are_tables():
    written = {
        "title": "Prices",
        "shop": {"town": "Graz"},
        "items": [{"name": "Shelf", "eur": 1}, {"name": "Bench", "eur": 2}],
    }
    parsed = parse_json(json.dumps(written).encode())
    assert parsed.title == "Prices"
    assert parsed.text == ("title: Prices\nshop › town: Graz\n\nitems\n\nname: Shelf; eur: 1.\nname: Bench; eur: 2.")
    assert parsed.tables[0].caption == "items"


def test_records_in_a_record_are_a_table_under_its_name():
    written = [{"order": "A-17", "items": [{"part": "bolt", "pieces": 4}]}, {"order": "A-18", "items": []}]
    assert text(json.dumps(written)) == "order: A-17.\norder: A-18.\n\nA-17 › items\n\npart: bolt; pieces: 4."


def test_an_object_of_like_records_is_a_table_with_its_keys():
    parsed = parse_json(b'{"P-1": {"name": "bolt", "eur": 1.50}, "P-2": {"name": "nut", "eur": 0.20}}')
    assert parsed.text == "P-1; name: bolt; eur: 1.50.\nP-2; name: nut; eur: 0.20."


def test_short_lists_are_one_cell():
    assert text('[{"name": "Ilse", "roles": ["cook", "owner"]}]') == "name: Ilse; roles: cook, owner."


def test_rows_of_values_are_a_table_with_their_header():
    assert text('{"limits": [["Country", "Night"], ["France", 150], ["Malta", 130]]}') == (
        "limits\n\nCountry: France; Night: 150.\nCountry: Malta; Night: 130."
    )


def test_records_with_long_texts_are_prose():
    parsed = parse_json(json.dumps([{"title": "Tides", "body": "The sea rises.\n\n" * 200}]).encode())
    assert parsed.text.startswith("title: Tides\nbody: The sea rises.\n\nThe sea rises.")
    assert parsed.tables == ()


def test_json_lines_are_a_table():
    assert text('{"ticket": "T-1", "owner": "Mina"}\n{"ticket": "T-2", "owner": "Ravi"}\n') == (
        "ticket: T-1; owner: Mina.\nticket: T-2; owner: Ravi."
    )


def test_a_damaged_last_line_costs_that_line():
    parsed = parse_json(b'{"ticket": "T-1"}\n{"ticket": "T-2"}\n{"ticket": "T-')
    assert parsed.text == "ticket: T-1.\nticket: T-2."
    assert parsed.warnings == ("line 3 is damaged and left out",)


@pytest.mark.parametrize("written", ["{", '{"a": 1', "nothing\nof this\nis JSON", "[" * 100_000])
def test_what_is_not_json_is_reported(written: str):
    with pytest.raises(UnreadableFileError, match="not valid JSON"):
        text(written)


def test_encoded_data_is_left_out():
    parsed = parse_json(
        json.dumps([{"name": "Ilse", "photo": "iVBORw0K" * 200}, {"name": "Ana", "photo": ""}]).encode()
    )
    assert parsed.text == "name: Ilse.\nname: Ana."
    assert parsed.left_out == ("1 cell of encoded data",)


def test_records_of_many_kinds_are_tables_by_kind():
    written = [{f"field {kind}-{n}": n for n in range(8)} for kind in range(20)]
    assert len(parse_json(json.dumps(written).encode()).tables) == 20
