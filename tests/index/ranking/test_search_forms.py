"""Texts are searched in a form that people type, and kept as they are written."""

from __future__ import annotations

import pytest

from index.ranking.search_forms import added_words, search_form


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("The eﬃcient ﬂow", "The efficient flow"),
        ("ＡＢＣ－７００", "ABC-700"),
        ("ｶﾞｽ", "ガス"),
        ("12,500 sheep, 1,250,000.75 francs", "12500 sheep, 1250000.75 francs"),
        ("８，４００ m", "8400 m"),
        ("8 400 m or 8’400 m or 8'400 m", "8400 m or 8400 m or 8400 m"),
        ("1.250.000 and 12,50,000", "1250000 and 1250000"),
    ],
)
def test_compatibility_characters_and_grouped_digits_are_searched_as_they_are_typed(written: str, searched: str):
    assert search_form(written) == searched


@pytest.mark.parametrize(
    "text",
    ["10⁵ cells", "H₂O", "3½ hours", "12① see below", "12.500", "1,2,3", "2024,500", "7,1234", "v1.234.567.8",
     "In 2024, 500 came", "100,200,300,40", "A1,000"],
)  # fmt: skip
def test_what_could_become_another_number_is_left_alone(text: str):
    assert search_form(text) == text


def test_only_words_that_the_text_lacks_are_added():
    assert added_words("The oﬃce sold 12,500 and 12,500 tickets; an office, 900.") == ["12500"]
    assert added_words("Nothing of the kind.") == []
