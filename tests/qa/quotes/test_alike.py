"""White space, hyphens and quotation marks are alike; everything else is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.quotes.alike import occurrences, plain, plain_with_offsets
from qa.quotes.differences import differing_words, nearest_part

TEXTS = st.text(st.sampled_from("aé b\n\u00a0-—\u00ad’'“\"ﬁ…Ö̈.,茶が，１"), max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a well–known\u00a0“fact”", 'a well-known "fact"'),
        ("it’s\n  here", "it's here"),
        ("co\u00adoperation", "cooperation"),
        ("café", "cafe\u0301"),
        ("ﬁnal…", "final..."),
        ("每天\n黄昏， 点亮", "每天黄昏，点亮"),
        ("Ｒ２ は１０冊", "R2 は10冊"),
    ],
)
def test_these_are_alike(one: str, other: str):
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [("cafe", "café"), ("Iron", "iron"), ("1,000", "1000"), ("a b", "ab")])
def test_these_are_not(one: str, other: str):
    assert plain(one) != plain(other)


@given(TEXTS)
def test_each_character_knows_where_it_is_from(text: str):
    form, offsets = plain_with_offsets(text)
    assert form == plain(text)
    assert len(offsets) == len(form) and offsets == sorted(offsets)
    assert all(plain(text[a]) in ("", form[k]) or form[k] in plain(text[a]) for k, a in enumerate(offsets))


def test_a_quote_ends_at_the_ends_of_words():
    assert occurrences("art", "party, art and artist") == [(7, 10)]
    assert occurrences("", "party") == []
    assert occurrences("灯是蓝色", "灯塔的灯是蓝色的") == [(3, 7)]
    assert occurrences("2019", "は2019年") == [(1, 5)]


@pytest.mark.parametrize(
    ("quote", "text", "stands"),
    [
        ("the har- bour", "near the harbour", True),  # divided for the line's sake
        ("a well- known lamp", "a well-known lamp", True),
        ("pre- and post-war", "all pre- and post-war lamps", True),
        ("the har- bours", "near the harbour", False),
        ("in 1998- 2007", "in 19982007", False),
        ("har-bour", "the harbour", False),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_may_belong_to_the_word_or_the_line(quote: str, text: str, stands: bool):
    assert bool(occurrences(quote, text)) == stands


@pytest.mark.parametrize(
    ("quote", "part"),
    [
        ("It costs 15 euros.", "It costs 14 euros."),  # not as far as the next full stop
        ("Ann has steered it.", "Ann has steered it since 2003."),
        ("IT COSTS 14 EUROS", "It costs 14 euros"),
    ],
)
def test_the_nearest_part_takes_no_more_words_than_it_needs(quote: str, part: str):
    text = "It leaves at nine. It costs 14 euros. Ann has steered it since 2003."
    assert text[slice(*nearest_part(quote, text))] == part


@given(st.text("ab c", max_size=30), st.text("ab c", max_size=60))
def test_the_nearest_part_is_within_the_text_and_its_differences_rebuild_it(quote: str, text: str):
    start, end = nearest_part(quote, text)
    found = text[start:end]
    assert 0 <= start <= end <= len(text) and found == found.strip()
    for difference in differing_words(quote, found):
        assert quote[difference.quoted_start : difference.quoted_end] == difference.quoted
        assert found[difference.found_start : difference.found_end] == difference.found
    same = [word for word in quote.split() if word in found.split()]
    assert bool(differing_words(quote, found)) or same == found.split()
