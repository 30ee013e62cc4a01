"""Texts are searched in a form that people type, and kept as they are written."""

from __future__ import annotations

import re

import pytest

from index.ranking.search_forms import added_words, search_form


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("The eﬃcient ﬂow", "The efficient flow"),
        ("ＡＢＣ－７００", "ABC-700"),
        ("ｶﾞｽ", " ガス "),
        ("12,500 sheep, 1,250,000.75 francs", "12500 sheep, 1250000.75 francs"),
        ("８，４００ m", "8400 m"),
        ("8 400 m or 8’400 m or 8'400 m", "8400 m or 8400 m or 8400 m"),
        ("1.250.000 and 12,50,000", "1250000 and 1250000"),
        ("Three hundred and sixty-five days, twelve months", "365 days, 12 months"),
        ("a million, two thousand and five hundred", "1000000, 2500"),
        ("one million two hundred thousand and six; sixteen hundred", "1200006; 1600"),
    ],
)
def test_compatibility_characters_and_grouped_digits_are_searched_as_they_are_typed(written: str, searched: str):
    assert search_form(written) == searched


@pytest.mark.parametrize(
    "text",
    ["10⁵ cells", "H₂O", "3½ hours", "12① see below", "12.500", "1,2,3", "2024,500", "7,1234", "v1.234.567.8",
     "In 2024, 500 came", "100,200,300,40", "A1,000", "nineteen eighty-four", "the twenty-first", "hundreds of sheep",
     "one hundredth", "the ten of us, one by one", "forty and twelve", "a hundred thousandths"],
)  # fmt: skip
def test_what_could_become_another_number_is_left_alone(text: str):
    assert search_form(text) == text


def test_only_words_that_the_text_lacks_are_added():
    assert added_words("The oﬃce sold 12,500 and 12,500 tickets; an office, 900.") == ["12500"]
    assert added_words("Nothing of the kind.") == []
    assert added_words("It seats forty-two.") == ["42"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("東京都は3区", ["東京", "京都", "都は", "3", "区"]),
        ("ｶﾞｽの料金は１２，５００円", ["ガス", "スの", "の料", "料金", "金は", "12500", "円"]),
        ("北京，首都。", ["北京", "首都"]),
        ("ราคา 20 บาท", ["รา", "าค", "คา", "20", "บา", "าท"]),
        ("ที่นี่", ["ทน"]),
        ("서울의 인구는", ["서울의", "인구는"]),
    ],
)
def test_text_without_spaces_is_searched_by_pairs_of_its_characters(written: str, words: list[str]):
    form = search_form(written)
    assert re.findall(r"\w+", form) == words
    assert re.findall(r"\w+", search_form(form)) == words


def test_pairs_are_added_to_a_text_without_spaces():
    assert added_words("Der Preis: 料金は3円") == ["料金", "金は", "3", "円"]
