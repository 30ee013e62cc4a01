"""CSV and TSV as people have them: headers, titles, separators, quotes and empty cells."""

from __future__ import annotations

import pytest

from index.loaders.base import Parsed
from index.loaders.formats.delimited import parse_csv
from index.types import Table


def parsed(text: str) -> Parsed:
    return parse_csv(text.encode())


def lines(text: str) -> list[str]:
    return parsed(text).text.split("\n")


def only_table(text: str) -> Table:
    (table,) = parsed(text).tables
    return table


def cells(text: str) -> list[list[str]]:
    result = parsed(text)
    return [[result.text[cell.start : cell.end] for cell in row] for table in result.tables for row in table.rows]


def test_each_record_is_a_line_with_the_names_of_its_columns():
    assert lines("Country,Day (EUR),Night (EUR)\nFrance,54,150\nSwitzerland,64,210\n") == [
        "Country: France; Day (EUR): 54; Night (EUR): 150.",
        "Country: Switzerland; Day (EUR): 64; Night (EUR): 210.",
    ]


def test_exported_row_numbers_are_a_column_without_a_name():
    text = ",Item,Crates\n0,Pears,14\n1,Plums,9\n"
    assert only_table(text).columns == ((), ("Item",), ("Crates",))
    assert lines(text)[0] == "0; Item: Pears; Crates: 14."


@pytest.mark.parametrize(
    "header", ["Region,2021,2022,2023", "Region,2023,2022,2021", "Region,1,2,3", "Region,12,24,36"]
)
def test_numbers_in_a_series_are_names(header: str):
    assert only_table(f"{header}\nNorth,120,130,150\nSouth,80,82,99\n").columns == tuple(
        (name,) for name in header.split(",")
    )


def test_names_that_differ_in_their_number_are_names():
    text = "No.,Ingredient,4 portions,20 portions\n8,Oil,4 tbsp,250 ml\n9,Rosemary,1 sprig,4 sprigs\n"
    assert only_table(text).columns[2:] == (("4 portions",), ("20 portions",))


def test_repeated_names_stay_as_they_are():
    assert lines("Player,Goals,Goals\nIda,3,5\nJo,1,4\n")[0] == "Player: Ida; Goals: 3; Goals: 5."


def test_names_that_are_all_one_name_are_no_title():
    assert only_table("Team,Score,Score,Score\nLions,12,14,9\nBears,7,21,11\n").columns[2:] == (("Score",), ("Score",))


def test_a_title_above_a_single_pair_is_no_header():
    text = "Marina fees\nValid from,1 March\n\nLength,Summer,Winter\n8 m,1240,620\n12 m,1890,945\n"
    assert lines(text)[:3] == ["Marina fees", "", "Valid from: 1 March."]


def test_title_lines_stand_above_the_table():
    text = "Harvest of the valley\nAs of 3 May\n\nFruit,Tonnes\nPears,14\nPlums,9\n"
    assert lines(text) == [
        "Harvest of the valley",
        "As of 3 May",
        "",
        "Fruit: Pears; Tonnes: 14.",
        "Fruit: Plums; Tonnes: 9.",
    ]
    assert only_table(text).caption == "Harvest of the valley"


def test_title_lines_may_be_filled_up_with_separators():
    text = "Harvest,,,\nUnit:,tonnes,,\nFruit,2021,2022,2023\nPears,14,15,11\nPlums,9,8,12\n"
    assert lines(text)[:2] == ["Harvest", "Unit: tonnes"]
    assert only_table(text).columns == (("Fruit",), ("2021",), ("2022",), ("2023",))


def test_lines_below_the_table_are_text():
    assert lines("Fruit,Tonnes\nPears,14\nPlums,9\n\nSource: the growers\n")[-1] == "Source: the growers"


@pytest.mark.parametrize(
    "text",
    [
        "Ida Blum,5531,Room 12\nJo Pike,5532,Room 14\nMia Holm,5538,Room 9\n",
        "Ida Blum,Bergen,engineer\nJo Pike,Lisbon,doctor\nMia Holm,Quito,lawyer\n",
        "ida@a.org,yes\njo@a.org,no\nmia@a.org,yes\n",
        "2024-05-01,14\n2024-05-02,15\n2024-05-03,11\n",
        "Monday,Ida,early\nTuesday,Jo,late\nWednesday,Mia,early\n",
        "PT-10,Washer M6,1.20\nPT-11,Washer M8,1.40\n",
    ],
)
def test_without_a_header_no_record_becomes_the_names(text: str):
    first = text.partition("\n")[0].split(",")
    assert cells(text)[0] == first
    assert only_table(text).columns[0] == ("Column 1",)


@pytest.mark.parametrize(
    "text",
    [
        "Fruit,Colour\nApple,red\nPear,green\n",
        "ticket,customer,notes\n101,Blum,late\n102,Pike,early\n",
        "Name,City,Job\nIda Blum,Bergen,engineer\nJo Pike,Lisbon,doctor\n",
        "Day,Duty officer,Berth\nMonday,Ida Blum,North 2\nTuesday,Jo Pike,South 4\n",
        "e-mail\nida@a.org\njo@a.org\n",
    ],
)
def test_a_header_of_words_above_words_is_found(text: str):
    names = text.partition("\n")[0].split(",")
    assert only_table(text).columns == tuple((name,) for name in names)


def test_two_levels_of_names_are_paths():
    text = "Cost centre,Budget,,Actual,\n,2024,2025,2024,2025\nRoads,10,12,11,13\nParks,5,6,4,7\n"
    assert only_table(text).columns == (
        ("Cost centre",),
        ("Budget", "2024"),
        ("Budget", "2025"),
        ("Actual", "2024"),
        ("Actual", "2025"),
    )


@pytest.mark.parametrize("separator", [",", ";", "|", "^", "\t"])
def test_any_common_separator_is_found(separator: str):
    rows = [["Tariff", "Fee", "Data, text"], ["Small", "7", "2 GB, 3 MB"], ["Large", "9", "4 GB"]]
    text = "\n".join(separator.join(row if separator != "," else [row[0], row[1], f'"{row[2]}"']) for row in rows)
    assert cells(text) == rows[1:]


def test_decimal_commas_are_no_separators():
    assert cells("a;b;c\n1,50;2,50;3,50\n4,50;5,50;6,50\n") == [["1,50", "2,50", "3,50"], ["4,50", "5,50", "6,50"]]


def test_the_separator_that_the_file_names_is_used():
    assert lines("sep=;\nTariff;Fee\nSmall;7\n") == ["Tariff: Small; Fee: 7."]


def test_line_breaks_in_quotes_are_spaces():
    assert cells('Ticket,Note\n1,"valve leaks\nsent\r\nOkafor"\n2,fine\n')[0] == ["1", "valve leaks sent Okafor"]


def test_doubled_quotes_are_one_quote_wherever_they_first_appear():
    text = "Part,Size\n" + "".join(f"P-{n},plain\n" for n in range(9_000)) + 'P-x,"3"" long, steel"\n'
    assert cells(text)[-1] == ["P-x", '3" long, steel']


def test_quotes_escaped_by_a_backslash_are_quotes():
    assert cells('Who,Said\nIda,"the \\"old\\" one, mostly"\nJo,nothing\n')[0] == ["Ida", 'the "old" one, mostly']


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest():
    text = 'Part,Size\nP-0,"3 inch\n' + "".join(f"P-{n},plain\n" for n in range(1, 300))
    assert len(cells(text)) == 300
    assert parsed(text).warnings


def test_empty_cells_keep_their_column():
    text = "Name,Phone,Room\nIda,,12\nJo,5532,\n"
    assert cells(text) == [["Ida", "", "12"], ["Jo", "5532", ""]]
    assert lines(text) == ["Name: Ida; Room: 12.", "Name: Jo; Phone: 5532."]


def test_a_blank_line_within_a_table_does_not_end_it():
    assert len(only_table("Name,Room\nIda,12\n\nJo,14\nMia,9\n").rows) == 3


def test_a_second_table_has_its_own_header():
    result = parsed("Name,Room\nIda,12\nJo,14\n\nFruit,Colour,Tonnes\nPears,green,3\nPlums,blue,4\n")
    assert [table.columns[0] for table in result.tables] == [("Name",), ("Fruit",)]


def test_encoded_data_is_left_out_and_reported():
    photo = "iVBORw0K" * 40
    result = parsed(f'Name,Photo\nIda,"data:image/png;base64,{photo}"\nJo,{photo}==\nMia,small\n')
    assert result.text == "Name: Ida.\nName: Jo.\nName: Mia; Photo: small."
    assert result.left_out == ("2 cells of encoded data",)


def test_a_file_with_nothing_but_names_keeps_them_as_text():
    assert parsed("Name,Room,Floor\n").text == "Name; Room; Floor."
