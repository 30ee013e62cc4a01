"""Plain text: its encoding, its head, and words divided at the ends of lines."""

from __future__ import annotations

import pytest

from index.loaders.dispatch import parse


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Renée Åkesson bakes. 3".encode() + b"\xe9" + "20 in Malmö".encode(), "Renée Åkesson bakes. 3�20 in Malmö"),
        ("Café in Malm".encode() + b"\xc3", "Café in Malm�"),
    ],
)
def test_a_damaged_byte_of_utf8_costs_one_letter_and_is_told(content: bytes, text: str) -> None:
    document = parse(content, "a.txt")
    assert (document.text, document.encoding) == (text, "utf-8")
    assert document.warnings == ("1 place is not valid utf-8 and shown as �",)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Музей открыт с понедельника по пятницу, директор музея — Анна Петровна Волкова."),
        ("cp866", "Музей открыт с понедельника по пятницу, директор музея Анна Петровна Волкова."),
        ("koi8_r", "Музей открыт с понедельника по пятницу, директор музея Анна Петровна Волкова."),
        ("cp1250", "Muzeum jest otwarte od poniedziałku do piątku, a dyrektorem muzeum jest pani Żaneta Wójcik."),
        ("cp1253", "Το μουσείο είναι ανοιχτό από Δευτέρα έως Παρασκευή και διευθυντής του είναι ο Νίκος."),
        ("cp1254", "Müze pazartesiden cumaya kadar açıktır ve müzenin müdürü Ayşe Yılmaz'dır, giriş ücretlidir."),
        ("cp1255", "המוזיאון פתוח מיום שני עד יום שישי ומנהל המוזיאון הוא דוד לוי."),
        ("big5", "博物館星期一至星期五開放，館長是王小明，門票四十元，兒童免費。"),
        ("gb18030", "博物馆星期一至星期五开放，馆长是王小明，门票四十元，儿童免费。"),
        ("cp1251", "Собрание открыто."),
        ("koi8_r", "Музей открыт, плата 500 рублей."),
        ("cp1255", "הישיבה מתחילה בתשע בבוקר ביום שני"),
        ("cp1254", "Toplantı şubat ayında İstanbul'da yapılacak."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
        ("cp1250", "Şedinţa începe luni la ora nouă."),
        ("cp1252", "Fundurinn hefst klukkan níu á mánudag, það er ákveðið."),
        ("cp1252", "Le musée est ouvert du lundi au vendredi – l’entrée coûte 5 €, gratuit en été."),
        ("cp1252", "Museet är öppet från måndag till fredag. Åke Öberg är chef."),
        ("cp1252", "Café"),
        ("cp1250", "Az őszi bérlet előre fizetendő"),
        ("cp1252", "As reuniões põem fim às dúvidas."),
        ("iso8859_15", "La carte coûte 40 € par an."),
    ],
)
def test_other_encodings_are_recognised(encoding: str, text: str) -> None:
    document = parse(text.encode(encoding), "a.txt")
    assert (document.text, document.encoding) == (text, encoding)


@pytest.mark.parametrize(
    "text",
    [
        "---\nMinutes: 4 May 2023\nThe board agreed to sell the mill.\nPresent: Ann, Bob\n---\nIt meets in June.\n",
        "---\n- one\n- two\n---\nThat is all.\n",
        "+++\nnot toml\n+++\nThat is all.\n",
        "---\nNote: the mill is closed in June.\n---\nIt meets in May.\n",
        "---\n\nPresent: Ann\n\n---\nIt meets in May.\n",
        "---\nStill open: the mill\n---\nIt meets in May.\n",
        "---\nreminder: bring the keys of the mill.\n---\nIt meets in May.\n",
        "---\nJust a line\n---\nThat is all.\n",
    ],
)
def test_what_is_no_mapping_is_no_front_matter(text: str) -> None:
    document = parse(text.encode(), "a.txt")
    assert (document.text, document.metadata) == (text, {})


def test_front_matter_of_a_text_can_be_quoted() -> None:
    document = parse(b"---\nAuthor: Astrid Vale\n---\n\n  The quay\nis long.\n", "a.txt")
    assert document.text == "Author: Astrid Vale.\n\nThe quay\nis long."
    assert document.metadata == {"author": "Astrid Vale"}


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("The lubri-\ncation is done in Octo-\n  ber.\nYes.", "The lubrication\nis done in October.\nYes."),
        ("A well-\nknown port.", "A well-known\nport."),
        ("The steam-boat is a steam-\nboat.", "The steam-boat is a steam-boat.\n"),
        ("Long- and short-\nterm, short-\nand long-term.", "Long- and short-term,\nshort-\nand long-term."),
        ("New York-\nLondon and 20-\nyear, a -\nb, x--\ny", "New York-\nLondon and 20-\nyear, a -\nb, x--\ny"),
        ("con\u00adtain\u00ad\ners of soft hy\u00adphens", "containers\nof soft hyphens"),
    ],
)
def test_words_divided_at_the_ends_of_lines_are_joined(text: str, joined: str) -> None:
    assert parse(text.encode(), "a.txt").text == joined


@pytest.mark.parametrize("between", ["\u00ad\u00ad", "\u00ad\u2060", "\u00ad \b", "\u00ad\x1b[1m"])
def test_a_soft_hyphen_goes_with_other_invisible_marks_beside_it(between: str) -> None:
    assert parse(f"The lubri{between}cation is due.".encode(), "a.txt").text == "The lubrication is due."
